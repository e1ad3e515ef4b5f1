//! Phone numbers as Norwegians type and read them.
//!
//! Spec: Forskrift om nummerressurser (nummerforskriften) §16

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A phone number with its country code, as ITU-T E.164 has it: at most 15 digits, `+` in front. A Norwegian one has five,
/// eight or twelve digits behind `+47`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    /// With the country code, without `+`.
    digits: String,
}

/// Why what was typed is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneError {
    /// Nothing was typed.
    Missing,
    /// This stands in no phone number.
    Character(char),
    /// No Norwegian number has so many digits.
    Length(usize),
    /// Norwegian numbers of eight digits do not begin with this one.
    FirstDigit(char),
    /// A number of another country: 7 to 15 digits with the country code, which does not begin with 0.
    Abroad,
}

const NORWAY: &str = "47";

impl PhoneNumber {
    /// Reads what somebody typed: a Norwegian number with or without `+47` or `0047`, or another country's with its code.
    /// Spaces, hyphens, full stops and brackets make no difference.
    ///
    /// # Errors
    /// [`PhoneError`]: say it at the field.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let kept =
            |it: &char| !it.is_whitespace() && !matches!(it, '-' | '.' | '(' | ')' | '\u{2011}' | '\u{2013}');
        let typed: String = text.chars().filter(kept).collect();
        if typed.is_empty() {
            return Err(PhoneError::Missing);
        }
        let abroad = typed.strip_prefix('+').or_else(|| typed.strip_prefix("00"));
        let digits = abroad.unwrap_or(&typed);
        if let Some(other) = digits.chars().find(|it| !it.is_ascii_digit()) {
            return Err(PhoneError::Character(other));
        }
        let national = match abroad {
            None => digits,
            Some(_) => match digits.strip_prefix(NORWAY) {
                Some(national) => national,
                None if (7..=15).contains(&digits.len()) && !digits.starts_with('0') => {
                    return Ok(Self { digits: digits.to_owned() });
                }
                None => return Err(PhoneError::Abroad),
            },
        };
        Self::norwegian(national)
    }

    fn norwegian(national: &str) -> Result<Self, PhoneError> {
        let first = national.chars().next().unwrap_or('0');
        match (national.len(), first) {
            (5, '0') if national.starts_with("00") => Err(PhoneError::FirstDigit(first)),
            (5, '0') | (8, '2'..='9') | (12, '5') => Ok(Self { digits: format!("{NORWAY}{national}") }),
            (5 | 8 | 12, _) => Err(PhoneError::FirstDigit(first)),
            (length, _) => Err(PhoneError::Length(length)),
        }
    }

    /// As machines take it: `+4790000000`.
    pub fn e164(&self) -> String {
        format!("+{}", self.digits)
    }

    fn national(&self) -> Option<&str> {
        self.digits.strip_prefix(NORWAY)
    }

    /// Says whether a text message can be sent there: a Norwegian mobile number, or any number abroad, of which this is not
    /// known.
    pub fn may_be_mobile(&self) -> bool {
        self.national().is_none_or(|it| it.len() == 8 && it.starts_with(['4', '9']))
    }

    /// As people in Norway read it: `22 33 44 55`; mobile numbers and those that begin with 8 as `900 00 000`; five digits in
    /// one; another country's number with `+` and its digits in one, because each country groups its own.
    pub fn shown(&self) -> String {
        let Some(national) = self.national() else { return self.e164() };
        let widths: &[usize] = match (national.len(), national.chars().next()) {
            (8, Some('4' | '8' | '9')) => &[3, 2, 3],
            (8, _) => &[2, 2, 2, 2],
            (12, _) => &[3, 3, 3, 3],
            _ => return national.to_owned(),
        };
        let (mut rest, mut groups) = (national, Vec::new());
        for width in widths {
            let Some((group, after)) = rest.split_at_checked(*width) else { break };
            groups.push(group);
            rest = after;
        }
        groups.join(" ")
    }
}

/// A person's number: a log shows how many digits it has.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({} digits)", self.digits.len())
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.e164())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|_| D::Error::custom("not a phone number"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PhoneError as E, PhoneNumber};

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for typed in [
            "99012345",
            "990 12 345",
            "+47 990 12 345",
            "0047 99 01 23 45",
            "(+47) 990-12-345",
            "990.12.345",
            "+4799012345",
        ] {
            let number = PhoneNumber::parse(typed).unwrap();
            assert_eq!((number.e164(), number.shown()), ("+4799012345".into(), "990 12 345".into()));
        }
    }

    #[test]
    fn numbers_are_grouped_by_their_kind() {
        for (typed, shown, may_be_mobile) in [
            ("22334455", "22 33 44 55", false),
            ("40012345", "400 12 345", true),
            ("80012345", "800 12 345", false),
            ("02345", "02345", false),
            ("580012345678", "580 012 345 678", false),
            ("+46 70 123 45 67", "+46701234567", true),
            ("0045 20 12 34 56", "+4520123456", true),
        ] {
            let number = PhoneNumber::parse(typed).unwrap();
            assert_eq!((number.shown().as_str(), number.may_be_mobile()), (shown, may_be_mobile), "{typed}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_refusal() {
        for (typed, refusal) in [
            ("", E::Missing),
            (" - ", E::Missing),
            ("9901234", E::Length(7)),
            ("990123456", E::Length(9)),
            ("+47", E::Length(0)),
            ("12345678", E::FirstDigit('1')),
            ("12345", E::FirstDigit('1')),
            ("990 12 34x", E::Character('x')),
            ("+47+99012345", E::Character('+')),
            ("+46123", E::Abroad),
            ("+0123456789", E::Abroad),
            ("+461234567890123456", E::Abroad),
        ] {
            assert_eq!(PhoneNumber::parse(typed), Err(refusal), "{typed}");
        }
    }

    #[test]
    fn a_number_is_not_printed() {
        assert_eq!(format!("{:?}", PhoneNumber::parse("99012345").unwrap()), "PhoneNumber(10 digits)");
    }

    #[test]
    fn a_number_is_kept_with_its_country_code() {
        let number = PhoneNumber::parse("990 12 345").unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), r#""+4799012345""#);
        assert_eq!(serde_json::from_str::<PhoneNumber>(r#""+4799012345""#).unwrap(), number);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same_number(typed in "[+0-9 ().-]{0,20}") {
            if let Ok(number) = PhoneNumber::parse(&typed) {
                prop_assert_eq!(PhoneNumber::parse(&number.shown()), Ok(number.clone()));
                prop_assert_eq!(PhoneNumber::parse(&number.e164()), Ok(number));
            }
        }
    }
}
