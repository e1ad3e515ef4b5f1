//! The subject identifier that an application sees.

use crypto::{SealKey, b64, hmac_sha256};

use crate::{ApplicationId, Eid, TenantId};

/// Who shares a subject: all applications of a tenant, or one application alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectOf {
    /// `public`
    Tenant(TenantId),
    /// `pairwise`
    Application(ApplicationId),
}

impl SubjectOf {
    fn sector(self) -> String {
        match self {
            Self::Tenant(id) => format!("tenant:{id}"),
            Self::Application(id) => format!("application:{id}"),
        }
    }
}

/// Computes the subject of the modern profile: 43 characters of base64url.
///
/// `HMAC-SHA-256(subject key, sector ‖ 0 ‖ eid ‖ 0 ‖ stable id)`; the key is one per tenant and environment.
/// Spec: the public contract, "Subject"; OpenID Connect Core 1.0 §8.1
pub fn derive_subject(key: &SealKey, of: SubjectOf, eid: Eid, stable_id: &str) -> String {
    let sector = of.sector();
    let parts: [&[u8]; 5] = [sector.as_bytes(), &[0], eid.as_str().as_bytes(), &[0], stable_id.as_bytes()];
    b64::encode(&hmac_sha256(key.expose(), &parts))
}

#[cfg(test)]
mod tests {
    use super::{SubjectOf, derive_subject};
    use crate::{ApplicationId, Eid, TenantId};
    use crypto::SealKey;

    #[test]
    fn a_subject_is_frozen_forever() {
        let key = SealKey::from_slice(&[7; 32]).unwrap();
        let of = SubjectOf::Tenant(TenantId::from_bytes([1; 16]));
        let subject = derive_subject(&key, of, Eid::NoBankid, "9578-6000-4-000001");
        assert_eq!(subject, "qpLr5hV1ZkAuoTIxesbDsGr97TDAkBvcsgnfk3NspA0");
    }

    #[test]
    fn subjects_differ_by_sector_eid_person_and_key() {
        let key = |byte| SealKey::from_slice(&[byte; 32]).unwrap();
        let tenant = |byte| SubjectOf::Tenant(TenantId::from_bytes([byte; 16]));
        let pairwise = SubjectOf::Application(ApplicationId::from_bytes([1; 16]));
        let all = [
            derive_subject(&key(7), tenant(1), Eid::NoBankid, "x"),
            derive_subject(&key(7), tenant(2), Eid::NoBankid, "x"),
            derive_subject(&key(7), pairwise, Eid::NoBankid, "x"),
            derive_subject(&key(7), tenant(1), Eid::NoVipps, "x"),
            derive_subject(&key(7), tenant(1), Eid::NoBankid, "y"),
            derive_subject(&key(8), tenant(1), Eid::NoBankid, "x"),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
