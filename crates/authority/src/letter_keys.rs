//! The keys of letters: what seals them in the outbox, recognises a recipient, and makes the links in them.

use crypto::{Digest, Random, SealError, SealKey, Secret, b64, hmac_sha256, same_bytes};
use model::{INSTALLATION, LetterId, LinkId, TenantId};
use store::WriteTx;

use crate::{MasterKeyError, SealedColumn, check_master_key};

/// The keys of the letters of a tenant ([`crate::OpenTenant::letter_keys`]), or of the installation.
#[derive(Clone, Debug)]
pub struct LetterKeys {
    tenant_id: TenantId,
    key: SealKey,
}

impl LetterKeys {
    pub(crate) fn of_tenant(tenant_id: TenantId, data_key: &SealKey) -> Self {
        Self { tenant_id, key: data_key.clone() }
    }

    /// Gives the keys of the letters that concern no tenant. Their links end when the master key is replaced.
    pub fn of_installation(master: &SealKey) -> Self {
        Self { tenant_id: INSTALLATION, key: master.clone() }
    }

    /// Whose letters they are.
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    /// Refuses a master key that was replaced since this process read it. Belongs into the write that keeps a sealed letter.
    ///
    /// # Errors
    /// [`MasterKeyError`].
    pub fn check(&self, tx: &mut WriteTx<'_>) -> Result<(), MasterKeyError> {
        if self.tenant_id == INSTALLATION { check_master_key(tx, &self.key) } else { Ok(()) }
    }

    fn place(&self, id: LetterId) -> Vec<u8> {
        SealedColumn::Letter(id).context(self.tenant_id)
    }

    /// Seals a letter.
    pub fn seal(&self, random: &Random, id: LetterId, plain: &[u8]) -> Vec<u8> {
        self.key.seal(random, &self.place(id), plain)
    }

    /// Opens what [`LetterKeys::seal`] made.
    ///
    /// # Errors
    /// [`SealError`]: it was sealed for another tenant or letter, or was changed.
    pub fn open(&self, id: LetterId, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        self.key.open(&self.place(id), sealed)
    }

    /// Makes the digest by which a recipient is recognised, without regard to case.
    pub fn recipient_digest(&self, address: &str) -> Digest {
        let key = self.key.subkey("letter recipients");
        Digest::from_bytes(hmac_sha256(key.expose(), &[address.to_lowercase().as_bytes()]))
    }

    /// Makes the code of a link: 43 characters of base64url. `purpose`: a word without a zero byte. A higher `generation` of the
    /// same link has another code, so that a link can be replaced without keeping either.
    pub fn link_code(&self, purpose: &str, id: LinkId, generation: u32) -> Secret<String> {
        let key = self.key.subkey("letter links");
        let parts: [&[u8]; 4] = [purpose.as_bytes(), &[0], id.as_bytes(), &generation.to_be_bytes()];
        Secret::new(b64::encode(&hmac_sha256(key.expose(), &parts)))
    }

    /// Says whether this is the code of a link, in constant time.
    pub fn is_link_code(&self, given: &str, purpose: &str, id: LinkId, generation: u32) -> bool {
        same_bytes(given.as_bytes(), self.link_code(purpose, id, generation).expose().as_bytes())
    }
}

/// How many digits a code has that goes to a phone.
const DIGITS: usize = 8;

impl LetterKeys {
    /// Makes a code that goes to a phone: eight digits.
    pub fn phone_code(&self, id: LinkId) -> Secret<String> {
        let key = self.key.subkey("phone codes");
        let bytes = hmac_sha256(key.expose(), &[id.as_bytes()]);
        let number = bytes.iter().take(8).fold(0_u64, |sum, it| (sum << 8) | u64::from(*it));
        Secret::new(format!("{:0DIGITS$}", number % 100_000_000))
    }

    /// Makes the digest by which a code is recognised.
    pub fn phone_code_digest(&self, id: LinkId, code: &str) -> Digest {
        let key = self.key.subkey("phone code digests");
        Digest::from_bytes(hmac_sha256(key.expose(), &[id.as_bytes(), code.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use super::LetterKeys;
    use crate::OpenTenant;
    use crypto::{Random, SealKey};
    use model::{LetterId, LinkId, TenantId};

    #[test]
    fn the_code_of_a_link_is_good_for_its_tenant_purpose_id_and_generation_only() {
        let random = Random::seeded(1);
        let keys = |number| OpenTenant::generate(&random, TenantId::from_bytes([number; 16])).letter_keys();
        let (ours, theirs, link) = (keys(1), keys(2), LinkId::from_bytes([3; 16]));
        let code = ours.link_code("invitation", link, 1);
        let code = code.expose();
        assert!(code.len() == 43 && ours.is_link_code(code, "invitation", link, 1));
        assert!(!ours.is_link_code(code, "invitation", link, 2));
        assert!(!ours.is_link_code(code, "approval", link, 1));
        assert!(!ours.is_link_code(code, "invitation", LinkId::from_bytes([4; 16]), 1));
        assert!(!theirs.is_link_code(code, "invitation", link, 1));
        assert!(!ours.is_link_code("", "invitation", link, 1));
    }

    #[test]
    fn a_letter_opens_under_its_own_id_and_a_recipient_is_known_in_any_case() {
        let random = Random::seeded(1);
        let keys = LetterKeys::of_installation(&SealKey::generate(&random));
        let [one, two] = [1, 2].map(|it| LetterId::from_bytes([it; 16]));
        let sealed = keys.seal(&random, one, b"letter");
        assert_eq!(keys.open(one, &sealed).unwrap().expose(), b"letter");
        assert!(keys.open(two, &sealed).is_err());
        assert_eq!(keys.recipient_digest("Kari@example.com"), keys.recipient_digest("kari@EXAMPLE.com"));
    }
}
