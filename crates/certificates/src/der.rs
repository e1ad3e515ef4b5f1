//! What rustls does not tell of a certificate: when it is valid, who issued it, and for which names it is.
//!
//! Spec: RFC 5280 §4.1 <https://www.rfc-editor.org/rfc/rfc5280#section-4.1>

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UNIQUE_IDS: [u8; 2] = [0x81, 0x82];
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
/// 2.5.29.17: the names that a certificate is for.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// What is read of a certificate.
pub(crate) struct Read<'a> {
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    /// In seconds since the epoch.
    pub(crate) validity: (i64, i64),
    pub(crate) names: Vec<String>,
}

/// Reads from when to when a certificate in DER is valid, in seconds since the epoch; `None` when it is not one.
pub fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    read(certificate).map(|it| it.validity)
}

pub(crate) fn read(certificate: &[u8]) -> Option<Read<'_>> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (signed, _) = element(certificate, SEQUENCE)?;
    // version (optional), serial number, signature algorithm
    let rest = element(signed, VERSION).map_or(signed, |(_, rest)| rest);
    let (_, rest) = element(rest, INTEGER)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (issuer, rest) = element(rest, SEQUENCE)?;
    let (valid, rest) = element(rest, SEQUENCE)?;
    let (subject, rest) = element(rest, SEQUENCE)?;
    let (not_before, until) = time(valid)?;
    let (not_after, _) = time(until)?;
    Some(Read { issuer, subject, validity: (not_before, not_after), names: names(rest).unwrap_or_default() })
}

/// The DNS names in what follows the subject: public key, unique ids, extensions.
fn names(rest: &[u8]) -> Option<Vec<String>> {
    let (_, mut rest) = element(rest, SEQUENCE)?;
    for tag in UNIQUE_IDS {
        rest = element(rest, tag).map_or(rest, |(_, rest)| rest);
    }
    let (extensions, _) = element(rest, EXTENSIONS)?;
    let (mut extensions, _) = element(extensions, SEQUENCE)?;
    while let Some((extension, rest)) = element(extensions, SEQUENCE) {
        extensions = rest;
        let (id, value) = element(extension, OID)?;
        if id == SUBJECT_ALT_NAME {
            let value = element(value, BOOLEAN).map_or(value, |(_, rest)| rest);
            let (value, _) = element(value, OCTETS)?;
            return Some(dns_names(element(value, SEQUENCE)?.0));
        }
    }
    None
}

fn dns_names(mut all: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(tag) = all.first().copied() {
        let Some((name, rest)) = element(all, tag) else { break };
        all = rest;
        if tag == DNS_NAME {
            found.extend(std::str::from_utf8(name).ok().map(str::to_ascii_lowercase));
        }
    }
    found
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
fn time(bytes: &[u8]) -> Option<(i64, &[u8])> {
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
    let days = days_of(year, part(0)?, part(2)?);
    Some((days * 86_400 + part(4)? * 3_600 + part(6)? * 60 + part(8)?, rest))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year_of_march = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year_of_march.div_euclid(400), year_of_march.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{read, validity};
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    #[test]
    fn validity_and_names_of_a_certificate_are_read_and_no_part_of_one_is_a_certificate() {
        let names = vec!["login.example".to_owned(), "*.Shop.example".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2024, 2, 29);
        params.not_after = date_time_ymd(2051, 3, 1);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();

        let found = read(certificate.der()).unwrap();

        assert_eq!(found.validity, (1_709_164_800, 2_561_241_600));
        assert_eq!(found.names, ["login.example", "*.shop.example"]);
        assert_eq!(found.issuer, found.subject);
        for cut in 0..certificate.der().len() {
            assert_eq!(validity(&certificate.der()[..cut]), None);
        }
    }
}
