//! What the operator can set of the provider.

use std::time::Duration;

/// What the operator can set; the defaults are those of the reference.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long an event of a login is kept; 30 days by default.
    pub login_events_kept_for: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { login_events_kept_for: Duration::from_secs(30 * 24 * 60 * 60) }
    }
}
