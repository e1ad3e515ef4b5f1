//! PostgreSQL's threads: each owns a connection and runs one closure at a time, to its end.

use std::{sync::Arc, thread};

use tokio::sync::{Mutex, mpsc};
use tokio_postgres::Config;

use crate::{
    StoreError,
    counters::Counters,
    migrate::migrate_postgres,
    postgres::Session,
    settings::Settings,
    sql::{Core, Engine},
    store_command::{QueuedClosure, StoreCommand},
};

type Waiting = Arc<Mutex<mpsc::Receiver<StoreCommand>>>;

/// Migrates, then starts the threads. Blocks meanwhile.
pub(crate) fn start(
    address: &str,
    settings: &Settings,
    waiting: mpsc::Receiver<StoreCommand>,
    alive: mpsc::Sender<()>,
    counters: &Arc<Counters>,
) -> Result<(), StoreError> {
    // The driver's text could quote the password.
    let unreadable =
        |_| StoreError::Unsuitable("the connection string of PostgreSQL is malformed".to_owned());
    // What the certificate must be is not a choice here, so the driver need not know the word.
    let address = address.replace("sslmode=verify-full", "sslmode=require");
    let mut config: Config = address.parse().map_err(unreadable)?;
    if config.get_application_name().is_none() {
        config.application_name("portvakt");
    }
    let first = Session::new(config.clone(), settings)?;
    // A thread of its own, because the caller may be inside a runtime, where another cannot be driven.
    let first = thread::scope(|scope| scope.spawn(|| migrated(first, settings.migrate)).join());
    let mut first =
        Some(first.unwrap_or_else(|_| Err(StoreError::Failed("the migration panicked".to_owned())))?);
    let waiting: Waiting = Arc::new(Mutex::new(waiting));
    for number in 0..settings.threads.max(1) {
        let session = match first.take() {
            Some(session) => session,
            None => Session::new(config.clone(), settings)?,
        };
        let worker = PgThread { session, counters: Arc::clone(counters) };
        let (waiting, alive) = (Arc::clone(&waiting), alive.clone());
        spawn(&format!("store-{number}"), move || {
            worker.run(&waiting);
            drop(alive);
        })?;
    }
    Ok(())
}

fn migrated(mut session: Session, may: bool) -> Result<Session, StoreError> {
    session.ready()?;
    migrate_postgres(&mut session, may)?;
    Ok(session)
}

/// Starts a thread with a name that an operator can recognise.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| StoreError::Failed(format!("no thread: {error}")))
}

struct PgThread {
    session: Session,
    counters: Arc<Counters>,
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
        match self.session.commit() {
            Ok(wrote) => {
                if wrote {
                    self.counters.committed(1);
                }
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
}

/// Waits for a message. Whoever gets the last one closes the queue before another looks into it.
async fn next(waiting: &Waiting) -> Option<StoreCommand> {
    let mut queue = waiting.lock().await;
    let message = queue.recv().await;
    if matches!(message, Some(StoreCommand::Stop)) {
        queue.close();
    }
    message
}
