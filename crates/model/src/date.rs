//! Days of the calendar, without a time of day; nothing here reads a clock.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::Timestamp;

/// A day of the Gregorian calendar in the years 1 to 9999. Written as `2026-05-17`, also in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

/// The days 0001-01-01 and 9999-12-31.
const FIRST: i32 = -719_162;
const LAST: i32 = 2_932_896;
const SECONDS: i64 = 86_400;

impl Date {
    /// Takes year, month and day; `None` where the calendar has no such day.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        Timestamp::of_date(year, month, day).map(Self::in_utc)
    }

    /// Reads `2026-05-17` or `17.05.2026`, the two forms that the registers use: all digits, nothing around them.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digits =
            |it: &str, width: usize| it.len() == width && it.bytes().all(|it| it.is_ascii_digit());
        let number = |it: &str, width| is_digits(it, width).then(|| it.parse::<i64>().ok()).flatten();
        let parts: Vec<&str> = text.split(['-', '.']).collect();
        let [first, month, last] = parts.as_slice() else { return None };
        let is_iso = text.matches('-').count() == 2;
        let is_norwegian = text.matches('.').count() == 2;
        match (is_iso, is_norwegian) {
            (true, _) => Self::new(number(first, 4)?, number(month, 2)?, number(last, 2)?),
            (_, true) => Self::new(number(last, 4)?, number(month, 2)?, number(first, 2)?),
            _ => None,
        }
    }

    fn in_utc(at: Timestamp) -> Self {
        Self::at(at.seconds().div_euclid(SECONDS))
    }

    /// The day that many days after 1970-01-01, kept within the years 1 to 9999.
    fn at(days: i64) -> Self {
        let days = days.clamp(i64::from(FIRST), i64::from(LAST));
        Self { days: i32::try_from(days).unwrap_or(LAST) }
    }

    /// The day on which an instant falls in Norway. Summer time begins and ends at 01:00 UTC on the last Sundays of March
    /// and October, as in the whole European Economic Area.
    ///
    /// Spec: Directive 2000/84/EC, articles 1 to 3
    pub fn in_norway(at: Timestamp) -> Self {
        let (year, ..) = at.date();
        let changes_at = |month| {
            let last = Self::new(year, month, 31)?;
            let sunday = last.plus_days(-(last.weekday() % 7));
            Some(Timestamp::from_seconds(i64::from(sunday.days) * SECONDS + 3_600))
        };
        let is_summer = changes_at(3).is_some_and(|it| at >= it) && changes_at(10).is_some_and(|it| at < it);
        Self::in_utc(at.after(Duration::from_secs(if is_summer { 7_200 } else { 3_600 })))
    }

    /// Year, month, day.
    pub const fn year_month_day(self) -> (i64, i64, i64) {
        Timestamp::from_seconds(self.days as i64 * SECONDS).date()
    }

    /// The day of the week, from Monday (1) to Sunday (7).
    pub const fn weekday(self) -> i32 {
        (self.days + 3).rem_euclid(7) + 1
    }

    /// The day that many days later, or earlier; stays within the years 1 to 9999.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::at(i64::from(self.days) + i64::from(days))
    }

    /// The same day that many months earlier, or the last one of that month where it is shorter; not before the year 1.
    #[must_use]
    pub fn months_before(self, months: u8) -> Self {
        let (year, month, day) = self.year_month_day();
        let count = year * 12 + month - 1 - i64::from(months);
        let last = (1..=day).rev().find_map(|day| Self::new(count / 12, count % 12 + 1, day));
        last.unwrap_or(Self { days: FIRST })
    }

    /// How many days lie between; negative when `earlier` is later.
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.days - earlier.days
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a day of the calendar"))
    }
}

#[cfg(test)]
mod tests {
    use super::Date;
    use crate::Timestamp;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn both_forms_of_the_registers_are_read() {
        assert_eq!(Date::parse("1984-05-17"), Date::new(1984, 5, 17));
        assert_eq!(Date::parse("17.05.1984"), Date::new(1984, 5, 17));
        assert_eq!(date("29.02.2024").to_string(), "2024-02-29");
    }

    #[test]
    fn what_is_no_day_is_not_read() {
        for wrong in [
            "",
            "1984-5-17",
            "17.5.1984",
            "1984-02-30",
            "29.02.2023",
            "17-05-1984",
            "1984.05.17",
            " 1984-05-17",
            "1984-05-17T00:00:00",
            "+984-05-17",
            "17.05-1984",
            "0000-01-01",
            "１９84-05-17",
        ] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_is_kept_as_iso_has_it() {
        assert_eq!(serde_json::to_string(&date("17.05.1984")).unwrap(), r#""1984-05-17""#);
        assert_eq!(serde_json::from_str::<Date>(r#""1984-05-17""#).unwrap(), date("17.05.1984"));
        assert!(serde_json::from_str::<Date>(r#""1984-02-30""#).is_err());
    }

    #[test]
    fn days_are_counted_and_named_across_years() {
        assert_eq!(date("2026-11-26").weekday(), 4);
        assert_eq!(date("1900-01-01").weekday(), 1);
        assert_eq!(date("2024-02-28").plus_days(2), date("2024-03-01"));
        assert_eq!(date("2027-01-01").days_since(date("2026-01-01")), 365);
        assert_eq!(date("9999-12-31").plus_days(i32::MAX), date("9999-12-31"));
        assert_eq!(date("0001-01-01").plus_days(i32::MIN), date("0001-01-01"));
    }

    #[test]
    fn a_day_in_norway_begins_one_or_two_hours_before_the_day_of_utc() {
        let day = |text: &str, hour: i64, minute: i64| {
            let (year, month, day) = date(text).year_month_day();
            let midnight = Timestamp::of_date(year, month, day).unwrap().seconds();
            Date::in_norway(Timestamp::from_seconds(midnight + hour * 3_600 + minute * 60)).to_string()
        };
        assert_eq!(day("2026-01-15", 22, 59), "2026-01-15");
        assert_eq!(day("2026-01-15", 23, 0), "2026-01-16");
        assert_eq!(day("2026-07-15", 21, 59), "2026-07-15");
        assert_eq!(day("2026-07-15", 22, 0), "2026-07-16");
        // The clock was advanced on 29 March 2026, and set back on 25 October.
        assert_eq!(day("2026-03-28", 22, 30), "2026-03-28");
        assert_eq!(day("2026-03-29", 22, 30), "2026-03-30");
        assert_eq!(day("2026-10-24", 22, 30), "2026-10-25");
        assert_eq!(day("2026-10-25", 22, 30), "2026-10-25");
    }
}
