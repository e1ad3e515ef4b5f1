//! TLS at the public listener.

use std::fs;

use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use authority::Permission;
use console::{CertificateFiles, Seen};
use crypto::Secret;
use model::Timestamp;

use crate::house::{Authority, HOST, Installation, Server, ask, beside, get, may, until, write_secret};

const TWO: &str = "[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"\n[[listen.certificate]]\nchain = \"b.pem\"\nkey = \"b.key\"";

async fn two() -> (Installation, Authority, Server) {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure(TWO);
    authority.sign(HOST).write(&installation, "a");
    authority.sign("*.other.example").write(&installation, "b");
    let server = installation.start();
    (installation, authority, server)
}

#[tokio::test]
async fn the_name_chooses_the_certificate_and_the_first_serves_the_rest() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure(TWO);
    let (first, second) = (authority.sign(HOST), authority.sign("*.other.example"));
    first.write(&installation, "a");
    second.write(&installation, "b");
    let server = installation.start();

    assert_eq!(server.certificate(HOST).await, first.der);
    assert_eq!(server.certificate("login.other.example").await, second.der);
    assert_eq!(server.certificate("nobody.example").await, first.der);
    assert_eq!(server.certificate("127.0.0.1").await, first.der);
}

#[tokio::test]
async fn both_http_versions_answer_and_tell_browsers_to_stay_with_tls() {
    let (_installation, _, server) = two().await;
    for (alpn, second) in [(&b"http/1.1"[..], false), (b"h2", true)] {
        let stream = server.tls(HOST, alpn).await;
        let answer = ask(stream, second, get("/.well-known/openid-configuration", &[])).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.body().contains("\"issuer\":\"https://login.example\""), "{}", answer.body());
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    }
}

#[tokio::test]
async fn asvs_v3_v13_a_page_says_who_may_use_it_and_nothing_tells_our_version() {
    let (_installation, _, server) = two().await;
    let answer = ask(server.tls(HOST, b"http/1.1").await, false, get("/", &[])).await;
    let headers = answer.headers();
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    let all = format!("{headers:?}{}", answer.body());
    assert!(!headers.contains_key("server") && !all.contains(env!("CARGO_PKG_VERSION")), "{all}");
}

#[tokio::test]
async fn neg_39_tls_1_1_is_refused() {
    let (_installation, _, server) = two().await;
    // A ClientHello that offers TLS 1.1 at most: a random, no session, two suites, no compression, and
    // the extensions for groups and signatures, so that nothing but the version is wrong.
    let mut hello = vec![0x03, 0x02];
    hello.extend([7; 32]);
    hello.extend([0, 0, 4, 0xc0, 0x13, 0x00, 0x2f, 1, 0]);
    hello.extend([0, 16, 0, 10, 0, 4, 0, 2, 0, 0x1d, 0, 13, 0, 4, 0, 2, 4, 3]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 0x03, 0x01, 0, length + 4, 0x01, 0, 0, length];
    record.extend(hello);
    let mut stream = server.plain().await;
    stream.write_all(&record).await.unwrap();

    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();

    // A fatal alert, protocol_version.
    assert_eq!((answer[0], &answer[5..]), (0x15, &[2, 70][..]), "{answer:?}");
}

#[tokio::test]
async fn new_files_are_taken_up_while_running_and_bad_ones_are_not() {
    let (installation, authority, server) = two().await;
    let next = authority.sign(HOST);
    next.write(&installation, "a");
    until(async || server.certificate(HOST).await == next.der).await;

    // A key that is not the certificate's: the old pair stays, and the operator can see it.
    write_secret(&installation.path("a.key"), &authority.sign(HOST).key);
    server.signal("HUP");
    let stale = format!("portvakt_certificate_stale{{chain=\"{}\"}} 1", canonical(&installation, "a.pem"));
    until(async || server.operator("/metrics").await.1.contains(&stale)).await;
    assert_eq!(server.certificate(HOST).await, next.der);
    let record = server.logged("a certificate could not be taken up; the one before stays in use");
    assert!(record["why"].as_str().unwrap().contains("is not the key of"), "{record}");

    // Gone altogether: the same.
    fs::remove_file(installation.path("b.pem")).unwrap();
    server.logged("a certificate could not be taken up; the one before stays in use");
    server.certificate("login.other.example").await;

    // The right key again.
    write_secret(&installation.path("a.key"), &next.key);
    until(async || !server.operator("/metrics").await.1.contains(&stale)).await;
}

fn canonical(installation: &Installation, name: &str) -> String {
    fs::canonicalize(installation.path(name)).unwrap().display().to_string()
}

/// Brings a certificate for the host to the console, or takes it away; gives it as it is shown.
async fn bring(installation: &Installation, host: &str) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let made = CertificateParams::new(vec![host.to_owned()]).unwrap().self_signed(&key).unwrap();
    let (chain, key) = (made.pem().into_bytes(), Secret::new(key.serialize_pem().into_bytes()));
    let now = Timestamp::from_seconds(1_800_000_000);
    beside(installation, async |console, tenant, domain| {
        let permit = may(tenant, Permission::ManageDomains);
        let files = CertificateFiles { domain, chain: chain.clone(), key: key.clone() };
        console.set_certificate(&permit, &Seen::version(0), files, now).await.unwrap();
    })
    .await;
    made.der().to_vec()
}

#[tokio::test]
async fn a_certificate_of_the_console_serves_its_own_host_only_and_without_a_restart() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    let file = authority.sign("*.other.example");
    file.write(&installation, "a");
    let server = installation.start();
    assert_eq!(server.certificate(HOST).await, file.der);

    let brought = bring(&installation, HOST).await;

    until(async || server.certificate(HOST).await.as_ref() == brought).await;
    assert_eq!(server.certificate("nobody.example").await, file.der);
    drop(server);
    let again = installation.start();
    assert_eq!(again.certificate(HOST).await.as_ref(), brought, "from the first handshake on");
    beside(&installation, async |console, tenant, domain| {
        let seen =
            console.certificate(&may(tenant, Permission::ReadSettings), domain).await.unwrap().unwrap();
        let at = (domain, &Seen::version(seen.version));
        let now = Timestamp::from_seconds(1_800_000_000);
        console.remove_certificate(&may(tenant, Permission::ManageDomains), at, now).await.unwrap();
    })
    .await;
    until(async || again.certificate(HOST).await == file.der).await;
}

#[tokio::test]
async fn the_operators_files_come_before_a_certificate_of_the_console() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    let file = authority.sign(HOST);
    file.write(&installation, "a");
    bring(&installation, HOST).await;

    let server = installation.start();

    assert_eq!(server.certificate(HOST).await, file.der);
}
