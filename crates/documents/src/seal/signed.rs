//! A `SignedData` of somebody else, as far as a time stamp or the signature of a PDF needs it.
//!
//! Spec: RFC 5652 §5.1, §5.3, §5.4, §5.6 <https://www.rfc-editor.org/rfc/rfc5652#section-5>, RFC 5035 §3

use crypto::{CertificateDigest, same_bytes};
use der::{AnyRef, Decode as _, Encode as _, Tag, asn1::ObjectIdentifier};

use super::{chain::Link, elements::elements};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
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

/// What a signer signed.
struct Stated<'a> {
    digest: CertificateDigest,
    message: Vec<u8>,
    signature: &'a [u8],
    attributes: Vec<AnyRef<'a>>,
}

impl<'a> Signed<'a> {
    /// Reads a `ContentInfo`; `None` where it is something else or has several signers.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let read = Self::read_any(AnyRef::from_der(der).ok()?)?;
        (!read.content.is_empty()).then_some(read)
    }

    /// The same of content that stands elsewhere; zeros may follow, as in the place that a PDF has for it.
    pub(super) fn read_detached(der: &'a [u8]) -> Option<Self> {
        let (info, rest) = AnyRef::from_der_partial(der).ok()?;
        let read = Self::read_any(info)?;
        let is_alone = rest.iter().all(|it| *it == 0) && read.content.is_empty() && read.kind == DATA;
        is_alone.then_some(read)
    }

    fn read_any(info: AnyRef<'a>) -> Option<Self> {
        let info = elements(info).ok()?;
        let [kind, wrapped] = info.as_slice() else { return None };
        if kind.decode_as::<ObjectIdentifier>().ok()? != SIGNED_DATA {
            return None;
        }
        let signed = elements(*elements(*wrapped).ok()?.first()?).ok()?;
        let encapsulated = elements(*signed.get(2)?).ok()?;
        let content = encapsulated.get(1).map(|it| elements(*it)).transpose().ok()?.unwrap_or_default();
        let is_certificates = |it: &&AnyRef<'_>| is_tagged(it, 0);
        let certificates = signed.get(3..)?.iter().find(is_certificates).map(|it| elements(*it));
        let certificates = certificates.transpose().ok()?.unwrap_or_default();
        let signers = elements(*signed.last()?).ok()?;
        let [signer] = signers.as_slice() else { return None };
        Some(Self {
            kind: encapsulated.first()?.decode_as().ok()?,
            content: content.first().map(|it| it.value()).unwrap_or_default(),
            certificates: certificates.iter().filter_map(|it| Link::read(it.to_der().ok()?)).collect(),
            signer: elements(*signer).ok()?,
        })
    }

    /// Whether the signature is one of the content by a timestamp service whose certificate came along.
    pub(super) fn is_signed(&self) -> bool {
        self.check().unwrap_or(false)
    }

    /// The certificates that came along.
    pub(super) fn certificates(&self) -> &[Link] {
        &self.certificates
    }

    /// The certificate of whoever signed this content; `None` where nobody did.
    pub(super) fn signer_of(&self, content: &[u8]) -> Option<&Link> {
        let Stated { digest, message, signature, attributes } = self.stated(content)?;
        let named = attributes.into_iter().find_map(signing_certificate)?;
        self.certificates.iter().find(|it| {
            same_bytes(named, &it.digest()) && it.may_sign() && it.verifies(digest, &message, signature)
        })
    }

    fn check(&self) -> Option<bool> {
        let Stated { digest, message, signature, .. } = self.stated(self.content)?;
        let signs = |it: &Link| it.may_time_stamp() && it.verifies(digest, &message, signature);
        Some(self.certificates.iter().any(signs))
    }

    /// What the signer signed, where it states the digest of the content: the digest, the message, the signature, the attributes.
    fn stated(&self, content: &[u8]) -> Option<Stated<'a>> {
        let [_, _, digest, attributes, _, signature, ..] = self.signer.as_slice() else { return None };
        if !is_tagged(attributes, 0) {
            return None;
        }
        let digest: ObjectIdentifier = elements(*digest).ok()?.first()?.decode_as().ok()?;
        let (_, digest) = DIGESTS.into_iter().find(|(it, _)| *it == digest)?;
        let all = elements(*attributes).ok()?;
        let stated = all.iter().find_map(|it| message_digest(*it))?;
        // Signed as a SET, although it is written with another tag: §5.4.
        let message = AnyRef::new(Tag::Set, attributes.value()).and_then(|it| it.to_der()).ok()?;
        same_bytes(stated, &digest.of(content)).then(|| Stated {
            digest,
            message,
            signature: signature.value(),
            attributes: all,
        })
    }
}

fn is_tagged(it: &AnyRef<'_>, number: u32) -> bool {
    matches!(it.header().tag(), Tag::ContextSpecific { number: found, .. } if found.value() == number)
}

/// The first value of an attribute of this name.
fn value_of(attribute: AnyRef<'_>, name: ObjectIdentifier) -> Option<AnyRef<'_>> {
    let parts = elements(attribute).ok()?;
    let is_it = parts.first()?.decode_as::<ObjectIdentifier>().is_ok_and(|it| it == name);
    is_it.then_some(())?;
    elements(*parts.get(1)?).ok()?.first().copied()
}

/// The value of the attribute, if this is it.
fn message_digest(attribute: AnyRef<'_>) -> Option<&[u8]> {
    value_of(attribute, MESSAGE_DIGEST).map(|it| it.value())
}

/// SHA-256 of the signer's certificate, if this is the attribute: with another digest nobody is found.
fn signing_certificate(attribute: AnyRef<'_>) -> Option<&[u8]> {
    let value = value_of(attribute, SIGNING_CERTIFICATE_V2)?;
    let first = *elements(*elements(value).ok()?.first()?).ok()?.first()?;
    let parts = elements(first).ok()?;
    parts.iter().find(|it| it.header().tag() == Tag::OctetString).map(|it| it.value())
}
