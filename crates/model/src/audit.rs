//! Who changed what: one link of a chain for each change.

use crypto::Digest;

use crate::{TenantId, Timestamp};

/// The tenant of what concerns no tenant: backups, the master key.
pub const INSTALLATION: TenantId = TenantId::from_bytes([0; 16]);

macro_rules! actions {
    ($($(#[$about:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$about])* $variant,)*
        }

        impl Action {
            /// Every action, in the order of the enum.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in the table, in exports and on screen.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

actions! {
    /// A tenant was made.
    TenantCreated = "tenant.created",
    /// A domain was made.
    DomainCreated = "domain.created",
    /// A domain was changed.
    DomainChanged = "domain.changed",
    /// An application was made.
    ApplicationCreated = "application.created",
    /// An application was changed.
    ApplicationChanged = "application.changed",
    /// An application was disabled: its logins stop.
    ApplicationDisabled = "application.disabled",
    /// An application was enabled again.
    ApplicationEnabled = "application.enabled",
    /// A client secret was made.
    SecretCreated = "client_secret.created",
    /// A client secret was given an end, or ended at once.
    SecretRetired = "client_secret.retired",
    /// An identity source was made.
    SourceCreated = "identity_source.created",
    /// An identity source was changed: environment, settings.
    SourceChanged = "identity_source.changed",
    /// An identity source was given other credentials.
    SourceCredentialsSet = "identity_source.credentials_set",
    /// An identity source was disabled.
    SourceDisabled = "identity_source.disabled",
    /// An identity source was enabled again.
    SourceEnabled = "identity_source.enabled",
    /// A test user was made.
    TestUserCreated = "test_user.created",
    /// A test user was given another password or other claims.
    TestUserChanged = "test_user.changed",
    /// A test user was removed.
    TestUserRemoved = "test_user.removed",
    /// Subjects were imported.
    SubjectsImported = "subjects.imported",
    /// A signing key was made; it signs from a later time.
    KeyPublished = "signing_key.published",
    /// A signing key began to sign before its time.
    KeyActivated = "signing_key.activated",
    /// A signing key was withdrawn as compromised.
    KeyWithdrawn = "signing_key.withdrawn",
    /// A browser session was ended by an administrator.
    SessionEnded = "session.ended",
    /// A tenant's data key was wrapped under another master key.
    DataKeyRewrapped = "data_key.rewrapped",
    /// A backup was written.
    BackupWritten = "backup.written",
    /// The database was restored from a backup.
    BackupRestored = "backup.restored",
}

/// One link, without its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Whose chain.
    pub tenant_id: TenantId,
    /// When.
    pub happened_at: Timestamp,
    /// Who, as text: `operator:kari`.
    pub actor: String,
    /// [`Action`] as its word; a word of a later version stays readable.
    pub action: String,
    /// What it was done to: `application 0190…`.
    pub object: String,
    /// JSON of what changed. Never a secret, never a person.
    pub details: String,
}

impl AuditEvent {
    /// Computes the link's digest: SHA-256 over a version byte, the digest before, the tenant, sequence and time
    /// (8 bytes each, big-endian), and each text with its length (8 bytes) in front.
    ///
    /// `sequence`: 1 for the first link of a chain, whose previous digest is 32 zero bytes.
    pub fn digest(&self, sequence: i64, previous: &[u8; 32]) -> Digest {
        let mut bytes = vec![1];
        bytes.extend_from_slice(previous);
        bytes.extend_from_slice(self.tenant_id.as_bytes());
        bytes.extend_from_slice(&sequence.to_be_bytes());
        bytes.extend_from_slice(&self.happened_at.micros().to_be_bytes());
        for text in [&self.actor, &self.action, &self.object, &self.details] {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        Digest::of(&bytes)
    }
}

/// What the head of a chain is authenticated by: HMAC-SHA-256 over sequence (8 bytes, big-endian) and digest.
///
/// `key`: derived from the tenant's data key, so that who can write the database but lacks the master key cannot
/// pass off another chain.
pub fn head_mac(key: &[u8; 32], sequence: i64, digest: &Digest) -> [u8; 32] {
    crypto::hmac_sha256(key, &[&sequence.to_be_bytes(), digest.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::{Action, AuditEvent, INSTALLATION};
    use crate::Timestamp;

    fn event() -> AuditEvent {
        AuditEvent {
            tenant_id: INSTALLATION,
            happened_at: Timestamp::from_seconds(1),
            actor: "operator:kari".to_owned(),
            action: Action::BackupWritten.as_str().to_owned(),
            object: "backup".to_owned(),
            details: "{}".to_owned(),
        }
    }

    #[test]
    fn i4_every_part_of_a_link_is_in_its_digest() {
        let whole = event().digest(1, &[0; 32]);
        assert_ne!(event().digest(2, &[0; 32]), whole);
        assert_ne!(event().digest(1, &[1; 32]), whole);
        assert_ne!(AuditEvent { actor: "operator:ola".to_owned(), ..event() }.digest(1, &[0; 32]), whole);
        // Text cannot move from one part to the next.
        let moved = AuditEvent { object: "backup{".to_owned(), details: "}".to_owned(), ..event() };
        assert_ne!(moved.digest(1, &[0; 32]), whole);
    }

    #[test]
    fn the_words_of_actions_differ() {
        let words: std::collections::HashSet<_> = Action::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(words.len(), Action::ALL.len());
    }
}
