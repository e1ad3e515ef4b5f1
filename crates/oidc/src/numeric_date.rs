//! Instants as tokens carry them.

use serde_json::Value;

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// Reads a NumericDate: seconds since 1970, UTC, in the years 1970 to 9999. A fraction is rounded down.
///
/// `None` when it is no number or outside of these years: refuse what carries it.
///
/// Spec: RFC 7519 §2 <https://www.rfc-editor.org/rfc/rfc7519#section-2>
pub fn numeric_date(value: &Value) -> Option<i64> {
    let seconds = match value.as_i64() {
        Some(whole) => whole,
        // The bounds come first: what is not finite or does not fit an integer is in neither.
        None => match value.as_f64().map(f64::floor) {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and within the bounds")]
            Some(floor) if (0.0..=LAST as f64).contains(&floor) => floor as i64,
            _ => return None,
        },
    };
    (0..=LAST).contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::numeric_date;
    use serde_json::{Value, json};

    #[test]
    fn an_instant_with_a_fraction_is_rounded_down_and_one_beyond_the_year_9999_is_refused() {
        for (given, read) in [
            (json!(0), Some(0)),
            (json!(1_795_000_000.999), Some(1_795_000_000)),
            (json!(253_402_300_799_i64), Some(253_402_300_799)),
            (json!(253_402_300_799.5), Some(253_402_300_799)),
            (json!(253_402_300_800_i64), None),
            (json!(-0.5), None),
            (json!(-1), None),
            (json!(1e300), None),
            (json!(u64::MAX), None),
            (json!("1795000000"), None),
            (Value::Null, None),
        ] {
            assert_eq!(numeric_date(&given), read, "{given}");
        }
    }
}
