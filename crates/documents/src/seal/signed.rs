//! A `SignedData` of somebody else, as far as a time stamp needs it.
//!
//! Spec: RFC 5652 §5.1, §5.3, §5.4, §5.6 <https://www.rfc-editor.org/rfc/rfc5652#section-5>

use crypto::{CertificateDigest, same_bytes};
use der::{AnyRef, Decode as _, Encode as _, Tag, asn1::ObjectIdentifier};

use super::{chain::Link, elements::elements};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const DIGESTS: [(ObjectIdentifier, CertificateDigest); 3] = [
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"), CertificateDigest::Sha256),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"), CertificateDigest::Sha384),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"), CertificateDigest::Sha512),
];

/// Content that is signed by one signer, and the certificates that came along.
pub(super) struct Signed<'a> {
    pub(super) kind: ObjectIdentifier,
    pub(super) content: &'a [u8],
    certificates: Vec<Link>,
    signer: Vec<AnyRef<'a>>,
}

impl<'a> Signed<'a> {
    /// Reads a `ContentInfo`; `None` where it is something else or has several signers.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let info = elements(AnyRef::from_der(der).ok()?).ok()?;
        let [kind, wrapped] = info.as_slice() else { return None };
        if kind.decode_as::<ObjectIdentifier>().ok()? != SIGNED_DATA {
            return None;
        }
        let signed = elements(*elements(*wrapped).ok()?.first()?).ok()?;
        let encapsulated = elements(*signed.get(2)?).ok()?;
        let content = elements(*encapsulated.get(1)?).ok()?;
        let is_certificates = |it: &&AnyRef<'_>| is_tagged(it, 0);
        let certificates = signed.get(3..)?.iter().find(is_certificates).map(|it| elements(*it));
        let certificates = certificates.transpose().ok()?.unwrap_or_default();
        let signers = elements(*signed.last()?).ok()?;
        let [signer] = signers.as_slice() else { return None };
        Some(Self {
            kind: encapsulated.first()?.decode_as().ok()?,
            content: content.first()?.value(),
            certificates: certificates.iter().filter_map(|it| Link::read(it.to_der().ok()?)).collect(),
            signer: elements(*signer).ok()?,
        })
    }

    /// Whether the signature is one of the content by a timestamp service whose certificate came along.
    pub(super) fn is_signed(&self) -> bool {
        self.check().unwrap_or(false)
    }

    fn check(&self) -> Option<bool> {
        let [_, _, digest, attributes, _, signature, ..] = self.signer.as_slice() else { return None };
        if !is_tagged(attributes, 0) {
            return None;
        }
        let digest: ObjectIdentifier = elements(*digest).ok()?.first()?.decode_as().ok()?;
        let (_, digest) = DIGESTS.into_iter().find(|(it, _)| *it == digest)?;
        let stated = elements(*attributes).ok()?.into_iter().find_map(message_digest)?;
        // Signed as a SET, although it is written with another tag: §5.4.
        let message = AnyRef::new(Tag::Set, attributes.value()).and_then(|it| it.to_der()).ok()?;
        let signs = |it: &Link| it.may_time_stamp() && it.verifies(digest, &message, signature.value());
        Some(same_bytes(stated, &digest.of(self.content)) && self.certificates.iter().any(signs))
    }
}

fn is_tagged(it: &AnyRef<'_>, number: u32) -> bool {
    matches!(it.header().tag(), Tag::ContextSpecific { number: found, .. } if found.value() == number)
}

/// The value of the attribute, if this is it.
fn message_digest(attribute: AnyRef<'_>) -> Option<&[u8]> {
    let parts = elements(attribute).ok()?;
    let is_it = parts.first()?.decode_as::<ObjectIdentifier>().is_ok_and(|it| it == MESSAGE_DIGEST);
    is_it.then_some(())?;
    Some(elements(*parts.get(1)?).ok()?.first()?.value())
}
