//! The certificates of domains: judged when they are brought, and given to the listener of each node.

use std::collections::HashMap;

use ::certificates::{CertificateFault, LARGEST_PEM, examine, facts};
use authority::{InstallationPermit, OpenTenant, Permission, Permit, SealedColumn};
use changes::{
    Seen,
    certificates::{NewCertificate, number, remove, set},
};
use crypto::{Digest, Secret};
use model::{DomainId, Timestamp};
use store::{
    StoreError,
    certificates::{self as rows, ServedCertificate},
    domains, tenants,
};
use texts::{AdminMessage, FieldMessage, Noun};

use crate::{Console, Refusal, tenants::PAGE};

/// What somebody brings for a domain, in PEM and not judged yet.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// Whose it is to be.
    pub domain: DomainId,
    /// The chain.
    pub chain: Vec<u8>,
    /// The private key.
    pub key: Secret<Vec<u8>>,
}

/// A domain's certificate as it is shown. The key never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateView {
    /// The names that it is for.
    pub names: Vec<String>,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// When it expires.
    pub not_after: Timestamp,
    /// When it was brought.
    pub set_at: Timestamp,
    /// Says which certificate somebody saw.
    pub version: i64,
}

/// A certificate for the listener of a node.
#[derive(Clone, Debug)]
pub struct CertificateToServe {
    /// The domain.
    pub domain: DomainId,
    /// Its host, without a port.
    pub host: String,
    /// When it expires.
    pub not_after: Timestamp,
    /// When it was brought.
    pub set_at: Timestamp,
    /// Chain and key in PEM; `None` where the caller knows them, or the key does not open.
    pub content: Option<(Vec<u8>, Secret<Vec<u8>>)>,
}

/// A host without its port.
fn bare(host: &str) -> &str {
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

/// Says what is wrong with a certificate, at the field that has it.
fn message(fault: CertificateFault, host: &str) -> FieldMessage {
    let day = |seconds: i64| Timestamp::from_seconds(seconds).to_iso_seconds().into();
    match fault {
        CertificateFault::TooLarge => {
            AdminMessage::CertificateTooLarge { most: (LARGEST_PEM / 1_024).into() }.at("chain")
        }
        CertificateFault::NoCertificate => AdminMessage::CertificateChainNotPem.at("chain"),
        CertificateFault::Unreadable(place) => {
            AdminMessage::CertificateUnreadable { position: place.into() }.at("chain")
        }
        CertificateFault::NoKey => AdminMessage::CertificateKeyNotPem.at("key"),
        CertificateFault::KeyEncrypted => AdminMessage::CertificateKeyEncrypted.at("key"),
        CertificateFault::KeyUnusable => AdminMessage::CertificateKeyUnusable.at("key"),
        CertificateFault::WrongKey => AdminMessage::CertificateKeyWrong.at("key"),
        CertificateFault::WrongHost(names) => AdminMessage::CertificateForOtherNames {
            host: host.to_owned().into(),
            names: names.join(", ").into(),
        }
        .at("chain"),
        CertificateFault::NotYetValid(from) => {
            AdminMessage::CertificateNotYetValid { at: day(from) }.at("chain")
        }
        CertificateFault::Expired(at) => AdminMessage::CertificateExpired { at: day(at) }.at("chain"),
        CertificateFault::NotForServers => AdminMessage::CertificateNotForServers.at("chain"),
        CertificateFault::ChainMissing => AdminMessage::CertificateChainMissing.at("chain"),
        CertificateFault::ChainIncomplete => AdminMessage::CertificateChainIncomplete.at("chain"),
    }
}

impl Console {
    /// Finds the certificate of a domain that was brought here.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn certificate(
        &self,
        permit: &Permit,
        domain: DomainId,
    ) -> Result<Option<CertificateView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let row = self.store.read(move |tx| rows::find(tx, tenant, domain)).await?;
        let view = |row: rows::Certificate| {
            let found = facts(&row.chain)?;
            Some(CertificateView {
                names: found.names,
                not_before: Timestamp::from_seconds(found.not_before),
                not_after: row.not_after,
                set_at: row.set_at,
                version: number(Some(&row)),
            })
        };
        Ok(row.and_then(view))
    }

    /// Judges chain and key, both in PEM, and puts them in place of the certificate that the domain has.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] of `chain` or `key`: what is wrong. [`Refusal::NotFound`], [`Refusal::ChangedMeanwhile`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn set_certificate(
        &self,
        permit: &Permit,
        seen: &Seen,
        files: CertificateFiles,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ManageDomains)?.id;
        let row = self.store.read(move |tx| domains::get(tx, tenant, files.domain)).await;
        let row = row.map_err(|error: StoreError| Refusal::of(error, Noun::Domain))?;
        let host = bare(&row.host);
        let found = examine(&files.chain, files.key.expose(), host, now.seconds());
        let found = found.map_err(|fault| Refusal::Invalid(message(fault, host)))?;
        let new = NewCertificate {
            domain: files.domain,
            chain: files.chain,
            key: files.key,
            names: found.names,
            not_after: Timestamp::from_seconds(found.not_after),
        };
        let (permit, seen) = (permit.clone(), seen.clone());
        self.store.write(move |tx| set(tx, &permit, &seen, &new, now)).await
    }

    /// Takes the certificate of a domain away.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::ChangedMeanwhile`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn remove_certificate(
        &self,
        permit: &Permit,
        (domain, seen): (DomainId, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (permit, seen) = (permit.clone(), seen.clone());
        self.store.write(move |tx| remove(tx, &permit, (domain, &seen), now).map(drop)).await
    }

    /// Lists every certificate that the listener may show, with the content of those that are not `known`: by domain, when the
    /// known one was brought.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn certificates_to_serve(
        &self,
        permit: &InstallationPermit,
        known: &HashMap<DomainId, Timestamp>,
    ) -> Result<Vec<CertificateToServe>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.read(move |tx| rows::list_served(tx, after, PAGE)).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some((last.tenant_id, last.domain_id));
            for it in page {
                let is_known = known.get(&it.domain_id) == Some(&it.set_at);
                let content = if is_known { None } else { self.certificate_content(&it).await? };
                let host = bare(&it.host).to_owned();
                let (domain, not_after, set_at) = (it.domain_id, it.not_after, it.set_at);
                all.push(CertificateToServe { domain, host, not_after, set_at, content });
            }
        }
    }

    /// Chain and key of a certificate; `None` where it was changed meanwhile, or the key does not open.
    async fn certificate_content(
        &self,
        listed: &ServedCertificate,
    ) -> Result<Option<(Vec<u8>, Secret<Vec<u8>>)>, Refusal> {
        let (tenant, domain, set_at) = (listed.tenant_id, listed.domain_id, listed.set_at);
        let read = self.store.read(move |tx| {
            let row = rows::find(tx, tenant, domain)?.filter(|it| it.set_at == set_at);
            Ok::<_, StoreError>(row.zip(tenants::find(tx, tenant)?))
        });
        let Some((row, tenant)) = read.await? else { return Ok(None) };
        let digest = Digest::of(&row.chain);
        let column = SealedColumn::CertificateKey { domain, chain: &digest };
        let opened = OpenTenant::open(&self.master, &tenant);
        let key = opened.and_then(|it| it.unseal(&column, &row.sealed_key));
        Ok(key.ok().map(|key| (row.chain, key)))
    }
}
