//! Whether the clock has run evenly, judged by the monotonic clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// More than this, and the clock has jumped; less is the difference that every check of an instant forgives.
const JUMP: Duration = Duration::from_secs(60);
/// The longest that a value which may be spent once is accepted, with the clock difference that is forgiven: a client
/// assertion of an hour. A login takes fifteen minutes.
const LONGEST_SPENT: Duration = Duration::from_secs(60 * 60 + 2 * 60);
/// How long after a jump what was refused for its time may have been refused because of it.
const BLAMED_FOR: Duration = Duration::from_secs(3 * 60 * 60);

/// The clock was set, or the machine slept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockJump {
    /// What the clock said first after it.
    pub at: Timestamp,
    /// By how many seconds: forward, or back when negative.
    pub seconds: i64,
}

impl ClockJump {
    /// Says whether something that was refused at `now` for its time may have been refused because of this.
    pub fn may_explain(&self, now: Timestamp) -> bool {
        now.is_within(BLAMED_FOR, self.at)
    }
}

/// Compares the clock with the monotonic one, which is given as the time since the start of the process.
#[derive(Clone, Copy, Debug)]
pub struct ClockWatch {
    /// Microseconds since 1970 at the start of the process, by the clock as it runs now.
    start: i64,
    /// Since when it has run evenly.
    even_since: Duration,
}

fn start(now: Timestamp, running: Duration) -> i64 {
    now.before(running).micros()
}

impl ClockWatch {
    /// Begins to watch.
    pub fn new(now: Timestamp, running: Duration) -> Self {
        Self { start: start(now, running), even_since: running }
    }

    /// Looks at both clocks; gives the jump since the last look, if there was one.
    pub fn look(&mut self, now: Timestamp, running: Duration) -> Option<ClockJump> {
        let by = start(now, running).saturating_sub(self.start);
        if u128::from(by.unsigned_abs()) <= JUMP.as_micros() {
            return None;
        }
        *self = Self::new(now, running);
        Some(ClockJump { at: now, seconds: by / 1_000_000 })
    }

    /// Says whether a value that was spent and has expired may be forgotten: it would not be accepted again, because the
    /// clock has not jumped for as long as any such value is accepted. Look first.
    pub fn may_forget_spent(&self, running: Duration) -> bool {
        running.saturating_sub(self.even_since) >= LONGEST_SPENT
    }
}

#[cfg(test)]
mod tests {
    use super::{ClockJump, ClockWatch};
    use crate::Timestamp;
    use std::time::Duration;

    const HOUR: i64 = 3_600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_000_000 + second)
    }

    fn running(second: i64) -> Duration {
        Duration::from_secs(second.unsigned_abs())
    }

    #[test]
    fn a_jump_forward_and_back_is_seen_and_nothing_spent_is_forgotten_for_an_hour() {
        let mut watch = ClockWatch::new(at(0), running(0));
        assert_eq!(watch.look(at(2 * HOUR), running(2 * HOUR)), None);
        assert!(watch.may_forget_spent(running(2 * HOUR)));
        let forward = watch.look(at(4 * HOUR + 1), running(2 * HOUR + 1));
        assert_eq!(forward, Some(ClockJump { at: at(4 * HOUR + 1), seconds: 2 * HOUR }));
        assert!(!watch.may_forget_spent(running(2 * HOUR + 1)));
        let back = watch.look(at(2 * HOUR + 60), running(2 * HOUR + 60));
        assert_eq!(back.map(|it| it.seconds), Some(-2 * HOUR));
        assert_eq!(watch.look(at(3 * HOUR + 179), running(3 * HOUR + 179)), None);
        assert!(!watch.may_forget_spent(running(3 * HOUR + 179)));
        assert!(watch.may_forget_spent(running(3 * HOUR + 180)));
    }

    #[test]
    fn a_minute_is_no_jump_and_small_steps_add_up_to_one() {
        let mut watch = ClockWatch::new(at(0), running(0));
        assert_eq!(watch.look(at(60), running(0)), None);
        assert_eq!(watch.look(at(61), running(0)).map(|it| it.seconds), Some(61));
        assert_eq!(watch.look(at(1), running(0)), None);
    }

    #[test]
    fn what_is_refused_hours_later_has_another_reason() {
        let jump = ClockJump { at: at(0), seconds: 7_200 };
        assert!(jump.may_explain(at(10_799)) && jump.may_explain(at(-7_200)));
        assert!(!jump.may_explain(at(10_800)));
    }
}
