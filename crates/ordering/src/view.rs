//! An order as it is shown.

use authority::{SealedColumn, Tenant};
use changes::{Refusal, issuers::IssuerView};
use crypto::{Digest, b64};
use model::{
    AgreementState, DomainId, Handover, LoginMethod, OrderAnswers, OrderId, OrderSection, OrderState,
    TenantId, Timestamp,
};
use store::{
    order_people::Part,
    orders::{self, Order, OrderStep},
};

use crate::{
    document_change::DocumentChange, kept_person::are_twins, people::PersonView, proposal::ProposalView,
};

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// What happened: a word of the events, or `begun`.
    pub event: String,
    /// The state that followed.
    pub state: OrderState,
    /// Who did it, as in audit events.
    pub actor: String,
    /// What they are called; empty where nobody did it, or nobody knows it any more.
    pub by: String,
    /// What was said; empty where nothing was.
    pub note: String,
    /// When.
    pub happened_at: Timestamp,
}

/// A document that was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFile {
    /// `order`, `contacts`, `number`, `technical`, `cover`, `registry`.
    pub kind: String,
    /// SHA-256 of it, base64url.
    pub digest: String,
    /// When it was closed.
    pub created_at: Timestamp,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSummary {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id.
    pub id: OrderId,
    /// For which domain.
    pub domain: DomainId,
    /// Of which eID.
    pub eid: LoginMethod,
    /// The state.
    pub state: OrderState,
    /// The company; empty until it was answered.
    pub company: String,
    /// Whether nothing of it is real.
    pub is_sandbox: bool,
    /// Whether a submission was sent to the issuer.
    pub was_sent: bool,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// An order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderView {
    /// Its id.
    pub id: OrderId,
    /// For which domain.
    pub domain: DomainId,
    /// Of which eID.
    pub eid: LoginMethod,
    /// How the credentials are handed over.
    pub handover: Handover,
    /// The state.
    pub state: OrderState,
    /// The state that it had when it was put on hold.
    pub held: Option<OrderState>,
    /// Counts its changes.
    pub version: i64,
    /// Counts what was submitted; 0 before the first.
    pub submission: i64,
    /// What the signatories of this submission approve.
    pub document_digest: Option<Digest>,
    /// What they approve of the national identity number, apart from it; `None` where there is no such declaration, and in older
    /// submissions, where one digest covers everything.
    pub declaration_digest: Option<Digest>,
    /// Whether a submission was sent to the issuer.
    pub was_sent: bool,
    /// The answers.
    pub answers: OrderAnswers,
    /// The people of this submission.
    pub people: Vec<PersonView>,
    /// The timeline, from its beginning.
    pub steps: Vec<StepView>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// When time runs out in this state.
    pub expires_at: Option<Timestamp>,
    /// The documents that were closed, of this submission.
    pub files: Vec<OrderFile>,
    /// The public half of the key pair that was made for it: a JWKS.
    pub public_key: Option<serde_json::Value>,
    /// What is other than in the version before.
    pub changes: Vec<DocumentChange>,
    /// Who issues it; of no meaning where it is ordered at Vipps itself.
    pub issuer: IssuerView,
    /// How far the issuer's own agreement has come; `None`: nothing was uploaded.
    pub agreement: Option<AgreementState>,
    /// What an operator proposed and a second one has to confirm.
    pub proposal: Option<ProposalView>,
    /// The order that is over and that this one takes the place of.
    pub supersedes: Option<OrderId>,
    /// The order that was begun last in place of this one.
    pub superseded_by: Option<OrderId>,
    /// Whether text messages are sent, so that phones are confirmed.
    pub has_sms: bool,
}

pub(crate) fn open_answers(tenant: &Tenant, row: &Order) -> Result<OrderAnswers, Refusal> {
    let opened = tenant.opened().unseal(&SealedColumn::OrderAnswers(row.id), &row.sealed_answers);
    let opened = opened.map_err(|_| orders::unreadable())?;
    Ok(serde_json::from_slice(opened.expose()).map_err(|_| orders::unreadable())?)
}

pub(crate) fn seal_answers(tenant: &Tenant, id: OrderId, answers: &OrderAnswers) -> Vec<u8> {
    let plain = serde_json::to_vec(answers).unwrap_or_default();
    tenant.opened().seal(tenant.random(), &SealedColumn::OrderAnswers(id), &plain)
}

pub(crate) fn state_of(row: &Order) -> Result<OrderState, Refusal> {
    Ok(OrderState::parse(&row.state).ok_or_else(orders::unreadable)?)
}

/// How far the issuer's own agreement has come; `None`: nothing was uploaded.
pub(crate) fn agreement_of(row: &Order) -> Result<Option<AgreementState>, Refusal> {
    let read = |word: &str| AgreementState::parse(word).ok_or_else(orders::unreadable);
    Ok(row.agreement_state.as_deref().map(read).transpose()?)
}

pub(crate) fn handover_of(row: &Order) -> Result<Handover, Refusal> {
    Ok(Handover::parse(&row.handover).ok_or_else(orders::unreadable)?)
}

pub(crate) fn eid_of(row: &Order) -> Result<LoginMethod, Refusal> {
    Ok(LoginMethod::parse(&row.eid).ok_or_else(orders::unreadable)?)
}

pub(crate) fn summary(tenant: &Tenant, row: &Order) -> Result<OrderSummary, Refusal> {
    let answers = open_answers(tenant, row)?;
    Ok(OrderSummary {
        tenant: row.tenant_id,
        id: row.id,
        domain: row.domain_id,
        eid: eid_of(row)?,
        state: state_of(row)?,
        is_sandbox: answers.is_sandbox,
        was_sent: row.was_sent,
        company: answers.company.name,
        since: row.since,
        created_at: row.created_at,
    })
}

fn step(tenant: &Tenant, order: OrderId, step: OrderStep) -> Result<StepView, Refusal> {
    let column = SealedColumn::OrderNote { order, position: step.position };
    let note = match &step.sealed_note {
        Some(sealed) => {
            let opened = tenant.opened().unseal(&column, sealed);
            let opened = opened.map_err(|_| orders::unreadable())?;
            String::from_utf8_lossy(opened.expose()).into_owned()
        }
        None => String::new(),
    };
    Ok(StepView {
        event: step.event,
        state: OrderState::parse(&step.state).ok_or_else(orders::unreadable)?,
        actor: step.actor,
        by: String::new(),
        note,
        happened_at: step.happened_at,
    })
}

pub(crate) fn view(
    tenant: &Tenant,
    row: &Order,
    (people, steps): (Vec<PersonView>, Vec<OrderStep>),
) -> Result<OrderView, Refusal> {
    Ok(OrderView {
        id: row.id,
        domain: row.domain_id,
        eid: eid_of(row)?,
        handover: handover_of(row)?,
        state: state_of(row)?,
        held: row.held_state.as_deref().and_then(OrderState::parse),
        version: row.version,
        submission: row.submission,
        document_digest: row.document_digest,
        declaration_digest: row.declaration_digest,
        was_sent: row.was_sent,
        answers: open_answers(tenant, row)?,
        people,
        steps: steps.into_iter().map(|it| step(tenant, row.id, it)).collect::<Result<_, _>>()?,
        created_at: row.created_at,
        since: row.since,
        expires_at: row.expires_at,
        files: Vec::new(),
        public_key: None,
        agreement: agreement_of(row)?,
        proposal: None,
        supersedes: row.supersedes,
        superseded_by: None,
        has_sms: false,
        changes: Vec::new(),
        issuer: IssuerView::built_in(),
    })
}

impl OrderView {
    /// What somebody has seen of a section: given back when it is saved, so that two people do not overwrite each other.
    pub fn seen(&self, section: OrderSection) -> String {
        crate::answering::seen(&self.answers, section)
    }

    /// Whether the documents of this submission were closed.
    pub fn is_closed(&self) -> bool {
        self.files.iter().any(|it| it.kind == "order")
    }

    /// The digest of what is approved by a signatory or a declarant, as it stands in documents.
    pub fn digest_text(&self, part: Part) -> String {
        let digest = if part == Part::Declarant { self.declaration_digest } else { self.document_digest };
        digest.map(|it| b64::encode(it.as_bytes())).unwrap_or_default()
    }

    /// The same as documents print it, to be compared with them.
    pub fn grouped_digest(&self, part: Part) -> String {
        grouped(&self.digest_text(part))
    }

    /// The other row of somebody who approves both: of a signatory, that of their declaration, and the other way round.
    pub fn twin(&self, person: &PersonView) -> Option<&PersonView> {
        let own = (person.id, person.signatory);
        self.people.iter().find(|it| are_twins(own, (it.id, it.signatory)))
    }
}

/// A digest in base64url as hexadecimal in groups, which can be read aloud and compared.
pub(crate) fn grouped(digest: &str) -> String {
    let bytes = b64::decode(digest).unwrap_or_default();
    let groups = bytes.chunks(4).map(|it| it.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}
