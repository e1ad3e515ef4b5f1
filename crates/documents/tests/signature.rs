//! Signatures that come back from a provider, made with an authority of the test.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

mod authority;

use authority::{NOW, YEAR, parameters};
use crypto::CertificateKey;
use documents::{
    Document, DocumentBlock, DocumentLanguage, PdfMeta, Seal, SignatureFault, SignatureTrust, Signer, pdf,
};
use rcgen::{CertifiedIssuer, KeyPair, KeyUsagePurpose};

/// An authority that vouches for people.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        Self(authority::authority("Authority of the provider"))
    }

    fn trust(&self) -> SignatureTrust {
        SignatureTrust::new(&self.0.pem()).unwrap()
    }

    /// What somebody signs with.
    fn pen_of(&self, name: &str) -> Seal {
        let mut parameters = parameters(name);
        parameters.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.0).unwrap().pem();
        Seal::new(&certificate, CertificateKey::from_pem(&key.serialize_pem()).unwrap()).unwrap()
    }
}

fn document(text: &str) -> Vec<u8> {
    let document = Document {
        language: DocumentLanguage::Nb,
        title: "Bestilling".to_owned(),
        subtitle: "Eple AS".to_owned(),
        blocks: vec![DocumentBlock::Paragraph(text.to_owned())],
        footer: String::new(),
    };
    pdf(&document, &PdfMeta { created: NOW, author: "Portvakt".to_owned() }).unwrap()
}

fn fault(verified: Result<Signer, SignatureFault>) -> SignatureFault {
    verified.unwrap_err()
}

#[test]
fn a_signature_over_exactly_our_document_names_who_signed() {
    let (authority, ours) = (Authority::new(), document("x"));
    let signed = authority.pen_of("Kari Nordli").apply(&ours, NOW).unwrap();
    let signer = authority.trust().verify(&ours, &signed, NOW).unwrap();
    assert_eq!((signer.name.as_str(), signer.file), ("Kari Nordli", crypto::sha256(&signed)));
    assert_eq!(signer.subject, "CN=Kari Nordli");
}

#[test]
fn a_signature_of_another_document_counts_for_nothing() {
    let (authority, ours, other) = (Authority::new(), document("x"), document("y"));
    let signed = authority.pen_of("Kari Nordli").apply(&other, NOW).unwrap();
    let trust = authority.trust();
    assert_eq!(fault(trust.verify(&ours, &signed, NOW)), SignatureFault::OtherDocument);
    assert_eq!(fault(trust.verify(&ours, &ours, NOW)), SignatureFault::OtherDocument);
    let unsigned = [ours.as_slice(), b"\n% nothing"].concat();
    assert_eq!(fault(trust.verify(&ours, &unsigned, NOW)), SignatureFault::NotCovered);
}

#[test]
fn no_byte_that_is_changed_or_appended_afterwards_goes_unseen() {
    let (authority, ours) = (Authority::new(), document("x"));
    let signed = authority.pen_of("Kari Nordli").apply(&ours, NOW).unwrap();
    let trust = authority.trust();
    let places = [0, ours.len() / 2, ours.len() - 1, ours.len() + 3, signed.len() - 3];
    // The value of the signature is what stands last in its place.
    let hole = signed.windows(10).position(|it| it == b"/Contents<").unwrap() + 10;
    let end = signed.iter().skip(hole).position(|it| *it == b'>').unwrap() + hole;
    let in_value = signed.get(..end).unwrap().iter().rposition(|it| *it != b'0').unwrap() - 20;
    for at in places.into_iter().chain([in_value]) {
        let mut changed = signed.clone();
        *changed.get_mut(at).unwrap() ^= 1;
        assert!(trust.verify(&ours, &changed, NOW).is_err(), "{at}");
    }
    let longer = [signed.as_slice(), b"\n1 0 obj\n<<>>\nendobj\n"].concat();
    assert_eq!(fault(trust.verify(&ours, &longer, NOW)), SignatureFault::NotCovered);
}

#[test]
fn a_signature_that_covers_another_part_or_stands_beside_another_is_refused() {
    let (authority, ours) = (Authority::new(), document("x"));
    let signed = authority.pen_of("Kari Nordli").apply(&ours, NOW).unwrap();
    let trust = authority.trust();
    let text = |from: &[u8], to: &[u8]| {
        let at = signed.windows(from.len()).position(|it| it == from).unwrap();
        [signed.get(..at).unwrap(), to, signed.get(at + from.len()..).unwrap()].concat()
    };
    for changed in [
        text(b"/ByteRange[0 ", b"/ByteRange[1 "),
        text(b"/ByteRange[0 ", b"/ByteRange[-0 "),
        text(b"/Contents<", b"/Kontents<"),
        text(b"/Contents<", b"/ByteRange[0 1 2 3]/Contents<"),
    ] {
        assert_eq!(fault(trust.verify(&ours, &changed, NOW)), SignatureFault::NotCovered);
    }
}

#[test]
fn an_authority_vouches_for_its_own_and_while_certificates_are_valid() {
    let (authority, other, ours) = (Authority::new(), Authority::new(), document("x"));
    let signed = authority.pen_of("Kari Nordli").apply(&ours, NOW).unwrap();
    assert_eq!(fault(other.trust().verify(&ours, &signed, NOW)), SignatureFault::Untrusted);
    for now in [NOW - YEAR, NOW + YEAR] {
        assert_eq!(fault(authority.trust().verify(&ours, &signed, now)), SignatureFault::NotValidNow);
    }
    assert!(SignatureTrust::new("").is_err());
}
