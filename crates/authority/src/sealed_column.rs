//! Where each sealed value is stored: the additional data that binds it to its column and row.

use crypto::{Digest, b64};
use model::{
    DomainId, EidEnvironment, GrantId, INSTALLATION, IdentitySourceId, LetterId, LinkId, LoginEventId,
    MemberId, OrderId, PlanId, TenantId, TestUserId, Timestamp,
};

/// A sealed column, with what names the row in it.
///
/// The text that is made from it is authenticated with each value ([`SealedColumn::context`]), so a variant's words never
/// change: rows that exist would no longer open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedColumn<'a> {
    /// `tenants.sealed_data_key`, under the master key.
    DataKey,
    /// `installation.value` of the canary, under the master key; it belongs to no tenant.
    Canary,
    /// `subject_keys.sealed_key`.
    SubjectKey(EidEnvironment),
    /// `signing_keys.sealed_private_key`, by key id.
    SigningKey(&'a str),
    /// `identity_sources.sealed_credentials`.
    Credentials {
        /// Whose credentials.
        source: IdentitySourceId,
        /// Which credentials of the source they are, a number that no others of the source have, so that older ones put
        /// back do not open; `None` for those that were sealed without one, as earlier releases did. It is kept where they are put
        /// in use, or into another generation (`source_generations.sealed_credentials`).
        version: Option<i64>,
    },
    /// `test_users.sealed_claims`.
    TestUserClaims(TestUserId),
    /// `imported_subjects.sealed_sub`.
    ImportedSubject {
        /// Where the person is known.
        environment: EidEnvironment,
        /// `tenant`, or `application:` and an id.
        sector: &'a str,
        /// [`model::SubjectRoom::person_digest`].
        person: &'a Digest,
    },
    /// `parked_requests.sealed_request`, by the digest of the request's id.
    ParkedRequest(&'a Digest),
    /// The cookie of a login, under the domain's cookie key ([`crate::OpenTenant::cookie_key`]), which binds the domain.
    LoginCookie {
        /// The login's name.
        login: &'a str,
        /// When the login ends.
        expires_at: Timestamp,
    },
    /// `awaiting_consents.sealed_proof`, under a key of the login's cookie.
    AwaitingConsent(&'a Digest),
    /// `eid_orders.sealed_order`, under the key of the order, which the login has.
    EidOrder(&'a Digest),
    /// `kept_answers.sealed_answer`, under a key of the form.
    KeptAnswer(&'a Digest),
    /// `trials.sealed_answer`, under the key of the trial.
    TrialAnswer(&'a Digest),
    /// `browser_sessions.sealed_proof`, under a key of the session's cookie.
    BrowserSession(&'a Digest),
    /// The content key of a grant, under a code or token of it.
    GrantKey(GrantId),
    /// `grants.sealed_claims`, under the grant's content key.
    GrantClaims(GrantId),
    /// `plans.sealed_plan`; under the master key, with the tenant [`INSTALLATION`], for a declaration.
    Plan {
        /// The plan.
        id: PlanId,
        /// Who made it, as in audit events.
        made_by: &'a str,
    },
    /// `login_events.sealed_details`; under the master key, with the tenant [`INSTALLATION`], where no domain was asked for.
    EventDetails(LoginEventId),
    /// `letters.sealed_letter`; under the master key, with the tenant [`INSTALLATION`], for the installation's own.
    Letter(LetterId),
    /// `members.sealed_contact`, of the console's own tenant.
    MemberContact(MemberId),
    /// `invitations.sealed_contact`, of the console's own tenant.
    InvitationContact(LinkId),
    /// `entry_links.sealed_contact`, under the key in the link.
    EntryLinkContact(&'a Digest),
    /// `console_sessions.sealed_contact`, under what is in the cookie.
    SessionContact(&'a Digest),
    /// `orders.sealed_answers`.
    OrderAnswers(OrderId),
    /// `order_steps.sealed_note`.
    OrderNote {
        /// Of which order.
        order: OrderId,
        /// Which line of its timeline.
        position: i64,
    },
    /// `order_people.sealed_person`.
    OrderPerson(LinkId),
    /// `order_people.sealed_evidence`.
    OrderEvidence(LinkId),
    /// `order_secrets.sealed_secret`.
    OrderSecret {
        /// Of which order.
        order: OrderId,
        /// Which secret.
        kind: &'a str,
    },
    /// `order_documents.sealed_document`.
    OrderDocument {
        /// Of which order.
        order: OrderId,
        /// Of which submission.
        submission: i64,
        /// Which document.
        kind: &'a str,
    },
    /// `section_links.sealed_colleague`.
    SectionLink(LinkId),
    /// `registry_answers.sealed_answer`, by the company's number.
    RegistryAnswer(&'a str),
    /// `certificates.sealed_key`.
    CertificateKey {
        /// Of which domain's certificate.
        domain: DomainId,
        /// The digest of the chain in PEM: a key opens beside its own certificate only.
        chain: &'a Digest,
    },
    /// `refresh_tokens.sealed_successor`, by the digest of the token that it replaces, under that token.
    RefreshSuccessor(&'a Digest),
}

impl SealedColumn<'_> {
    /// Gives the additional data for [`crypto::SealKey::seal`] and [`crypto::SealKey::open`]:
    /// `tenant \0 table \0 column \0 row`. No part has a zero byte, so two places never read the same.
    pub fn context(&self, tenant: TenantId) -> Vec<u8> {
        let digest = |it: &Digest| b64::encode(it.as_bytes());
        let (table, column, row) = match self {
            Self::DataKey => ("tenants", "sealed_data_key", tenant.to_string()),
            Self::Canary => ("installation", "value", store::installation::CANARY.to_owned()),
            Self::SubjectKey(environment) => ("subject_keys", "sealed_key", environment.as_str().to_owned()),
            Self::SigningKey(kid) => ("signing_keys", "sealed_private_key", (*kid).to_owned()),
            Self::Credentials { source, version } => {
                let row = version.map_or_else(|| source.to_string(), |it| format!("{source} {it}"));
                ("identity_sources", "sealed_credentials", row)
            }
            Self::TestUserClaims(id) => ("test_users", "sealed_claims", id.to_string()),
            Self::ImportedSubject { environment, sector, person } => {
                let row = format!("{}/{sector}/{}", environment.as_str(), digest(person));
                ("imported_subjects", "sealed_sub", row)
            }
            Self::ParkedRequest(request) => ("parked_requests", "sealed_request", digest(request)),
            Self::LoginCookie { login, expires_at } => {
                ("cookies", "login", format!("{login} {}", expires_at.seconds()))
            }
            Self::AwaitingConsent(consent) => ("awaiting_consents", "sealed_proof", digest(consent)),
            Self::EidOrder(order) => ("eid_orders", "sealed_order", digest(order)),
            Self::KeptAnswer(form) => ("kept_answers", "sealed_answer", digest(form)),
            Self::TrialAnswer(trial) => ("trials", "sealed_answer", digest(trial)),
            Self::BrowserSession(session) => ("browser_sessions", "sealed_proof", digest(session)),
            Self::GrantKey(id) => ("grants", "wrapped_key", id.to_string()),
            Self::GrantClaims(id) => ("grants", "sealed_claims", id.to_string()),
            Self::Plan { id, made_by } => ("plans", "sealed_plan", format!("{id} {made_by}")),
            Self::EventDetails(id) => ("login_events", "sealed_details", id.to_string()),
            Self::Letter(id) => ("letters", "sealed_letter", id.to_string()),
            Self::MemberContact(id) => ("members", "sealed_contact", id.to_string()),
            Self::InvitationContact(id) => ("invitations", "sealed_contact", id.to_string()),
            Self::EntryLinkContact(link) => ("entry_links", "sealed_contact", digest(link)),
            Self::SessionContact(session) => ("console_sessions", "sealed_contact", digest(session)),
            Self::OrderAnswers(id) => ("orders", "sealed_answers", id.to_string()),
            Self::OrderNote { order, position } => {
                ("order_steps", "sealed_note", format!("{order} {position}"))
            }
            Self::OrderPerson(id) => ("order_people", "sealed_person", id.to_string()),
            Self::OrderEvidence(id) => ("order_people", "sealed_evidence", id.to_string()),
            Self::OrderSecret { order, kind } => {
                ("order_secrets", "sealed_secret", format!("{order} {kind}"))
            }
            Self::OrderDocument { order, submission, kind } => {
                ("order_documents", "sealed_document", format!("{order} {submission} {kind}"))
            }
            Self::SectionLink(id) => ("section_links", "sealed_colleague", id.to_string()),
            Self::RegistryAnswer(number) => ("registry_answers", "sealed_answer", (*number).to_owned()),
            Self::CertificateKey { domain, chain } => {
                ("certificates", "sealed_key", format!("{domain} {}", digest(chain)))
            }
            Self::RefreshSuccessor(token) => ("refresh_tokens", "sealed_successor", digest(token)),
        };
        let tenant = if matches!(self, Self::Canary) { INSTALLATION } else { tenant };
        format!("{tenant}\0{table}\0{column}\0{row}").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::SealedColumn as Column;
    use crypto::Digest;
    use model::{
        EidEnvironment, GrantId, IdentitySourceId, LetterId, PlanId, TenantId, TestUserId, Timestamp,
    };

    #[test]
    fn a_row_that_was_sealed_before_columns_had_types_still_opens() {
        let digest = Digest::from_bytes([5; 32]);
        let source = IdentitySourceId::from_bytes([2; 16]);
        let grant = GrantId::from_bytes([4; 16]);
        let columns = [
            Column::DataKey,
            Column::Canary,
            Column::SubjectKey(EidEnvironment::Production),
            Column::SigningKey("kid-1"),
            Column::Credentials { source, version: None },
            Column::Credentials { source, version: Some(2) },
            Column::TestUserClaims(TestUserId::from_bytes([3; 16])),
            Column::ImportedSubject { environment: EidEnvironment::Test, sector: "tenant", person: &digest },
            Column::ParkedRequest(&digest),
            Column::LoginCookie { login: "abc", expires_at: Timestamp::from_seconds(1_800_000_000) },
            Column::AwaitingConsent(&digest),
            Column::KeptAnswer(&digest),
            Column::BrowserSession(&digest),
            Column::GrantKey(grant),
            Column::GrantClaims(grant),
            Column::Plan { id: PlanId::from_bytes([6; 16]), made_by: "operator:kari" },
            Column::RefreshSuccessor(&digest),
            Column::Letter(LetterId::from_bytes([7; 16])),
        ];
        let tenant = TenantId::from_bytes([1; 16]);
        let words = columns.map(|it| String::from_utf8(it.context(tenant)).unwrap().replace('\0', "|"));
        insta::assert_snapshot!(words.join("\n"), @r"
        01010101010101010101010101010101|tenants|sealed_data_key|01010101010101010101010101010101
        00000000000000000000000000000000|installation|value|canary
        01010101010101010101010101010101|subject_keys|sealed_key|production
        01010101010101010101010101010101|signing_keys|sealed_private_key|kid-1
        01010101010101010101010101010101|identity_sources|sealed_credentials|02020202020202020202020202020202
        01010101010101010101010101010101|identity_sources|sealed_credentials|02020202020202020202020202020202 2
        01010101010101010101010101010101|test_users|sealed_claims|03030303030303030303030303030303
        01010101010101010101010101010101|imported_subjects|sealed_sub|test/tenant/BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        01010101010101010101010101010101|parked_requests|sealed_request|BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        01010101010101010101010101010101|cookies|login|abc 1800000000
        01010101010101010101010101010101|awaiting_consents|sealed_proof|BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        01010101010101010101010101010101|kept_answers|sealed_answer|BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        01010101010101010101010101010101|browser_sessions|sealed_proof|BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        01010101010101010101010101010101|grants|wrapped_key|04040404040404040404040404040404
        01010101010101010101010101010101|grants|sealed_claims|04040404040404040404040404040404
        01010101010101010101010101010101|plans|sealed_plan|06060606060606060606060606060606 operator:kari
        01010101010101010101010101010101|refresh_tokens|sealed_successor|BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        01010101010101010101010101010101|letters|sealed_letter|07070707070707070707070707070707
        ");
    }
}
