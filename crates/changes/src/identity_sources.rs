//! Identity sources: which eIDs a domain offers, and with which credentials.

use authority::{Permission, Permit, SealedColumn, Tenant};
use crypto::{Algorithm, Secret, SigningKey, b64};
use eid::{SourceCredentials, SourceMethod};
use model::{
    Action, DomainId, EidEnvironment, Environment, IdentitySourceId, IdentitySourceSettings, LoginMethod,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    WriteTx,
    identity_sources::{self, IdentitySource},
    source_generations::{self, Generation, RESTORED_FOR, SourceGeneration},
};
use texts::{AdminMessage, Noun};

use crate::{
    Refusal,
    difference::{difference, is_empty},
    seen::marker,
};

/// What an identity source shall be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewIdentitySource {
    /// Where people choose it.
    pub domain: DomainId,
    /// That domain's environment.
    pub domain_environment: Environment,
    /// Which eID.
    pub eid: LoginMethod,
    /// Which installation of it.
    pub environment: EidEnvironment,
    /// What the eID gave.
    pub credentials: SourceCredentials,
}

/// Refuses credentials that cannot work.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn check(credentials: &SourceCredentials) -> Result<(), Refusal> {
    let needs_key = credentials.method == SourceMethod::PrivateKeyJwt;
    if needs_key && jwks(credentials).is_none() {
        return Err(Refusal::Invalid(AdminMessage::SourceKeyMissing.at("private_key")));
    }
    if !needs_key && credentials.secret.as_deref().is_none_or(str::is_empty) {
        return Err(Refusal::Invalid(AdminMessage::SourceSecretMissing.at("client_secret")));
    }
    if credentials.client_id.is_empty() || credentials.client_id.chars().any(char::is_control) {
        return Err(Refusal::Invalid(AdminMessage::SourceClientIdMissing.at("client_id")));
    }
    Ok(())
}

/// Makes a key pair for `private_key_jwt`: the private half as [`SourceCredentials::private_key`] has it.
///
/// # Errors
/// [`Refusal::Key`].
pub fn new_key() -> Result<Secret<String>, Refusal> {
    let key = SigningKey::generate(Algorithm::Es256)?;
    Ok(Secret::from(b64::encode(key.to_pkcs8()?.expose()).as_str()))
}

/// Gives the public half of the key, as the eID must receive it; `None` without a key that can be read.
pub fn jwks(credentials: &SourceCredentials) -> Option<Value> {
    Some(json!({"keys": [credentials.public_jwk()?]}))
}

/// Opens the credentials of a source; `None` where there are none that can be read.
pub fn credentials_of(tenant: &Tenant, row: &IdentitySource) -> Option<SourceCredentials> {
    open(tenant, row.id, (row.credentials_version, row.sealed_credentials.as_deref()?))
}

/// Opens the credentials of another generation; `None` where they cannot be read.
pub fn credentials_of_generation(tenant: &Tenant, row: &SourceGeneration) -> Option<SourceCredentials> {
    open(tenant, row.source_id, (row.credentials_version, &row.sealed_credentials))
}

fn open(
    tenant: &Tenant,
    source: IdentitySourceId,
    (version, sealed): (Option<i64>, &[u8]),
) -> Option<SourceCredentials> {
    let opened = tenant.opened().unseal(&SealedColumn::Credentials { source, version }, sealed).ok()?;
    SourceCredentials::read(opened.expose())
}

/// Says whether a source has these credentials already.
pub fn is_set(tenant: &Tenant, row: &IdentitySource, new: &NewIdentitySource) -> bool {
    row.environment == new.environment && credentials_of(tenant, row).as_ref() == Some(&new.credentials)
}

/// Gives the permission that enabling or disabling takes.
pub const fn switching(on: bool) -> Permission {
    if on { Permission::ManageSources } else { Permission::DisableSources }
}

/// What is shown of a source where changes are compared: settings, environment, state, and what is public of its
/// credentials.
pub fn shown(tenant: &Tenant, row: &IdentitySource) -> Value {
    let credentials = credentials_of(tenant, row);
    let settings = IdentitySourceSettings::parse(&row.settings).unwrap_or_default();
    let mut shown = json!({
        "environment": row.environment.as_str(),
        "state": if row.disabled_at.is_some() { "disabled" } else { "enabled" },
        "client_id": credentials.as_ref().map(|it| &it.client_id),
        "method": credentials.as_ref().map(|it| it.method),
        "credentials": marker(row.sealed_credentials.as_deref()),
    });
    if let (Some(members), Value::Object(settings)) = (shown.as_object_mut(), settings_shown(&settings)) {
        members.extend(settings);
    }
    shown
}

/// What is shown of settings where changes are compared, defaults included.
pub fn settings_shown(settings: &IdentitySourceSettings) -> Value {
    json!({
        "display_name": settings.display_name, "minimum_level": settings.minimum_level,
        "scopes": settings.scopes, "nin_allowed": settings.nin_allowed,
        "nin_legal_ground": settings.nin_legal_ground, "notice": settings.notice,
        "own_button": settings.own_button,
    })
}

/// The same of what somebody wants to set.
pub fn wanted(new: &NewIdentitySource) -> Value {
    json!({
        "environment": new.environment.as_str(), "client_id": new.credentials.client_id,
        "method": new.credentials.method, "credentials": "new credentials",
    })
}

/// Whose leave it is to put credentials into a source: who manages sources, and who receives what an order brought; that it is
/// theirs is for the order desk to see.
fn tenant_of(permit: &Permit) -> Result<&Tenant, Refusal> {
    if let Ok(tenant) = permit.tenant(Permission::ReceiveCredentials) {
        return Ok(tenant);
    }
    Ok(permit.tenant(Permission::ManageSources)?)
}

fn check_new(permit: &Permit, new: &NewIdentitySource) -> Result<(), Refusal> {
    tenant_of(permit)?;
    if !new.eid.is_eid() {
        return Err(Refusal::Invalid(AdminMessage::SourceAutomation.at("eid")));
    }
    if !new.environment.may_serve(new.domain_environment) {
        return Err(Refusal::Environment);
    }
    permit.check_environment(new.domain_environment)?;
    check(&new.credentials)
}

/// Seals credentials with their number. Every sealing goes with a save of the source's row, so that the row's next version is a
/// number that no other credentials of the source ever have.
fn sealed(
    tenant: &Tenant,
    (source, number): (IdentitySourceId, i64),
    credentials: &SourceCredentials,
) -> Vec<u8> {
    let column = SealedColumn::Credentials { source, version: Some(number) };
    tenant.opened().seal(tenant.random(), &column, credentials.write().expose())
}

fn record(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (action, row): (Action, &IdentitySource),
    details: &Value,
    now: Timestamp,
) -> Result<(), Refusal> {
    Ok(permit.record(action, format!("identity_source {}", row.id), details, now).append(tx)?)
}

fn credentials_details(new: &NewIdentitySource) -> Value {
    json!({
        "eid": new.eid.as_str(), "environment": new.environment.as_str(), "domain": new.domain.to_string(),
        "client_id": new.credentials.client_id, "method": new.credentials.method,
    })
}

/// Makes a domain's source of an eID.
///
/// # Errors
/// [`Refusal::Taken`], [`Refusal::Environment`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn create(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (id, new): (IdentitySourceId, &NewIdentitySource),
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    check_new(permit, new)?;
    let tenant = tenant_of(permit)?;
    let row = IdentitySource {
        id,
        tenant_id: tenant.id,
        domain_id: new.domain,
        eid: new.eid.as_str().to_owned(),
        environment: new.environment,
        settings: "{}".to_owned(),
        sealed_credentials: Some(sealed(tenant, (id, 1), &new.credentials)),
        credentials_version: Some(1),
        version: 1,
        created_at: now,
        disabled_at: None,
    };
    identity_sources::insert(tx, &row).map_err(|error| Refusal::of(error, Noun::EidOfDomain))?;
    record(tx, permit, (Action::SourceCreated, &row), &credentials_details(new), now)?;
    Ok(row)
}

/// Gives a source, `row` as it is, other credentials, perhaps for another installation of its eID.
///
/// # Errors
/// As [`create`].
pub fn set_credentials(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    new: &NewIdentitySource,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    check_new(permit, new)?;
    let tenant = tenant_of(permit)?;
    if is_set(tenant, &row, new) {
        return Ok(row);
    }
    keep_previous(tx, &row, now)?;
    let number = row.version + 1;
    let row = IdentitySource {
        environment: new.environment,
        sealed_credentials: Some(sealed(tenant, (row.id, number), &new.credentials)),
        credentials_version: Some(number),
        ..row
    };
    let version = identity_sources::save(tx, &row)?;
    record(tx, permit, (Action::SourceCredentialsSet, &row), &credentials_details(new), now)?;
    Ok(IdentitySource { version, ..row })
}

/// The credentials in use become the previous ones; those that were it are gone.
fn keep_previous(tx: &mut WriteTx<'_>, row: &IdentitySource, now: Timestamp) -> Result<(), Refusal> {
    let Some(sealed_credentials) = row.sealed_credentials.clone() else { return Ok(()) };
    let previous = SourceGeneration {
        tenant_id: row.tenant_id,
        source_id: row.id,
        generation: Generation::Previous,
        environment: row.environment,
        sealed_credentials,
        credentials_version: row.credentials_version,
        set_at: now,
    };
    Ok(source_generations::save(tx, &previous)?)
}

/// Keeps credentials for a source, `row` as it is, that are not used until [`activate_candidate`]; an earlier candidate is gone.
///
/// # Errors
/// As [`create`].
pub fn set_candidate(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    new: &NewIdentitySource,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    check_new(permit, new)?;
    let tenant = tenant_of(permit)?;
    let number = row.version + 1;
    let candidate = SourceGeneration {
        tenant_id: row.tenant_id,
        source_id: row.id,
        generation: Generation::Candidate,
        environment: new.environment,
        sealed_credentials: sealed(tenant, (row.id, number), &new.credentials),
        credentials_version: Some(number),
        set_at: now,
    };
    source_generations::save(tx, &candidate)?;
    let version = identity_sources::save(tx, &row)?;
    record(tx, permit, (Action::SourceCandidateSet, &row), &credentials_details(new), now)?;
    Ok(IdentitySource { version, ..row })
}

/// What the audit trail says of credentials that come into use, or do not.
fn generation_details(tenant: &Tenant, row: &SourceGeneration) -> Value {
    let credentials = credentials_of_generation(tenant, row);
    json!({
        "environment": row.environment.as_str(), "generation": row.generation.as_str(),
        "client_id": credentials.as_ref().map(|it| &it.client_id), "method": credentials.as_ref().map(|it| it.method),
    })
}

/// Puts a generation in the place of the credentials in use, which become the previous ones.
fn exchange(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (row, wanted): (IdentitySource, SourceGeneration),
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    let details = generation_details(tenant_of(permit)?, &wanted);
    source_generations::remove(tx, (row.tenant_id, row.id), wanted.generation)?;
    keep_previous(tx, &row, now)?;
    let action = match wanted.generation {
        Generation::Candidate => Action::SourceCandidateActivated,
        Generation::Previous => Action::SourceCredentialsRestored,
    };
    let row = IdentitySource {
        environment: wanted.environment,
        sealed_credentials: Some(wanted.sealed_credentials),
        credentials_version: wanted.credentials_version,
        ..row
    };
    let version = identity_sources::save(tx, &row)?;
    record(tx, permit, (action, &row), &details, now)?;
    Ok(IdentitySource { version, ..row })
}

/// Uses the candidate of a source, `row` as it is; the credentials in use become the previous ones.
///
/// # Errors
/// [`Refusal::NotFound`] without a candidate; [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn activate_candidate(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    tenant_of(permit)?;
    let found = source_generations::find(tx, (row.tenant_id, row.id), Generation::Candidate)?;
    let candidate = found.ok_or(Refusal::NotFound(Noun::CandidateCredentials))?;
    exchange(tx, permit, (row, candidate), now)
}

/// Gives a source, `row` as it is, its previous credentials back, within [`RESTORED_FOR`]; those in use become the previous ones.
///
/// # Errors
/// [`Refusal::NotFound`] where there are none any more; [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn restore_previous(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    permit.tenant(Permission::ManageSources)?;
    let found = source_generations::find(tx, (row.tenant_id, row.id), Generation::Previous)?;
    let previous = found.filter(|it| now.before(RESTORED_FOR) < it.set_at);
    let previous = previous.ok_or(Refusal::NotFound(Noun::PreviousCredentials))?;
    exchange(tx, permit, (row, previous), now)
}

/// Discards the candidate of a source, `row` as it is.
///
/// # Errors
/// [`Refusal::NotFound`] without a candidate; [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn discard_candidate(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    let tenant = permit.tenant(Permission::ManageSources)?;
    let found = source_generations::find(tx, (row.tenant_id, row.id), Generation::Candidate)?;
    let candidate = found.ok_or(Refusal::NotFound(Noun::CandidateCredentials))?;
    source_generations::remove(tx, (row.tenant_id, row.id), Generation::Candidate)?;
    let version = identity_sources::save(tx, &row)?;
    let details = generation_details(tenant, &candidate);
    record(tx, permit, (Action::SourceCandidateDiscarded, &row), &details, now)?;
    Ok(IdentitySource { version, ..row })
}

/// Replaces the settings of a source, `row` as it is.
///
/// # Errors
/// [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn change(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    settings: &IdentitySourceSettings,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    permit.tenant(Permission::ManageSources)?;
    let eid = LoginMethod::parse(&row.eid).ok_or(Refusal::NotFound(Noun::Eid))?;
    settings.check_for(eid).map_err(|error| Refusal::Invalid(error.message()))?;
    with_settings(tx, permit, row, settings, now)
}

/// Writes other settings, and what is other in them; nothing where nothing is.
fn with_settings(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    settings: &IdentitySourceSettings,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    let details = difference(&row.settings, &settings.to_text());
    if is_empty(&details) {
        return Ok(row);
    }
    let row = IdentitySource { settings: settings.to_text(), ..row };
    let version = identity_sources::save(tx, &row)?;
    record(tx, permit, (Action::SourceChanged, &row), &details, now)?;
    Ok(IdentitySource { version, ..row })
}

/// Takes over what an order came to about the national identity number: the law that gives the right, unless one is named
/// already; `None`: it was not granted, and nobody asks for it.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn settle_number(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    ground: Option<String>,
    now: Timestamp,
) -> Result<(), Refusal> {
    permit.tenant(Permission::ReceiveCredentials)?;
    let parsed = IdentitySourceSettings::parse(&row.settings);
    let mut settings = parsed.map_err(|error| Refusal::Invalid(error.message()))?;
    settings.nin_allowed = ground.is_some();
    settings.nin_legal_ground = settings.nin_legal_ground.or(ground);
    with_settings(tx, permit, row, &settings, now).map(drop)
}

/// Switches a source off, so that its logins stop within seconds, or on again.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn switch(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: IdentitySource,
    on: bool,
    now: Timestamp,
) -> Result<IdentitySource, Refusal> {
    permit.tenant(switching(on))?;
    if row.disabled_at.is_none() == on {
        return Ok(row);
    }
    let row = IdentitySource { disabled_at: if on { None } else { Some(now) }, ..row };
    let version = identity_sources::save(tx, &row)?;
    let action = if on { Action::SourceEnabled } else { Action::SourceDisabled };
    record(tx, permit, (action, &row), &json!({}), now)?;
    Ok(IdentitySource { version, ..row })
}

/// Discards the candidate that has this number, where it is still there: the order that brought it is over.
///
/// # Errors
/// [`Refusal::Store`].
pub fn withdraw_candidate(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (row, number): (IdentitySource, i64),
    now: Timestamp,
) -> Result<(), Refusal> {
    let found = source_generations::find(tx, (row.tenant_id, row.id), Generation::Candidate)?;
    let Some(candidate) = found.filter(|it| it.credentials_version == Some(number)) else { return Ok(()) };
    source_generations::remove(tx, (row.tenant_id, row.id), Generation::Candidate)?;
    identity_sources::save(tx, &row)?;
    let details = generation_details(permit.caller_tenant(), &candidate);
    record(tx, permit, (Action::SourceCandidateDiscarded, &row), &details, now)
}
