//! What is asked of a timestamp service, and what is believed of its answer.
//!
//! Spec: RFC 3161 §2.4 <https://www.rfc-editor.org/rfc/rfc3161#section-2.4>, RFC 5816

use std::time::Duration;

use der::{
    Any, AnyRef, DateTime, Decode as _, Encode as _, Sequence, Tag,
    asn1::{ObjectIdentifier, OctetString, Uint},
};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::{cms::SHA256, elements::elements, fault::TimestampFault, signed::Signed};

/// How far the clock of a service may be from ours, in seconds.
const TOLERANCE: u64 = 600;
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

#[derive(Sequence)]
struct Request {
    version: u8,
    imprint: Imprint,
    nonce: Uint,
    /// The service's certificate comes along.
    certificates: bool,
}

#[derive(Sequence)]
struct Imprint {
    algorithm: AlgorithmIdentifierOwned,
    digest: OctetString,
}

/// Writes a request for a time stamp of a digest (SHA-256).
pub(super) fn request(digest: [u8; 32], nonce: [u8; 16]) -> der::Result<Vec<u8>> {
    // NULL as parameters, because services that compare the imprint byte by byte know it that way.
    let algorithm = AlgorithmIdentifierOwned { oid: SHA256, parameters: Some(Any::null()) };
    let imprint = Imprint { algorithm, digest: OctetString::new(digest)? };
    Request { version: 1, imprint, nonce: Uint::new(&nonce)?, certificates: true }.to_der()
}

/// What a token says.
struct Stated<'a> {
    algorithm: ObjectIdentifier,
    digest: &'a [u8],
    nonce: Option<&'a [u8]>,
    at: i64,
}

/// Gives the token of an answer, if it is a time stamp of `digest` that answers the request with `nonce`, within ten minutes
/// of `now`, signed by a certificate that comes along. Whether that certificate is to be trusted is the verifier's business.
pub(super) fn token(
    response: &[u8],
    digest: [u8; 32],
    nonce: [u8; 16],
    now: i64,
) -> Result<Vec<u8>, TimestampFault> {
    let malformed = |_: der::Error| TimestampFault::Malformed;
    let parts = elements(AnyRef::from_der(response).map_err(malformed)?).map_err(malformed)?;
    let status = parts.first().ok_or(TimestampFault::Malformed)?;
    let status = elements(*status).map_err(malformed)?;
    let status = status.first().ok_or(TimestampFault::Malformed)?.decode_as::<u8>().map_err(malformed)?;
    // Granted, or granted with modifications.
    if status > 1 {
        return Err(TimestampFault::Refused { status });
    }
    let token = parts.get(1).ok_or(TimestampFault::Malformed)?.to_der().map_err(malformed)?;
    let signed = Signed::read(&token).ok_or(TimestampFault::Malformed)?;
    let stated = (signed.kind == TST_INFO).then(|| stated(signed.content)).flatten();
    let stated = stated.ok_or(TimestampFault::Malformed)?;
    if stated.algorithm != SHA256 || stated.digest != digest {
        return Err(TimestampFault::OtherImprint);
    }
    if stated.nonce != Some(Uint::new(&nonce).map_err(malformed)?.as_bytes()) {
        return Err(TimestampFault::OtherNonce);
    }
    if stated.at.abs_diff(now) > TOLERANCE {
        return Err(TimestampFault::Clock { stated: stated.at });
    }
    if !signed.is_signed() {
        return Err(TimestampFault::Signature);
    }
    Ok(token)
}

/// Reads `TSTInfo`. What is optional is told apart by its tag.
fn stated(content: &[u8]) -> Option<Stated<'_>> {
    let parts = elements(AnyRef::from_der(content).ok()?).ok()?;
    let imprint = elements(*parts.get(2)?).ok()?;
    let algorithm = elements(*imprint.first()?).ok()?;
    let nonce = parts.get(5..)?.iter().find(|it| it.header().tag() == Tag::Integer);
    let nonce = nonce.map(|it| it.value()).map(|it| it.strip_prefix(&[0]).unwrap_or(it));
    Some(Stated {
        algorithm: algorithm.first()?.decode_as().ok()?,
        digest: imprint.get(1)?.value(),
        nonce,
        at: instant(parts.get(4)?.value())?,
    })
}

/// Reads `YYYYMMDDhhmmss`, a fraction of a second that is dropped, and `Z`.
fn instant(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.len() != 14 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let two = |at: usize| whole.get(at..at + 2)?.parse::<u8>().ok();
    let date = DateTime::new(whole.get(..4)?.parse().ok()?, two(4)?, two(6)?, two(8)?, two(10)?, two(12)?);
    let since: Duration = date.ok()?.unix_duration();
    i64::try_from(since.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn a_time_with_a_fraction_is_read_and_nonsense_is_not() {
        assert_eq!(instant(b"20261126000000Z"), Some(1_795_651_200));
        assert_eq!(instant(b"20261126000000.123Z"), Some(1_795_651_200));
        for text in
            ["20261126000000", "2026112600000Z", "20261326000000Z", "20261126000000.xZ", "Z", "\u{e9}"]
        {
            assert_eq!(instant(text.as_bytes()), None, "{text}");
        }
    }
}
