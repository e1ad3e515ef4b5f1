//! How much may come in how much time: the generic cell rate algorithm, over one stored instant.

use std::time::Duration;

use crate::Timestamp;

/// So much at once, and so much in a span in the long run.
///
/// What was admitted is kept as one instant: until when the allowance is used up. A key that was never seen, or whose
/// instant has passed, has its whole allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    each: Duration,
    at_once: u32,
}

impl Rate {
    /// Admits `count` in each `span`, and as much at once. `None` for a count of zero: no limit.
    pub fn new(count: u32, span: Duration) -> Option<Self> {
        let micros = span.as_micros().div_ceil(u128::from(count.max(1))).max(1);
        let each = Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        (count > 0).then_some(Self { each, at_once: count })
    }

    /// Decides about something that weighs `cost`; gives the instant to store in place of `used_until`.
    ///
    /// What weighs more than may come at once is admitted when nothing else has come. An instant further ahead than
    /// this rule would store comes from a clock that has been set back, and counts as the furthest it would.
    ///
    /// # Errors
    /// How long to wait; nothing is to be stored.
    pub fn admit(&self, used_until: Timestamp, cost: u32, now: Timestamp) -> Result<Timestamp, Duration> {
        let whole = self.each.saturating_mul(self.at_once);
        let begins = used_until.max(now).min(now.after(whole));
        let ends = begins.after(self.each.saturating_mul(cost.min(self.at_once)));
        let used = ends.since(now);
        if used <= whole { Ok(ends) } else { Err(used.saturating_sub(whole)) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::Rate;
    use crate::Timestamp;

    const NEVER: Timestamp = Timestamp::from_micros(i64::MIN);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(millis * 1_000)
    }

    fn six_a_minute() -> Rate {
        Rate::new(6, Duration::from_secs(60)).unwrap()
    }

    #[test]
    fn a_burst_is_admitted_and_then_one_each_interval() {
        let rate = six_a_minute();
        let mut used = NEVER;
        for _ in 0..6 {
            used = rate.admit(used, 1, at(0)).unwrap();
        }
        assert_eq!(used, at(60_000));
        assert_eq!(rate.admit(used, 1, at(0)), Err(Duration::from_secs(10)));
        assert_eq!(rate.admit(used, 1, at(9_999)), Err(Duration::from_millis(1)));
        assert_eq!(rate.admit(used, 1, at(10_000)), Ok(at(70_000)));
    }

    #[test]
    fn an_allowance_that_was_not_used_does_not_grow() {
        let rate = six_a_minute();
        assert_eq!(rate.admit(at(1_000), 1, at(3_600_000)), Ok(at(3_610_000)));
    }

    #[test]
    fn what_weighs_more_waits_longer_and_is_admitted_in_the_end() {
        let rate = six_a_minute();
        assert_eq!(rate.admit(NEVER, 4, at(0)), Ok(at(40_000)));
        assert_eq!(rate.admit(at(40_000), 4, at(0)), Err(Duration::from_secs(20)));
        assert_eq!(rate.admit(NEVER, 1_000, at(0)), Ok(at(60_000)));
    }

    #[test]
    fn a_clock_that_was_set_back_shuts_nobody_out_for_longer_than_the_span() {
        assert_eq!(six_a_minute().admit(at(86_400_000), 1, at(0)), Err(Duration::from_secs(10)));
    }

    #[test]
    fn none_is_no_limit() {
        assert_eq!(Rate::new(0, Duration::from_secs(60)), None);
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_what_time_has_brought(
            count in 1_u32..500,
            steps in prop::collection::vec((0_i64..2_000_000, 1_u32..4), 1..400),
        ) {
            let rate = Rate::new(count, Duration::from_secs(60)).unwrap();
            let (mut now, mut used, mut admitted) = (0_i64, NEVER, 0_u64);
            for (step, cost) in steps {
                now += step;
                match rate.admit(used, cost, Timestamp::from_micros(now)) {
                    Ok(instant) => {
                        used = instant;
                        admitted += u64::from(cost.min(count));
                    }
                    Err(wait) => {
                        let later = Timestamp::from_micros(now).after(wait);
                        prop_assert!(rate.admit(used, cost, later).is_ok(), "the wait is long enough");
                    }
                }
                let most = f64::from(count) * (1.0 + now as f64 / 60_000_000.0);
                prop_assert!(admitted as f64 <= most + 1e-6, "{admitted} of {most}");
            }
        }
    }
}
