//! The signature of a seal, as DER.
//!
//! Spec: RFC 5652 §5 <https://www.rfc-editor.org/rfc/rfc5652#section-5>, RFC 5035 §3
//! <https://www.rfc-editor.org/rfc/rfc5035#section-3>, ETSI EN 319 122-1 V1.3.1 §5.2.2

use crypto::{CertificateKey, CertificateKeyKind};
use der::{
    Any, Decode as _, Encode, Sequence, Tag,
    asn1::{ObjectIdentifier, OctetString, SetOfVec},
};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::{
    chain::{Chain, Link},
    fault::SealError,
};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMP_TOKEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
/// SHA-256, which time stamps are asked for with, too.
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

#[derive(Sequence)]
struct ContentInfo {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: SignedData,
}

#[derive(Sequence)]
struct SignedData {
    version: u8,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    content: Detached,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    certificates: SetOfVec<Any>,
    signers: SetOfVec<Any>,
}

/// Content that stands elsewhere: only its type.
#[derive(Sequence)]
struct Detached {
    content_type: ObjectIdentifier,
}

#[derive(Sequence)]
struct SignerInfo {
    version: u8,
    signer: Any,
    digest_algorithm: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    signed: SetOfVec<Any>,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: OctetString,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    unsigned: Option<SetOfVec<Any>>,
}

#[derive(Sequence)]
struct Attribute {
    name: ObjectIdentifier,
    values: SetOfVec<Any>,
}

#[derive(Sequence)]
struct SigningCertificate {
    certificates: Vec<CertificateDigest>,
}

/// SHA-256 is the default of the standard, so it is not written.
#[derive(Sequence)]
struct CertificateDigest {
    digest: OctetString,
}

/// A signature over the digest of a file, which may still get a time stamp.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// What was signed: the attributes, one by one.
    signed: SetOfVec<Any>,
    algorithm: ObjectIdentifier,
    /// The value; what a time stamp is of.
    pub(super) value: Vec<u8>,
}

impl Signature {
    /// Signs the digest of what the seal covers. There is no signing time among the attributes: PAdES has it in the PDF.
    ///
    /// Spec: ETSI EN 319 142-1 V1.2.1 §6.3 (B-B), RFC 5652 §11, RFC 5035 §3
    pub(super) fn sign(digest: [u8; 32], link: &Link, key: &CertificateKey) -> Result<Self, SealError> {
        let signed = signed_attributes(digest, link).map_err(library)?;
        let message = signed.to_der().map_err(library)?;
        let value = key.sign(&message).map_err(|_| SealError::Key)?;
        let algorithm = match key.kind() {
            CertificateKeyKind::EcdsaP256 => ECDSA_SHA256,
            CertificateKeyKind::Rsa => RSA_SHA256,
        };
        Ok(Self { signed, algorithm, value })
    }

    /// Writes the whole `ContentInfo`, with the certificates and, where there is one, the time stamp.
    pub(super) fn to_der(&self, chain: &Chain, token: Option<&[u8]>) -> Result<Vec<u8>, SealError> {
        let info = || -> der::Result<Vec<u8>> {
            let unsigned =
                token.map(|it| set([attribute(TIME_STAMP_TOKEN, Any::from_der(it)?)?])).transpose()?;
            let signer = SignerInfo {
                version: 1,
                signer: Any::new(Tag::Sequence, chain.first.issuer_and_serial()?)?,
                digest_algorithm: sha256(),
                signed: self.signed.clone(),
                signature_algorithm: self.signature_algorithm(),
                signature: OctetString::new(self.value.as_slice())?,
                unsigned,
            };
            let certificates = chain.links().map(|it| Any::from_der(&it.der));
            let content = SignedData {
                version: 1,
                digest_algorithms: SetOfVec::try_from(vec![sha256()])?,
                content: Detached { content_type: DATA },
                certificates: SetOfVec::try_from(certificates.collect::<der::Result<Vec<Any>>>()?)?,
                signers: set([Any::encode_from(&signer)?])?,
            };
            ContentInfo { content_type: SIGNED_DATA, content }.to_der()
        };
        info().map_err(library)
    }

    /// RSA has parameters (NULL), ECDSA has none: RFC 4055 §5, RFC 5758 §3.2.
    fn signature_algorithm(&self) -> AlgorithmIdentifierOwned {
        let parameters = (self.algorithm == RSA_SHA256).then(Any::null);
        AlgorithmIdentifierOwned { oid: self.algorithm, parameters }
    }
}

fn signed_attributes(digest: [u8; 32], link: &Link) -> der::Result<SetOfVec<Any>> {
    let certificate = SigningCertificate {
        certificates: vec![CertificateDigest { digest: OctetString::new(link.digest())? }],
    };
    set([
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(digest)?)?)?,
        attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&certificate)?)?,
    ])
}

fn attribute(name: ObjectIdentifier, value: Any) -> der::Result<Any> {
    Any::encode_from(&Attribute { name, values: set([value])? })
}

fn set<const N: usize>(them: [Any; N]) -> der::Result<SetOfVec<Any>> {
    SetOfVec::try_from(Vec::from(them))
}

fn sha256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SHA256, parameters: None }
}

fn library(error: der::Error) -> SealError {
    SealError::Library(error.to_string())
}
