//! The number by which Brønnøysundregistrene know a company.
//!
//! Spec: Brønnøysundregistrene, "Organisasjonsnummer" (nine digits, the last one by modulus 11), read 2026

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Which units a number may belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllowedUnits {
    /// Real ones only: the first digit is 8 or 9.
    Real,
    /// Also the synthetic ones of test environments: the first digit is 2 or 3.
    RealAndTest,
}

/// The organisation number of a company, sub-unit or association: nine digits whose control digit fits. Says nothing about
/// whether it is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganisationNumber(u32);

/// Why what was typed is no organisation number. In the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganisationNumberError {
    /// Nothing was typed.
    Missing,
    /// This is neither a digit nor a space.
    NotADigit(char),
    /// So many digits instead of nine.
    Length(usize),
    /// No organisation number begins with this digit.
    FirstDigit(u8),
    /// A synthetic number where only real ones are allowed.
    TestUnit,
    /// The last digit does not fit the others: a digit is wrong, or two are exchanged.
    ControlDigit,
}

const WEIGHTS: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];

/// The digit that belongs behind eight others; `None` where no number begins with these eight.
fn control_digit(digits: &[u32]) -> Option<u32> {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// Without the letters around a number of the VAT register: `NO 987 654 325 MVA`.
fn without_letters(text: &str) -> &str {
    let begins = text.get(..2).is_some_and(|it| it.eq_ignore_ascii_case("NO"));
    let text = if begins { text.get(2..).unwrap_or_default() } else { text };
    let end = text.len().saturating_sub(3);
    let ends = text.get(end..).is_some_and(|it| it.eq_ignore_ascii_case("MVA"));
    if ends { text.get(..end).unwrap_or_default() } else { text }
}

impl OrganisationNumber {
    /// Reads what somebody typed: nine digits, with any spaces between them, also with the `NO` and `MVA` that stand on
    /// invoices.
    ///
    /// # Errors
    /// [`OrganisationNumberError`]: say it at the field.
    pub fn parse(text: &str, allowed: AllowedUnits) -> Result<Self, OrganisationNumberError> {
        use OrganisationNumberError as E;
        let text = without_letters(text.trim());
        let typed = || text.chars().filter(|it| !it.is_whitespace());
        if typed().next().is_none() {
            return Err(E::Missing);
        }
        if let Some(other) = typed().find(|it| !it.is_ascii_digit()) {
            return Err(E::NotADigit(other));
        }
        let digits: Vec<u32> = typed().filter_map(|it| it.to_digit(10)).collect();
        let [first, .., last] = digits.as_slice() else { return Err(E::Length(digits.len())) };
        if digits.len() != 9 {
            return Err(E::Length(digits.len()));
        }
        match (first, allowed) {
            (8 | 9, _) | (2 | 3, AllowedUnits::RealAndTest) => {}
            (2 | 3, AllowedUnits::Real) => return Err(E::TestUnit),
            _ => return Err(E::FirstDigit(u8::try_from(*first).unwrap_or_default())),
        }
        if control_digit(&digits) != Some(*last) {
            return Err(E::ControlDigit);
        }
        Ok(Self(digits.iter().fold(0, |number, digit| number * 10 + digit)))
    }

    /// A number that is written in our own code; a test parses each.
    pub(crate) const fn known(number: u32) -> Self {
        Self(number)
    }

    /// Says whether it belongs to the synthetic units of test environments.
    pub const fn is_test(self) -> bool {
        matches!(self.0 / 100_000_000, 2 | 3)
    }

    /// As people read it, in groups of three: `987 654 325`.
    pub fn grouped(self) -> String {
        let number = self.0;
        format!("{:03} {:03} {:03}", number / 1_000_000, number / 1_000 % 1_000, number % 1_000)
    }
}

/// The nine digits, as they stand in addresses and answers of the registers.
impl fmt::Display for OrganisationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}

impl Serialize for OrganisationNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Test units are read too: whether they were allowed was decided when the number was typed.
impl<'de> Deserialize<'de> for OrganisationNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text, AllowedUnits::RealAndTest)
            .map_err(|_| D::Error::custom("not an organisation number"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        AllowedUnits::{Real, RealAndTest},
        OrganisationNumber, OrganisationNumberError as E,
    };

    #[test]
    fn a_number_is_read_however_it_is_spaced() {
        for typed in [
            "974760673",
            "974 760 673",
            " 9 7 4760673 ",
            "974\u{a0}760\u{a0}673",
            "NO974760673MVA",
            "no 974 760 673 mva",
        ] {
            let number = OrganisationNumber::parse(typed, Real).unwrap();
            assert_eq!((number.to_string(), number.grouped()), ("974760673".into(), "974 760 673".into()));
        }
    }

    #[test]
    fn test_units_are_read_where_they_are_allowed() {
        for typed in ["314270320", "313513580", "310163449", "299000117"] {
            assert!(OrganisationNumber::parse(typed, RealAndTest).unwrap().is_test());
            assert_eq!(OrganisationNumber::parse(typed, Real), Err(E::TestUnit), "{typed}");
        }
        for typed in ["810004622", "927611929"] {
            assert!(!OrganisationNumber::parse(typed, RealAndTest).unwrap().is_test(), "{typed}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_refusal() {
        for (typed, refusal) in [
            ("", E::Missing),
            (" \u{a0} ", E::Missing),
            ("NO MVA", E::Missing),
            ("97476067", E::Length(8)),
            ("9", E::Length(1)),
            ("9747606730", E::Length(10)),
            ("97476067x", E::NotADigit('x')),
            ("974.760.673", E::NotADigit('.')),
            ("９74760673", E::NotADigit('９')),
            ("174760673", E::FirstDigit(1)),
            ("017476067", E::FirstDigit(0)),
            ("974760674", E::ControlDigit),
            ("974760763", E::ControlDigit),
            ("987654321", E::ControlDigit),
        ] {
            assert_eq!(OrganisationNumber::parse(typed, Real), Err(refusal), "{typed}");
        }
    }

    #[test]
    fn a_number_is_kept_as_its_nine_digits() {
        let number = OrganisationNumber::parse("974760673", Real).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), r#""974760673""#);
        assert_eq!(serde_json::from_str::<OrganisationNumber>(r#""974760673""#).unwrap(), number);
        assert!(serde_json::from_str::<OrganisationNumber>(r#""974760674""#).is_err());
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(eight in 80_000_000_u32..100_000_000, place in 0_usize..9, by in 1_u8..10) {
            let found = (0..10).find_map(|it| OrganisationNumber::parse(&format!("{eight}{it}"), Real).ok());
            let Some(number) = found else { return Ok(()) };
            let mut digits = number.to_string().into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let wrong = String::from_utf8(digits).unwrap();
            prop_assert!(OrganisationNumber::parse(&wrong, RealAndTest).is_err());
        }

        #[test]
        fn whatever_is_typed_is_read_or_refused(typed in any::<String>()) {
            if let Ok(number) = OrganisationNumber::parse(&typed, RealAndTest) {
                prop_assert_eq!(OrganisationNumber::parse(&number.grouped(), RealAndTest), Ok(number));
            }
        }
    }
}
