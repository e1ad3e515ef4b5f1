//! Instants as dates.

/// The date of an instant in UTC; `None` outside the years 1970 to 9999.
pub(crate) fn civil(seconds: i64) -> Option<[u16; 6]> {
    if !(0..253_402_300_800).contains(&seconds) {
        return None;
    }
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March, so that the leap day is the last; four hundred of them are an era.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    let parts = [year, month, day, rest / 3_600, rest / 60 % 60, rest % 60];
    Some(parts.map(|it| u16::try_from(it).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn an_instant_has_a_date() {
        assert_eq!(civil(0), Some([1970, 1, 1, 0, 0, 0]));
        assert_eq!(civil(951_782_399), Some([2000, 2, 28, 23, 59, 59]));
        assert_eq!(civil(951_782_400), Some([2000, 2, 29, 0, 0, 0]));
        assert_eq!(civil(1_795_651_200), Some([2026, 11, 26, 0, 0, 0]));
        assert_eq!(civil(253_402_300_799), Some([9999, 12, 31, 23, 59, 59]));
        assert_eq!((civil(-1), civil(253_402_300_800)), (None, None));
    }
}
