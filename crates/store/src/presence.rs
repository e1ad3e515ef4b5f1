//! Who works on an installation: any number of processes together, or one alone.
//!
//! A process says so for as long as it lives, and what it says ends with it: on SQLite a lock on a file beside the
//! database, on PostgreSQL an advisory lock of a connection of its own, so that nodes on other machines are seen too.

use std::{
    error::Error as _,
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{oneshot, watch},
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_postgres::{Client, Connection, Error, NoTls};

use crate::{
    StoreError,
    pg_listener::PgAddress,
    private_file::{open_or_make, real_path},
    threads::spawn,
};

/// How long a file's lock may be somebody's who only makes it shared.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much of a lock file is read and written: names of some hundred processes.
const NAMES: u64 = 16 * 1_024;
/// How often the connection that holds a lock is asked whether it still does.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// How long after a lost connection the next is tried.
const AGAIN_IN: Duration = Duration::from_secs(5);
const LOCK: &str = "SELECT pg_try_advisory_lock($1)";
const LOCK_SHARED: &str = "SELECT pg_try_advisory_lock_shared($1)";
const HOLDERS: &str = "SELECT coalesce(nullif(activity.application_name, ''), 'process ' || activity.pid)
    FROM pg_locks AS locks JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
    WHERE locks.locktype = 'advisory' AND locks.granted AND locks.objsubid = 1
    AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND ((locks.classid::bigint << 32) | locks.objid::bigint) = $1 ORDER BY activity.backend_start";

/// How a process works on what a lock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Together with others.
    Shared,
    /// With no other process.
    Alone,
}

/// Why a process may not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnterError {
    /// Others are there, as they named themselves; the first came first. Empty when they cannot be named.
    #[error("in use by {}", names(.0))]
    Occupied(Vec<String>),
    /// The lock's file cannot be used.
    #[error("{}: {why}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// In the words of the system.
        why: String,
    },
    /// It cannot be known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn names(who: &[String]) -> String {
    if who.is_empty() { "another process".to_owned() } else { who.join("; ") }
}

/// That a process works here; it ends when this is dropped.
#[derive(Debug)]
pub struct Presence(Held);

#[derive(Debug)]
enum Held {
    /// The lock ends with the file.
    File { _file: File },
    Connection {
        lost: watch::Receiver<Option<String>>,
        taken_again: Arc<AtomicU32>,
        /// Dropping it ends the connection.
        _end: watch::Sender<()>,
    },
}

impl Presence {
    /// Why others may not know of this process at present; `None` while they do.
    pub fn lost(&self) -> Option<String> {
        match &self.0 {
            Held::File { .. } => None,
            Held::Connection { lost, .. } => lost.borrow().clone(),
        }
    }

    /// How often the lock was lost and taken again. Whenever this grows, others may have worked here alone meanwhile, and
    /// what was true at the start need not be.
    pub fn times_taken_again(&self) -> u32 {
        match &self.0 {
            Held::File { .. } => 0,
            Held::Connection { taken_again, .. } => taken_again.load(Ordering::Acquire),
        }
    }

    /// Enters beside a SQLite file, which need not be there. `lock` and `who`: as for [`Store::enter`](crate::Store::enter).
    ///
    /// # Errors
    /// [`EnterError`].
    pub fn beside(database: &Path, lock: &str, access: Access, who: &str) -> Result<Self, EnterError> {
        let path = |database: &Path| database.with_added_extension(format!("{lock}.lock"));
        let found = real_path(database);
        let database =
            found.map_err(|error| EnterError::File { path: path(database), why: error.to_string() })?;
        let path = path(&database);
        let trouble = |error: std::io::Error| EnterError::File { path: path.clone(), why: error.to_string() };
        let mut file = open_or_make(&path, Some(&database)).map_err(trouble)?;
        let begun = Instant::now();
        loop {
            if file.try_lock().is_ok() {
                // No other process is there, so those that are named have ended.
                file.set_len(0).map_err(trouble)?;
                if access == Access::Alone {
                    break;
                }
            }
            // Whoever comes first holds the lock alone for a moment, to empty the file.
            let entered = match access {
                Access::Shared => file.try_lock_shared(),
                Access::Alone => Err(TryLockError::WouldBlock),
            };
            match entered {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(trouble(error)),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
                    return Err(EnterError::Occupied(named(&mut file)));
                }
                Err(TryLockError::WouldBlock) => std::thread::park_timeout(Duration::from_millis(10)),
            }
        }
        if file.metadata().map_err(trouble)?.len() < NAMES {
            writeln!(file, "{}\t{who}", std::process::id()).map_err(trouble)?;
        }
        Ok(Self(Held::File { _file: file }))
    }
}

/// The processes that are named in a lock file and live.
fn named(file: &mut File) -> Vec<String> {
    let mut text = String::new();
    // A file that cannot be read names none.
    let _ = file.rewind().and_then(|()| file.take(NAMES).read_to_string(&mut text));
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    let live = lines.filter(|(process, _)| PathBuf::from(format!("/proc/{process}")).exists());
    live.map(|(_, who)| who.to_owned()).collect()
}

/// What it takes to be present on PostgreSQL.
pub(crate) struct PgPresence {
    address: PgAddress,
    key: i64,
    access: Access,
    lost: watch::Sender<Option<String>>,
    taken_again: Arc<AtomicU32>,
    end: watch::Receiver<()>,
}

impl PgPresence {
    /// Takes the lock over a connection of its own, and keeps it.
    pub(crate) async fn enter(
        mut address: PgAddress,
        lock: &str,
        access: Access,
        who: &str,
    ) -> Result<Presence, EnterError> {
        address.config.application_name(who);
        let digest = crypto::sha256(format!("{} {lock}", address.channel).as_bytes());
        let key = digest.first_chunk::<8>().map(|it| i64::from_be_bytes(*it)).unwrap_or_default();
        let ((lost, told), (stop, end)) = (watch::channel(None), watch::channel(()));
        let taken_again = Arc::new(AtomicU32::new(0));
        let this = Self { address, key, access, lost, taken_again: Arc::clone(&taken_again), end };
        let (entered, answer) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Failed(format!("no runtime: {error}")))?;
        spawn("store-presence", move || runtime.block_on(this.run(entered)))?;
        let gone = || Err(StoreError::Failed("the thread of the lock died".to_owned()).into());
        answer.await.unwrap_or_else(|_| gone())?;
        Ok(Presence(Held::Connection { lost: told, taken_again, _end: stop }))
    }

    /// Keeps the lock. The first attempt decides whether this process may work; a lock that is lost later with its
    /// connection is taken again.
    async fn run(self, entered: oneshot::Sender<Result<(), EnterError>>) {
        let mut entered = Some(entered);
        let mut end = self.end.clone();
        let mut turn = interval(AGAIN_IN);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turn.tick() => {}
                _ = end.changed() => return,
            }
            let why = tokio::select! {
                ended = self.hold(&mut entered) => match ended {
                    Ok(why) => why,
                    Err(error) => EnterError::Store(StoreError::Unreachable(in_words(&error))),
                },
                _ = end.changed() => return,
            };
            if let Some(entered) = entered.take() {
                // An error means that the caller was cancelled.
                let _ = entered.send(Err(why));
                return;
            }
            self.lost.send_replace(Some(why.to_string()));
            if self.access == Access::Alone {
                tracing::warn!(%why, "the lock on the installation is lost");
                return;
            }
            tracing::warn!(%why, "the lock on the installation is lost; it is taken again as soon as possible");
        }
    }

    /// Takes the lock and holds it until the connection ends; says why it does not hold it any more.
    async fn hold(
        &self,
        entered: &mut Option<oneshot::Sender<Result<(), EnterError>>>,
    ) -> Result<EnterError, Error> {
        match &self.address.tls {
            Some(tls) => {
                let (client, connection) = self.address.config.connect(tls.clone()).await?;
                self.keep(client, connection, entered).await
            }
            None => {
                let (client, connection) = self.address.config.connect(NoTls).await?;
                self.keep(client, connection, entered).await
            }
        }
    }

    async fn keep<S, T>(
        &self,
        client: Client,
        mut connection: Connection<S, T>,
        entered: &mut Option<oneshot::Sender<Result<(), EnterError>>>,
    ) -> Result<EnterError, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let others = tokio::select! {
            others = self.take(&client) => others?,
            ended = &mut connection => return ended.map(|()| ended_early()),
        };
        if let Some(others) = others {
            return Ok(EnterError::Occupied(others));
        }
        if entered.is_none() {
            // Before anybody is told that it is held again.
            self.taken_again.fetch_add(1, Ordering::Release);
        }
        self.lost.send_replace(None);
        if let Some(entered) = entered.take() {
            // An error means that the caller was cancelled; then the end comes next.
            let _ = entered.send(Ok(()));
        }
        // A connection that is half open shows only when something is sent.
        let mut turn = interval(ASKED_EVERY);
        loop {
            tokio::select! {
                ended = &mut connection => return ended.map(|()| ended_early()),
                _ = turn.tick() => {}
            }
            let asked = timeout(ASKED_EVERY, client.simple_query(""));
            tokio::select! {
                ended = &mut connection => return ended.map(|()| ended_early()),
                answer = asked => match answer {
                    Ok(answer) => drop(answer?),
                    Err(_) => return Ok(ended_early()),
                },
            }
        }
    }

    /// Takes the lock; gives who has it where it is not free.
    async fn take(&self, client: &Client) -> Result<Option<Vec<String>>, Error> {
        let lock = if self.access == Access::Alone { LOCK } else { LOCK_SHARED };
        if client.query_one(lock, &[&self.key]).await?.get(0) {
            return Ok(None);
        }
        let rows = client.query(HOLDERS, &[&self.key]).await?;
        Ok(Some(rows.iter().map(|row| row.get(0)).collect()))
    }
}

/// What a library's error was about: its own words name its kind only.
fn in_words(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), |why| format!("{error}: {why}"))
}

fn ended_early() -> EnterError {
    EnterError::Store(StoreError::Unreachable("the connection ended".to_owned()))
}
