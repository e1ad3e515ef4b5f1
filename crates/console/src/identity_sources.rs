//! Identity sources: which eIDs a domain offers, and with which credentials.

use authority::{Permission, Permit};
use changes::{
    Seen,
    identity_sources::{
        NewIdentitySource, change, create, credentials_of, is_set, jwks, new_key, set_credentials,
        settings_shown, shown, switch, switching, wanted,
    },
};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{DomainId, EidEnvironment, IdentitySourceId, IdentitySourceSettings, LoginMethod, Timestamp};
use serde_json::{Value, json};
use store::{
    StoreError, Tx, WriteTx,
    identity_sources::{self, IdentitySource},
    source_checks::{self, SourceCheck},
    source_generations::{self, Generation, SourceGeneration},
};
use texts::Noun;

use crate::{
    CheckedCredentials, Console, GenerationView, Refusal, SourceCheckView, Tenant, own_objects::keep_own,
};

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
    /// Counts its changes: a change names the one that it was based on.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when it is switched off.
    pub disabled_at: Option<Timestamp>,
    /// Where people choose it.
    pub domain: DomainId,
    /// Credentials that were entered and are not in use yet.
    pub candidate: Option<GenerationView>,
    /// Credentials that were replaced; see [`GenerationView::until`].
    pub previous: Option<GenerationView>,
    /// The last live check of it, or of its candidate.
    pub last_check: Option<SourceCheckView>,
    /// What the last check of the credentials in use found.
    pub active_check: Option<SourceCheckView>,
    /// What the last check of the candidate found.
    pub candidate_check: Option<SourceCheckView>,
    shown: Value,
}

impl SourceView {
    fn of(tenant: &Tenant, whole: Whole) -> Result<Self, Refusal> {
        let Whole { row, checks, candidate, previous } = whole;
        let credentials = credentials_of(tenant, &row);
        let (active, waiting) = (
            row.sealed_credentials.as_deref(),
            candidate.as_ref().map(|it| it.sealed_credentials.as_slice()),
        );
        let checks: Vec<_> = checks.iter().map(|it| SourceCheckView::of(it, active, waiting)).collect();
        let of = |which| checks.iter().find(|it| it.of == which).cloned();
        Ok(Self {
            id: row.id,
            eid: LoginMethod::parse(&row.eid).ok_or(Refusal::NotFound(Noun::Eid))?,
            environment: row.environment,
            jwks: credentials.as_ref().and_then(jwks),
            domain: row.domain_id,
            active_check: of(CheckedCredentials::Active),
            candidate_check: of(CheckedCredentials::Candidate),
            last_check: checks.into_iter().next(),
            candidate: candidate.map(|it| GenerationView::of(tenant, &it)),
            previous: previous.map(|it| GenerationView::of(tenant, &it)),
            shown: shown(tenant, &row),
            client: credentials.map(|it| (it.client_id, it.method)),
            settings: row.settings,
            version: row.version,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }

    /// What somebody who looked at this has seen.
    pub fn seen(&self) -> Seen {
        Seen::of(self.version, self.shown.clone())
    }
}

impl Console {
    /// Makes a key pair for `private_key_jwt`: what is to be stored, and the JWKS that the eID must receive.
    ///
    /// # Errors
    /// [`Refusal::Key`].
    pub fn new_source_key() -> Result<(Secret<String>, Value), Refusal> {
        let key = new_key()?;
        let made = SourceCredentials {
            client_id: String::new(),
            method: SourceMethod::PrivateKeyJwt,
            secret: None,
            private_key: Some(key.expose().clone()),
        };
        Ok((key, jwks(&made).unwrap_or_default()))
    }

    /// Makes the domain's source of this eID, or gives the one it has these credentials, whatever it was: for programs that
    /// own it.
    ///
    /// # Errors
    /// As [`Console::set_credentials`].
    pub async fn save_identity_source(
        &self,
        permit: &Permit,
        new: &NewIdentitySource,
        now: Timestamp,
    ) -> Result<IdentitySourceId, Refusal> {
        let tenant = permit.tenant(Permission::ManageSources)?;
        let (tenant_id, domain, eid) = (tenant.id, new.domain, new.eid.as_str());
        let found = self.store.read(move |tx| identity_sources::find(tx, tenant_id, domain, eid)).await?;
        if let Some(row) = found.as_ref().filter(|row| is_set(tenant, row, new)) {
            return Ok(row.id);
        }
        let seen = found.map(|row| Seen::of(row.version, shown(tenant, &row)));
        self.set_credentials(permit, (new, seen.as_ref()), now).await
    }

    /// Makes the domain's source of this eID, or gives the one that was seen these credentials. `seen`: `None` where there
    /// was none.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`]; [`Refusal::Taken`] where none was seen and there is one; [`Refusal::NotFound`] where
    /// one was seen and there is none; [`Refusal::Environment`], [`Refusal::Invalid`], [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn set_credentials(
        &self,
        permit: &Permit,
        (new, seen): (&NewIdentitySource, Option<&Seen>),
        now: Timestamp,
    ) -> Result<IdentitySourceId, Refusal> {
        permit.tenant(Permission::ManageSources)?;
        let made = IdentitySourceId::new(&self.random, now);
        let (permit, new, seen) = (permit.clone(), new.clone(), seen.cloned());
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageSources)?;
            let Some(seen) = seen else { return create(tx, &permit, (made, &new), now).map(|row| row.id) };
            let row = get(tx, tenant, (new.domain, new.eid))?;
            seen.check(Noun::IdentitySource, (row.version, shown(tenant, &row)), wanted(&new))?;
            set_credentials(tx, &permit, row, &new, now).map(|row| row.id)
        });
        saved.await
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
        let rows = self.store.read(move |tx| {
            let rows = identity_sources::list(tx, id, domain)?;
            rows.into_iter().map(|row| whole(tx, row)).collect::<Result<Vec<_>, StoreError>>()
        });
        rows.await?.into_iter().map(|row| SourceView::of(tenant, row)).collect()
    }

    /// Finds a domain's source of an eID.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn identity_source(
        &self,
        permit: &Permit,
        (domain, eid): (DomainId, LoginMethod),
    ) -> Result<SourceView, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let id = tenant.id;
        let found = self.store.read(move |tx| {
            let row = identity_sources::find(tx, id, domain, eid.as_str())?;
            row.map(|row| whole(tx, row)).transpose()
        });
        SourceView::of(tenant, found.await?.ok_or(Refusal::NotFound(Noun::IdentitySource))?)
    }

    /// Switches an identity source that was seen off, so that its logins stop within seconds, or on again.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn switch_identity_source(
        &self,
        permit: &Permit,
        (domain, eid, seen): (DomainId, LoginMethod, &Seen),
        on: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(switching(on))?;
        let (permit, seen) = (permit.clone(), seen.clone());
        let saved = self.store.write(move |tx| {
            if !on {
                keep_own(tx, |own| own.domain == domain)?;
            }
            let tenant = permit.tenant(switching(on))?;
            let row = get(tx, tenant, (domain, eid))?;
            let wanted = json!({"state": if on { "enabled" } else { "disabled" }});
            seen.check(Noun::IdentitySource, (row.version, shown(tenant, &row)), wanted)?;
            switch(tx, &permit, row, on, now).map(drop)
        });
        saved.await
    }

    /// Replaces the settings of an identity source that was seen.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::Invalid`], [`Refusal::NotFound`], [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn set_source_settings(
        &self,
        permit: &Permit,
        (domain, eid, seen): (DomainId, LoginMethod, &Seen),
        settings: &IdentitySourceSettings,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageSources)?;
        let (permit, seen, settings) = (permit.clone(), seen.clone(), settings.clone());
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageSources)?;
            let row = get(tx, tenant, (domain, eid))?;
            let wanted = settings_shown(&settings);
            seen.check(Noun::IdentitySource, (row.version, shown(tenant, &row)), wanted)?;
            change(tx, &permit, row, &settings, now).map(drop)
        });
        saved.await
    }
}

/// A source with what belongs to it.
struct Whole {
    row: IdentitySource,
    /// The latest first.
    checks: Vec<SourceCheck>,
    candidate: Option<SourceGeneration>,
    previous: Option<SourceGeneration>,
}

fn whole(tx: &mut impl Tx, row: IdentitySource) -> Result<Whole, StoreError> {
    let at = (row.tenant_id, row.id);
    Ok(Whole {
        checks: source_checks::list(tx, row.tenant_id, row.id)?,
        candidate: source_generations::find(tx, at, Generation::Candidate)?,
        previous: source_generations::find(tx, at, Generation::Previous)?,
        row,
    })
}

pub(crate) fn get(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (domain, eid): (DomainId, LoginMethod),
) -> Result<IdentitySource, Refusal> {
    let found = identity_sources::find(tx, tenant.id, domain, eid.as_str())?;
    found.ok_or(Refusal::NotFound(Noun::IdentitySource))
}
