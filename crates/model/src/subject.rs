//! The subject identifier that an application sees.

use crypto::{SealKey, b64, hmac_sha256};

use crate::{ApplicationId, LoginMethod, TenantId};

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
pub fn derive_subject(key: &SealKey, of: SubjectOf, eid: LoginMethod, stable_id: &str) -> String {
    b64::encode(&digest(key, of, eid, stable_id))
}

/// Computes the subject of the compatible profile: the first 16 bytes of the same digest as a GUID in braces.
///
/// Spec: the public contract, "Subject"
pub fn derive_compatible_subject(key: &SealKey, of: SubjectOf, eid: LoginMethod, stable_id: &str) -> String {
    let digest = digest(key, of, eid, stable_id);
    let (first, _) = digest.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    format!("{{{}}}", guid(first))
}

fn digest(key: &SealKey, of: SubjectOf, eid: LoginMethod, stable_id: &str) -> [u8; 32] {
    let sector = of.sector();
    let parts: [&[u8]; 5] = [sector.as_bytes(), &[0], eid.as_str().as_bytes(), &[0], stable_id.as_bytes()];
    hmac_sha256(key.expose(), &parts)
}

/// Writes 16 bytes, in order, as 8-4-4-4-12 hexadecimal digits.
pub(crate) fn guid(bytes: &[u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(*bytes));
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default());
    parts.join("-")
}

/// Gives the 32 hexadecimal digits of a GUID; `None` for anything else.
pub(crate) fn guid_of_text(text: &str) -> Option<String> {
    let digits = text.replace('-', "");
    let number = (digits.len() == 32).then(|| u128::from_str_radix(&digits, 16).ok())??;
    (guid(&number.to_be_bytes()) == text).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::{SubjectOf, derive_compatible_subject, derive_subject, guid_of_text};
    use crate::{ApplicationId, LoginMethod, TenantId};
    use crypto::SealKey;

    #[test]
    fn a_subject_is_frozen_forever() {
        let key = SealKey::from_slice(&[7; 32]).unwrap();
        let of = SubjectOf::Tenant(TenantId::from_bytes([1; 16]));
        let subject = derive_subject(&key, of, LoginMethod::NO_BANKID, "9578-6000-4-000001");
        assert_eq!(subject, "qpLr5hV1ZkAuoTIxesbDsGr97TDAkBvcsgnfk3NspA0");
        let compatible = derive_compatible_subject(&key, of, LoginMethod::NO_BANKID, "9578-6000-4-000001");
        assert_eq!(compatible, "{aa92ebe6-1575-6640-2ea1-32317ac6c3b0}");
    }

    #[test]
    fn only_a_guid_is_read_as_one() {
        let guid = "aa92ebe6-1575-6640-2ea1-32317ac6c3b0";
        assert_eq!(guid_of_text(guid).as_deref(), Some("aa92ebe6157566402ea132317ac6c3b0"));
        for other in ["", "aa92ebe6157566402ea132317ac6c3b0", "+a92ebe6-1575-6640-2ea1-32317ac6c3b0", "{}"] {
            assert_eq!(guid_of_text(other), None, "{other}");
        }
    }

    #[test]
    fn subjects_differ_by_sector_eid_person_and_key() {
        let key = |byte| SealKey::from_slice(&[byte; 32]).unwrap();
        let tenant = |byte| SubjectOf::Tenant(TenantId::from_bytes([byte; 16]));
        let pairwise = SubjectOf::Application(ApplicationId::from_bytes([1; 16]));
        let all = [
            derive_subject(&key(7), tenant(1), LoginMethod::NO_BANKID, "x"),
            derive_subject(&key(7), tenant(2), LoginMethod::NO_BANKID, "x"),
            derive_subject(&key(7), pairwise, LoginMethod::NO_BANKID, "x"),
            derive_subject(&key(7), tenant(1), LoginMethod::NO_VIPPS, "x"),
            derive_subject(&key(7), tenant(1), LoginMethod::NO_BANKID, "y"),
            derive_subject(&key(8), tenant(1), LoginMethod::NO_BANKID, "x"),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
