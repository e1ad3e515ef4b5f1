//! When a certificate begins and ends to be valid: the one thing about X.509 that rustls does not tell.

use model::Timestamp;

use crate::clock;

/// From when to when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Reads the validity of a certificate in DER; `None` when it is not one.
///
/// Spec: RFC 5280 §4.1 <https://www.rfc-editor.org/rfc/rfc5280#section-4.1>
pub(crate) fn read(certificate: &[u8]) -> Option<Validity> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (signed, _) = element(certificate, SEQUENCE)?;
    // version (optional), serial number, signature algorithm, issuer; then what we came for
    let rest = element(signed, VERSION).map_or(signed, |(_, rest)| rest);
    let (_, rest) = element(rest, INTEGER)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (validity, _) = element(rest, SEQUENCE)?;
    let (not_before, rest) = time(validity)?;
    let (not_after, _) = time(rest)?;
    Some(Validity { not_before, not_after })
}

/// Takes one element of this tag: what is in it, and what follows.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    if *found != tag {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(*short), rest),
        long @ 0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` from then on (RFC 5280 §4.1.2.5).
fn time(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (text, rest) = element(bytes, UTC_TIME).or_else(|| element(bytes, GENERALIZED_TIME))?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (year, text) = match text.len() {
        12 => {
            let (year, text) = text.split_at(2);
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text)
        }
        14 => {
            let (year, text) = text.split_at(4);
            (year.parse().ok()?, text)
        }
        _ => return None,
    };
    let part = |at: usize| text.get(at..at + 2)?.parse::<i64>().ok();
    let days = clock::days_of(year, part(0)?, part(2)?);
    let seconds = days * 86_400 + part(4)? * 3_600 + part(6)? * 60 + part(8)?;
    Some((Timestamp::from_seconds(seconds), rest))
}

#[cfg(test)]
mod tests {
    use super::{Validity, read};
    use model::Timestamp;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    #[test]
    fn the_validity_of_a_certificate_is_read() {
        let mut params = CertificateParams::new(vec!["login.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2024, 2, 29);
        params.not_after = date_time_ymd(2051, 3, 1);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let wanted = Validity {
            not_before: Timestamp::from_seconds(1_709_164_800),
            not_after: Timestamp::from_seconds(2_561_241_600),
        };
        assert_eq!(read(certificate.der()), Some(wanted));
        for cut in 0..200 {
            let _ = read(&certificate.der()[..cut]);
        }
        assert_eq!(read(b""), None);
    }
}
