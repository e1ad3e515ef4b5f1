//! What another version of an order changes.

/// Something in the documents that is other than in the version before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentChange {
    /// What it is called there.
    pub label: String,
    /// What stood there; empty: nothing.
    pub before: String,
    /// What stands there now; empty: nothing.
    pub now: String,
}
