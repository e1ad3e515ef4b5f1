//! What an operator chooses.

use std::{path::PathBuf, time::Duration};

/// Where the data lies.
#[derive(Debug, Clone)]
pub enum DatabaseLocation {
    /// A SQLite file; it is made when there is none, its directory is not.
    Sqlite(PathBuf),
    /// PostgreSQL, shared by several nodes: `host=… user=… dbname=…` or `postgresql://…`.
    Postgres(String),
}

/// What an operator may tune.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether a database that lacks migrations gets them; otherwise it is refused, and nothing in it changes.
    pub migrate: bool,
    /// How many closures may wait before the store says [`StoreError::Busy`](crate::StoreError::Busy).
    pub queue: usize,
    /// SQLite: how many reads run at once.
    pub readers: usize,
    /// PostgreSQL: how many threads, each with a connection. More where syncs are slow.
    pub threads: usize,
    /// PostgreSQL: the authorities that its certificate is verified with, in PEM; `None`: the system's.
    pub roots: Option<Vec<u8>>,
    /// PostgreSQL: how long a statement waits for a lock.
    pub lock_for: Duration,
    /// PostgreSQL: how long a statement may run, and a connection may take to come about.
    pub run_for: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            migrate: true,
            queue: 1024,
            readers: 4,
            threads: 8,
            roots: None,
            lock_for: Duration::from_secs(2),
            run_for: Duration::from_secs(5),
        }
    }
}
