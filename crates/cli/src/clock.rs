//! The one place that reads the time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use model::{ClockJump, ClockWatch, Timestamp};
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

/// Watches whether the clock runs evenly, from its making on.
pub(crate) struct Watch {
    since: Instant,
    /// Whether it is taken for right from the beginning.
    is_trusted: bool,
    watch: Mutex<ClockWatch>,
}

impl Watch {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::begun(false))
    }

    /// The same of a clock whose word is taken at once: where nothing is lost by what ends too early.
    pub(crate) fn trusting() -> Arc<Self> {
        Arc::new(Self::begun(true))
    }

    fn begun(is_trusted: bool) -> Self {
        let watch = Mutex::new(ClockWatch::new(now(), Duration::ZERO));
        Self { since: Instant::now(), is_trusted, watch }
    }

    /// Looks: the time, the jump since the last look, and whether what is spent and has expired may be forgotten.
    pub(crate) fn look(&self) -> (Timestamp, Option<ClockJump>, bool) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, running) = (now(), self.since.elapsed());
        let jump = watch.look(now, running);
        (now, jump, self.is_trusted || watch.may_forget_spent(running))
    }
}
