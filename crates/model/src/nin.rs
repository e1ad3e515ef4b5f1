//! National identity numbers, each with its country.
//!
//! Spec: Skatteetaten, "Fødselsnummer og D-nummer", with the relaxed first control digit that comes in 2032.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NinKind {
    /// Fødselsnummer.
    Fnr,
    /// D-number: first digit plus four.
    Dnr,
}

impl NinKind {
    /// The word in the claim `nin_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fnr => "fnr",
            Self::Dnr => "dnr",
        }
    }
}

/// A well-formed national identity number. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Nin {
    /// Norwegian: 11 digits.
    digits: String,
}

/// Norway, as ISO 3166-1 alpha-2.
const NORWAY: &str = "NO";

impl std::fmt::Debug for Nin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nin(…)")
    }
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11
}

impl Nin {
    /// Reads a number of this country (ISO 3166-1 alpha-2); `None` for a country whose numbers are not known here.
    pub fn parse(country: &str, text: &str) -> Option<Self> {
        if country == NORWAY { Self::parse_norwegian(text) } else { None }
    }

    /// Reads 11 digits; `None` unless day, month and control digits fit.
    ///
    /// Synthetic numbers (month plus 40, 65 or 80) are well-formed. The first control digit may leave a
    /// remainder of 0 to 3, as it will from 2032.
    fn parse_norwegian(text: &str) -> Option<Self> {
        let digits: Vec<u32> = text.chars().map(|it| it.to_digit(10)).collect::<Option<_>>()?;
        let [d1, d2, m1, m2, ..] = digits.as_slice() else { return None };
        if digits.len() != 11 {
            return None;
        }
        let day = (d1 * 10 + d2) % 40;
        let month = m1 * 10 + m2;
        let month = [0, 40, 65, 80]
            .into_iter()
            .filter_map(|shift| month.checked_sub(shift))
            .find(|it| (1..=12).contains(it));
        let first = weighted(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
        let second = weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
        let fits = (1..=31).contains(&day) && month.is_some() && first <= 3 && second == 0;
        fits.then(|| Self { digits: text.to_owned() })
    }

    /// Gives the 11 digits; never to a log.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The country that gave it, as ISO 3166-1 alpha-2: the claim `nin_country`.
    pub const fn country(&self) -> &'static str {
        NORWAY
    }

    /// Says which kind it is.
    pub fn kind(&self) -> NinKind {
        if self.digits.starts_with(['4', '5', '6', '7']) { NinKind::Dnr } else { NinKind::Fnr }
    }
}

impl Serialize for Nin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.country(), &self.digits).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Nin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (country, digits) = <(String, String)>::deserialize(deserializer)?;
        Self::parse(&country, &digits).ok_or_else(|| D::Error::custom("not a national identity number"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Nin, NinKind};

    #[test]
    fn control_digits_day_and_month_are_checked() {
        let nin = Nin::parse("NO", "17858499941").unwrap();
        assert_eq!((nin.kind(), nin.country()), (NinKind::Fnr, "NO"));
        assert!(Nin::parse("SE", "17858499941").is_none(), "another country's number");
        for wrong in
            ["17858499942", "17858499951", "1785849994", "178584999411", "00858499941", "1785849994x"]
        {
            assert!(Nin::parse("NO", wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_number_is_not_printed() {
        assert_eq!(format!("{:?}", Nin::parse("NO", "17858499941").unwrap()), "Nin(…)");
    }
}
