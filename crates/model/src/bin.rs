//! How long the bin keeps what was deleted.

use std::time::Duration;

use crate::Timestamp;

/// How long something that was deleted can be restored: 30 days.
pub const KEPT_IN_BIN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Gives when something that was deleted at `deleted_at` is destroyed: then, or soon after.
pub fn destroyed_at(deleted_at: Timestamp) -> Timestamp {
    deleted_at.after(KEPT_IN_BIN)
}
