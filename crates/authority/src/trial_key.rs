//! The key of a trial: whoever has it may log in, and reads the answer (docs/adr/0038).

use crypto::{Digest, Random, SealKey, Secret, b64};
use model::TenantId;

use crate::SealedColumn;

/// The key in the link of a trial. The database has its digest only.
#[derive(Clone, Debug)]
pub struct TrialKey(Secret<[u8; 32]>);

impl TrialKey {
    /// Makes one.
    pub fn new(random: &Random) -> Self {
        Self(Secret::new(random.bytes()))
    }

    /// The key that a login carries.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// Reads a key as the link has it: 43 characters of base64url; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        b64::decode(text)?.try_into().ok().map(Self::from_bytes)
    }

    /// As the link has it.
    pub fn text(&self) -> Secret<String> {
        Secret::new(b64::encode(self.0.expose()))
    }

    /// For the login that carries it.
    pub fn bytes(&self) -> [u8; 32] {
        *self.0.expose()
    }

    /// What the row is found by.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.expose())
    }

    fn seal_key(&self, tenant: TenantId) -> (SealKey, Vec<u8>) {
        let digest = self.digest();
        let place = SealedColumn::TrialAnswer(&digest).context(tenant);
        (SealKey::derive(self.0.expose(), "trial answer"), place)
    }

    /// Seals the answer of a trial of this tenant.
    pub fn seal(&self, random: &Random, tenant: TenantId, answer: &[u8]) -> Vec<u8> {
        let (key, place) = self.seal_key(tenant);
        key.seal(random, &place, answer)
    }

    /// Opens what [`Self::seal`] sealed; `None` when it is something else.
    pub fn open(&self, tenant: TenantId, sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        let (key, place) = self.seal_key(tenant);
        key.open(&place, sealed).ok()
    }
}

#[cfg(test)]
mod tests {
    use crypto::Random;
    use model::TenantId;

    use super::TrialKey;

    #[test]
    fn an_answer_opens_with_the_key_of_the_link_in_its_own_tenant_and_with_no_other() {
        let (random, tenant) = (Random::seeded(1), TenantId::from_bytes([1; 16]));
        let key = TrialKey::new(&random);
        let sealed = key.seal(&random, tenant, b"answer");
        let read = TrialKey::parse(key.text().expose()).unwrap();
        assert_eq!(read.open(tenant, &sealed).unwrap().expose(), b"answer");
        assert!(TrialKey::new(&random).open(tenant, &sealed).is_none());
        assert!(read.open(TenantId::from_bytes([2; 16]), &sealed).is_none());
        assert!(TrialKey::parse("too-short").is_none());
    }
}
