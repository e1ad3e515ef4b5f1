//! Orders that are signed at a provider: what comes back counts if it is exactly our documents, signed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering as Atomic},
};

use crypto::{CertificateKey, Random};
use documents::{Document, DocumentBlock, DocumentLanguage, PdfMeta, Seal, SignatureTrust, pdf};
use model::{Evidence, IssuerSettings};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use sandbox::{Pen, SignatureSimulator};
use web::SimulatedProvider;

use crate::{
    console_sign_in::ORIGIN,
    house::{Browser, TestBroker, form},
    orders::{ALONE, JOINTLY, Ordering},
};

fn parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    parameters
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = parameters("Authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// Another document than ours.
fn other() -> Vec<u8> {
    let blocks = vec![DocumentBlock::Paragraph("Another".to_owned())];
    let (language, text) = (DocumentLanguage::Nb, String::new);
    let document = Document { language, title: "Other".to_owned(), subtitle: text(), blocks, footer: text() };
    pdf(&document, &PdfMeta { created: 0, author: String::new() }).unwrap()
}

/// A house with a provider; while the switch is set, it signs something else than it was brought.
fn with_provider(house: &mut TestBroker) -> (Arc<SignatureSimulator>, Arc<AtomicBool>) {
    let (authority, cheats, now) = (authority(), Arc::new(AtomicBool::new(false)), house.time().seconds());
    let trust = SignatureTrust::new(&authority.pem()).unwrap();
    let switch = Arc::clone(&cheats);
    let pen: Pen = Box::new(move |name, brought| {
        let mut parameters = parameters(name);
        parameters.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &authority).unwrap().pem();
        let seal = Seal::new(&certificate, CertificateKey::from_pem(&key.serialize_pem()).unwrap()).unwrap();
        let document = if switch.load(Atomic::SeqCst) { other() } else { brought.to_vec() };
        Ok(seal.apply(&document, now).unwrap())
    });
    let simulator = SignatureSimulator::new("http://signing.example".to_owned(), pen, Random::seeded(1));
    let simulator = Arc::new(simulator);
    house.sign_at(Arc::new(SimulatedProvider { simulator: Arc::clone(&simulator), trust }));
    (simulator, cheats)
}

/// Orders go to an issuer that takes signatures of a provider, and nothing else.
async fn with_issuer_of_signatures(house: &TestBroker) {
    let issuer = IssuerSettings {
        name: "Signers".to_owned(),
        evidence: vec![Evidence::ProviderSignature],
        ..IssuerSettings::default()
    };
    house.order_from(issuer).await;
}

/// An order that is to be signed; gives the links of everybody.
async fn to_be_signed<'a>(house: &'a TestBroker, company: &str) -> (Ordering<'a>, Vec<String>) {
    with_issuer_of_signatures(house).await;
    let mut order = Ordering::begin(house).await;
    order.fill_in(company).await;
    assert_eq!(order.submit().await.status, 303);
    let links = order.links().await;
    (order, links)
}

/// Goes to the provider from a link; gives the reference there.
async fn at_the_provider(browser: &mut Browser<'_>, link: &str) -> String {
    let begun = browser.post(link, "", Some(ORIGIN)).await;
    let address = begun.by_itself().location().to_owned();
    address.strip_prefix("http://signing.example/sign/").unwrap().to_owned()
}

/// Goes to the provider, signs as somebody, or not, and comes back; gives the page that this ends at.
async fn signed(
    browser: &mut Browser<'_>,
    simulator: &SignatureSimulator,
    (link, name): (&str, Option<&str>),
) -> String {
    let reference = at_the_provider(browser, link).await;
    let back = simulator.decide(&reference, name).unwrap().replace(ORIGIN, "");
    let landed = browser.get(&back).await;
    browser.follow(landed).await.body
}

#[tokio::test]
async fn a_signature_over_our_documents_approves_and_goes_to_the_issuer_with_them() {
    let mut house = TestBroker::open().await;
    let (simulator, _) = with_provider(&mut house);
    let (mut order, links) = to_be_signed(&house, ALONE).await;
    let page = order.phone().get(&links[0]).await.body;
    assert!(page.contains("Sign at the provider") && !page.contains("not an electronic signature"), "{page}");
    let end = signed(&mut order.phone(), &simulator, (&links[0], Some("Kari Nordli"))).await;
    assert!(end.contains("You have signed"), "{end}");
    assert_eq!(order.state().await, "To be sealed");
    assert!(!order.page().await.body.contains("id=\"dossier\""), "nothing is closed yet");
    assert_eq!(order.act("desk", "seal", "").await.status, 303);
    let target = format!("{}/dossier", order.order);
    let archive = order.browser.post(&target, "", Some(ORIGIN)).await.body;
    assert!(archive.contains("signed-1-order.pdf") && archive.contains("signed-1-contacts.pdf"));
    let says =
        archive.split_once("signed_at_provider").map(|(_, rest)| rest.starts_with("\": \"Simulator\""));
    assert_eq!(says, Some(true), "the answers say where it was signed");
}

#[tokio::test]
async fn somebody_of_another_name_is_reviewed_and_who_does_not_sign_leaves_everything_as_it_is() {
    let mut house = TestBroker::open().await;
    let (simulator, _) = with_provider(&mut house);
    let (mut order, links) = to_be_signed(&house, ALONE).await;
    let end = signed(&mut order.phone(), &simulator, (&links[0], None)).await;
    assert!(end.contains("Nothing was signed") && end.contains("Sign at the provider"), "{end}");
    assert_eq!(order.state().await, "To be approved");
    signed(&mut order.phone(), &simulator, (&links[0], Some("Eva Ny"))).await;
    assert_eq!(order.state().await, "Identity in review");
}

#[tokio::test]
async fn what_is_not_exactly_our_documents_counts_for_nothing() {
    let mut house = TestBroker::open().await;
    let (simulator, cheats) = with_provider(&mut house);
    let (mut order, links) = to_be_signed(&house, ALONE).await;
    cheats.store(true, Atomic::SeqCst);
    let end = signed(&mut order.phone(), &simulator, (&links[0], Some("Kari Nordli"))).await;
    assert!(end.contains("does not count") && end.contains("is not our document"), "{end}");
    assert_eq!(order.state().await, "To be approved");
    cheats.store(false, Atomic::SeqCst);
    let end = signed(&mut order.phone(), &simulator, (&links[0], Some("Kari Nordli"))).await;
    assert!(end.contains("You have signed"), "{end}");
}

#[tokio::test]
async fn a_signature_counts_in_the_browser_that_went_there_once_and_for_ten_minutes() {
    let mut house = TestBroker::open().await;
    let (simulator, _) = with_provider(&mut house);
    let (mut order, links) = to_be_signed(&house, JOINTLY).await;
    let mut browser = order.phone();
    let reference = at_the_provider(&mut browser, &links[0]).await;
    let back = simulator.decide(&reference, Some("Kari Nordli")).unwrap().replace(ORIGIN, "");
    assert_eq!(order.phone().get(&back).await.status, 422, "another browser did not go there");
    let kept = browser.cookies.clone();
    assert_eq!(browser.get(&back).await.status, 303);
    browser.cookies = kept;
    assert_eq!(browser.get(&back).await.status, 422, "it was spent");
    assert_eq!(order.page().await.body.matches("Approved with an eID").count(), 1);
    let mut late = order.phone();
    let reference = at_the_provider(&mut late, &links[1]).await;
    house.step(10 * 60);
    let back = simulator.decide(&reference, Some("Ola Berg")).unwrap().replace(ORIGIN, "");
    assert_eq!(late.get(&back).await.status, 422);
}

#[tokio::test]
async fn an_order_that_was_amended_meanwhile_is_not_signed() {
    let mut house = TestBroker::open().await;
    let (simulator, _) = with_provider(&mut house);
    let (mut order, links) = to_be_signed(&house, ALONE).await;
    let mut browser = order.phone();
    let reference = at_the_provider(&mut browser, &links[0]).await;
    order.act("act", "amend", "").await;
    order.submit().await;
    let back = simulator.decide(&reference, Some("Kari Nordli")).unwrap().replace(ORIGIN, "");
    assert_eq!(browser.get(&back).await.status, 422);
    assert_eq!(order.state().await, "To be approved");
}

#[tokio::test]
async fn an_issuer_that_takes_signatures_only_is_refused_where_there_is_no_provider() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let fields = [("name", "Signers"), ("address", "Oslo"), ("evidence", "provider_signature")];
    let rest = [("handovers", "key_pair"), ("catalogue", "thirteen-questions"), ("answers_within", "5")];
    let body = form(&[fields.as_slice(), &rest].concat());
    let refused = order.browser.post("/issuers", &body, Some(ORIGIN)).await;
    assert!(refused.status == 422 && refused.body.contains("provider"), "{}", refused.body);
}
