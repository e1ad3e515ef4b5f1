//! The subject by which a person is known: the imported one, else the derived one.
//!
//! Read at each login and never cached: what was imported a moment ago counts.

use authority::SealedColumn;
use model::{Profile, Proof, Sector, SubjectOf, SubjectRoom, derive_compatible_subject, derive_subject};
use store::imported_subjects;

use crate::{InternalError, Issuer, Provider, Refusal, authorize::ActiveLogin};

impl Provider {
    /// The subject by which `of` knows a person. An imported one wins; a derived one that was imported for somebody
    /// else is a fault, so that two people never share a subject.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub(crate) async fn subject_of(
        &self,
        issuer: &Issuer,
        of: SubjectOf,
        (proof, profile): (&Proof, Profile),
    ) -> Result<String, Refusal> {
        let environment = proof.environment;
        let key = issuer.subject_keys.get(&environment);
        let key =
            key.ok_or_else(|| InternalError::new(format!("no subject key for {}", environment.as_str())))?;
        let derived = match profile {
            Profile::Modern => derive_subject(key, of, proof.eid, &proof.stable_id),
            Profile::Compatible => derive_compatible_subject(key, of, proof.eid, &proof.stable_id),
        };

        let (tenant, room) = (issuer.tenant, SubjectRoom::new(environment, of, key));
        let (person, sub) = (room.person_digest(proof.eid, &proof.stable_id), room.sub_digest(&derived));
        let sector = room.sector().to_owned();
        let found = self
            .store
            .read(move |tx| imported_subjects::list_of(tx, (tenant, environment, &sector), &person, &sub));
        let found = found.await?;
        if let Some(row) = found.iter().find(|row| row.person_digest == person) {
            let column =
                SealedColumn::ImportedSubject { environment, sector: room.sector(), person: &person };
            let opened = issuer.opened.unseal(&column, &row.sealed_sub).ok();
            let sub = opened.and_then(|it| String::from_utf8(it.expose().clone()).ok());
            return sub.ok_or_else(|| InternalError::new("an imported subject does not open").into());
        }
        if !found.is_empty() {
            return Err(InternalError::new(
                "the derived subject of a person was imported for another person",
            )
            .into());
        }
        Ok(derived)
    }

    /// The subject by which this login's application knows a person.
    pub(crate) async fn subject(&self, work: &ActiveLogin<'_>, proof: &Proof) -> Result<String, Refusal> {
        let of = match work.application.settings.sector {
            Sector::Tenant => SubjectOf::Tenant(work.issuer.tenant),
            Sector::Application => SubjectOf::Application(work.application.id),
        };
        self.subject_of(work.issuer, of, (proof, work.application.settings.profile)).await
    }
}
