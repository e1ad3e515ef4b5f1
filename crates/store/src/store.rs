//! The store's door: open, read, write, close.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{
    mpsc::{self, error::TrySendError},
    watch,
};

use crate::{
    StoreError,
    announcements::{Announcements, Announcer},
    counters::Counters,
    migrate::migrate_sqlite,
    pg_listener::{PgAddress, PgListener},
    pg_threads::{self, Shared},
    presence::{Access, EnterError, PgPresence, Presence},
    private_file::real_path,
    settings::{DatabaseLocation, Settings},
    snapshot::{ONE_STATE, Of, Snapshot},
    sql::{ReadTx, WriteTx},
    sqlite::Sqlite,
    statements::{self, Shape},
    store_command::{self, StoreCommand},
    threads::spawn,
    writer::{Readers, Writer},
};

/// The way to the data; cheap to clone, safe to share.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    threads: mpsc::Sender<StoreCommand>,
    /// Ends when every store thread has ended.
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
    /// SQLite only: reads run on the caller's thread.
    readers: Option<Readers>,
    counters: Arc<Counters>,
    announcer: Announcer,
    /// PostgreSQL only: what hears other nodes, until somebody listens.
    listener: Mutex<Option<PgListener>>,
    /// Ends what hears other nodes.
    stop: watch::Sender<bool>,
    place: PresenceLocation,
}

/// Where processes say that they work here.
enum PresenceLocation {
    Sqlite(PathBuf),
    Postgres(Box<PgAddress>),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the database, migrates it if need be, and starts the store's threads.
    ///
    /// Blocks the calling thread while it migrates: call it at the start and not in a request.
    ///
    /// # Errors
    /// [`StoreError::Unsuitable`] with a text for the operator when the database is newer than this version,
    /// altered, or sorts texts otherwise than by bytes; [`StoreError::Unreachable`] when there is none.
    pub fn open(place: DatabaseLocation, settings: Settings) -> Result<Self, StoreError> {
        let (threads, waiting) = mpsc::channel(settings.queue.max(1));
        let (alive, ended) = mpsc::channel(1);
        let counters = Arc::new(Counters::default());
        let (announcer, (stop, end)) = (Announcer::new(), watch::channel(false));
        let mut listener = None;
        let (readers, place) = match place {
            DatabaseLocation::Sqlite(path) => {
                let named = |error| StoreError::Unreachable(format!("{}: {error}", path.display()));
                let path = real_path(&path).map_err(named)?;
                let connection = Sqlite::writer(&path)?;
                migrate_sqlite(&connection, settings.migrate)?;
                let announcer = announcer.clone();
                let writer = Writer { connection, waiting, counters: Arc::clone(&counters), announcer };
                spawn("store-writer", move || {
                    writer.run();
                    drop(alive);
                })?;
                (Some(Readers::new(path.clone(), settings.readers)), PresenceLocation::Sqlite(path))
            }
            DatabaseLocation::Postgres(address) => {
                let shared = Shared { counters: Arc::clone(&counters), announcer: announcer.clone(), end };
                let started = pg_threads::start(&address, &settings, waiting, alive, shared)?;
                let place = PresenceLocation::Postgres(Box::new(started.address.clone()));
                listener = Some(started);
                (None, place)
            }
        };
        let (ended, listener) = (tokio::sync::Mutex::new(ended), Mutex::new(listener));
        Ok(Self(Arc::new(Inner { threads, ended, readers, counters, announcer, listener, stop, place })))
    }

    /// Runs `closure` in a transaction and answers when its writes are safe on the disk.
    ///
    /// The closure runs once, on another thread, and cannot wait for anything; hash, sign and render before.
    /// When it gives an error or panics, or when one of its statements failed, nothing of it is written.
    /// It runs to its end even when the caller is cancelled.
    ///
    /// # Errors
    /// The closure's own, and [`StoreError`] for what happened around it: [`StoreError::Busy`] (nothing
    /// written), [`StoreError::Unknown`] (perhaps written).
    pub async fn write<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, result) = store_command::write(closure);
        self.send(StoreCommand::Write(job))?;
        // Lost only when the thread died in mid-job, which it does not.
        result.await.unwrap_or_else(|_| Err(StoreError::Unknown.into()))
    }

    /// Runs `closure`, which can only ask, and gives its result.
    ///
    /// Keep it short and bounded (a key or a limit): on SQLite it runs on the calling thread. On SQLite it sees
    /// one state of the database; on PostgreSQL each statement sees its own, so what must agree is one statement.
    ///
    /// # Errors
    /// The closure's own, and [`StoreError`] for what happened around it.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if let Some(readers) = &self.0.readers {
            return readers.lend().await?.run(|core| store_command::read_now(closure, core));
        }
        let (job, result) = store_command::read(closure);
        self.send(StoreCommand::Read(job))?;
        let gone = || StoreError::Unreachable("a store thread died".to_owned());
        result.await.unwrap_or_else(|_| Err(gone().into()))
    }

    /// Runs `closure` on one state of the database; it can only ask, and may take its time: others go on writing.
    ///
    /// # Errors
    /// The closure's own, and [`StoreError`] for what happened around it.
    pub async fn snapshot<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(&mut Snapshot<'_, '_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if self.0.readers.is_some() {
            return self.read(move |tx| closure(&mut Snapshot(Of::Read(tx)))).await;
        }
        self.write(move |tx| {
            tx.put(ONE_STATE, &[])?;
            closure(&mut Snapshot(Of::Write(tx)))
        })
        .await
    }

    /// Listens to what committed writes announce from now on. On PostgreSQL the first call opens a connection of its own,
    /// over which other nodes are heard.
    ///
    /// Take them as a hint: one can be lost, or come twice.
    pub fn announcements(&self) -> Announcements {
        let announcements = self.0.announcer.listen();
        let listener = self.0.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = listener.map(PgListener::start) {
            tracing::error!(%error, "announcements of other nodes cannot be heard");
        }
        announcements
    }

    /// Says that this process works here, until the answer is dropped. `lock`: what it is about, one word. `who`: what
    /// others are told, at most 63 bytes.
    ///
    /// # Errors
    /// [`EnterError::Occupied`] names those who are there and with whom it may not work at the same time.
    pub async fn enter(&self, lock: &str, access: Access, who: &str) -> Result<Presence, EnterError> {
        match &self.0.place {
            PresenceLocation::Sqlite(path) => Presence::beside(path, lock, access, who),
            PresenceLocation::Postgres(address) => {
                PgPresence::enter(address.as_ref().clone(), lock, access, who).await
            }
        }
    }

    fn send(&self, message: StoreCommand) -> Result<(), StoreError> {
        self.0.threads.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Closed(_) => StoreError::Unreachable("the store was closed".to_owned()),
        })
    }

    /// Takes nothing more, finishes what waits, and closes the database. Calling it again does nothing.
    pub async fn close(&self) {
        self.0.stop.send_replace(true);
        // An error means that the threads have ended already.
        let _ = self.0.threads.send(StoreCommand::Stop).await;
        if let Some(readers) = &self.0.readers {
            readers.close();
        }
        let _ = self.0.ended.lock().await.recv().await;
    }

    /// Counts the commits that changed something since the store was opened: the flushes of the disk.
    pub fn commits(&self) -> u64 {
        self.0.counters.commits()
    }

    /// Counts the writes that shared those commits; each waited for one flush.
    pub fn writes(&self) -> u64 {
        self.0.counters.writes()
    }

    /// Counts what waits for a store thread; [`StoreError::Busy`] comes when that reaches the queue's length.
    pub fn waiting(&self) -> usize {
        self.0.threads.max_capacity().saturating_sub(self.0.threads.capacity())
    }

    /// Prepares every statement there is, to see that this database has what they need.
    ///
    /// # Errors
    /// [`StoreError::Failed`] names the first statement that does not fit.
    pub async fn shapes(&self) -> Result<Vec<Shape>, StoreError> {
        self.read(statements::shapes).await
    }
}
