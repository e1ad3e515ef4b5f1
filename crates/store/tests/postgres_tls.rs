//! TLS to PostgreSQL: a proxy ends it in front of the tests' own server, with whichever certificate it is given.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use store::{DatabaseLocation, Settings, Store, StoreError, tenants};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::places::on_postgres;

/// The host of the database, as it stands in its address.
const HOST: &str = "db.example";

struct Authority {
    pem: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

fn params(host: &str, year: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_after = date_time_ymd(year, 1, 1);
    params
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}

impl Authority {
    fn new() -> Self {
        let (mut params, key) = (CertificateParams::default(), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = params.self_signed(&key).unwrap().pem().into_bytes();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn sign(&self, host: &str, year: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params(host, year).signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), private(&key))
    }
}

fn self_signed() -> Identity {
    let key = KeyPair::generate().unwrap();
    (params(HOST, 4000).self_signed(&key).unwrap().der().clone(), private(&key))
}

/// Agrees to TLS (`SSLRequest`, then `S`), ends it, and passes the rest on to `inner`.
async fn proxy((certificate, key): Identity, inner: Option<u16>) -> u16 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut outside, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                outside.read_exact(&mut [0; 8]).await.unwrap();
                outside.write_all(b"S").await.unwrap();
                // A client that does not believe us says so, and leaves.
                let Ok(mut outside) = acceptor.accept(outside).await else { return };
                let Some(inner) = inner else { return };
                let mut inside = TcpStream::connect(("127.0.0.1", inner)).await.unwrap();
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    port
}

/// Opens a database whose name leads to `port` of this machine.
async fn open(authority: &Authority, rest: &str, port: u16) -> Result<Store, StoreError> {
    let address = format!("{rest} host={HOST} hostaddr=127.0.0.1 port={port}");
    let settings = Settings { threads: 1, roots: Some(authority.pem.clone()), ..Settings::default() };
    tokio::task::spawn_blocking(move || Store::open(DatabaseLocation::Postgres(address), settings))
        .await
        .unwrap()
}

#[tokio::test]
async fn neg_39_a_database_with_a_wrong_name_an_expired_or_a_self_signed_certificate_is_refused() {
    let authority = Authority::new();
    for identity in [authority.sign("other.example", 4000), authority.sign(HOST, 2020), self_signed()] {
        let port = proxy(identity, None).await;
        let refused = open(&authority, "user=x dbname=x", port).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Unreachable(why) if why.contains("TLS")), "{refused}");
    }
}

#[tokio::test]
async fn neg_39_a_database_that_does_not_speak_tls_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 8]).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let _ = stream.read(&mut [0; 8]).await;
    });
    let refused = open(&Authority::new(), "user=x dbname=x", port).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Unreachable(why) if why.contains("TLS")), "{refused}");
}

#[tokio::test]
async fn a_database_elsewhere_works_over_tls() {
    on_postgres(async |ground| {
        let DatabaseLocation::Postgres(address) = &ground.place else { return };
        let word = |name: &str| address.split(' ').find_map(|it| it.strip_prefix(name)).map(str::to_owned);
        let inner = word("port=").and_then(|it| it.parse().ok());
        let rest: Vec<&str> =
            address.split(' ').filter(|it| !it.starts_with("host=") && !it.starts_with("port=")).collect();
        let authority = Authority::new();
        let port = proxy(authority.sign(HOST, 4000), inner).await;
        let store = open(&authority, &format!("{} sslmode=verify-full", rest.join(" ")), port).await.unwrap();
        assert_eq!(store.read(|tx| tenants::list(tx, None, 1)).await, Ok::<_, StoreError>(Vec::new()));
        store.close().await;
    })
    .await;
}
