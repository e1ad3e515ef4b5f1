//! The key of a trial: whoever has it may log in, and reads the answer (docs/adr/0038).

use crypto::{Digest, Random, SealKey, Secret, b64};
use model::TenantId;

use crate::SealedColumn;

/// The key in the link of a trial. The database has its digest only.
#[derive(Clone, Debug)]
pub struct TrialKey(Secret<[u8; 32]>);

/// What the browser that logs in brings back to the console: with it and the key in the link the answer opens. Whoever forwards a
/// link has the key alone.
#[derive(Clone, Debug)]
pub struct ReturnKey(Secret<[u8; 32]>);

impl ReturnKey {
    /// The key that a login carries.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// Reads a key as the address has it: 43 characters of base64url; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        b64::decode(text)?.try_into().ok().map(Self::from_bytes)
    }

    /// As the address has it.
    pub fn text(&self) -> Secret<String> {
        Secret::new(b64::encode(self.0.expose()))
    }
}

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

    fn seal_key(&self, returned: Option<&ReturnKey>, tenant: TenantId) -> (SealKey, Vec<u8>) {
        let digest = self.digest();
        let place = SealedColumn::TrialAnswer(&digest).context(tenant);
        let key = match returned {
            None => SealKey::derive(self.0.expose(), "trial answer"),
            Some(returned) => {
                let both = [self.0.expose().as_slice(), returned.0.expose()].concat();
                SealKey::derive(&both, "returned trial answer")
            }
        };
        (key, place)
    }

    /// Seals the answer of a trial of this tenant, under the other half too where the browser brings it back.
    pub fn seal(
        &self,
        random: &Random,
        (tenant, returned): (TenantId, Option<&ReturnKey>),
        answer: &[u8],
    ) -> Vec<u8> {
        let (key, place) = self.seal_key(returned, tenant);
        key.seal(random, &place, answer)
    }

    /// Opens what [`Self::seal`] sealed; `None` when it is something else.
    pub fn open(
        &self,
        (tenant, returned): (TenantId, Option<&ReturnKey>),
        sealed: &[u8],
    ) -> Option<Secret<Vec<u8>>> {
        let (key, place) = self.seal_key(returned, tenant);
        key.open(&place, sealed).ok()
    }
}

#[cfg(test)]
mod tests {
    use crypto::Random;
    use model::TenantId;

    use super::{ReturnKey, TrialKey};

    #[test]
    fn an_answer_opens_with_the_key_of_the_link_in_its_own_tenant_and_with_no_other() {
        let (random, tenant) = (Random::seeded(1), TenantId::from_bytes([1; 16]));
        let key = TrialKey::new(&random);
        let sealed = key.seal(&random, (tenant, None), b"answer");
        let read = TrialKey::parse(key.text().expose()).unwrap();
        assert_eq!(read.open((tenant, None), &sealed).unwrap().expose(), b"answer");
        assert!(TrialKey::new(&random).open((tenant, None), &sealed).is_none());
        assert!(read.open((TenantId::from_bytes([2; 16]), None), &sealed).is_none());
        assert!(TrialKey::parse("too-short").is_none());
    }

    #[test]
    fn an_answer_that_is_brought_back_opens_with_both_halves_only() {
        let (random, tenant) = (Random::seeded(1), TenantId::from_bytes([1; 16]));
        let (key, half) = (TrialKey::new(&random), ReturnKey::from_bytes(random.bytes()));
        let sealed = key.seal(&random, (tenant, Some(&half)), b"answer");
        let read = ReturnKey::parse(half.text().expose()).unwrap();
        assert_eq!(key.open((tenant, Some(&read)), &sealed).unwrap().expose(), b"answer");
        assert!(key.open((tenant, None), &sealed).is_none());
        assert!(key.open((tenant, Some(&ReturnKey::from_bytes([0; 32]))), &sealed).is_none());
    }
}
