//! A chain and its key, judged.

use std::time::Duration;

use rustls::{
    CertificateError, Error, RootCertStore,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};

use crate::{
    LARGEST_PEM,
    der::{self, Read},
    fault::CertificateFault as Fault,
};

/// A certificate that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The DNS names that it is for, in lower case.
    pub names: Vec<String>,
    /// From when it is valid, in seconds since the epoch.
    pub not_before: i64,
    /// Until when it is valid, in seconds since the epoch.
    pub not_after: i64,
}

/// Judges a chain, the host's own certificate first, and its private key, both in PEM. `host`: without a port. `now`: in seconds
/// since the epoch. Whether people's browsers trust the last certificate of the chain is not asked.
///
/// # Errors
/// [`Fault`]: the first thing that is wrong.
pub fn examine(chain: &[u8], key: &[u8], host: &str, now: i64) -> Result<Examined, Fault> {
    if chain.len() > LARGEST_PEM || key.len() > LARGEST_PEM {
        return Err(Fault::TooLarge);
    }
    let all = certificates(chain)?;
    let own = all.first().ok_or(Fault::NoCertificate)?;
    let read = der::read(own).ok_or(Fault::Unreadable(1))?;
    let parsed = ParsedCertificate::try_from(own).map_err(|_| Fault::Unreadable(1))?;
    check_key(&all, key)?;
    let name = ServerName::try_from(host).map_err(|_| Fault::WrongHost(read.names.clone()))?;
    verify_server_name(&parsed, &name).map_err(|_| Fault::WrongHost(read.names.clone()))?;
    let (not_before, not_after) = read.validity;
    if now < not_before {
        return Err(Fault::NotYetValid(not_before));
    }
    if now >= not_after {
        return Err(Fault::Expired(not_after));
    }
    check_chain((&parsed, &read), all.get(1..).unwrap_or_default(), now)?;
    Ok(Examined { names: read.names, not_before, not_after })
}

/// Reads names and validity of a chain in PEM that was judged before; `None` when it is none.
pub fn facts(chain: &[u8]) -> Option<Examined> {
    let all = certificates(chain).ok()?;
    let read = der::read(all.first()?)?;
    let (not_before, not_after) = read.validity;
    Some(Examined { names: read.names, not_before, not_after })
}

fn certificates(chain: &[u8]) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    all.map_err(|_| Fault::NoCertificate)
}

/// Says whether PEM has a key that a passphrase protects, in the form of PKCS#8 or of OpenSSL.
fn is_encrypted(key: &[u8]) -> bool {
    let text = String::from_utf8_lossy(key);
    text.contains("ENCRYPTED PRIVATE KEY") || text.contains("4,ENCRYPTED")
}

fn check_key(chain: &[CertificateDer<'static>], key: &[u8]) -> Result<(), Fault> {
    if is_encrypted(key) {
        return Err(Fault::KeyEncrypted);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Fault::NoKey)?;
    match CertifiedKey::from_der(chain.to_vec(), key, &provider()) {
        Ok(_) => Ok(()),
        Err(Error::InconsistentKeys(_)) => Err(Fault::WrongKey),
        Err(_) => Err(Fault::KeyUnusable),
    }
}

fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

/// Sees whether each certificate was issued by the next. The last is believed.
fn check_chain(
    (own, read): (&ParsedCertificate<'_>, &Read<'_>),
    above: &[CertificateDer<'static>],
    now: i64,
) -> Result<(), Fault> {
    let Some((last, between)) = above.split_last() else {
        return if read.issuer == read.subject { Ok(()) } else { Err(Fault::ChainMissing) };
    };
    for (at, it) in above.iter().enumerate() {
        let (not_before, not_after) = der::validity(it).ok_or(Fault::Unreadable(at + 2))?;
        if now < not_before || now >= not_after {
            return Err(Fault::ChainIncomplete);
        }
    }
    let mut roots = RootCertStore::empty();
    roots.add(last.clone()).map_err(|_| Fault::Unreadable(above.len() + 1))?;
    let at = UnixTime::since_unix_epoch(Duration::from_secs(now.unsigned_abs()));
    let algorithms = provider().signature_verification_algorithms.all;
    match verify_server_cert_signed_by_trust_anchor(own, &roots, between, at, algorithms) {
        Ok(()) => Ok(()),
        Err(Error::InvalidCertificate(
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
        )) => Err(Fault::NotForServers),
        Err(_) => Err(Fault::ChainIncomplete),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
        date_time_ymd,
    };

    use super::examine;
    use crate::{CertificateFault as Fault, LARGEST_PEM};

    const HOST: &str = "login.example";
    /// In 2026.
    const NOW: i64 = 1_780_000_000;

    type Authority = Issuer<'static, KeyPair>;

    fn authority(name: &str, above: Option<&Authority>) -> (Certificate, Authority) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = match above {
            Some(it) => params.signed_by(&key, it).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        (certificate, Issuer::new(params, key))
    }

    /// The host's certificate and its key, after a change, by an authority.
    fn signed(by: &Authority, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
    }

    fn fault(chain: &str, key: &str) -> Fault {
        examine(chain.as_bytes(), key.as_bytes(), HOST, NOW).unwrap_err()
    }

    #[test]
    fn a_whole_chain_with_its_key_is_taken_and_its_names_and_validity_are_told() {
        let (root, of_root) = authority("root", None);
        let (middle, of_middle) = authority("middle", Some(&of_root));
        let (own, key) = signed(&of_middle, |_| {});
        for above in [middle.pem(), format!("{}{}", middle.pem(), root.pem())] {
            let chain = format!("{own}{above}");
            let found = examine(chain.as_bytes(), key.as_bytes(), HOST, NOW).unwrap();
            assert_eq!(
                (found.names.as_slice(), found.not_after),
                ([HOST.to_owned()].as_slice(), 1_798_761_600)
            );
        }
    }

    #[test]
    fn a_chain_that_is_missing_incomplete_or_anothers_is_told_apart() {
        let (root, of_root) = authority("root", None);
        let (_, of_middle) = authority("middle", Some(&of_root));
        let (own, key) = signed(&of_middle, |_| {});

        assert_eq!(fault(&own, &key), Fault::ChainMissing);
        assert_eq!(fault(&format!("{own}{}", root.pem()), &key), Fault::ChainIncomplete);
        assert_eq!(
            fault(&format!("{own}{}", authority("middle", None).0.pem()), &key),
            Fault::ChainIncomplete
        );
    }

    #[test]
    fn another_key_host_time_or_use_is_refused_by_name() {
        let (root, of_root) = authority("root", None);
        let whole = |change: fn(&mut CertificateParams)| {
            let (own, key) = signed(&of_root, change);
            fault(&format!("{own}{}", root.pem()), &key)
        };
        let (own, key) = signed(&of_root, |_| {});
        let other = signed(&of_root, |_| {}).1;

        assert_eq!(fault(&format!("{own}{}", root.pem()), &other), Fault::WrongKey);
        let elsewhere: fn(&mut CertificateParams) = |it| {
            it.subject_alt_names =
                CertificateParams::new(vec!["other.example".to_owned()]).unwrap().subject_alt_names
        };
        assert_eq!(whole(elsewhere), Fault::WrongHost(vec!["other.example".to_owned()]));
        assert_eq!(whole(|it| it.not_after = date_time_ymd(2026, 2, 1)), Fault::Expired(1_769_904_000));
        assert_eq!(whole(|it| it.not_before = date_time_ymd(2026, 12, 1)), Fault::NotYetValid(1_796_083_200));
        let for_clients: fn(&mut CertificateParams) =
            |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        assert_eq!(whole(for_clients), Fault::NotForServers);
        assert_eq!(fault(&own, ""), Fault::NoKey);
        assert_eq!(fault(&key, &key), Fault::NoCertificate);
    }

    #[test]
    fn what_is_no_pem_encrypted_or_too_large_is_refused_by_name() {
        let (own, _) = signed(&authority("root", None).1, |_| {});
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

        assert_eq!(fault("hello", "hello"), Fault::NoCertificate);
        assert_eq!(fault(&own, encrypted), Fault::KeyEncrypted);
        assert_eq!(fault(&"x".repeat(LARGEST_PEM + 1), "hello"), Fault::TooLarge);
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(fault(broken, "hello"), Fault::Unreadable(1));
    }
}
