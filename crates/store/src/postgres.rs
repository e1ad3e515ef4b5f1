//! PostgreSQL: one connection and the thread that drives it, round trips saved, errors sorted.
//!
//! `BEGIN` travels with the first statement, a statement without a result with the next one or with `COMMIT`. The
//! server runs what arrives in order, so sending several at once changes nothing but the time it takes.

use std::{
    borrow::Cow,
    collections::HashMap,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use tokio::{runtime::Runtime, time::timeout};
use tokio_postgres::{
    Client, Config, Error, NoTls, Socket, Statement,
    config::{Host, SslMode},
    error::SqlState,
    tls::{MakeTlsConnect, TlsConnect},
    types::{ToSql, Type},
};

use crate::{
    StoreError,
    lock::Lock,
    postgres_tls::Tls,
    settings::Settings,
    value::{Row, Value},
};

/// How much longer than the server's own limit we wait for an answer before we give the connection up.
const GRACE: Duration = Duration::from_secs(5);

/// One connection, reconnected when it breaks, and the runtime that drives it.
pub(crate) struct Session {
    runtime: Runtime,
    config: Config,
    /// Where others could listen in.
    tls: Option<Tls>,
    settings: Settings,
    live: Option<Live>,
    /// What has not been sent yet, in order.
    pending: Vec<Step>,
    /// Whether the server has seen our `BEGIN`.
    begun: bool,
}

struct Live {
    client: Client,
    /// By text, and by what was added to lock rows.
    statements: HashMap<(&'static str, Lock), Statement>,
}

/// One message to the server.
enum Step {
    Control(&'static str),
    Run { statement: Statement, values: Vec<Value<'static>>, want: Want },
}

#[derive(Clone, Copy)]
enum Want {
    Rows,
    Count,
}

enum Answer {
    Nothing,
    Rows(Vec<tokio_postgres::Row>),
    Count(u64),
}

/// What went wrong with a pipeline.
enum Trouble {
    /// The server answered: it did not do it.
    Refused(StoreError),
    /// The connection is gone; what was sent may have been done.
    Lost(String),
}

impl Session {
    pub(crate) fn new(mut config: Config, settings: &Settings) -> Result<Self, StoreError> {
        let tls = secured(&mut config, settings)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Failed(format!("no runtime: {error}")))?;
        let settings = settings.clone();
        Ok(Self { runtime, config, tls, settings, live: None, pending: Vec::new(), begun: false })
    }

    /// Waits for something else than the server; the connection is driven meanwhile.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Connects unless the connection stands.
    pub(crate) fn ready(&mut self) -> Result<(), StoreError> {
        if self.live.as_ref().is_some_and(|live| !live.client.is_closed()) {
            return Ok(());
        }
        self.live = None;
        let limits = format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET client_min_messages = warning;
             SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;
             SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') = 'off'",
            self.settings.run_for.as_millis(),
            self.settings.lock_for.as_millis(),
        );
        let connect = async {
            let client = match &self.tls {
                Some(tls) => connect(&self.config, tls.clone()).await?,
                None => connect(&self.config, NoTls).await?,
            };
            client.batch_execute(&limits).await?;
            Ok::<_, Error>(client)
        };
        match self.runtime.block_on(async { timeout(self.settings.run_for, connect).await }) {
            Ok(Ok(client)) => self.live = Some(Live { client, statements: HashMap::new() }),
            Ok(Err(error)) => return Err(StoreError::Unreachable(error.to_string())),
            Err(_) => return Err(StoreError::Unreachable("no connection in time".to_owned())),
        }
        Ok(())
    }

    /// Starts a transaction; nothing is sent yet.
    pub(crate) fn begin(&mut self) {
        self.pending.push(Step::Control("BEGIN"));
    }

    /// Commits, together with what was still to be sent.
    pub(crate) fn commit(&mut self) -> Result<bool, StoreError> {
        if !self.begun && !self.pending.iter().any(|step| matches!(step, Step::Run { .. })) {
            self.pending.clear();
            return Ok(false);
        }
        let results = self.send(Step::Control("COMMIT"));
        self.begun = false;
        let Some((last, before)) = results.split_last() else { return self.lost() };
        for result in before {
            match result {
                Ok(_) => {}
                // The server answers the COMMIT of a failed transaction with success, and rolls back.
                Err(Trouble::Refused(error)) => return Err(error.clone()),
                Err(Trouble::Lost(_)) => return self.lost(),
            }
        }
        match last {
            Ok(_) => Ok(true),
            Err(_) => self.lost(),
        }
    }

    fn lost(&mut self) -> Result<bool, StoreError> {
        self.live = None;
        Err(StoreError::Unknown)
    }

    /// Rolls back what was sent and forgets what was not.
    pub(crate) fn rollback(&mut self) {
        self.pending.clear();
        if self.begun {
            self.begun = false;
            let clean = self.send(Step::Control("ROLLBACK")).iter().all(Result::is_ok);
            if !clean {
                // The server rolls back when the connection ends.
                self.live = None;
            }
        }
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        lock: Lock,
    ) -> Result<Vec<Row>, StoreError> {
        let step = self.step(sql, values, (lock, Want::Rows))?;
        match self.ask(step)? {
            Answer::Rows(rows) => rows.iter().map(row).collect(),
            _ => Ok(Vec::new()),
        }
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let step = self.step(sql, values, (Lock::No, Want::Count))?;
        match self.ask(step)? {
            Answer::Count(count) => Ok(count),
            _ => Ok(0),
        }
    }

    pub(crate) fn put(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        let step = self.step(sql, values, (Lock::No, Want::Count))?;
        self.pending.push(step);
        Ok(())
    }

    /// Prepares a statement, with ` FOR UPDATE` where a noun may ask for that; counts parameters and columns.
    pub(crate) fn shape(&mut self, sql: &'static str) -> Result<(usize, usize), StoreError> {
        let statement = self.prepare(sql, Lock::No)?;
        let kinds = [Type::TEXT, Type::INT8, Type::BYTEA];
        let mut columns = statement.columns().iter().map(|column| column.type_());
        if !statement.params().iter().all(|it| kinds.contains(it)) || !columns.all(|it| kinds.contains(it)) {
            return Err(StoreError::Failed(format!("a column or parameter of another kind: {sql}")));
        }
        if sql.starts_with("SELECT") {
            self.prepare(sql, Lock::Hold)?;
        }
        Ok((statement.params().len(), statement.columns().len()))
    }

    /// Runs text with several statements, outside or inside a transaction.
    pub(crate) fn batch(&self, text: &str) -> Result<(), StoreError> {
        let client = &self.live.as_ref().ok_or_else(gone)?.client;
        self.runtime.block_on(client.batch_execute(text)).map_err(|error| meaning(&error).into())
    }

    fn prepare(&mut self, sql: &'static str, lock: Lock) -> Result<Statement, StoreError> {
        let live = self.live.as_mut().ok_or_else(gone)?;
        if let Some(statement) = live.statements.get(&(sql, lock)) {
            return Ok(statement.clone());
        }
        let text = format!("{sql}{}", lock.clause());
        let in_time = self.settings.run_for + GRACE;
        let prepared = self.runtime.block_on(async { timeout(in_time, live.client.prepare(&text)).await });
        let statement = match prepared {
            Ok(Ok(statement)) => statement,
            Ok(Err(error)) => return Err(meaning(&error).into()),
            Err(_) => return Err(self.hung()),
        };
        live.statements.insert((sql, lock), statement.clone());
        Ok(statement)
    }

    fn hung(&mut self) -> StoreError {
        self.live = None;
        StoreError::Unreachable("no answer in time".to_owned())
    }

    fn step(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        (lock, want): (Lock, Want),
    ) -> Result<Step, StoreError> {
        let statement = self.prepare(sql, lock)?;
        // Checked here, because what fails on our side is not sent while the COMMIT behind it would be.
        let kinds = statement.params();
        if values.len() != kinds.len() || !values.iter().zip(kinds).all(|(value, kind)| fits(value, kind)) {
            return Err(StoreError::Failed(format!("parameters of another kind or number: {sql}")));
        }
        Ok(Step::Run { statement, values: values.iter().cloned().map(Value::into_owned).collect(), want })
    }

    /// Sends what is pending and `step`, and gives the answer to `step`.
    fn ask(&mut self, step: Step) -> Result<Answer, StoreError> {
        let mut last = Answer::Nothing;
        for result in self.send(step) {
            last = result?;
        }
        Ok(last)
    }

    /// Sends what is pending and then `step`, all at once, and waits for all answers.
    fn send(&mut self, step: Step) -> Vec<Result<Answer, Trouble>> {
        let mut steps = std::mem::take(&mut self.pending);
        self.begun |= matches!(steps.first(), Some(Step::Control("BEGIN")));
        steps.push(step);
        let Some(live) = &self.live else { return vec![Err(Trouble::Lost("not connected".to_owned()))] };
        let work =
            in_order(steps.iter().map(|step| Box::pin(one(&live.client, step)) as Working<'_>).collect());
        let in_time = self.settings.run_for + GRACE;
        match self.runtime.block_on(async { timeout(in_time, work).await }) {
            Ok(results) => results.into_iter().map(|it| it.map_err(|error| meaning(&error))).collect(),
            Err(_) => {
                self.live = None;
                vec![Err(Trouble::Lost("no answer in time".to_owned()))]
            }
        }
    }
}

type Working<'s> = Pin<Box<dyn Future<Output = Result<Answer, Error>> + 's>>;

async fn one(client: &Client, step: &Step) -> Result<Answer, Error> {
    match step {
        Step::Control(text) => client.batch_execute(text).await.map(|()| Answer::Nothing),
        Step::Run { statement, values, want } => {
            let parameters: Vec<_> =
                values.iter().zip(statement.params()).map(|(value, kind)| parameter(value, kind)).collect();
            match want {
                Want::Rows => client.query(statement, &parameters).await.map(Answer::Rows),
                Want::Count => client.execute(statement, &parameters).await.map(Answer::Count),
            }
        }
    }
}

/// Polls all from the first to the last until all are done: each sends its message when first polled.
async fn in_order(mut work: Vec<Working<'_>>) -> Vec<Result<Answer, Error>> {
    let mut results: Vec<Option<Result<Answer, Error>>> = work.iter().map(|_| None).collect();
    poll_fn(move |context| {
        for (future, result) in work.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(done) = future.as_mut().poll(context)
            {
                *result = Some(done);
            }
        }
        if results.iter().any(Option::is_none) {
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut results).into_iter().flatten().collect())
    })
    .await
}

fn fits(value: &Value<'_>, kind: &Type) -> bool {
    match value {
        Value::Text(_) => *kind == Type::TEXT,
        Value::Int(_) => *kind == Type::INT8,
        Value::Bytes(_) => *kind == Type::BYTEA,
        Value::Null => [Type::TEXT, Type::INT8, Type::BYTEA].contains(kind),
    }
}

fn parameter<'v>(value: &'v Value<'static>, kind: &Type) -> &'v (dyn ToSql + Sync) {
    match value {
        Value::Text(text) => text,
        Value::Int(number) => number,
        Value::Bytes(bytes) => bytes,
        Value::Null if *kind == Type::INT8 => &None::<i64>,
        Value::Null if *kind == Type::BYTEA => &None::<Vec<u8>>,
        Value::Null => &None::<String>,
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let mut values = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let value = match *column.type_() {
            Type::TEXT => {
                row.try_get::<_, Option<String>>(at).map(|it| it.map(|it| Value::Text(Cow::Owned(it))))
            }
            Type::INT8 => row.try_get::<_, Option<i64>>(at).map(|it| it.map(Value::Int)),
            Type::BYTEA => {
                row.try_get::<_, Option<Vec<u8>>>(at).map(|it| it.map(|it| Value::Bytes(Cow::Owned(it))))
            }
            _ => return Err(StoreError::Failed(format!("a column of another kind: {}", column.name()))),
        };
        values.push(value.map_err(|error| StoreError::Failed(error.to_string()))?.unwrap_or(Value::Null));
    }
    Ok(Row(values))
}

fn gone() -> StoreError {
    StoreError::Unreachable("not connected".to_owned())
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(error) => error,
            Trouble::Lost(text) => Self::Unreachable(text),
        }
    }
}

/// Sorts an error by what the caller should do.
fn meaning(error: &Error) -> Trouble {
    let Some(refused) = error.as_db_error() else {
        return match error.is_closed()
            || std::error::Error::source(error).is_none_or(|it| it.is::<std::io::Error>())
        {
            true => Trouble::Lost(error.to_string()),
            false => Trouble::Refused(StoreError::Failed(error.to_string())),
        };
    };
    let code = refused.code();
    let busy = [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ];
    Trouble::Refused(if *code == SqlState::UNIQUE_VIOLATION {
        StoreError::Conflict
    } else if busy.contains(code) {
        StoreError::Busy
    } else if matches!(code.code().get(..2), Some("08" | "57")) {
        StoreError::Unreachable(refused.message().to_owned())
    } else {
        // Texts of other classes may quote a value.
        let speaks = matches!(code.code().get(..2), Some("25" | "42" | "53" | "58"));
        let text = if speaks { refused.message() } else { "" };
        let place =
            [refused.table(), refused.constraint()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        StoreError::Failed(format!("SQLSTATE {} {place} {text}", code.code()))
    })
}

/// Connects and lets the connection run; it ends with the client, which then says that it is closed.
async fn connect<T>(config: &Config, tls: T) -> Result<Client, Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    T::TlsConnect: TlsConnect<Socket>,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Gives what TLS needs where the connection leaves the machine.
pub(crate) fn secured(config: &mut Config, settings: &Settings) -> Result<Option<Tls>, StoreError> {
    if !confidential(config)? {
        return Ok(None);
    }
    config.ssl_mode(SslMode::Require);
    Tls::new(settings.roots.as_deref()).map(Some)
}

/// Says whether the connection must be TLS: anywhere but on this machine, and there where the operator asks for it.
fn confidential(config: &Config) -> Result<bool, StoreError> {
    let is_here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    let addresses_here = config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback);
    let all_here = config.get_hosts().iter().all(is_here) && addresses_here;
    match config.get_ssl_mode() {
        SslMode::Require => Ok(true),
        SslMode::Disable if !all_here => Err(StoreError::Address(
            "sslmode=disable would send everything to PostgreSQL in clear text, where others can listen in: leave it out, \
             or use a socket or a loopback address"
                .to_owned(),
        )),
        _ => Ok(!all_here),
    }
}
