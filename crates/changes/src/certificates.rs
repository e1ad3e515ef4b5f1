//! The certificate of a domain: brought, replaced and taken away. It was judged before.

use authority::{Permission, Permit, SealedColumn};
use crypto::{Digest, Secret};
use model::{Action, DomainId, Timestamp};
use serde_json::json;
use store::{
    WriteTx,
    certificates::{self, Certificate},
    domains,
};
use texts::Noun;

use crate::{Refusal, Seen};

/// A certificate that was judged.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// Whose it is.
    pub domain: DomainId,
    /// The chain in PEM.
    pub chain: Vec<u8>,
    /// The private key in PEM.
    pub key: Secret<Vec<u8>>,
    /// The names that it is for.
    pub names: Vec<String>,
    /// When it expires.
    pub not_after: Timestamp,
}

/// The number by which a caller says which certificate they saw; 0 for none.
pub fn number(row: Option<&Certificate>) -> i64 {
    row.map_or(0, |it| it.set_at.micros())
}

/// Locks the domain and gives the certificate that it has, as the caller saw it.
fn seen_row(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (domain, seen): (DomainId, &Seen),
) -> Result<Option<Certificate>, Refusal> {
    let tenant = permit.tenant(Permission::ManageDomains)?.id;
    let row = domains::get(tx, tenant, domain).map_err(|error| Refusal::of(error, Noun::Domain))?;
    permit.check_environment(row.environment)?;
    let found = certificates::find(tx, tenant, domain)?;
    seen.check(Noun::Domain, (number(found.as_ref()), json!({})), json!({}))?;
    Ok(found)
}

/// Puts a certificate in place of the one that the domain has.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::ChangedMeanwhile`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn set(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    seen: &Seen,
    new: &NewCertificate,
    now: Timestamp,
) -> Result<(), Refusal> {
    let domain = new.domain;
    let before = seen_row(tx, permit, (domain, seen))?;
    let tenant = permit.tenant(Permission::ManageDomains)?;
    let digest = Digest::of(&new.chain);
    let column = SealedColumn::CertificateKey { domain, chain: &digest };
    // Nodes tell two certificates of a domain apart by this instant.
    let set_at = now.micros().max(number(before.as_ref()) + 1);
    let row = Certificate {
        tenant_id: tenant.id,
        domain_id: domain,
        sealed_key: tenant.opened().seal(tenant.random(), &column, new.key.expose()),
        chain: new.chain.clone(),
        not_after: new.not_after,
        set_at: Timestamp::from_micros(set_at),
    };
    certificates::save(tx, &row)?;
    let details = json!({"names": new.names, "not_after": new.not_after.to_iso_seconds()});
    Ok(permit.record(Action::CertificateSet, format!("domain {domain}"), &details, now).append(tx)?)
}

/// Takes the certificate of a domain away; says whether there was one.
///
/// # Errors
/// As [`set`].
pub fn remove(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (domain, seen): (DomainId, &Seen),
    now: Timestamp,
) -> Result<bool, Refusal> {
    let Some(row) = seen_row(tx, permit, (domain, seen))? else { return Ok(false) };
    certificates::remove(tx, row.tenant_id, domain)?;
    let details = json!({"not_after": row.not_after.to_iso_seconds()});
    permit.record(Action::CertificateRemoved, format!("domain {domain}"), &details, now).append(tx)?;
    Ok(true)
}
