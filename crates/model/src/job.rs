//! Jobs: how long one is held, when one that failed is tried again, and when it is given up.
//!
//! ```text
//!  Due ── claim ──► Held (60 s) ── complete ──► gone
//!   ▲                │   │
//!   └── back-off ────┘   └── tenth failure ──► Stuck (stays, until it is revived)
//!       or lease over
//! ```

use std::time::Duration;

use crate::Timestamp;

/// How long a worker holds a job that it has claimed. Afterwards another one may claim it.
pub const JOB_LEASE: Duration = Duration::from_secs(60);

/// How often a job is tried before it is given up.
pub const JOB_ATTEMPTS: u32 = 10;

/// How long after its first failure a job is tried again; doubled for each one after that.
const FIRST_BACK_OFF: Duration = Duration::from_secs(15);

/// The longest back-off.
pub const LONGEST_BACK_OFF: Duration = Duration::from_secs(60 * 60);

/// Says when a job is tried again that failed at `now` in its attempt number `attempts`, counted from 1; `None` when it is
/// given up.
pub fn next_attempt_at(attempts: u32, now: Timestamp) -> Option<Timestamp> {
    if attempts >= JOB_ATTEMPTS {
        return None;
    }
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    Some(now.after(FIRST_BACK_OFF.saturating_mul(doubled).min(LONGEST_BACK_OFF)))
}

#[cfg(test)]
mod tests {
    use super::next_attempt_at;
    use crate::Timestamp;

    #[test]
    fn a_job_is_tried_ten_times_at_growing_distances_of_an_hour_at_most() {
        let seconds =
            |attempts| next_attempt_at(attempts, Timestamp::from_seconds(0)).map(Timestamp::seconds);
        let waits: Vec<_> = (1..10).map_while(seconds).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1_920, 3_600]);
        assert_eq!([seconds(10), seconds(u32::MAX)], [None, None]);
        assert_eq!(seconds(0), Some(15));
    }
}
