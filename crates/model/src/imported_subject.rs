//! Subjects that people had before they moved here: how they are looked up and kept, so that the table tells nobody
//! apart from whoever has the tenant's keys.

use crypto::{Digest, Random, SealKey, b64, hmac_sha256};

use crate::{EidEnvironment, LoginMethod, SubjectOf, TenantId, sealed_place};

/// Where a subject is one: tenant, environment and sector, with the subject key of that environment.
///
/// Digests are `HMAC-SHA-256(a key for the purpose, sector ‖ 0 ‖ …)` under keys derived from the subject key, so they
/// differ between tenants, environments and sectors for the same person.
#[derive(Clone, Debug)]
pub struct SubjectRoom {
    tenant: TenantId,
    environment: EidEnvironment,
    sector: String,
    people: SealKey,
    subjects: SealKey,
}

impl SubjectRoom {
    /// `key`: the tenant's subject key of `environment`.
    pub fn new(tenant: TenantId, environment: EidEnvironment, of: SubjectOf, key: &SealKey) -> Self {
        let sector = match of {
            SubjectOf::Tenant(_) => "tenant".to_owned(),
            SubjectOf::Application(id) => format!("application:{id}"),
        };
        let (people, subjects) = (key.subkey("imported person"), key.subkey("imported subject"));
        Self { tenant, environment, sector, people, subjects }
    }

    /// Where the person is one.
    pub const fn environment(&self) -> EidEnvironment {
        self.environment
    }

    /// `tenant`, or `application:` and an id: as in the table.
    pub fn sector(&self) -> &str {
        &self.sector
    }

    /// What stands for a person in the table.
    pub fn person_digest(&self, eid: LoginMethod, stable_id: &str) -> Digest {
        let parts: [&[u8]; 5] =
            [self.sector.as_bytes(), &[0], eid.as_str().as_bytes(), &[0], stable_id.as_bytes()];
        Digest::from_bytes(hmac_sha256(self.people.expose(), &parts))
    }

    /// What stands for a subject in the table.
    pub fn sub_digest(&self, sub: &str) -> Digest {
        Digest::from_bytes(hmac_sha256(
            self.subjects.expose(),
            &[self.sector.as_bytes(), &[0], sub.as_bytes()],
        ))
    }

    fn place(&self, person: &Digest) -> Vec<u8> {
        let row = format!("{}/{}/{}", self.environment.as_str(), self.sector, b64::encode(person.as_bytes()));
        sealed_place(self.tenant, "imported_subjects", "sealed_sub", &row)
    }

    /// Seals a subject under the tenant's data key, bound to its row.
    pub fn seal(&self, random: &Random, seal: &SealKey, person: &Digest, sub: &str) -> Vec<u8> {
        seal.seal(random, &self.place(person), sub.as_bytes())
    }

    /// Opens what [`SubjectRoom::seal`] made; `None` for another key or row.
    pub fn open(&self, seal: &SealKey, person: &Digest, sealed_sub: &[u8]) -> Option<String> {
        let opened = seal.open(&self.place(person), sealed_sub).ok()?;
        String::from_utf8(opened.expose().clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::SubjectRoom;
    use crate::{ApplicationId, EidEnvironment, LoginMethod, SubjectOf, TenantId};
    use crypto::{Random, SealKey};

    #[test]
    fn a_person_looks_different_in_every_sector_and_under_every_key() {
        let tenant = TenantId::from_bytes([1; 16]);
        let pairwise = SubjectOf::Application(ApplicationId::from_bytes([1; 16]));
        let room = |of, key| {
            let key = SealKey::from_slice(&[key; 32]).unwrap();
            SubjectRoom::new(tenant, EidEnvironment::Test, of, &key)
        };
        let here = room(SubjectOf::Tenant(tenant), 7);
        for there in [room(pairwise, 7), room(SubjectOf::Tenant(tenant), 8)] {
            assert_ne!(
                here.person_digest(LoginMethod::NO_BANKID, "x"),
                there.person_digest(LoginMethod::NO_BANKID, "x")
            );
            assert_ne!(here.sub_digest("x"), there.sub_digest("x"));
        }
        assert_ne!(
            here.person_digest(LoginMethod::NO_BANKID, "x"),
            here.person_digest(LoginMethod::NO_VIPPS, "x")
        );
        assert_ne!(here.person_digest(LoginMethod::NO_BANKID, "x"), here.sub_digest("x"));
    }

    #[test]
    fn a_sealed_subject_opens_for_its_person_only() {
        let (tenant, random) = (TenantId::from_bytes([1; 16]), Random::seeded(1));
        let key = SealKey::from_slice(&[7; 32]).unwrap();
        let room = SubjectRoom::new(tenant, EidEnvironment::Test, SubjectOf::Tenant(tenant), &key);
        let (kari, ola) = (
            room.person_digest(LoginMethod::NO_BANKID, "kari"),
            room.person_digest(LoginMethod::NO_BANKID, "ola"),
        );
        let sealed = room.seal(&random, &key, &kari, "{1234}");
        assert_eq!(room.open(&key, &kari, &sealed).as_deref(), Some("{1234}"));
        assert_eq!(room.open(&key, &ola, &sealed), None);
    }
}
