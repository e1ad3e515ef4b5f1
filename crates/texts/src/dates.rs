//! Dates as people write them.

use crate::{Locale, say};

/// A date, of year, month and day, with the name of its month: `26 November 2026`, `26. november 2026`.
pub fn long_date(locale: Locale, (year, month, day): (i64, i64, i64)) -> String {
    let month = say(locale, &format!("date-month-{month}"), &[]);
    let (day, year) = (day.to_string(), year.to_string());
    say(locale, "date-long", &[("day", day.as_str()), ("month", month.as_str()), ("year", year.as_str())])
}

#[cfg(test)]
mod tests {
    use super::long_date;
    use crate::Locale;
    #[test]
    fn a_date_has_the_name_of_its_month() {
        let shown = [Locale::En, Locale::Nb, Locale::Nn].map(|it| long_date(it, (2026, 5, 17)));
        assert_eq!(shown, ["17 May 2026", "17. mai 2026", "17. mai 2026"]);
    }
}
