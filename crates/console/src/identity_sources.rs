//! Identity sources: which eIDs a domain offers, and with which credentials.

use authority::{Permission, Permit, SealedColumn};
use crypto::{Algorithm, Secret, SigningKey, b64};
use eid::{SourceCredentials, SourceMethod};
use model::{
    Action, DomainId, EidEnvironment, Environment, IdentitySourceId, IdentitySourceSettings, LoginMethod,
    Timestamp,
};
use serde_json::{Value, json};
use store::{
    StoreError,
    identity_sources::{self, IdentitySource},
};
use texts::{AdminMessage, Noun};

use crate::{Console, Refusal, Tenant};

/// What an identity source shall be.
#[derive(Clone, Debug)]
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

/// An identity source as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceView {
    /// Its row.
    pub id: IdentitySourceId,
    /// Which eID.
    pub eid: LoginMethod,
    /// Which installation of it.
    pub environment: EidEnvironment,
    /// Our client id there, and how we authenticate; `None` when there are no credentials that can be read.
    pub client: Option<(String, SourceMethod)>,
    /// The public key that the eID must know, as a JWKS; with `private_key_jwt` only.
    pub jwks: Option<Value>,
    /// JSON of everything else.
    pub settings: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when it is switched off.
    pub disabled_at: Option<Timestamp>,
}

/// Refuses credentials that cannot work.
pub(crate) fn check(credentials: &SourceCredentials) -> Result<(), Refusal> {
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

/// The public half of the key, as the eID must receive it.
fn jwks(credentials: &SourceCredentials) -> Option<Value> {
    let der = Secret::new(b64::decode(credentials.private_key.as_deref()?)?);
    let key = SigningKey::from_pkcs8(Algorithm::Es256, der.expose()).ok()?;
    Some(json!({"keys": [key.public_jwk()]}))
}

impl Console {
    pub(crate) fn opened(tenant: &Tenant, row: &IdentitySource) -> Option<SourceCredentials> {
        let column = SealedColumn::Credentials { source: row.id, version: row.credentials_version };
        let opened = tenant.opened().unseal(&column, row.sealed_credentials.as_deref()?).ok()?;
        serde_json::from_slice(opened.expose()).ok()
    }

    fn source_view(tenant: &Tenant, row: IdentitySource) -> Result<SourceView, Refusal> {
        let credentials = Self::opened(tenant, &row);
        Ok(SourceView {
            id: row.id,
            eid: LoginMethod::parse(&row.eid).ok_or(Refusal::NotFound(Noun::Eid))?,
            environment: row.environment,
            jwks: credentials.as_ref().and_then(jwks),
            client: credentials.map(|it| (it.client_id, it.method)),
            settings: row.settings,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }

    /// Makes a key pair for `private_key_jwt`: what is to be stored, and the JWKS that the eID must receive.
    ///
    /// # Errors
    /// [`Refusal::Key`].
    pub fn new_source_key() -> Result<(Secret<String>, Value), Refusal> {
        let key = SigningKey::generate(Algorithm::Es256)?;
        let stored = b64::encode(key.to_pkcs8()?.expose());
        Ok((Secret::from(stored.as_str()), json!({"keys": [key.public_jwk()]})))
    }

    /// Makes the domain's source of this eID, or gives the one it has these credentials.
    ///
    /// # Errors
    /// [`Refusal::Environment`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_identity_source(
        &self,
        permit: &Permit,
        new: &NewIdentitySource,
        now: Timestamp,
    ) -> Result<IdentitySourceId, Refusal> {
        let tenant = permit.tenant(Permission::ManageSources)?;
        if !new.eid.is_eid() {
            return Err(Refusal::Invalid(AdminMessage::SourceAutomation.at("eid")));
        }
        if !new.environment.may_serve(new.domain_environment) {
            return Err(Refusal::Environment);
        }
        permit.check_environment(new.domain_environment)?;
        check(&new.credentials)?;
        let (tenant_id, domain, eid) = (tenant.id, new.domain, new.eid.as_str());
        let found = self.store.read(move |tx| identity_sources::find(tx, tenant_id, domain, eid)).await?;
        if let Some(row) = &found
            && row.environment == new.environment
            && Self::opened(tenant, row).as_ref() == Some(&new.credentials)
        {
            return Ok(row.id);
        }
        let id = found.as_ref().map_or_else(|| IdentitySourceId::new(&self.random, now), |row| row.id);
        // The next release counts; every node opens what it writes by then.
        let column = SealedColumn::Credentials { source: id, version: None };
        let plain = Secret::new(serde_json::to_vec(&new.credentials).unwrap_or_default());
        let sealed = Some(tenant.opened().seal(&self.random, &column, plain.expose()));
        let details = json!({
            "eid": eid, "environment": new.environment.as_str(), "domain": domain.to_string(),
            "client_id": new.credentials.client_id, "method": new.credentials.method,
        });
        let action = if found.is_none() { Action::SourceCreated } else { Action::SourceCredentialsSet };
        let record = permit.record(action, format!("identity_source {id}"), &details, now);
        let environment = new.environment;
        let saved = self.store.write(move |tx| {
            match found {
                None => {
                    let row = IdentitySource {
                        id,
                        tenant_id,
                        domain_id: domain,
                        eid: eid.to_owned(),
                        environment,
                        settings: "{}".to_owned(),
                        sealed_credentials: sealed,
                        credentials_version: None,
                        version: 1,
                        created_at: now,
                        disabled_at: None,
                    };
                    identity_sources::insert(tx, &row)?;
                }
                Some(row) => {
                    let row = IdentitySource { environment, credentials_version: None, ..row };
                    identity_sources::save(tx, &IdentitySource { sealed_credentials: sealed, ..row })?;
                }
            }
            record.append(tx)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::EidOfDomain))?;
        Ok(id)
    }

    /// Lists a domain's identity sources.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn identity_sources(
        &self,
        permit: &Permit,
        domain: DomainId,
    ) -> Result<Vec<SourceView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let id = tenant.id;
        let rows = self.store.read(move |tx| identity_sources::list(tx, id, domain)).await?;
        rows.into_iter().map(|row| Self::source_view(tenant, row)).collect()
    }

    /// Switches an identity source off, so that its logins stop within seconds, or on again.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn switch_identity_source(
        &self,
        permit: &Permit,
        (domain, eid): (DomainId, LoginMethod),
        on: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permission = if on { Permission::ManageSources } else { Permission::DisableSources };
        let tenant = permit.tenant(permission)?;
        let action = if on { Action::SourceEnabled } else { Action::SourceDisabled };
        self.change_source((permit, tenant), (domain, eid), (action, now), move |row| {
            let disabled_at = if on { None } else { row.disabled_at.or(Some(now)) };
            IdentitySource { disabled_at, ..row }
        })
        .await
    }

    /// Replaces the settings of an identity source.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn set_source_settings(
        &self,
        permit: &Permit,
        (domain, eid): (DomainId, LoginMethod),
        settings: &IdentitySourceSettings,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ManageSources)?;
        settings.check().map_err(|error| Refusal::Invalid(error.message()))?;
        let settings = settings.to_text();
        let change = move |row| IdentitySource { settings, ..row };
        self.change_source((permit, tenant), (domain, eid), (Action::SourceChanged, now), change).await
    }

    async fn change_source(
        &self,
        (permit, tenant): (&Permit, &Tenant),
        (domain, eid): (DomainId, LoginMethod),
        (action, now): (Action, Timestamp),
        change: impl FnOnce(IdentitySource) -> IdentitySource + Send + 'static,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        let tenant_id = tenant.id;
        let saved = self.store.write(move |tx| {
            let found = identity_sources::find(tx, tenant_id, domain, eid.as_str())?;
            let found = found.ok_or(StoreError::NotFound)?;
            let row = change(found.clone());
            if row == found {
                return Ok(());
            }
            identity_sources::save(tx, &row)?;
            let details = crate::audit::difference(&found.settings, &row.settings);
            permit.record(action, format!("identity_source {}", row.id), &details, now).append(tx)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::IdentitySource))
    }
}
