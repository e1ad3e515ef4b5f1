//! Whether an eID works, as far as probes and logins have shown.
//!
//! ```text
//!             works                  fails twice in a row
//!  Unknown ──────────► Up ─────────────────────────────────► Down
//!     │                 ▲                                      │
//!     │                 └────────────── works (*) ─────────────┘
//!     └── fails twice in a row ──► Down      nothing seen for five minutes ──► Unknown
//!
//! (*) A login that works clears everything. A probe that works clears what probes saw; failures of logins stand for
//!     five minutes, because a probe asks for less than a login needs.
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
    /// It has not been used lately.
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

/// Who saw an eID work or fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A login, which needs all of it.
    Login,
    /// A probe, which asks for what every login needs first.
    Probe,
}

/// What has been seen of one eID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EidHealth {
    /// Whether it works, and since when.
    known: Option<(bool, Timestamp)>,
    /// In a row, as probes saw them.
    failed_probes: u8,
    /// Since a login worked.
    failed_logins: u8,
    login_failed_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    seen_at: Option<Timestamp>,
}

impl EidHealth {
    /// What is known once it was seen to work, or to fail, at `now`.
    #[must_use]
    pub fn seen(self, witness: Witness, works: bool, now: Timestamp) -> Self {
        if !works && self.failed_at.is_some_and(|at| now.is_within(SAME_FOR, at)) {
            return self;
        }
        let mut next = self.forgetting(now);
        match (witness, works) {
            (Witness::Login, true) => (next.failed_probes, next.failed_logins) = (0, 0),
            (Witness::Probe, true) => next.failed_probes = 0,
            (Witness::Login, false) => {
                next.failed_logins = next.failed_logins.saturating_add(1);
                next.login_failed_at = Some(now);
            }
            (Witness::Probe, false) => next.failed_probes = next.failed_probes.saturating_add(1),
        }
        next.failed_at = if works { None } else { Some(now) };
        let is_down = next.failed_probes.saturating_add(next.failed_logins) >= FAILURES;
        // What was known and has not been heard of for long does not go on from there.
        let known = self.known.filter(|_| self.status(now) != EidStatus::Unknown);
        next.known = match (is_down, works, known) {
            (true, _, Some((false, since))) => Some((false, since)),
            (true, ..) => Some((false, now)),
            (false, true, Some((true, since))) => Some((true, since)),
            (false, true, _) => Some((true, now)),
            (false, false, earlier) => earlier,
        };
        Self { seen_at: Some(now), ..next }
    }

    /// Without failures of logins that say nothing about now any more.
    fn forgetting(self, now: Timestamp) -> Self {
        match self.login_failed_at.filter(|at| now.is_within(KNOWN_FOR, *at)) {
            Some(_) => self,
            None => Self { failed_logins: 0, login_failed_at: None, ..self },
        }
    }

    /// Whether it works.
    pub fn status(&self, now: Timestamp) -> EidStatus {
        let fresh = self.seen_at.is_some_and(|at| now.is_within(KNOWN_FOR, at));
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
    use super::{EidHealth, EidStatus, Witness};
    use crate::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_000_000 + second)
    }

    fn after(seen: &[(i64, bool)]) -> EidHealth {
        let by_probe = |health: EidHealth, (second, works): &(i64, bool)| {
            health.seen(Witness::Probe, *works, at(*second))
        };
        seen.iter().fold(EidHealth::default(), by_probe)
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
    fn a_probe_that_works_does_not_take_back_what_failed_logins_have_shown() {
        let failed = |health: EidHealth, second| health.seen(Witness::Login, false, at(second));
        let probed = |health: EidHealth, second| health.seen(Witness::Probe, true, at(second));
        let down = failed(failed(after(&[(0, true)]), 10), 20);
        assert_eq!(down.status(at(20)), EidStatus::Down);
        assert_eq!(probed(down, 30).status(at(30)), EidStatus::Down);
        assert_eq!(probed(down, 30).since(at(30)), Some(at(20)));
        let between = failed(probed(failed(after(&[(0, true)]), 10), 30), 40);
        assert_eq!(between.status(at(40)), EidStatus::Down, "a probe between two failures clears neither");
        let works = probed(down, 30).seen(Witness::Login, true, at(40));
        assert_eq!(works.status(at(40)), EidStatus::Up);
        let later = (1..=10).fold(down, |health, turn| probed(health, 20 + 30 * turn));
        assert_eq!(later.status(at(320)), EidStatus::Up, "nobody has failed for five minutes");
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
        assert_eq!(
            health.seen(Witness::Probe, true, at(400)).since(at(400)),
            Some(at(400)),
            "it is up again, not still"
        );
    }
}
