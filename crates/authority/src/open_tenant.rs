//! A tenant whose data key is open.

use crypto::{Digest, Random, SealError, SealKey, Secret, hmac_sha256};
use model::{DomainId, TenantId};
use store::{subject_keys::SubjectKey, tenants};

use crate::{LetterKeys, SealedColumn};

/// A tenant whose data key was unwrapped, once: what seals and opens the tenant's values.
#[derive(Clone, Debug)]
pub struct OpenTenant {
    id: TenantId,
    data_key: SealKey,
}

impl OpenTenant {
    /// Makes the data key of a new tenant.
    pub fn generate(random: &Random, id: TenantId) -> Self {
        Self { id, data_key: SealKey::generate(random) }
    }

    /// Unwraps the data key of a tenant's row.
    ///
    /// # Errors
    /// [`SealError`]: it is another master key, or the row was changed.
    pub fn open(master: &SealKey, row: &tenants::Tenant) -> Result<Self, SealError> {
        let opened = master.open(&SealedColumn::DataKey.context(row.id), &row.sealed_data_key)?;
        let data_key = SealKey::from_slice(opened.expose()).ok_or(SealError)?;
        Ok(Self { id: row.id, data_key })
    }

    /// Wraps the data key for the tenant's row.
    pub fn wrap(&self, master: &SealKey, random: &Random) -> Vec<u8> {
        master.seal(random, &SealedColumn::DataKey.context(self.id), self.data_key.expose())
    }

    /// Whose it is.
    pub const fn id(&self) -> TenantId {
        self.id
    }

    /// Seals a value of the tenant under its data key.
    pub fn seal(&self, random: &Random, column: &SealedColumn<'_>, plain: &[u8]) -> Vec<u8> {
        self.data_key.seal(random, &column.context(self.id), plain)
    }

    /// Opens what [`OpenTenant::seal`] made.
    ///
    /// # Errors
    /// [`SealError`]: it was sealed for another tenant, column or row, or was changed.
    pub fn unseal(&self, column: &SealedColumn<'_>, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        self.data_key.open(&column.context(self.id), sealed)
    }

    /// Opens a subject key of the tenant.
    ///
    /// # Errors
    /// As [`OpenTenant::unseal`].
    pub fn subject_key(&self, row: &SubjectKey) -> Result<SealKey, SealError> {
        let opened = self.unseal(&SealedColumn::SubjectKey(row.environment), &row.sealed_key)?;
        SealKey::from_slice(opened.expose()).ok_or(SealError)
    }

    /// Gives the key that seals the cookies of a domain's logins.
    pub fn cookie_key(&self, domain: DomainId) -> SealKey {
        self.data_key.subkey(&format!("login cookie {domain}"))
    }

    /// Makes the digest by which a member of the console is recognised; of the console's own tenant. `source`: what proved it,
    /// as method, environment and issuer. No two that differ give the same text, because none of the first three has a zero byte.
    pub fn member_digest(&self, source: [&str; 3], stable_id: &str) -> Digest {
        let key = self.data_key.subkey("member credentials");
        let [eid, environment, issuer] = source.map(str::as_bytes);
        let parts: [&[u8]; 7] = [eid, &[0], environment, &[0], issuer, &[0], stable_id.as_bytes()];
        Digest::from_bytes(hmac_sha256(key.expose(), &parts))
    }

    /// Gives the keys of the tenant's letters.
    pub fn letter_keys(&self) -> LetterKeys {
        LetterKeys::of_tenant(self.id, &self.data_key)
    }

    /// Gives the key that authenticates the head of the tenant's audit chain.
    pub fn chain_key(&self) -> SealKey {
        chain_key(&self.data_key)
    }
}

/// Gives the key that authenticates the head of an audit chain: from a tenant's data key, or from the master key for the
/// installation's own chain.
pub fn chain_key(key: &SealKey) -> SealKey {
    key.subkey("audit chain")
}

#[cfg(test)]
mod tests {
    use super::OpenTenant;
    use crate::SealedColumn;
    use crypto::{Random, SealKey};
    use model::{
        EidEnvironment, LoginMethod, StandardClaims, SubjectOf, SubjectRoom, TenantId, TestUser, TestUserId,
    };

    fn a_tenant(random: &Random) -> OpenTenant {
        OpenTenant::generate(random, TenantId::from_bytes([1; 16]))
    }

    #[test]
    fn a_value_written_with_the_words_of_its_column_opens_with_its_type() {
        let random = Random::seeded(1);
        let tenant = a_tenant(&random);
        let words = b"01010101010101010101010101010101\0signing_keys\0sealed_private_key\0kid-1";
        let sealed = tenant.data_key.seal(&random, words, b"key");
        let opened = tenant.unseal(&SealedColumn::SigningKey("kid-1"), &sealed).unwrap();
        assert_eq!(opened.expose(), b"key");
        assert!(tenant.unseal(&SealedColumn::SigningKey("kid-2"), &sealed).is_err());
    }

    #[test]
    fn a_sealed_subject_opens_for_its_person_only() {
        let random = Random::seeded(1);
        let tenant = a_tenant(&random);
        let key = SealKey::from_slice(&[7; 32]).unwrap();
        let room = SubjectRoom::new(EidEnvironment::Test, SubjectOf::Tenant(tenant.id), &key);
        let digests = ["kari", "ola"].map(|it| room.person_digest(LoginMethod::NO_BANKID, it));
        let [kari, ola] = digests.each_ref().map(|person| SealedColumn::ImportedSubject {
            environment: room.environment(),
            sector: room.sector(),
            person,
        });
        let sealed = tenant.seal(&random, &kari, b"{1234}");
        assert_eq!(tenant.unseal(&kari, &sealed).unwrap().expose(), b"{1234}");
        assert!(tenant.unseal(&ola, &sealed).is_err());
    }

    #[test]
    fn the_claims_of_a_test_user_open_in_their_row_only() {
        let random = Random::seeded(1);
        let tenant = a_tenant(&random);
        let id = TestUserId::from_bytes([2; 16]);
        let claims: StandardClaims = serde_json::from_str(r#"{"name":"Tuva Prøve"}"#).unwrap();
        let user = TestUser { id, username: "tuva".to_owned(), claims: claims.into_person() };
        let sealed = tenant.seal(&random, &SealedColumn::TestUserClaims(id), &user.claims_json());
        let opened = tenant.unseal(&SealedColumn::TestUserClaims(id), &sealed).unwrap();
        assert_eq!(TestUser::parse(id, "tuva", opened.expose()), Some(user));
        let other = SealedColumn::TestUserClaims(TestUserId::from_bytes([3; 16]));
        assert!(tenant.unseal(&other, &sealed).is_err());
    }
}
