//! Generations of an identity source's credentials: a candidate is entered and checked before it is used, and the previous ones can
//! be restored.
//!
//! ```text
//!   set ──► candidate ──activate──► active ──replaced──► previous ──7 days──► gone
//!              └──discard──► gone      ▲                    │
//!                                      └──────restore───────┘
//! ```

use authority::{Permission, Permit};
use changes::{
    Seen,
    identity_sources::{
        NewIdentitySource, activate_candidate, discard_candidate, is_set, restore_previous, set_candidate,
        shown, wanted,
    },
};
use model::{DomainId, LoginMethod, Timestamp};
use serde_json::json;
use store::{WriteTx, identity_sources::IdentitySource};
use texts::Noun;

use crate::{Console, Refusal, SourceView, identity_sources::get};

/// A source that somebody looked at, and what they saw.
struct Looked<'a> {
    source: &'a SourceView,
    seen: &'a Seen,
}

/// What becomes of the generations of a source.
#[derive(Clone, Copy)]
enum GenerationChange {
    Activate,
    Restore,
    Discard,
}

impl GenerationChange {
    const fn wanted(self) -> &'static str {
        match self {
            Self::Activate => "the candidate",
            Self::Restore => "the previous ones",
            Self::Discard => "no candidate",
        }
    }

    fn make(
        self,
        tx: &mut WriteTx<'_>,
        permit: &Permit,
        row: IdentitySource,
        now: Timestamp,
    ) -> Result<IdentitySource, Refusal> {
        match self {
            Self::Activate => activate_candidate(tx, permit, row, now),
            Self::Restore => restore_previous(tx, permit, row, now),
            Self::Discard => discard_candidate(tx, permit, row, now),
        }
    }
}

impl Console {
    /// Keeps credentials as the candidate of a source that was seen; what is in use stays in use. `false`: these are in use
    /// already, and nothing was written.
    ///
    /// # Errors
    /// As [`Console::set_credentials`].
    pub async fn set_source_candidate(
        &self,
        permit: &Permit,
        (new, seen): (&NewIdentitySource, &Seen),
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        permit.tenant(Permission::ManageSources)?;
        let (permit, new, seen) = (permit.clone(), new.clone(), seen.clone());
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageSources)?;
            let row = get(tx, tenant, (new.domain, new.eid))?;
            seen.check(Noun::IdentitySource, (row.version, shown(tenant, &row)), wanted(&new))?;
            if is_set(tenant, &row, &new) {
                return Ok(false);
            }
            set_candidate(tx, &permit, row, &new, now).map(|_| true)
        });
        saved.await
    }

    /// Uses the candidate of a source that was seen. Logins in flight end with the credentials that they left with, and those can
    /// be restored for seven days.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`]; [`Refusal::NotFound`] without source or candidate; [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn activate_source_candidate(
        &self,
        permit: &Permit,
        (source, seen): (&SourceView, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.change_generation(permit, Looked { source, seen }, GenerationChange::Activate, now).await
    }

    /// Gives a source that was seen its previous credentials back; those in use become the previous ones.
    ///
    /// # Errors
    /// As [`Console::activate_source_candidate`]; after seven days there is nothing to restore.
    pub async fn restore_source_credentials(
        &self,
        permit: &Permit,
        (source, seen): (&SourceView, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.change_generation(permit, Looked { source, seen }, GenerationChange::Restore, now).await
    }

    /// Discards the candidate of a source that was seen.
    ///
    /// # Errors
    /// As [`Console::activate_source_candidate`].
    pub async fn discard_source_candidate(
        &self,
        permit: &Permit,
        (source, seen): (&SourceView, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.change_generation(permit, Looked { source, seen }, GenerationChange::Discard, now).await
    }

    async fn change_generation(
        &self,
        permit: &Permit,
        looked: Looked<'_>,
        change: GenerationChange,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageSources)?;
        let (permit, seen) = (permit.clone(), looked.seen.clone());
        let at: (DomainId, LoginMethod) = (looked.source.domain, looked.source.eid);
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageSources)?;
            let row = get(tx, tenant, at)?;
            seen.check(
                Noun::IdentitySource,
                (row.version, shown(tenant, &row)),
                json!({"credentials": change.wanted()}),
            )?;
            change.make(tx, &permit, row, now).map(drop)
        });
        saved.await
    }
}
