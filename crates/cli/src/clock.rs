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
    watch: Mutex<ClockWatch>,
}

impl Watch {
    pub(crate) fn new() -> Arc<Self> {
        let watch = Mutex::new(ClockWatch::new(now(), Duration::ZERO));
        Arc::new(Self { since: Instant::now(), watch })
    }

    /// Looks: the time, the jump since the last look, and whether what is spent and has expired may be forgotten.
    pub(crate) fn look(&self) -> (Timestamp, Option<ClockJump>, bool) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, running) = (now(), self.since.elapsed());
        let jump = watch.look(now, running);
        (now, jump, watch.may_forget_spent(running))
    }
}

/// The day, counted from 1970-01-01, of a Gregorian date.
pub(crate) const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::days_of;
    use model::Timestamp;

    #[test]
    fn a_date_and_its_day_are_the_same() {
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = Timestamp::from_seconds(day * 86_400).date();
            assert_eq!(days_of(year, month, of_month), day);
        }
    }
}
