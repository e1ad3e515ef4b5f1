//! What becomes of rows that somebody reads to change them.

/// What becomes of the rows that a statement finds, where the engine has rows to lock. SQLite has one writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lock {
    /// They stay free.
    No,
    /// They are held until the write ends; who wants them waits.
    Hold,
    /// They are held, and those that somebody else holds are left out.
    HoldFree,
}

impl Lock {
    /// What is added to the statement on PostgreSQL.
    pub(crate) const fn clause(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Hold => " FOR UPDATE",
            Self::HoldFree => " FOR UPDATE SKIP LOCKED",
        }
    }
}
