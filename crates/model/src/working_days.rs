//! Norwegian working days: not Saturday, not Sunday, and none of the twelve public holidays. All are computed.
//!
//! Spec: the Norwegian acts of 24 February 1995 no. 12 §2 and of 26 April 1947 no. 1 §1

use crate::Date;

/// Easter Sunday of a year, by the Gregorian computation.
fn easter(year: i64) -> Option<Date> {
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let moon_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    Date::new(year, days / 31, days % 31 + 1)
}

/// The twelve public holidays of a year: first the five at fixed dates, then the seven around Easter. Two may fall on the
/// same day. Empty outside the years of [`Date`].
pub fn public_holidays(year: i64) -> Vec<Date> {
    let fixed = [(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)].into_iter();
    let fixed = fixed.filter_map(|(month, day)| Date::new(year, month, day));
    // Maundy Thursday, Good Friday, Easter, Ascension, Whitsun.
    let around = [-3, -2, 0, 1, 39, 49, 50].into_iter();
    fixed.chain(around.filter_map(|days| easter(year).map(|it| it.plus_days(days)))).collect()
}

/// Says whether offices in Norway are open on this day.
pub fn is_working_day(day: Date) -> bool {
    let (year, ..) = day.year_month_day();
    day.weekday() < 6 && !public_holidays(year).contains(&day)
}

/// Counts the working days after `from`, up to and including `to`: of what is sent on a Friday, Monday is the first day.
/// Zero when `to` is not later.
pub fn working_days_between(from: Date, to: Date) -> u32 {
    let days = (1..=to.days_since(from)).map(|days| from.plus_days(days));
    u32::try_from(days.filter(|it| is_working_day(*it)).count()).unwrap_or(u32::MAX)
}

/// The working day that is that many working days after `from`; `from` itself for none. Stays within the years of [`Date`].
pub fn add_working_days(from: Date, days: u32) -> Date {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        let next = day.plus_days(1);
        if next == day {
            return day;
        }
        day = next;
        left -= u32::from(is_working_day(day));
    }
    day
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{add_working_days, easter, is_working_day, public_holidays, working_days_between};
    use crate::Date;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn easter_is_where_the_church_has_it() {
        for known in [
            "1818-03-22",
            "1943-04-25",
            "1954-04-18",
            "1981-04-19",
            "2000-04-23",
            "2008-03-23",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
        ] {
            assert_eq!(easter(date(known).year_month_day().0), Some(date(known)));
        }
    }

    #[test]
    fn there_are_twelve_public_holidays() {
        let of_2026 = [
            "2026-01-01",
            "2026-05-01",
            "2026-05-17",
            "2026-12-25",
            "2026-12-26",
            "2026-04-02",
            "2026-04-03",
            "2026-04-05",
            "2026-04-06",
            "2026-05-14",
            "2026-05-24",
            "2026-05-25",
        ];
        assert_eq!(public_holidays(2026), of_2026.map(date));
        assert_eq!(public_holidays(10_000), []);
    }

    #[test]
    fn weekends_and_holidays_are_no_working_days() {
        for free in ["2026-11-28", "2026-11-29", "2026-04-02", "2026-05-14", "2027-05-17", "2026-12-25"] {
            assert!(!is_working_day(date(free)), "{free}");
        }
        // Christmas Eve, New Year's Eve and the day after Ascension are ordinary days in law.
        for open in ["2026-12-24", "2026-12-31", "2026-05-15", "2026-04-07", "2026-11-26"] {
            assert!(is_working_day(date(open)), "{open}");
        }
    }

    #[test]
    fn days_are_counted_from_the_day_after() {
        for (from, to, days) in [
            ("2026-11-26", "2026-11-26", 0),
            ("2026-11-26", "2026-11-27", 1),
            ("2026-11-27", "2026-11-29", 0),
            ("2026-11-27", "2026-11-30", 1),
            ("2026-11-28", "2026-11-30", 1),
            ("2026-11-30", "2026-11-27", 0),
            ("2026-04-01", "2026-04-07", 1),
            ("2026-12-23", "2027-01-04", 6),
        ] {
            assert_eq!(working_days_between(date(from), date(to)), days, "{from} to {to}");
        }
    }

    #[test]
    fn ten_working_days_over_easter_are_three_weeks() {
        assert_eq!(add_working_days(date("2026-03-26"), 10), date("2026-04-14"));
        assert_eq!(add_working_days(date("2026-11-28"), 0), date("2026-11-28"));
        assert_eq!(add_working_days(date("2026-11-28"), 1), date("2026-11-30"));
        assert_eq!(add_working_days(date("9999-12-30"), 10), date("9999-12-31"));
    }

    proptest! {
        #[test]
        fn what_was_added_is_what_is_counted(start in 0_i32..80_000, days in 1_u32..60) {
            let from = date("1970-01-01").plus_days(start);
            let to = add_working_days(from, days);
            prop_assert!(is_working_day(to));
            prop_assert_eq!(working_days_between(from, to), days);
        }

        #[test]
        fn easter_is_a_sunday_between_22_march_and_25_april(year in 1583_i64..9999) {
            let sunday = easter(year).unwrap();
            prop_assert_eq!(sunday.weekday(), 7);
            let (_, month, day) = sunday.year_month_day();
            prop_assert!((month == 3 && day >= 22) || (month == 4 && day <= 25));
        }
    }
}
