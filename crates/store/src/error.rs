//! What can go wrong, by what the caller should do about it.

/// Why the store did not do what was asked.
///
/// Texts name statements, constraints and files, never the value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such row for this tenant. Nothing was written. Answer "not found", also when it is another tenant's.
    #[error("no such row")]
    NotFound,
    /// Somebody saved the row since it was read. Nothing was written. Read again and show the difference.
    #[error("the row was changed by somebody else meanwhile")]
    Changed,
    /// A value that must be unique is taken. Nothing was written. Ask for another value.
    #[error("the value is taken")]
    Conflict,
    /// Too much waits, or a lock was not free in time. Nothing was written. Answer 503; trying again is safe.
    #[error("the store is busy")]
    Busy,
    /// The connection failed before the commit was asked for, or the store was closed. Nothing was written.
    /// Answer 503; trying again is safe.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The commit failed or its answer was lost: the write may or may not be there, now or after a crash.
    /// Answer 500, and do not hand out what the write was to protect. Trying again is safe only for what
    /// is consumed once.
    #[error("the outcome of the write is unknown")]
    Unknown,
    /// A row that the model calls impossible: somebody changed it by hand, or a bug did. Log it, answer 500.
    #[error("a row that cannot be: {table}.{column} of {id:?}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column whose value is impossible.
        column: &'static str,
        /// The row's first column when that is a text: its id or its tenant's.
        id: String,
    },
    /// This database cannot be used by this version: newer or altered. Only [`Store::open`](crate::Store::open) says so, and
    /// the four that follow; show the text to the operator and stop.
    #[error("{0}")]
    Unsuitable(String),
    /// The address of PostgreSQL is malformed, or would be reached in clear text.
    #[error("{0}")]
    Address(String),
    /// TLS to PostgreSQL cannot be set up: there is no authority to trust.
    #[error("TLS to PostgreSQL: {0}")]
    Tls(String),
    /// The database has another encoding or collation than it must have.
    #[error("{0}")]
    Encoding(String),
    /// A migration is missing that may not be applied now.
    #[error("{0}")]
    NotMigrated(String),
    /// Anything else, a bug of ours among them, a panicking closure too. Nothing was written. Log it, answer 500.
    #[error("the database refused: {0}")]
    Failed(String),
}
