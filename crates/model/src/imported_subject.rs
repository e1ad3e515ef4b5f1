//! Subjects that people had before they moved here: how they are looked up, so that the table can be read only
//! with the tenant's keys.

use crypto::{Digest, SealKey, hmac_sha256};

use crate::{EidEnvironment, LoginMethod, SubjectOf};

/// Where a subject is one: environment and sector of the tenant whose subject key of that environment it has.
///
/// Digests are `HMAC-SHA-256(a key for the purpose, sector ‖ 0 ‖ …)` under keys derived from the subject key, so they
/// differ between tenants, environments and sectors for the same person.
#[derive(Clone, Debug)]
pub struct SubjectRoom {
    environment: EidEnvironment,
    sector: String,
    people: SealKey,
    subjects: SealKey,
}

impl SubjectRoom {
    /// `key`: the tenant's subject key of `environment`.
    pub fn new(environment: EidEnvironment, of: SubjectOf, key: &SealKey) -> Self {
        let sector = match of {
            SubjectOf::Tenant(_) => "tenant".to_owned(),
            SubjectOf::Application(id) => format!("application:{id}"),
        };
        let (people, subjects) = (key.subkey("imported person"), key.subkey("imported subject"));
        Self { environment, sector, people, subjects }
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
}

#[cfg(test)]
mod tests {
    use super::SubjectRoom;
    use crate::{ApplicationId, EidEnvironment, LoginMethod, SubjectOf, TenantId};
    use crypto::SealKey;

    #[test]
    fn a_person_looks_different_in_every_sector_and_under_every_key() {
        let tenant = TenantId::from_bytes([1; 16]);
        let pairwise = SubjectOf::Application(ApplicationId::from_bytes([1; 16]));
        let room = |of, key| {
            let key = SealKey::from_slice(&[key; 32]).unwrap();
            SubjectRoom::new(EidEnvironment::Test, of, &key)
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
}
