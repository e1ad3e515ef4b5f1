//! The narrow waist: the only way from a noun to an engine.
//!
//! Statements are `&'static str` in what both engines understand: `$1` … `$n` numbered by first appearance,
//! columns of three kinds, no booleans, no `LIKE`, no ordering by a column that may be null, `tenant_id =` in
//! every statement that finds rows of a tenant. A failed statement fails its transaction, alike on both engines.

use crate::{
    StoreError,
    announcements::Announcement,
    lock::Lock,
    postgres::Session,
    sqlite::Sqlite,
    value::{Row, Value},
};

/// Where a transaction runs.
pub(crate) enum Engine<'t> {
    Sqlite(&'t Sqlite),
    Postgres(&'t mut Session),
}

/// What both kinds of transaction are made of.
pub(crate) struct Core<'t> {
    engine: Engine<'t>,
    failed: Option<StoreError>,
}

impl<'t> Core<'t> {
    pub(crate) const fn new(engine: Engine<'t>) -> Self {
        Self { engine, failed: None }
    }

    /// Runs one statement unless an earlier one failed. SQLite would go on; PostgreSQL would not.
    fn run<T>(
        &mut self,
        values: &[Value<'_>],
        statement: impl FnOnce(&mut Engine<'t>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        // PostgreSQL cannot store a NUL in a text, so neither can we.
        let nul = values.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0')));
        let result = if nul {
            Err(StoreError::Failed("a text has a NUL character".to_owned()))
        } else {
            statement(&mut self.engine)
        };
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }

    fn rows(&mut self, sql: &'static str, values: &[Value<'_>], lock: Lock) -> Result<Vec<Row>, StoreError> {
        self.run(values, |engine| match engine {
            Engine::Sqlite(connection) => connection.rows(sql, values),
            Engine::Postgres(session) => session.rows(sql, values, lock),
        })
    }
}

/// What both kinds of transaction can do: ask. Lives in a private module, so that no SQL is written elsewhere.
pub trait Statements {
    /// Runs a statement and gives its rows; a read locks none.
    fn rows(&mut self, sql: &'static str, values: &[Value<'_>], lock: Lock) -> Result<Vec<Row>, StoreError>;

    /// Gives all rows; the statement has a key or a `LIMIT`.
    fn list(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values, Lock::No)
    }

    /// Gives all rows and, in a write, keeps others from changing them until it ends.
    fn list_for_change(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values, Lock::Hold)
    }

    /// Gives all rows that are not locked and, in a write, locks them until it ends.
    fn list_skipping_held(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values, Lock::HoldFree)
    }

    /// Gives the row if there is one.
    fn find(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values, Lock::No)?.pop())
    }

    /// Gives the row if there is one and, in a write, keeps others from changing it until it ends.
    fn find_for_change(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values, Lock::Hold)?.pop())
    }

    /// Gives the row that must exist.
    fn one(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, StoreError> {
        self.find(sql, values)?.ok_or(StoreError::NotFound)
    }

    /// Gives the row that must exist and, in a write, keeps others from changing it until it ends.
    fn one_for_change(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, StoreError> {
        self.find_for_change(sql, values)?.ok_or(StoreError::NotFound)
    }
}

/// Either kind of transaction: what the reading functions take.
pub trait Tx: Statements {}

/// A transaction that may write; [`Store::write`](crate::Store::write) makes it.
pub struct WriteTx<'t> {
    core: Core<'t>,
    announced: Vec<Announcement>,
}

/// A transaction that can only read; [`Store::read`](crate::Store::read) makes it.
pub struct ReadTx<'t>(Core<'t>);

impl Tx for WriteTx<'_> {}
impl Tx for ReadTx<'_> {}

impl Statements for WriteTx<'_> {
    fn rows(&mut self, sql: &'static str, values: &[Value<'_>], lock: Lock) -> Result<Vec<Row>, StoreError> {
        self.core.rows(sql, values, lock)
    }
}

impl Statements for ReadTx<'_> {
    fn rows(&mut self, sql: &'static str, values: &[Value<'_>], _: Lock) -> Result<Vec<Row>, StoreError> {
        self.0.rows(sql, values, Lock::No)
    }
}

impl<'t> WriteTx<'t> {
    pub(crate) const fn new(core: Core<'t>) -> Self {
        Self { core, announced: Vec::new() }
    }

    /// Gives the error of the statement that failed, if one did, and what is to be announced.
    pub(crate) fn into_outcome(self) -> (Option<StoreError>, Vec<Announcement>) {
        (self.core.failed, self.announced)
    }

    /// Wakes the workers that do jobs of this kind, in this process and where it can be done on every node, as soon as the
    /// write is committed; if it is not, no listener is woken. `kind`: one word.
    pub fn wake(&mut self, kind: &str) {
        self.announced.push(Announcement::Wake(kind.to_owned()));
    }

    /// Has everybody forget what they remember of an object, as soon as the write is committed, as [`WriteTx::wake`] does.
    /// `noun`: the name of its table.
    pub fn changed(&mut self, noun: &str, id: impl ToString) {
        self.announced.push(Announcement::Changed { noun: noun.to_owned(), id: id.to_string() });
    }

    /// Runs a statement and counts the rows that it changed.
    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.core.run(values, |engine| match engine {
            Engine::Sqlite(connection) => connection.execute(sql, values),
            Engine::Postgres(session) => session.execute(sql, values),
        })
    }

    /// Runs a statement whose result is not needed. On PostgreSQL it travels with the next one or with
    /// `COMMIT`, so its error may only show there; the write fails all the same.
    pub(crate) fn put(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.core.run(values, |engine| match engine {
            Engine::Sqlite(connection) => connection.execute(sql, values).map(drop),
            Engine::Postgres(session) => session.put(sql, values),
        })
    }
}

impl<'t> ReadTx<'t> {
    pub(crate) const fn new(core: Core<'t>) -> Self {
        Self(core)
    }

    /// Gives the error of the statement that failed, if one did.
    pub(crate) fn into_failure(self) -> Option<StoreError> {
        self.0.failed
    }

    /// Prepares a statement; gives the number of its parameters and columns.
    pub(crate) fn shape(&mut self, sql: &'static str) -> Result<(usize, usize), StoreError> {
        self.0.run(&[], |engine| match engine {
            Engine::Sqlite(connection) => connection.shape(sql),
            Engine::Postgres(session) => session.shape(sql),
        })
    }
}
