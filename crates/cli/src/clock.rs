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

/// An instant as RFC 3339 writes it, in UTC, with microseconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let (seconds, micros) = (at.seconds(), at.micros().rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// The Gregorian date of a day, counted from 1970-01-01. Counts years from March, so that the leap day is the last.
const fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * march + 2) / 5 + 1, if march < 10 { march + 3 } else { march - 9 });
    (year + era * 400 + (month <= 2) as i64, month, day)
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
    use super::{date, days_of, rfc3339};
    use model::Timestamp;

    #[test]
    fn an_instant_is_written_as_everybody_writes_it() {
        let text = |seconds| rfc3339(Timestamp::from_seconds(seconds));
        assert_eq!(text(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text(951_782_399), "2000-02-28T23:59:59.000000Z");
        assert_eq!(text(951_868_799), "2000-02-29T23:59:59.000000Z");
        assert_eq!(text(4_107_542_400), "2100-03-01T00:00:00.000000Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.000000Z");
    }

    #[test]
    fn a_date_and_its_day_are_the_same() {
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = date(day);
            assert_eq!(days_of(year, month, of_month), day);
        }
    }
}
