//! PostgreSQL's threads: each owns a connection and runs one closure at a time, to its end.

use std::{sync::Arc, thread, time::Duration};

use tokio::sync::{Mutex, mpsc, watch};
use tokio_postgres::Config;

use crate::{
    StoreError,
    announcements::{Announcement, Announcer},
    counters::Counters,
    lock::Lock,
    migrate::migrate_postgres,
    pg_listener::{PgAddress, PgListener},
    postgres::{Session, secured},
    settings::Settings,
    sql::{Core, Engine},
    store_command::{QueuedClosure, StoreCommand},
    threads::spawn,
};

type Waiting = Arc<Mutex<mpsc::Receiver<StoreCommand>>>;

/// Tells the other nodes; PostgreSQL does so when the transaction is committed.
const NOTIFY: &str = "SELECT pg_notify($1, $2)";
/// After how long a silent listener asks whether the other end is there, and how often until it is answered.
const LISTENER_IDLE: Duration = Duration::from_secs(60);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
const SCHEMA: &str = "SELECT current_schema()::text";

/// What the threads share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) counters: Arc<Counters>,
    pub(crate) announcer: Announcer,
    /// Ends with the store.
    pub(crate) end: watch::Receiver<bool>,
}

/// Migrates, then starts the threads; gives what it takes to hear the other nodes. Blocks meanwhile.
pub(crate) fn start(
    address: &str,
    settings: &Settings,
    waiting: mpsc::Receiver<StoreCommand>,
    alive: mpsc::Sender<()>,
    shared: Shared,
) -> Result<PgListener, StoreError> {
    // The driver's text could quote the password.
    let unreadable = |_| StoreError::Address("the connection string of PostgreSQL is malformed".to_owned());
    // What the certificate must be is not a choice here, so the driver need not know the word.
    let address = address.replace("sslmode=verify-full", "sslmode=require");
    let mut config: Config = address.parse().map_err(unreadable)?;
    if config.get_application_name().is_none() {
        config.application_name("portvakt");
    }
    let first = Session::new(config.clone(), settings)?;
    // A thread of its own, because the caller may be inside a runtime, where another cannot be driven.
    let first = thread::scope(|scope| scope.spawn(|| migrated(first, settings.migrate)).join());
    let (first, schema) =
        first.unwrap_or_else(|_| Err(StoreError::Failed("the migration panicked".to_owned())))?;
    let mut first = Some(first);
    let channel = channel(&schema);
    let waiting: Waiting = Arc::new(Mutex::new(waiting));
    for number in 0..settings.threads.max(1) {
        let session = match first.take() {
            Some(session) => session,
            None => Session::new(config.clone(), settings)?,
        };
        let worker = PgThread { session, shared: shared.clone(), channel: channel.clone() };
        let (waiting, alive) = (Arc::clone(&waiting), alive.clone());
        spawn(&format!("store-{number}"), move || {
            worker.run(&waiting);
            drop(alive);
        })?;
    }
    let tls = secured(&mut config, settings)?;
    // It may say nothing for days, and whatever lies between drops what says nothing, without telling.
    config.keepalives_idle(LISTENER_IDLE).keepalives_interval(KEEPALIVE_EVERY).keepalives_retries(3);
    let Shared { announcer, end, .. } = shared;
    Ok(PgListener { address: PgAddress { config, tls, channel }, announcer, end })
}

fn migrated(mut session: Session, may: bool) -> Result<(Session, String), StoreError> {
    session.ready()?;
    migrate_postgres(&mut session, may)?;
    let schema = session.rows(SCHEMA, &[], Lock::No)?.pop().ok_or(StoreError::NotFound)?;
    let schema = schema.of("pg_namespace").text("current_schema")?;
    Ok((session, schema))
}

/// Names the channel on which nodes of one installation tell each other; a database may have several, in schemas.
fn channel(schema: &str) -> String {
    let digest = crypto::sha256(schema.as_bytes());
    let hex: String = digest.iter().take(16).map(|it| format!("{it:02x}")).collect();
    format!("portvakt_{hex}")
}

struct PgThread {
    session: Session,
    shared: Shared,
    channel: String,
}

impl PgThread {
    /// Works until the store is closed or dropped, and what waits is done.
    fn run(mut self, waiting: &Waiting) {
        while let Some(message) = self.session.wait(next(waiting)) {
            match message {
                StoreCommand::Write(job) => self.write(job),
                StoreCommand::Read(job) => self.read(job),
                StoreCommand::Stop => {}
            }
        }
    }

    fn read(&mut self, mut job: Box<dyn QueuedClosure>) {
        let ready = self.session.ready();
        if ready.is_ok() {
            job.run(Core::new(Engine::Postgres(&mut self.session)));
        }
        job.answer(ready.err());
    }

    fn write(&mut self, mut job: Box<dyn QueuedClosure>) {
        if let Err(error) = self.session.ready() {
            return job.answer(Some(error));
        }
        self.session.begin();
        if !job.run(Core::new(Engine::Postgres(&mut self.session))) {
            self.session.rollback();
            return job.answer(None);
        }
        let announced = job.take_announced();
        if let Err(error) = self.tell(&announced) {
            self.session.rollback();
            return job.answer(Some(error));
        }
        match self.session.commit() {
            Ok(wrote) => {
                if wrote {
                    self.shared.counters.committed(1);
                }
                announced.into_iter().for_each(|it| self.shared.announcer.announce(it));
                job.answer(None);
            }
            Err(error) => {
                if error == StoreError::Unknown {
                    tracing::error!("the answer to a commit was lost");
                }
                job.answer(Some(error));
            }
        }
    }

    /// Lets `COMMIT` carry announcements to the other nodes.
    fn tell(&mut self, announced: &[Announcement]) -> Result<(), StoreError> {
        for announcement in announced {
            let words = announcement.to_words();
            self.session.put(NOTIFY, &[(&self.channel).into(), (&words).into()])?;
        }
        Ok(())
    }
}

/// Waits for a message. The thread that gets the last one closes the queue before another looks into it.
async fn next(waiting: &Waiting) -> Option<StoreCommand> {
    let mut queue = waiting.lock().await;
    let message = queue.recv().await;
    if matches!(message, Some(StoreCommand::Stop)) {
        queue.close();
    }
    message
}
