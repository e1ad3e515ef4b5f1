//! Signing keys: they turn by themselves, at once when told to, and go when they were stolen.
//!
//! 1. the rule says what is missing (`model::missing_key`); 2. a key is made, outside every transaction;
//! 3. a write locks the domain, asks the rule again, and stores the key, so two nodes make one.

use authority::{Permission, Permit};
use changes::signing_keys::{make, of_algorithm, publish, retire_at, times};
use crypto::Algorithm;
use model::{
    Action, DomainId, KeySchedule, KeyTimes, Timestamp, current_key, may_sign_from, missing_key, next_key,
    signs_now,
};
use serde_json::json;
use store::{StoreError, WriteTx, domains, signing_keys};
use texts::Noun;

use crate::{Console, Refusal, Tenant};

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, signs later.
    Next,
    /// Signs.
    Current,
    /// Signs no more; stays published until its last token has expired.
    Retired,
    /// Compromised.
    Withdrawn,
}

impl KeyState {
    /// The word on screen and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A signing key as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// The key id, its thumbprint.
    pub kid: String,
    /// What it signs with.
    pub algorithm: String,
    /// Where it stands.
    pub state: KeyState,
    /// Its instants.
    pub times: KeyTimes,
}

fn state(key: &KeyTimes, now: Timestamp) -> KeyState {
    if key.withdrawn_at.is_some() {
        KeyState::Withdrawn
    } else if signs_now(key, now) {
        KeyState::Current
    } else if key.active_at > now {
        KeyState::Next
    } else {
        KeyState::Retired
    }
}

/// Publishes the first key of a domain for an algorithm, which signs at once: no cache has a key set that lacks it and
/// needs it.
pub(crate) fn publish_first(
    tx: &mut WriteTx<'_>,
    key: Option<&signing_keys::SigningKey>,
    permit: &Permit,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some(key) = key else { return Ok(()) };
    // Locked: others that publish a key wait here, and finds nothing missing then.
    domains::get(tx, key.tenant_id, key.domain_id).map_err(|error| Refusal::of(error, Noun::Domain))?;
    publish(tx, key, (permit, KeySchedule::default()), now)?;
    Ok(())
}

/// A key that a domain lacks by its schedule.
struct MissingKey {
    domain: DomainId,
    algorithm: Algorithm,
    schedule: KeySchedule,
}

impl Console {
    /// Makes a key for this algorithm where the domain has none that signs; [`publish_first`] writes it.
    pub(crate) async fn missing_first_key(
        &self,
        (tenant, domain): (&Tenant, DomainId),
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Option<signing_keys::SigningKey>, Refusal> {
        let keys = of_algorithm(self.key_rows(tenant, domain).await?, algorithm);
        if current_key(&keys, times, now).is_some() {
            return Ok(None);
        }
        make(tenant, domain, algorithm, now).map(Some)
    }

    pub(crate) async fn key_rows(
        &self,
        tenant: &Tenant,
        domain: DomainId,
    ) -> Result<Vec<signing_keys::SigningKey>, Refusal> {
        let id = tenant.id;
        Ok(self.store.read(move |tx| signing_keys::list(tx, id, domain)).await?)
    }

    async fn publish_key(
        &self,
        tenant: &Tenant,
        missing: MissingKey,
        permit: Permit,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let MissingKey { domain, algorithm, schedule } = missing;
        let made = make(tenant, domain, algorithm, now)?;
        let tenant_id = tenant.id;
        let saved = self.store.write(move |tx| {
            // Got for change: another node that turns the same keys waits here, and finds nothing missing then.
            domains::get(tx, tenant_id, domain)?;
            publish(tx, &made, (&permit, schedule), now)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::Domain))
    }

    /// Lists a domain's signing keys, the latest to become active first.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn signing_keys(
        &self,
        permit: &Permit,
        domain: DomainId,
        now: Timestamp,
    ) -> Result<Vec<KeyView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let view = |row: signing_keys::SigningKey| KeyView {
            state: state(&times(&row), now),
            times: times(&row),
            kid: row.id,
            algorithm: row.algorithm,
        };
        Ok(self.key_rows(tenant, domain).await?.into_iter().map(view).collect())
    }

    /// The algorithms of a domain that lack a key by its schedule.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn missing_keys(
        &self,
        permit: &Permit,
        domain: DomainId,
        schedule: KeySchedule,
        now: Timestamp,
    ) -> Result<Vec<Algorithm>, Refusal> {
        self.missing(permit.tenant(Permission::ReadSettings)?, domain, schedule, now).await
    }

    async fn missing(
        &self,
        tenant: &Tenant,
        domain: DomainId,
        schedule: KeySchedule,
        now: Timestamp,
    ) -> Result<Vec<Algorithm>, Refusal> {
        let rows = self.key_rows(tenant, domain).await?;
        let is_missing = |algorithm: &Algorithm| {
            let of_it = rows.iter().filter(|row| row.algorithm == algorithm.as_str());
            let all: Vec<KeyTimes> = of_it.map(times).collect();
            !all.is_empty() && missing_key(&all, schedule, now).is_some()
        };
        Ok(Algorithm::ALL.into_iter().filter(is_missing).collect())
    }

    /// Publishes every key of a domain that its schedule says is missing; gives how many. Making an RSA key takes a
    /// tenth of a second of the thread.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn turn_keys(
        &self,
        permit: &Permit,
        domain: DomainId,
        schedule: KeySchedule,
        now: Timestamp,
    ) -> Result<u32, Refusal> {
        let tenant = permit.tenant(Permission::RotateKeys)?;
        let mut published = 0;
        for algorithm in self.missing(tenant, domain, schedule, now).await? {
            let made = self
                .publish_key(tenant, MissingKey { domain, algorithm, schedule }, permit.clone(), now)
                .await?;
            published += u32::from(made);
        }
        Ok(published)
    }

    /// Lets the published next keys of a domain sign as soon as no key set from before them is kept anywhere, which is
    /// now unless they are minutes old; gives them, with when that is. The ones before sign until then, and stay in the
    /// JWKS until their last tokens have expired.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn rotate_keys_now(
        &self,
        permit: &Permit,
        domain: DomainId,
        schedule: KeySchedule,
        now: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>, Refusal> {
        let tenant = permit.tenant(Permission::RotateKeys)?;
        // Whatever is to sign next must be there.
        self.turn_keys(permit, domain, schedule, now).await?;
        let granted = permit.clone();
        let tenant_id = tenant.id;
        let activated = self.store.write(move |tx| {
            domains::get(tx, tenant_id, domain)?;
            let rows = signing_keys::list(tx, tenant_id, domain)?;
            let mut activated = Vec::new();
            for algorithm in Algorithm::ALL {
                let keys = of_algorithm(rows.clone(), algorithm);
                let Some(next) = next_key(&keys, times, now).cloned() else { continue };
                let at = may_sign_from(&times(&next), schedule, now);
                if at < next.active_at {
                    retire_at(tx, &keys, at, now)?;
                    activate(tx, next.clone(), (&granted, at), now)?;
                }
                activated.push((next.id, at.min(next.active_at)));
            }
            Ok::<_, StoreError>(activated)
        });
        let activated = activated.await.map_err(|error| Refusal::of(error, Noun::Domain))?;
        self.turn_keys(permit, domain, schedule, now).await?;
        Ok(activated)
    }

    /// Withdraws a key that was stolen, at once: it leaves the JWKS, and what it signed is refused. If it was the one
    /// that signs, the next one signs from now on.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn withdraw_key(
        &self,
        permit: &Permit,
        (domain, kid): (DomainId, &str),
        schedule: KeySchedule,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::WithdrawKeys)?;
        let permit = permit.clone();
        let rows = self.key_rows(tenant, domain).await?;
        let stolen = rows.iter().find(|it| it.id == kid).ok_or(Refusal::NotFound(Noun::SigningKey))?;
        let algorithm = Algorithm::parse(&stolen.algorithm).ok_or(Refusal::NotFound(Noun::SigningKey))?;
        // Made before, so that the write which takes one away can put another in its place.
        let made = make(tenant, domain, algorithm, now)?;
        let (tenant_id, kid) = (tenant.id, kid.to_owned());
        let saved = self.store.write(move |tx| {
            domains::get(tx, tenant_id, domain)?;
            let rows = signing_keys::list(tx, tenant_id, domain)?;
            let key = rows.iter().find(|it| it.id == kid).cloned().ok_or(StoreError::NotFound)?;
            if key.withdrawn_at.is_some() {
                return Ok(());
            }
            let signed = signs_now(&times(&key), now);
            let others: Vec<signing_keys::SigningKey> =
                rows.into_iter().filter(|it| it.algorithm == key.algorithm && it.id != key.id).collect();
            let object = format!("signing_key {}", key.id);
            signing_keys::save(tx, &signing_keys::SigningKey { withdrawn_at: Some(now), ..key })?;
            let details = json!({"domain": domain.to_string(), "signed": signed});
            permit.record(Action::KeyWithdrawn, object, &details, now).append(tx)?;
            if let (Some(next), true) = (next_key(&others, times, now).cloned(), signed) {
                activate(tx, next, (&permit, now), now)?;
            }
            publish(tx, &made, (&permit, schedule), now).map(drop)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::SigningKey))
    }
}

fn activate(
    tx: &mut WriteTx<'_>,
    next: signing_keys::SigningKey,
    (permit, at): (&Permit, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let details = json!({
        "domain": next.domain_id.to_string(), "algorithm": next.algorithm, "active_at_seconds": at.seconds(),
    });
    let object = format!("signing_key {}", next.id);
    signing_keys::save(tx, &signing_keys::SigningKey { active_at: at, ..next })?;
    permit.record(Action::KeyActivated, object, &details, now).append(tx)
}
