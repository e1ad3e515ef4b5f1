//! SQLite's threads: one that writes, in batches, and a small pool of connections that read.
//!
//! A disk sync is dear. The writer takes every closure that waits, runs each in a savepoint of its own,
//! commits them together, and then answers everybody. It never waits for more to come.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

use crate::{
    StoreError,
    announcements::Announcer,
    counters::Counters,
    sql::{Core, Engine},
    sqlite::Sqlite,
    store_command::{QueuedClosure, StoreCommand},
};

/// At most so many closures share a commit, so that the first is not kept waiting by the last.
const BATCH: usize = 256;

/// The thread that writes.
pub(crate) struct Writer {
    pub(crate) connection: Sqlite,
    pub(crate) waiting: mpsc::Receiver<StoreCommand>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) announcer: Announcer,
}

impl Writer {
    /// Works until the store is closed or dropped, and what waits is done.
    pub(crate) fn run(mut self) {
        while let Some(message) = self.waiting.blocking_recv() {
            if let Some(job) = self.job(message) {
                self.batch(job);
            }
        }
    }

    fn job(&mut self, message: StoreCommand) -> Option<Box<dyn QueuedClosure>> {
        match message {
            StoreCommand::Write(job) | StoreCommand::Read(job) => Some(job),
            StoreCommand::Stop => {
                self.waiting.close();
                None
            }
        }
    }

    fn next(&mut self) -> Option<Box<dyn QueuedClosure>> {
        let message = self.waiting.try_recv().ok()?;
        self.job(message)
    }

    fn batch(&mut self, first: Box<dyn QueuedClosure>) {
        let before = self.connection.changes();
        // IMMEDIATE: the lock is taken now or not at all; a later upgrade could fail in mid-batch.
        if let Err(error) = self.connection.control("BEGIN IMMEDIATE") {
            first.answer(Some(error));
            return;
        }
        let mut done: Vec<Box<dyn QueuedClosure>> = Vec::new();
        let mut next = Some(first);
        let mut kept = 0;
        while let Some(mut job) = next.take() {
            let keep = self.savepoint(job.as_mut());
            done.push(job);
            match keep {
                Ok(keep) => kept += u64::from(keep),
                Err(error) => return self.fall(done, &error),
            }
            if done.len() < BATCH {
                next = self.next();
            }
        }
        if let Err(error) = self.connection.control("COMMIT") {
            return self.fall(done, &error);
        }
        if self.connection.changes() != before {
            self.counters.committed(kept);
        }
        for mut job in done {
            for announcement in job.take_announced() {
                self.announcer.announce(announcement);
            }
            job.answer(None);
        }
    }

    /// Runs one closure; an error when the batch's transaction does not stand any more.
    fn savepoint(&self, job: &mut dyn QueuedClosure) -> Result<bool, StoreError> {
        self.connection.control("SAVEPOINT closure")?;
        let keep = job.run(Core::new(Engine::Sqlite(&self.connection)));
        // On a full disk SQLite may roll back everything; what came later would then commit alone.
        if !self.connection.is_in_transaction() {
            return Err(StoreError::Failed("the transaction ended in mid-batch".to_owned()));
        }
        if !keep {
            self.connection.control("ROLLBACK TO closure")?;
        }
        self.connection.control("RELEASE closure")?;
        Ok(keep)
    }

    /// Answers every caller that the outcome is unknown: after a failed sync, a crash can still bring the rows back. Also
    /// those who were refused, because they may have been refused for what another in the batch had written.
    fn fall(&self, done: Vec<Box<dyn QueuedClosure>>, error: &StoreError) {
        tracing::error!(%error, writes = done.len(), "a batch of writes could not be committed");
        if self.connection.is_in_transaction()
            && let Err(error) = self.connection.control("ROLLBACK")
        {
            tracing::error!(%error, "a failed batch could not be rolled back");
        }
        for job in done {
            job.answer(Some(StoreError::Unknown));
        }
    }
}

/// Connections that read, opened when first needed.
pub(crate) struct Readers {
    path: PathBuf,
    free: Semaphore,
    idle: Mutex<Vec<Sqlite>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, count: usize) -> Self {
        Self { path, free: Semaphore::new(count.max(1)), idle: Mutex::new(Vec::new()) }
    }

    /// Lends a connection; waits while all are in use.
    pub(crate) async fn lend(&self) -> Result<Reader<'_>, StoreError> {
        let closed = |_| StoreError::Unreachable("the store was closed".to_owned());
        let permit = self.free.acquire().await.map_err(closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Sqlite::reader(&self.path)?,
        };
        Ok(Reader { connection, readers: self, _permit: permit })
    }

    /// Lends no more, and closes what is idle.
    pub(crate) fn close(&self) {
        self.free.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A connection that is lent to one reading closure.
pub(crate) struct Reader<'p> {
    connection: Sqlite,
    readers: &'p Readers,
    _permit: SemaphorePermit<'p>,
}

impl Reader<'_> {
    /// Runs `closure` on one state of the database, and gives the connection back.
    pub(crate) fn run<T, E: From<StoreError>>(
        self,
        closure: impl FnOnce(Core<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.connection.control("BEGIN")?;
        let result = closure(Core::new(Engine::Sqlite(&self.connection)));
        // A connection that cannot end its transaction is closed instead of kept.
        if self.connection.control("COMMIT").is_ok() && !self.readers.free.is_closed() {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.connection);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::{Counters, Sqlite, StoreCommand, Writer};
    use crate::{
        StoreError,
        sql::WriteTx,
        store_command::{self, Waiting},
    };

    type Write = fn(&mut WriteTx<'_>) -> Result<(), StoreError>;
    type Answers = Vec<Result<(), StoreError>>;

    const MOTHER: Write = |tx| tx.put("INSERT INTO mothers (id) VALUES (1)", &[]);

    /// Runs closures that all wait already; gives their answers, the number of commits and of rows.
    fn run(closures: &[Write]) -> (Answers, u64, usize) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("portvakt.db");
        let connection = Sqlite::writer(&path).unwrap();
        let tables = "CREATE TABLE mothers (id BIGINT NOT NULL PRIMARY KEY);
            CREATE TABLE children (mother BIGINT REFERENCES mothers (id) DEFERRABLE INITIALLY DEFERRED)";
        connection.batch(tables).unwrap();
        let (threads, waiting) = mpsc::channel(10);
        let counters = Arc::new(Counters::default());
        let send = |closure: &Write| -> Waiting<(), StoreError> {
            let (job, result) = store_command::write(*closure);
            assert!(threads.try_send(StoreCommand::Write(job)).is_ok());
            result
        };
        let results: Vec<_> = closures.iter().map(send).collect();
        drop(threads);
        let announcer = crate::announcements::Announcer::new();
        Writer { connection, waiting, counters: Arc::clone(&counters), announcer }.run();
        let answers = results.into_iter().map(|it| it.blocking_recv().unwrap()).collect();
        let rows = Sqlite::reader(&path).unwrap().rows("SELECT id FROM mothers", &[]).unwrap().len();
        (answers, counters.commits(), rows)
    }

    #[test]
    fn a_transaction_that_falls_in_mid_batch_is_unknown_to_all_in_it_and_the_next_batch_stands() {
        let fall: Write = |tx| tx.execute("ROLLBACK", &[]).map(drop);
        let (answers, commits, rows) = run(&[MOTHER, fall, MOTHER]);
        assert_eq!(answers, [Err(StoreError::Unknown), Err(StoreError::Unknown), Ok(())]);
        assert_eq!((commits, rows), (1, 1));
    }

    #[test]
    fn a_commit_that_fails_is_unknown_to_all_even_to_those_who_were_refused() {
        let orphan: Write = |tx| tx.put("INSERT INTO children (mother) VALUES (7)", &[]);
        let refused: Write = |_| Err(StoreError::NotFound);
        let (answers, commits, rows) = run(&[MOTHER, orphan, refused]);
        assert_eq!(answers, [Err(StoreError::Unknown), Err(StoreError::Unknown), Err(StoreError::Unknown)]);
        assert_eq!((commits, rows), (0, 0));
    }
}
