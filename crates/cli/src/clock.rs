//! The one place that reads the time.

use std::{sync::Arc, time::SystemTime};

use model::Timestamp;
use web::Clock;

/// The system's clock.
pub(crate) fn system() -> Clock {
    Arc::new(now)
}

/// Reads it.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
