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
    /// A tenant was given another name.
    TenantRenamed = "tenant.renamed",
    /// A tenant was disabled: nobody can log in at its domains.
    TenantDisabled = "tenant.disabled",
    /// A tenant was enabled again.
    TenantEnabled = "tenant.enabled",
    /// A tenant was put into the bin.
    TenantDeleted = "tenant.deleted",
    /// A tenant was taken out of the bin.
    TenantRestored = "tenant.restored",
    /// A tenant was destroyed; in the installation's own chain.
    TenantDestroyed = "tenant.destroyed",
    /// A domain was made.
    DomainCreated = "domain.created",
    /// A domain was changed.
    DomainChanged = "domain.changed",
    /// A domain was disabled: nobody can log in there.
    DomainDisabled = "domain.disabled",
    /// A domain was enabled again.
    DomainEnabled = "domain.enabled",
    /// The certificate of a domain was brought or replaced.
    CertificateSet = "domain.certificate_set",
    /// The certificate of a domain was taken away.
    CertificateRemoved = "domain.certificate_removed",
    /// A domain was put into the bin.
    DomainDeleted = "domain.deleted",
    /// A domain was taken out of the bin.
    DomainRestored = "domain.restored",
    /// A domain was destroyed.
    DomainDestroyed = "domain.destroyed",
    /// An application was made.
    ApplicationCreated = "application.created",
    /// An application was changed.
    ApplicationChanged = "application.changed",
    /// An application was disabled: its logins stop.
    ApplicationDisabled = "application.disabled",
    /// An application was enabled again.
    ApplicationEnabled = "application.enabled",
    /// An application was put into the bin.
    ApplicationDeleted = "application.deleted",
    /// An application was taken out of the bin.
    ApplicationRestored = "application.restored",
    /// An application was destroyed.
    ApplicationDestroyed = "application.destroyed",
    /// A client secret was made.
    SecretCreated = "client_secret.created",
    /// A client secret was given an end, or ended at once.
    SecretRetired = "client_secret.retired",
    /// A login was tried in an application's place.
    TrialBegun = "trial.begun",
    /// An identity source was made.
    SourceCreated = "identity_source.created",
    /// An identity source was changed: environment, settings.
    SourceChanged = "identity_source.changed",
    /// An identity source was given other credentials.
    SourceCredentialsSet = "identity_source.credentials_set",
    /// An identity source was given credentials that are not in use yet.
    SourceCandidateSet = "identity_source.candidate_set",
    /// An identity source uses those credentials from now on.
    SourceCandidateActivated = "identity_source.candidate_activated",
    /// Credentials of an identity source that were not in use were discarded.
    SourceCandidateDiscarded = "identity_source.candidate_discarded",
    /// An identity source was given its previous credentials back.
    SourceCredentialsRestored = "identity_source.credentials_restored",
    /// A live check of an identity source began.
    SourceChecked = "identity_source.checked",
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
    /// What an import or a declaration would change was kept, to be confirmed later.
    PlanKept = "plan.kept",
    /// A kept plan was carried out.
    PlanConfirmed = "plan.confirmed",
    /// A kept plan was given up.
    PlanDiscarded = "plan.discarded",
    /// An order of credentials was begun.
    OrderBegun = "order.begun",
    /// A section of an order was answered.
    OrderAnswered = "order.answered",
    /// An order went on: the details say what happened and which state followed.
    OrderMoved = "order.moved",
    /// Somebody confirmed what an order asked of them.
    OrderConfirmed = "order.confirmed",
    /// Somebody whom an order asks was sent another link.
    OrderLinkRenewed = "order.link_renewed",
    /// An issuer was added to the operator's register.
    IssuerAdded = "issuer.added",
    /// What is said of an issuer was changed.
    IssuerChanged = "issuer.changed",
    /// An issuer was removed.
    IssuerRemoved = "issuer.removed",
    /// A new version of a text of the documents of orders was written.
    OrderTemplateSet = "order_template.set",
    /// Subjects were imported.
    SubjectsImported = "subjects.imported",
    /// A signing key was made; it signs from a later time.
    KeyPublished = "signing_key.published",
    /// A signing key began to sign before its time.
    KeyActivated = "signing_key.activated",
    /// A signing key was withdrawn as compromised.
    KeyWithdrawn = "signing_key.withdrawn",
    /// The console was given its own domain.
    ConsoleSetUp = "console.set_up",
    /// Somebody was invited to the console.
    MemberInvited = "member.invited",
    /// An invitation was given another link.
    InvitationRenewed = "invitation.renewed",
    /// An invitation was taken back.
    InvitationWithdrawn = "invitation.withdrawn",
    /// Somebody accepted an invitation.
    MemberJoined = "member.joined",
    /// A role of a member was confirmed, after a look at the name that was proved.
    RoleConfirmed = "member.role_confirmed",
    /// A role of a member was taken away.
    RoleRemoved = "member.role_removed",
    /// A member refused a role that waited to be confirmed.
    RoleDeclined = "member.role_declined",
    /// A link was made on the host that lets an operator in who cannot sign in.
    RecoveryMade = "member.recovery_made",
    /// Such a link was used.
    RecoveryUsed = "member.recovery_used",
    /// An operator was let in again by a link from the host, with another eID.
    OperatorRecovered = "member.recovered",
    /// A browser session was ended by an administrator.
    SessionEnded = "session.ended",
    /// A letter was written to see whether letters arrive.
    LetterTested = "letter.tested",
    /// A letter that could not be sent is tried again.
    LetterRetried = "letter.retried",
    /// A letter that was not sent is not to be sent any more.
    LetterDiscarded = "letter.discarded",
    /// A tenant's data key was wrapped under another master key.
    DataKeyRewrapped = "data_key.rewrapped",
    /// A backup was written.
    BackupWritten = "backup.written",
    /// The database was restored from a backup.
    BackupRestored = "backup.restored",
    /// What told about a person in an audit event was erased.
    PersonalErased = "audit.personal_erased",
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
    /// What layout 2 adds; `None` for a link of layout 1.
    pub context: Option<AuditContext>,
}

/// How a change came about: what layout 2 of an audit event adds to layout 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditContext {
    /// The trace id of the request, where there was one.
    pub trace: Option<String>,
    /// Who approved it beside the actor, as text.
    pub approver: Option<String>,
    /// [`AuditPersonal::digest`], where something tells about a person. It stays when that is erased.
    pub personal_digest: Option<Digest>,
    /// What tells about a person, beside the chain; `None` where nothing does, or where it was erased.
    pub personal: Option<AuditPersonal>,
}

impl AuditContext {
    /// Makes the context of a new link.
    pub fn new(trace: Option<String>, approver: Option<String>, personal: Option<AuditPersonal>) -> Self {
        let personal_digest = personal.as_ref().map(AuditPersonal::digest);
        Self { trace, approver, personal_digest, personal }
    }

    /// Says whether what stands beside the chain is what the chain says, or was erased.
    pub fn is_consistent(&self) -> bool {
        let found = self.personal.as_ref().map(AuditPersonal::digest);
        found.is_none() || found == self.personal_digest
    }
}

/// What of a change tells about a person. It stands beside the chain, which has only its salted digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPersonal {
    /// 32 random bytes, erased with the rest, so that addresses cannot be tried against the digest afterwards.
    pub salt: [u8; 32],
    /// Where the request came from, as text.
    pub address: Option<String>,
    /// What the actor was called then.
    pub name: Option<String>,
}

impl AuditPersonal {
    /// Computes what stands in the chain: SHA-256 over the salt, address and name, each of these as in
    /// [`AuditEvent::digest`].
    pub fn digest(&self) -> Digest {
        let mut bytes = self.salt.to_vec();
        put_maybe(&mut bytes, self.address.as_deref().map(str::as_bytes));
        put_maybe(&mut bytes, self.name.as_deref().map(str::as_bytes));
        Digest::of(&bytes)
    }
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}

fn put_maybe(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    bytes.push(u8::from(part.is_some()));
    put(bytes, part.unwrap_or_default());
}

impl AuditEvent {
    /// Computes the link's digest: SHA-256 over a byte for the layout, the digest before, the tenant (16 bytes), sequence
    /// and time (8 bytes each, big-endian), and each text with its length (8 bytes) in front. In layout 2 follow trace,
    /// approver and the digest of what is personal, each with a byte in front that says whether it is there (0 or 1) and
    /// its length.
    ///
    /// `sequence`: 1 for the first link of a chain, whose previous digest is 32 zero bytes.
    pub fn digest(&self, sequence: i64, previous: &[u8; 32]) -> Digest {
        let mut bytes = vec![if self.context.is_some() { 2 } else { 1 }];
        bytes.extend_from_slice(previous);
        bytes.extend_from_slice(self.tenant_id.as_bytes());
        bytes.extend_from_slice(&sequence.to_be_bytes());
        bytes.extend_from_slice(&self.happened_at.micros().to_be_bytes());
        for text in [&self.actor, &self.action, &self.object, &self.details] {
            put(&mut bytes, text.as_bytes());
        }
        if let Some(context) = &self.context {
            put_maybe(&mut bytes, context.trace.as_deref().map(str::as_bytes));
            put_maybe(&mut bytes, context.approver.as_deref().map(str::as_bytes));
            put_maybe(&mut bytes, context.personal_digest.as_ref().map(|it| it.as_bytes().as_slice()));
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
    use super::{Action, AuditContext, AuditEvent, AuditPersonal, INSTALLATION};
    use crate::Timestamp;

    fn event() -> AuditEvent {
        AuditEvent {
            tenant_id: INSTALLATION,
            happened_at: Timestamp::from_seconds(1),
            actor: "operator:kari".to_owned(),
            action: Action::BackupWritten.as_str().to_owned(),
            object: "backup".to_owned(),
            details: "{}".to_owned(),
            context: None,
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
    fn every_part_of_a_link_of_layout_2_is_in_its_digest() {
        let personal = AuditPersonal { salt: [7; 32], address: Some("192.0.2.1".to_owned()), name: None };
        let all = AuditContext::new(Some("trace".to_owned()), Some("member:1".to_owned()), Some(personal));
        let of = |context: AuditContext| AuditEvent { context: Some(context), ..event() }.digest(1, &[0; 32]);
        let whole = of(all.clone());
        assert_ne!(event().digest(1, &[0; 32]), of(AuditContext::default()), "the layout");
        assert_ne!(of(AuditContext { trace: None, ..all.clone() }), whole);
        assert_ne!(of(AuditContext { trace: Some(String::new()), ..all.clone() }), whole);
        assert_ne!(of(AuditContext { approver: None, ..all.clone() }), whole);
        assert_ne!(of(AuditContext { personal_digest: None, ..all.clone() }), whole);
        // What is personal can be erased, and the link still holds; it cannot be exchanged.
        let erased = AuditContext { personal: None, ..all.clone() };
        assert!(of(erased.clone()) == whole && erased.is_consistent());
        let other = AuditPersonal { salt: [7; 32], address: None, name: Some("192.0.2.1".to_owned()) };
        assert!(!AuditContext { personal: Some(other), ..all }.is_consistent());
    }

    #[test]
    fn the_words_of_actions_differ() {
        let words: std::collections::HashSet<_> = Action::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(words.len(), Action::ALL.len());
    }
}
