//! SQLite: how a connection is opened, how a statement runs, what an error means.

use std::{borrow::Cow, path::Path, time::Duration};

use rusqlite::{
    Connection, Error, ErrorCode, OpenFlags, ToSql, ffi, params_from_iter,
    types::{Null, ToSqlOutput, ValueRef},
};

use crate::{
    StoreError,
    private_file::open_or_make,
    value::{Row, Value},
};

/// More than there are statements, so that none is ever prepared twice.
const STATEMENTS: usize = 256;

/// How long another process (`portvakt manage`) may hold the write lock.
const BUSY_FOR: Duration = Duration::from_secs(5);

// FULL: an acknowledged write survives a power cut (fullfsync is the same on a Mac). The writer's own
// checkpoints keep the WAL at about 16 MiB; a checkpoint thread alone never catches up under load.
const WRITER: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
    PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432;
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -4096;";

const READER: &str = "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -1024;";

/// One connection.
pub(crate) struct Sqlite(Connection);

impl Sqlite {
    /// Opens the connection that writes; makes the file, readable by its owner only, if there is none.
    pub(crate) fn writer(path: &Path) -> Result<Self, StoreError> {
        open_or_make(path, None)
            .map_err(|error| StoreError::Unreachable(format!("{}: {error}", path.display())))?;
        Self::open(path, WRITER)
    }

    /// Opens a connection that can only read.
    pub(crate) fn reader(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, READER)
    }

    fn open(path: &Path, pragmas: &str) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(meaning)?;
        connection.busy_timeout(BUSY_FOR).map_err(meaning)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Of several that turn a new file to WAL at once, SQLite refuses all but one without waiting.
        let mut tries = 0;
        while let Err(error) = connection.execute_batch(pragmas).map_err(meaning) {
            tries += 1;
            if error != StoreError::Busy || tries > 500 {
                return Err(error);
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        Ok(Self(connection))
    }

    /// Runs several statements without parameters, as a migration has them.
    pub(crate) fn batch(&self, text: &str) -> Result<(), StoreError> {
        self.0.execute_batch(text).map_err(meaning)
    }

    /// Runs `BEGIN`, `COMMIT` and their like.
    pub(crate) fn control(&self, text: &'static str) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(text).map_err(meaning)?;
        statement.execute([]).map(drop).map_err(meaning)
    }

    /// Runs a statement to its end and collects its rows.
    pub(crate) fn rows(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(meaning)?;
        let columns = statement.column_count();
        let mut cursor = statement.query(params_from_iter(values)).map_err(meaning)?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.next().map_err(meaning)? {
            let values: Result<_, _> = (0..columns).map(|at| row.get_ref(at).map(value)).collect();
            rows.push(Row(values.map_err(meaning)?));
        }
        Ok(rows)
    }

    /// Runs a statement and counts the rows that it changed.
    pub(crate) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(meaning)?;
        let changed = statement.execute(params_from_iter(values)).map_err(meaning)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    /// Says whether a transaction is open. A full disk may end one without being asked.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }

    /// How many rows this connection has changed so far.
    pub(crate) fn changes(&self) -> u64 {
        self.0.total_changes()
    }

    /// Prepares a statement; gives the number of its parameters and columns.
    pub(crate) fn shape(&self, sql: &str) -> Result<(usize, usize), StoreError> {
        let statement = self.0.prepare(sql).map_err(meaning)?;
        let count = statement.parameter_count();
        // SQLite numbers `$n` by first appearance, PostgreSQL by n.
        let ordered = (1..=count).all(|at| statement.parameter_name(at) == Some(format!("${at}").as_str()));
        if !ordered {
            return Err(StoreError::Failed(format!("parameters out of order: {sql}")));
        }
        Ok((count, statement.column_count()))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Int(number) => ToSqlOutput::from(*number),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Null => ToSqlOutput::from(Null),
        })
    }
}

/// Takes a value as it stands. What cannot be (a float, text that is not UTF-8) becomes a null, which the
/// reader of a column that must not be null calls corrupt.
fn value(stored: ValueRef<'_>) -> Value<'static> {
    match stored {
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).map_or(Value::Null, |text| Value::Text(Cow::Owned(text.to_owned())))
        }
        ValueRef::Blob(bytes) => Value::Bytes(Cow::Owned(bytes.to_vec())),
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}

/// Sorts an error by what the caller should do. SQLite's own texts name columns, never values.
fn meaning(error: Error) -> StoreError {
    let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
    match error.sqlite_error() {
        Some(it) if unique.contains(&it.extended_code) => StoreError::Conflict,
        Some(it) if matches!(it.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy
        }
        Some(it) if it.code == ErrorCode::CannotOpen => StoreError::Unreachable(error.to_string()),
        _ => StoreError::Failed(error.to_string()),
    }
}
