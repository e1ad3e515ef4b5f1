//! One state of the database, for what takes longer than a request.

use crate::{
    StoreError, WriteTx,
    lock::Lock,
    sql::{ReadTx, Statements, Tx},
    value::{Row, Value},
};

/// Gives a transaction on PostgreSQL one state of the database; must be its first statement.
pub(crate) const ONE_STATE: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// One state of the database, to be read from as long as it takes.
pub struct Snapshot<'s, 't>(pub(crate) Of<'s, 't>);

/// What a snapshot is made of.
pub(crate) enum Of<'s, 't> {
    /// On SQLite: a read sees one state.
    Read(&'s mut ReadTx<'t>),
    /// On PostgreSQL: a transaction that was told to.
    Write(&'s mut WriteTx<'t>),
}

impl Statements for Snapshot<'_, '_> {
    fn rows(&mut self, sql: &'static str, values: &[Value<'_>], _: Lock) -> Result<Vec<Row>, StoreError> {
        match &mut self.0 {
            Of::Read(tx) => tx.rows(sql, values, Lock::No),
            Of::Write(tx) => tx.rows(sql, values, Lock::No),
        }
    }
}

impl Tx for Snapshot<'_, '_> {}
