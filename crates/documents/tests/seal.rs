//! The organisation's seal, with an authority that is made here. What others say of a sealed file is tested in `e2e/documents`.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

mod authority;

use authority::{NOW, YEAR, authority, parameters};
use crypto::CertificateKey;
use documents::{Document, DocumentBlock, DocumentLanguage, PdfMeta, Seal, SealError, TimestampFault, pdf};
use lopdf::{Document as Read, Object};
use rcgen::{CertifiedIssuer, KeyPair, KeyUsagePurpose};

/// A certificate for a seal: PEM, and its key.
fn issued(authority: &CertifiedIssuer<'_, KeyPair>, usage: KeyUsagePurpose) -> (String, KeyPair) {
    let mut parameters = parameters("Seal of Eple AS");
    parameters.key_usages = vec![usage];
    let key = KeyPair::generate().unwrap();
    (parameters.signed_by(&key, authority).unwrap().pem(), key)
}

fn key(pair: &KeyPair) -> CertificateKey {
    CertificateKey::from_pem(&pair.serialize_pem()).unwrap()
}

fn seal() -> Seal {
    let authority = authority("Root");
    let (certificate, pair) = issued(&authority, KeyUsagePurpose::DigitalSignature);
    Seal::new(&(certificate + &authority.pem()), key(&pair)).unwrap()
}

fn document() -> Vec<u8> {
    document_of(vec![DocumentBlock::Paragraph("Godkjent av Kari.".to_owned())])
}

fn document_of(blocks: Vec<DocumentBlock>) -> Vec<u8> {
    let document = Document {
        language: DocumentLanguage::Nb,
        title: "Bestilling".to_owned(),
        subtitle: "Eple AS".to_owned(),
        blocks,
        footer: String::new(),
    };
    pdf(&document, &PdfMeta { created: NOW, author: "Portvakt".to_owned() }).unwrap()
}

#[test]
fn a_seal_is_appended_and_covers_everything_but_its_own_value() {
    let document = document();
    let sealed = seal().apply(&document, NOW).unwrap();
    assert!(sealed.starts_with(&document));
    let read = Read::load_mem(&sealed).unwrap();
    let signature = read.objects.values().filter_map(|it| it.as_dict().ok());
    let signature = signature.into_iter().find(|it| it.has(b"ByteRange")).unwrap();
    let range = signature.get(b"ByteRange").and_then(Object::as_array).unwrap();
    let range: Vec<usize> = range.iter().map(|it| usize::try_from(it.as_i64().unwrap()).unwrap()).collect();
    assert_eq!((range[0], range[2] + range[3]), (0, sealed.len()));
    assert_eq!((sealed[range[1]], sealed[range[2] - 1]), (b'<', b'>'));
    assert_eq!(signature.get(b"M").and_then(Object::as_str).unwrap(), b"D:20261126090000+00'00'");
}

#[test]
fn a_sealed_document_stays_tagged_and_its_field_has_a_place_in_the_structure() {
    let read = Read::load_mem(&seal().apply(&document(), NOW).unwrap()).unwrap();
    let catalog = read.catalog().unwrap();
    let form = catalog.get(b"AcroForm").and_then(Object::as_dict).unwrap();
    let widget = form.get(b"Fields").and_then(Object::as_array).unwrap()[0].as_reference().unwrap();
    let widget = read.get_dictionary(widget).unwrap();
    let root = catalog.get(b"StructTreeRoot").and_then(Object::as_reference).unwrap();
    let parents = read.get_dictionary(root).unwrap().get(b"ParentTree").and_then(Object::as_dict).unwrap();
    let parents = parents.get(b"Nums").and_then(Object::as_array).unwrap();
    let at = parents.iter().position(|it| Some(it) == widget.get(b"StructParent").ok()).unwrap();
    let form = read.get_dictionary(parents[at + 1].as_reference().unwrap()).unwrap();
    assert_eq!(form.get(b"S").and_then(Object::as_name).unwrap(), b"Form");
    assert_eq!(widget.get(b"TU").and_then(Object::as_str).unwrap(), b"Organisasjonens segl");
}

#[test]
fn a_document_of_many_pages_is_sealed() {
    let rows = (0..5_000).map(|it| vec![it.to_string(), "x".to_owned()]).collect();
    let blocks = vec![DocumentBlock::Table { head: vec!["Nr".to_owned(), "Verdi".to_owned()], rows }];
    let sealed = seal().apply(&document_of(blocks), NOW).unwrap();
    assert!(Read::load_mem(&sealed).unwrap().get_pages().len() > 100);
}

#[test]
fn a_key_belongs_to_the_first_certificate() {
    let authority = authority("Root");
    let (certificate, pair) = issued(&authority, KeyUsagePurpose::DigitalSignature);
    let other = KeyPair::generate().unwrap();
    let made = |text: &str, pair: &KeyPair| Seal::new(text, key(pair)).map(drop);
    assert_eq!(made(&certificate, &other), Err(SealError::WrongKey));
    assert_eq!(made(&certificate, &pair), Ok(()));
    // The authority's comes first.
    let turned = format!("{}{certificate}", authority.pem());
    assert_eq!(made(&turned, &pair), Err(SealError::BrokenChain { at: 0 }));
}

#[test]
fn every_chain_that_cannot_be_has_its_own_refusal() {
    let authority = authority("Root");
    let (certificate, pair) = issued(&authority, KeyUsagePurpose::DigitalSignature);
    let (for_keys, other) = issued(&authority, KeyUsagePurpose::KeyEncipherment);
    // The same name with another key, and an issuer that is no authority.
    let impostor = self::authority("Root").pem();
    let made = |text: &str, pair: &KeyPair| Seal::new(text, key(pair)).map(drop).unwrap_err();
    assert_eq!(made("", &pair), SealError::Pem);
    assert_eq!(made(&certificate.repeat(9), &pair), SealError::Pem);
    let damaged = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    assert_eq!(made(damaged, &pair), SealError::Certificate { at: 0 });
    assert_eq!(made(&for_keys, &other), SealError::NotForSigning);
    assert_eq!(made(&(certificate.clone() + &impostor), &pair), SealError::BrokenChain { at: 0 });
    assert_eq!(made(&certificate.repeat(2), &pair), SealError::BrokenChain { at: 0 });
}

#[test]
fn a_seal_is_made_only_while_every_certificate_is_valid() {
    let seal = seal();
    let certificate = seal.certificate();
    assert_eq!((certificate.begins_at, certificate.ends_at), (1_767_225_600, 1_798_761_600));
    assert_eq!(certificate.subject, "CN=Seal of Eple AS");
    let fault = |now| seal.apply(&document(), now).map(drop).unwrap_err();
    assert_eq!(fault(NOW - YEAR), SealError::NotYetValid { at: 0, begins: certificate.begins_at });
    assert_eq!(fault(NOW + YEAR), SealError::Expired { at: 0, ended: certificate.ends_at });
    assert_eq!(fault(-1), SealError::Time);
    assert_eq!((seal.check(certificate.begins_at), seal.check(certificate.ends_at)), (Ok(()), Ok(())));
}

#[test]
fn only_a_document_of_ours_is_sealed_and_only_once() {
    let seal = seal();
    let fault = |file: &[u8]| seal.apply(file, NOW).map(drop).unwrap_err();
    assert_eq!(fault(b"MZ"), SealError::NotOurs);
    assert_eq!(fault(&vec![0; documents::LARGEST_SEALED + 1]), SealError::TooLarge);
    let sealed = seal.apply(&document(), NOW).unwrap();
    assert_eq!(fault(&sealed), SealError::Sealed);
    // A PDF without structure.
    let mut plain = Read::with_version("1.7");
    let root = plain.add_object(lopdf::dictionary! { "Type" => "Catalog" });
    plain.trailer.set("Root", root);
    let mut bytes = Vec::new();
    plain.save_to(&mut bytes).unwrap();
    assert_eq!(fault(&bytes), SealError::NotOurs);
}

#[test]
fn an_answer_that_is_no_time_stamp_is_refused_and_the_seal_can_do_without() {
    let request = seal().request(&document(), NOW, [0x80; 16]).unwrap();
    let refused = |answer: &[u8]| request.finish(answer, NOW).map(drop).unwrap_err();
    // A digest and a nonce whose first bit is set, which DER writes with a zero before it.
    assert!(request.query().windows(32).any(|it| it == request.digest()));
    assert!(request.query().windows(18).any(|it| it[..2] == [17, 0] && it[2..] == [0x80; 16]));
    assert_eq!(refused(b"\x30\x05\x30\x03\x02\x01\x02"), TimestampFault::Refused { status: 2 });
    for answer in [&b""[..], b"<html>", b"\x30\x05\x30\x03\x02\x01\x00", b"\x30\x80\0\0", &[0x30; 10_000]] {
        assert_eq!(refused(answer), TimestampFault::Malformed, "{answer:?}");
    }
    assert!(Read::load_mem(&request.finish_without().unwrap()).is_ok());
}
