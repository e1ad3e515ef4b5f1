//! What the operator can set of the provider.

use std::time::Duration;

use crate::limits::Limits;

/// What the operator can set; the defaults are those of the reference.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long an event of a login is kept; 30 days by default.
    pub login_events_kept_for: Duration,
    /// What one address, client and person may take; no limit by default.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self { login_events_kept_for: Duration::from_secs(30 * 24 * 60 * 60), limits: Limits::default() }
    }
}
