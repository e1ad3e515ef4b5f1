//! Certificates of domains in the console: judged, kept with a sealed key, replaced and removed.

use authority::{Permission, Role};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator},
    house::{Browser, HOST, Reply, TestBroker, may},
};

/// The house with somebody of this role, and the certificate's page of its domain.
async fn house_with(role: Role) -> (TestBroker, String, String) {
    let house = TestBroker::open().await;
    house.tls_ends_here.store(true, std::sync::atomic::Ordering::SeqCst);
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[role]).await;
    let page = format!("/t/{}/domains/{}/certificate", house.tenant.id, house.domain);
    (house, token, page)
}

/// A chain and its key, valid while the house is.
fn certificate(host: &str) -> (String, String) {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_after = date_time_ymd(2027, 6, 1);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

async fn upload(browser: &mut Browser<'_>, page: &str, (chain, key): (&str, &str)) -> Reply {
    let shown = browser.get(page).await.body;
    let version = shown.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields: &[_] = &[("version", version), ("chain", ""), ("key", key)];
    let files: &[_] = &[("chain_file", chain), ("key_file", "")];
    browser.upload(&format!("{page}/upload"), (fields, files), Some(ORIGIN)).await
}

#[tokio::test]
async fn a_certificate_is_kept_with_its_names_and_expiry_and_its_key_is_never_shown() {
    let (house, token, page) = house_with(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    assert!(browser.get(&page).await.body.contains("browsers warn people"));
    let (chain, key) = certificate(HOST);

    let saved = upload(&mut browser, &page, (&chain, &key)).await;

    assert_eq!(saved.location(), format!("{page}?done=certificate-saved"), "{saved:?}");
    let shown = browser.get(&page).await.body;
    assert!(shown.contains(HOST) && shown.contains("2027-06-01T00:00:00Z") && shown.contains("Valid"));
    let secret = key.lines().nth(1).unwrap();
    assert!(!shown.contains(secret));
    let file = std::fs::read(house.folder.path().join("portvakt.db")).unwrap_or_default();
    assert_eq!(file.is_empty(), house.is_on_postgres());
    assert!(!file.windows(secret.len()).any(|it| it == secret.as_bytes()), "the key is sealed");
    let trail = browser.get(&format!("/t/{}/changes", house.tenant.id)).await.body;
    assert!(trail.contains("Certificate of the domain set"));
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said_at_its_field_and_nothing_is_kept() {
    let (house, token, page) = house_with(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    let (chain, key) = certificate(HOST);
    let (other, other_key) = certificate("other.example");
    let large = "x".repeat(5 * 1024 * 1024);
    for (chain, key, said) in [
        ("hello", key.as_str(), "There is no certificate in PEM in it."),
        (&chain, "hello", "There is no private key in PEM in it."),
        (&chain, &other_key, "The key belongs to another certificate."),
        (&other, &other_key, "The certificate is not for id.shop.example, but for: other.example."),
        (&large, &key, "larger than 64 KiB"),
    ] {
        let refused = upload(&mut browser, &page, (chain, key)).await;
        assert!(refused.status == 422 && refused.body.contains(said), "{said}: {}", refused.body);
        assert!(!refused.body.contains("BEGIN PRIVATE KEY-----\n"), "{said}");
    }
    let reading = may(&house.tenant, Permission::ReadSettings);
    assert_eq!(house.console.certificate(&reading, house.domain).await.unwrap(), None);
}

#[tokio::test]
async fn a_certificate_is_replaced_and_removed_by_who_saw_the_one_that_there_is() {
    let (house, token, page) = house_with(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    for _ in 0..2 {
        let (chain, key) = certificate(HOST);
        assert_eq!(upload(&mut browser, &page, (&chain, &key)).await.status, 303);
    }
    let reading = may(&house.tenant, Permission::ReadSettings);
    let now = house.console.certificate(&reading, house.domain).await.unwrap().unwrap();

    let stale = browser.post(&format!("{page}/remove"), "version=0", Some(ORIGIN)).await;
    let version = format!("version={}", now.version);
    let removed = browser.post(&format!("{page}/remove"), &version, Some(ORIGIN)).await;

    assert_eq!((stale.status, removed.status), (409, 303));
    assert_eq!(house.console.certificate(&reading, house.domain).await.unwrap(), None);
}

#[tokio::test]
async fn an_auditor_sees_the_state_and_no_form() {
    let (house, token, page) = house_with(Role::Auditor).await;
    let mut browser = browser_with(&house, &token);

    let shown = browser.get(&page).await;

    assert!(shown.status == 200 && !shown.body.contains("upload-certificate"), "{shown:?}");
}
