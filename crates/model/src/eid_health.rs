//! Whether an eID works, as far as probes and logins have shown.
//!
//! ```text
//!             works                  fails twice in a row
//!  Unknown ──────────► Up ─────────────────────────────────► Down
//!     │                 ▲                                      │
//!     │                 └──────────────── works ───────────────┘
//!     └── fails twice in a row ──► Down      nothing seen for five minutes ──► Unknown
//! ```

use std::time::Duration;

use crate::Timestamp;

/// How many failures in a row make an eID count as down.
const FAILURES: u8 = 2;
/// Failures this close together are one: those who wait for the same answer are all told.
const SAME_FOR: Duration = Duration::from_secs(5);
/// What was seen longer ago says nothing about now.
const KNOWN_FOR: Duration = Duration::from_secs(5 * 60);

/// What is known of an eID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EidStatus {
    /// It answers.
    Up,
    /// It does not.
    Down,
    /// Nobody has asked it lately.
    Unknown,
}

impl EidStatus {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

/// What has been seen of one eID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EidHealth {
    /// Whether it works, and since when.
    known: Option<(bool, Timestamp)>,
    failures: u8,
    seen_at: Option<Timestamp>,
}

impl EidHealth {
    /// What is known once it was seen to work, or to fail, at `now`.
    #[must_use]
    pub fn seen(self, works: bool, now: Timestamp) -> Self {
        let same = !works && self.failures > 0 && self.seen_at.is_some_and(|at| now.since(at) < SAME_FOR);
        if same {
            return self;
        }
        let failures = if works { 0 } else { self.failures.saturating_add(1).min(FAILURES) };
        // What was known and has not been heard of for long does not go on from there.
        let known = self.known.filter(|_| self.status(now) != EidStatus::Unknown);
        let known = match (works, known) {
            (true, Some((true, since))) => Some((true, since)),
            (true, _) => Some((true, now)),
            (false, Some((false, since))) => Some((false, since)),
            (false, _) if failures >= FAILURES => Some((false, now)),
            (false, earlier) => earlier,
        };
        Self { known, failures, seen_at: Some(now) }
    }

    /// Whether it works.
    pub fn status(&self, now: Timestamp) -> EidStatus {
        let fresh = self.seen_at.is_some_and(|at| now.since(at) < KNOWN_FOR);
        match self.known.filter(|_| fresh) {
            Some((true, _)) => EidStatus::Up,
            Some((false, _)) => EidStatus::Down,
            None => EidStatus::Unknown,
        }
    }

    /// Since when that is so; `None` while nothing is known.
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let (_, since) = self.known.filter(|_| self.status(now) != EidStatus::Unknown)?;
        Some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::{EidHealth, EidStatus};
    use crate::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_000_000 + second)
    }

    fn after(seen: &[(i64, bool)]) -> EidHealth {
        seen.iter().fold(EidHealth::default(), |health, (second, works)| health.seen(*works, at(*second)))
    }

    #[test]
    fn an_eid_is_down_after_two_failures_in_a_row_and_up_after_one_success() {
        for (seen, status, since) in [
            (&[][..], EidStatus::Unknown, None),
            (&[(0, true)], EidStatus::Up, Some(0)),
            (&[(0, true), (30, true)], EidStatus::Up, Some(0)),
            (&[(0, true), (30, false)], EidStatus::Up, Some(0)),
            (&[(0, false)], EidStatus::Unknown, None),
            (&[(0, false), (30, false)], EidStatus::Down, Some(30)),
            (&[(0, true), (30, false), (60, false), (90, false)], EidStatus::Down, Some(60)),
            (&[(0, false), (30, true), (60, false)], EidStatus::Up, Some(30)),
            (&[(0, false), (30, false), (60, true)], EidStatus::Up, Some(60)),
        ] {
            let health = after(seen);
            assert_eq!((health.status(at(95)), health.since(at(95))), (status, since.map(at)), "{seen:?}");
        }
    }

    #[test]
    fn a_crowd_that_waits_for_one_answer_fails_once() {
        assert_eq!(after(&[(0, true), (30, false), (31, false), (34, false)]).status(at(35)), EidStatus::Up);
        assert_eq!(after(&[(0, true), (30, false), (36, false)]).status(at(37)), EidStatus::Down);
    }

    #[test]
    fn what_was_seen_long_ago_is_not_known() {
        let health = after(&[(0, true)]);
        assert_eq!(health.status(at(299)), EidStatus::Up);
        assert_eq!((health.status(at(300)), health.since(at(300))), (EidStatus::Unknown, None));
        assert_eq!(health.seen(true, at(400)).since(at(400)), Some(at(400)), "it is up again, not still");
    }
}
