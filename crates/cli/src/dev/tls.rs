//! TLS for development: a local authority, made once, and a certificate for our names.

use std::{sync::Arc, time::Duration};

use crypto::CertificateKey;
use documents::Seal;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

use super::folder::Folder;

/// What `--https` needs.
pub(crate) struct DevTls {
    pub(crate) acceptor: TlsAcceptor,
    /// The authority's certificate in PEM, for everybody who shall trust it.
    pub(crate) authority: Vec<u8>,
}

const NAMES: [&str; 11] = [
    "localhost",
    "production.localhost",
    "sample.localhost",
    "bankid.localhost",
    "userinfo.bankid.localhost",
    "vipps.localhost",
    "registry.localhost",
    "console.localhost",
    "mailbox.localhost",
    "signing.localhost",
    "127.0.0.1",
];

fn trouble(error: impl std::fmt::Display) -> String {
    format!("the local certificate could not be made: {error}")
}

/// The authority: the one of the last start, or a new one.
fn authority(folder: &Folder) -> Result<(Vec<u8>, Issuer<'static, KeyPair>), String> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.distinguished_name.push(DnType::CommonName, "Portvakt development authority");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    if let (Some(pem), Some(key)) = (folder.read("authority.pem")?, folder.read("authority.key")?) {
        let key = KeyPair::from_pem(&String::from_utf8_lossy(key.expose())).map_err(trouble)?;
        return Ok((pem.expose().clone(), Issuer::new(params, key)));
    }
    let key = KeyPair::generate().map_err(trouble)?;
    let pem = params.self_signed(&key).map_err(trouble)?.pem().into_bytes();
    folder.write("authority.key", key.serialize_pem().as_bytes())?;
    folder.write("authority.pem", &pem)?;
    Ok((pem, Issuer::new(params, key)))
}

/// The seal of this folder's organisation: a certificate of the same authority. It is new at every start.
pub(crate) fn seal(folder: &Folder) -> Result<Arc<Seal>, String> {
    let (authority, issuer) = authority(folder)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::OrganizationName, "Portvakt development");
    params.distinguished_name.push(DnType::CommonName, "Portvakt development seal");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    params.use_authority_key_identifier_extension = true;
    last_three_months(&mut params);
    let key = KeyPair::generate().map_err(trouble)?;
    let certificate = params.signed_by(&key, &issuer).map_err(trouble)?;
    let chain = format!("{}{}", certificate.pem(), String::from_utf8_lossy(&authority));
    let key = CertificateKey::from_pem(&key.serialize_pem()).map_err(trouble)?;
    Seal::new(&chain, key).map(Arc::new).map_err(trouble)
}

/// Valid from a day ago until three months on.
pub(super) fn last_three_months(params: &mut CertificateParams) {
    let start = std::time::UNIX_EPOCH + Duration::from_micros(crate::clock::now().micros().unsigned_abs());
    let day = Duration::from_secs(24 * 60 * 60);
    params.not_before = (start - day).into();
    params.not_after = (start + 90 * day).into();
}

/// Makes what the doors need to speak TLS 1.2 and 1.3. The certificate is new at every start.
pub(crate) fn acceptor(folder: &Folder) -> Result<DevTls, String> {
    let (pem, issuer) = authority(folder)?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(trouble)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    last_three_months(&mut params);
    let key = KeyPair::generate().map_err(trouble)?;
    let certificate = params.signed_by(&key, &issuer).map_err(trouble)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(trouble)?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .map_err(trouble)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(DevTls { acceptor: TlsAcceptor::from(Arc::new(config)), authority: pem })
}
