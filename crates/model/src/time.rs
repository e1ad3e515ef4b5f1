//! Instants as arguments; nothing here reads a clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Takes microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Takes whole seconds since the epoch, as tokens carry them.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Gives microseconds since the epoch, as the store keeps them.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Gives whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Its Gregorian date in UTC: year, month, day.
    pub const fn date(self) -> (i64, i64, i64) {
        // Years are counted from March, so that the leap day is the last; 400 years are one cycle.
        let days = self.seconds().div_euclid(86_400) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let (day, month) =
            (of_year - (153 * march + 2) / 5 + 1, if march < 10 { march + 3 } else { march - 9 });
        (year + era * 400 + (month <= 2) as i64, month, day)
    }

    /// The first instant of a Gregorian date in UTC; `None` where the calendar has no such date in the years 1 to 9999.
    pub fn of_date(year: i64, month: i64, day: i64) -> Option<Self> {
        if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // As in `date`, the other way round.
        let year_of_march = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year_of_march.div_euclid(400), year_of_march.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        Some(Self::from_seconds(days * 86_400)).filter(|it| it.date() == (year, month, day))
    }

    fn date_and_time(self) -> String {
        let ((year, month, day), of_day) = (self.date(), self.seconds().rem_euclid(86_400));
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }

    /// Writes the instant in UTC as `2026-01-15T10:41:41Z` (RFC 3339).
    pub fn to_iso_seconds(self) -> String {
        format!("{}Z", self.date_and_time())
    }

    /// The same with milliseconds, `2026-01-15T10:41:41.361Z`.
    pub fn to_iso_millis(self) -> String {
        format!("{}.{:03}Z", self.date_and_time(), self.0.rem_euclid(1_000_000) / 1_000)
    }

    /// The same with microseconds, `2026-01-15T10:41:41.361999Z`.
    pub fn to_iso_micros(self) -> String {
        format!("{}.{:06}Z", self.date_and_time(), self.0.rem_euclid(1_000_000))
    }

    /// The instant `span` later; stays at the end of time instead of wrapping.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The instant `span` earlier.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Says whether `at` is less than `span` away. An instant that lies ahead was noted before the clock was set back;
    /// what it stands for does not outlive its time either.
    #[must_use]
    pub fn is_within(self, span: Duration, at: Self) -> bool {
        self.since(at) < span && at.since(self) < span
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn instants_are_written_in_utc_with_milliseconds() {
        let written = |micros| Timestamp::from_micros(micros).to_iso_millis();
        assert_eq!(written(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(1_768_473_701_361_999), "2026-01-15T10:41:41.361Z");
        assert_eq!(written(1_709_164_800_000_000), "2024-02-29T00:00:00.000Z");
        assert_eq!(written(951_782_399_999_000), "2000-02-28T23:59:59.999Z");
        assert_eq!(written(-1_000), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_date_begins_at_midnight_and_must_be_in_the_calendar() {
        for day in -800_000..40_000_i64 {
            let at = Timestamp::from_seconds(day * 86_400);
            let (year, month, day) = at.date();
            if year >= 1 {
                assert_eq!(Timestamp::of_date(year, month, day), Some(at));
            }
        }
        for (year, month, day) in
            [(2026, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (0, 1, 1), (2026, 1, 0)]
        {
            assert_eq!(Timestamp::of_date(year, month, day), None);
        }
    }

    #[test]
    fn instants_are_dates_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_795_305_599, "2026-11-21T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(at.to_iso_seconds(), text);
            assert_eq!(at.to_iso_micros(), text.replace('Z', ".000000Z"));
        }
        assert_eq!(Timestamp::from_micros(-1).to_iso_micros(), "1969-12-31T23:59:59.999999Z");
    }
}
