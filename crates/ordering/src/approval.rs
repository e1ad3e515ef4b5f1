//! Approving by a login that is bound to what is approved, and receiving by a login that shows who one is.
//!
//! ```text
//!   link ──POST──► request (document digest, 10 min) ──► eID, nonce = SHA-256("portvakt-approval-v1" ‖ digest ‖ random)
//!        ◄── token with that nonce ── compared, spent once ── approved, or to be reviewed
//! ```
//!
//! An approval is no signature: the eID vouches for the person and the nonce, and did not show the text.

use std::{fmt, time::Duration};

use authority::{Permission, Permit, SealedColumn, Tenant};
use changes::{Refusal, members::receives};
use crypto::{Digest, b64, sha256};
use model::{
    Action, Evidence, Level, LinkId, NameMismatch, OrderAnswers, OrderEvent, OrderState, Proof,
    RegisteredPerson, Timestamp, match_person,
};
use serde_json::{Value, json};
use store::{
    WriteTx,
    approval_requests::{self, ApprovalRequest},
    order_people::{self, OrderPerson, Part, PersonState},
    orders::Order,
};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk,
    answered::{Answered, accepted_before, approved_digest, waiting_row},
    compose::{ApprovedDigests, digest_of_all, digests_of},
    confirming::{Confirmation, Confirmed, confirm_everywhere},
    kept_person::{KeptPerson, ReceivesIn, open_person, seal_person},
    moving::{Asked, Happening, Moved, NewStep, OrderVersion, add_step, apply, request_digest},
    people::{NO_ROOM, Request, link_spent, request, write_link},
    phones::is_confirmed_here,
    proposal::{Decided, Decision},
    sandbox_receiver::{LetIn, receiving_digest},
    view::{seal_answers, state_of},
};

/// How long a login may take that approves.
const APPROVED_WITHIN: Duration = Duration::from_secs(10 * 60);

/// A login that approves was begun.
#[derive(Clone)]
pub struct ApprovalBegun {
    /// The random bytes; the browser keeps them until it is back.
    pub random: [u8; 32],
    /// What the eID's token is bound to.
    pub binding: [u8; 32],
}

impl fmt::Debug for ApprovalBegun {
    /// Leaves out the random bytes, with which the login could be finished.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalBegun").finish_non_exhaustive()
    }
}

/// Somebody began to approve.
pub(crate) struct RequestBegun {
    pub(crate) random: [u8; 32],
    /// What they approve.
    pub(crate) document: Digest,
    pub(crate) order: model::OrderId,
}

/// What a login proved, for an approval.
#[derive(Clone)]
pub struct ApprovalProof {
    /// Whose link the login came back to.
    pub person: LinkId,
    /// The proof, with the token that the eID signed.
    pub proof: Proof,
    /// The random bytes of the request.
    pub random: [u8; 32],
    /// The issuer at which it was proved.
    pub issuer: String,
}

impl fmt::Debug for ApprovalProof {
    /// Leaves out the random bytes and who it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalProof").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// What a login proved of whoever came to receive, or to have their eID recorded.
#[derive(Clone)]
pub struct ReceiverProof {
    /// The proof.
    pub proof: Proof,
    /// The issuer at which it was proved.
    pub issuer: String,
    /// What their browser was given when it asked for a code by SMS.
    pub browser: Option<String>,
}

impl fmt::Debug for ReceiverProof {
    /// Says neither who it is nor what the browser was given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverProof").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Names the person at the eID, so that nobody fills two places.
pub(crate) fn person_digest(tenant: &Tenant, proof: &Proof, issuer: &str) -> Digest {
    let source = [proof.eid.as_str(), proof.environment.as_str(), issuer];
    tenant.opened().member_digest(source, &proof.stable_id)
}

/// What an operator decides about somebody whose identity is not certain.
#[derive(Clone, Copy, Debug)]
pub struct IdentityDecision<'a> {
    /// Whose.
    pub person: LinkId,
    /// Whether it is the signatory.
    pub accept: bool,
    /// Why.
    pub reason: &'a str,
}

/// Refuses where this version of the program would make other documents of the answers than those that were submitted.
pub(crate) fn check_same_documents(row: &Order, answers: &OrderAnswers) -> Result<(), Refusal> {
    let (submission, declaration) = ((row.id, row.submission), row.declaration_digest);
    let same = match digests_of(submission, answers) {
        // A submission from before the declaration was approved by itself.
        ApprovedDigests { declaration: Some(_), .. } if declaration.is_none() => {
            row.document_digest == Some(digest_of_all(submission, answers))
        }
        now => row.document_digest == Some(now.order) && declaration == now.declaration,
    };
    if same {
        return Ok(());
    }
    Err(Refusal::Invalid(AdminMessage::OrderDocumentsDiffer.into()))
}

fn binding(document: &Digest, random: &[u8; 32]) -> [u8; 32] {
    let text = [b"portvakt-approval-v1".as_slice(), document.as_bytes(), random].concat();
    sha256(&text)
}

/// The nonce that stands in the eID's token; the token was verified when it came.
fn nonce_of(proof: &Proof) -> Option<String> {
    let token = proof.token.as_ref()?;
    let claims: Value = serde_json::from_slice(&b64::decode(token.id_token.split('.').nth(1)?)?).ok()?;
    claims.get("nonce")?.as_str().map(str::to_owned)
}

fn registered(person: &KeptPerson) -> RegisteredPerson {
    let (given, family) = person.contact.name.rsplit_once(' ').unwrap_or((&person.contact.name, ""));
    RegisteredPerson {
        given_name: given.to_owned(),
        middle_name: None,
        family_name: family.to_owned(),
        born: model::Date::parse(&person.contact.birth_date),
    }
}

const fn mismatch_word(it: NameMismatch) -> &'static str {
    match it {
        NameMismatch::NoName => "no-name",
        NameMismatch::NoBirthDate => "no-birth-date",
        NameMismatch::OtherBirthDate => "other-birth-date",
        NameMismatch::OtherName => "other-name",
        NameMismatch::Nobody => "nobody",
        NameMismatch::Several(_) => "several",
    }
}

const fn level_word(level: Level) -> &'static str {
    match level {
        Level::High => "high",
        Level::Substantial => "substantial",
        Level::Low => "low",
        Level::None => "none",
    }
}

/// How somebody is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// By name and birth date.
    Whole,
    /// By name; the birth date only where the order has one.
    Name,
}

/// Writes down what a login proved of a person; gives why it is to be reviewed.
pub(crate) fn proved(kept: &mut KeptPerson, proof: &Proof, compared: Compared) -> Option<NameMismatch> {
    let person = &proof.person;
    kept.proved_name = person.name.clone().unwrap_or_default();
    kept.proved_birth_date = person.birthdate.clone().unwrap_or_default();
    kept.eid = proof.eid.as_str().to_owned();
    kept.level = level_word(proof.level).to_owned();
    let token = proof.token.as_ref().map(|it| Digest::of(it.id_token.as_bytes()));
    kept.token_digest = token.map(|it| b64::encode(it.as_bytes())).unwrap_or_default();
    let mut candidate = registered(kept);
    if compared == Compared::Name && kept.contact.birth_date.is_empty() {
        candidate.born = model::Date::parse(&kept.proved_birth_date);
    }
    let mismatch = match_person(person, &[&candidate]).err();
    kept.mismatch = mismatch.map(|it| mismatch_word(it).to_owned()).unwrap_or_default();
    mismatch
}

/// Who decides, as documents name them: one operator, or both where two had to agree.
pub(crate) fn deciders(permit: &Permit) -> Vec<String> {
    let second = permit.approver_name().map(str::to_owned);
    permit.caller().name.clone().into_iter().chain(second).collect()
}

/// What the operator decided about somebody who is to be reviewed.
fn decided(
    tenant: &Tenant,
    row: &mut OrderPerson,
    (accept, reason): (bool, &str),
    by: String,
) -> Result<(), Refusal> {
    let mut kept = open_person(tenant, row)?;
    if accept {
        kept.override_reason = reason.to_owned();
        kept.override_by = by;
        row.state = PersonState::Done;
    } else {
        // The place is free again, for the person themselves.
        let KeptPerson { contact, role, signatory, .. } = kept;
        kept = KeptPerson { contact, role, signatory, ..KeptPerson::default() };
        row.state = PersonState::Waiting;
        (row.sealed_evidence, row.person_digest, row.decided_at) = (None, None, None);
    }
    row.sealed_person = seal_person(tenant, row.id, &kept);
    Ok(())
}

/// That the operators let somebody count.
struct LetCount<'a> {
    /// Who it is at their eID.
    at_eid: Option<Digest>,
    reason: &'a str,
    /// Which operators.
    by: &'a str,
}

/// What was decided about somebody holds for their other approval, too, if it waits for the same decision about the same person.
fn settle_twin(
    tx: &mut WriteTx<'_>,
    (tenant, people): (&Tenant, &mut [OrderPerson]),
    row: &OrderPerson,
    LetCount { at_eid, reason, by }: LetCount<'_>,
) -> Result<(), Refusal> {
    let own = open_person(tenant, row)?;
    for it in people.iter_mut().filter(|it| it.id != row.id && it.state == PersonState::InReview) {
        let other = open_person(tenant, it)?;
        if own.is_twin(row.id, (&other, it.id)) && at_eid.is_some() && it.person_digest == at_eid {
            decided(tenant, it, (true, reason), by.to_owned())?;
            order_people::save(tx, it)?;
        }
    }
    Ok(())
}

impl OrderDesk {
    /// Begins a login that approves.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, or it is not the time for it. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn begin_approval(
        &self,
        permit: &Permit,
        person: LinkId,
        now: Timestamp,
    ) -> Result<ApprovalBegun, Refusal> {
        let begun = self.begin_request(permit, (person, Evidence::ApprovedByLogin), now).await?;
        Ok(ApprovalBegun { random: begun.random, binding: binding(&begun.document, &begun.random) })
    }

    /// Writes down that somebody begins to approve in this way.
    pub(crate) async fn begin_request(
        &self,
        permit: &Permit,
        (person, evidence): (LinkId, Evidence),
        now: Timestamp,
    ) -> Result<RequestBegun, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let random: [u8; 32] = self.random.bytes();
        let begun = self.store.write(move |tx| {
            let (moved, row) = Moved::of_link(tx, &tenant, person)?;
            let is_asked = row.state == PersonState::Waiting
                && moved.answers.evidence == evidence
                && request(row.part, state_of(&moved.row)?) == Request::Act;
            let document = approved_digest(&moved, row.part).filter(|_| is_asked).ok_or_else(link_spent)?;
            check_same_documents(&moved.row, &moved.answers)?;
            let request = ApprovalRequest {
                tenant_id: tenant.id,
                request_digest: request_digest(&random),
                order_id: row.order_id,
                person_id: person,
                document_digest: document,
                expires_at: now.after(APPROVED_WITHIN),
            };
            approval_requests::insert(tx, &request)?;
            Ok::<_, Refusal>(RequestBegun { random, document, order: row.order_id })
        });
        begun.await
    }

    /// Takes an approval. The request is spent first; a proof that is not bound to what is approved now counts for nothing.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the request is over, the order was changed meanwhile, the level is too low, or somebody approves for
    /// two. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn approve(
        &self,
        permit: &Permit,
        approval: &ApprovalProof,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        if approval.proof.level < self.settings.approval_level {
            return Err(Refusal::Invalid(AdminMessage::OrderLevelTooLow.into()));
        }
        let person = person_digest(&tenant, &approval.proof, &approval.issuer);
        let (permit, approval) = (permit.clone(), approval.clone());
        let approved = self.store.write(move |tx| {
            let spent = approval_requests::spend(tx, (tenant.id, &request_digest(&approval.random)), now)?;
            let request = spent.filter(|it| it.person_id == approval.person).ok_or_else(link_spent)?;
            let expected = b64::encode(&binding(&request.document_digest, &approval.random));
            if nonce_of(&approval.proof).as_deref() != Some(expected.as_str()) {
                return Err(Refusal::Invalid(AdminMessage::OrderApprovalUnbound.into()));
            }
            let mut moved = Moved::load(tx, &tenant, Asked::Now(request.order_id))?;
            let mut row = waiting_row(&moved, &request, (person, Evidence::ApprovedByLogin))?;
            let mut kept = open_person(&tenant, &row)?;
            let mismatch = proved(&mut kept, &approval.proof, Compared::Whole);
            row.person_digest = Some(person);
            let is_to_review =
                mismatch.is_some() && !accepted_before(&tenant, &moved.people, (&row, &mut kept))?;
            row.sealed_person = seal_person(&tenant, row.id, &kept);
            row.sealed_evidence = Some(evidence(&tenant, (row.id, &approval), now));
            let event = Answered { row, is_to_review }.write(tx, (&permit, &mut moved), now)?;
            apply(tx, (&permit, &mut moved), &Happening::of(event), now)
        });
        approved.await
    }

    /// Decides about somebody whose identity is not certain.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`]; to accept takes two where two have to agree.
    pub async fn decide_identity(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        decision: IdentityDecision<'_>,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let IdentityDecision { person, accept, reason } = decision;
        let event = if accept { OrderEvent::AcceptIdentity } else { OrderEvent::RefuseIdentity };
        let happening = Happening::said(event, reason);
        if self.is_proposed(permit, event) {
            return self
                .propose(permit, seen, &Decision::Identity { person, event, note: happening.note }, now)
                .await;
        }
        let (permit, by) = (permit.clone(), deciders(permit).join(", "));
        let moved = self.store.write(move |tx| {
            let mut moved = Moved::load(tx, permit.caller_tenant(), Asked::Seen(seen))?;
            let tenant = moved.deciding(&permit)?.clone();
            let is_over = moved.answers.number.is_declined;
            let found = moved.people.iter_mut().find(|it| {
                let is_asked = it.part == Part::Signatory || !is_over;
                it.id == person && it.state == PersonState::InReview && is_asked
            });
            let row = found.ok_or(Refusal::NotFound(Noun::OrderPerson))?;
            let at_eid = row.person_digest;
            decided(&tenant, row, (accept, &happening.note), by.clone())?;
            order_people::save(tx, row)?;
            let row = row.clone();
            if accept {
                // The letter that led to the approval reached them.
                let contact = &open_person(&tenant, &row)?.contact;
                let it = Confirmation { what: Confirmed::Address, contact };
                confirm_everywhere(tx, (&permit, &mut moved.people), it, now)?;
                let count = LetCount { at_eid, reason: &happening.note, by: &by };
                // Nobody decides any more about a declaration that somebody said no to.
                if !moved.answers.number.is_declined {
                    settle_twin(tx, (&tenant, &mut moved.people), &row, count)?;
                }
            }
            let next = apply(tx, (&permit, &mut moved), &happening, now)?;
            if !accept && row.part == Part::Declarant {
                // Their letter of before led to a page of the order, which they have approved.
                if let Some(note) = write_link(tx, (&tenant, &row), moved.manner(), now)? {
                    let step = NewStep { order: row.order_id, event: NO_ROOM, state: next, note: &note };
                    add_step(tx, &permit, &step, now)?;
                }
            }
            Ok::<_, Refusal>(next)
        });
        moved.await.map(Decided::Moved)
    }

    /// A signatory says no: to the order, which is a draft again, or to the declaration, without which the order goes on. Nobody needs
    /// an eID for that: the link is theirs.
    ///
    /// # Errors
    /// As [`OrderDesk::begin_approval`]; a reason is missing.
    pub async fn decline(
        &self,
        permit: &Permit,
        (person, reason): (LinkId, &str),
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let (permit, reason) = (permit.clone(), reason.to_owned());
        let declined = self.store.write(move |tx| {
            let (mut moved, mut row) = Moved::of_link(tx, &tenant, person)?;
            if approved_digest(&moved, row.part).is_none() || row.state != PersonState::Waiting {
                return Err(link_spent());
            }
            let is_declaration = row.part == Part::Declarant;
            let event = if is_declaration { OrderEvent::DeclineDeclaration } else { OrderEvent::Decline };
            let happening = Happening::said(event, &reason);
            row.state = PersonState::Declined;
            row.decided_at = Some(now);
            order_people::save(tx, &row)?;
            if is_declaration {
                moved.answers.number.is_declined = true;
                moved.row.sealed_answers = seal_answers(&tenant, moved.row.id, &moved.answers);
            }
            apply(tx, (&permit, &mut moved), &happening, now)
        });
        declined.await
    }

    /// Lets the named receiver in, who has shown who they are.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, or it is somebody else. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn let_receiver_in(
        &self,
        permit: &Permit,
        (person, shown): (LinkId, &ReceiverProof),
        now: Timestamp,
    ) -> Result<LetIn, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        if shown.proof.level < Level::Substantial {
            return Err(Refusal::Invalid(AdminMessage::OrderLevelTooLow.into()));
        }
        let at_the_eid = person_digest(&tenant, &shown.proof, &shown.issuer);
        let (proof, browser, permit) = (shown.proof.clone(), shown.browser.clone(), permit.clone());
        let entered = self.store.write(move |tx| {
            let (moved, mut row) = Moved::of_link(tx, &tenant, person)?;
            let asked = request(row.part, state_of(&moved.row)?);
            if row.part != Part::Receiver || asked != Request::Act {
                return Err(link_spent());
            }
            // Whom an owner has shown out is not let in again by the link.
            if let Some(member) = row.member_id
                && !receives(tx, (tenant.id, member))?
            {
                return Err(link_spent());
            }
            let mut kept = open_person(&tenant, &row)?;
            // Without a birth date, having the phone is what tells people of one name apart.
            if kept.contact.birth_date.is_empty()
                && row.person_digest.is_none()
                && !is_confirmed_here(tx, &tenant, (person, browser.as_deref()), now)?
            {
                return Err(Refusal::Invalid(AdminMessage::OrderPhoneFirst.into()));
            }
            // Whoever came first stays it: another person of the same name and birth date is somebody else.
            let is_other = row.person_digest.is_some_and(|it| it != at_the_eid);
            if is_other || proved(&mut kept, &proof, Compared::Name).is_some() {
                return Err(Refusal::Invalid(AdminMessage::OrderReceiverOther.into()));
            }
            (row.state, row.decided_at) = (PersonState::Done, Some(now));
            row.person_digest = Some(at_the_eid);
            let is_sandbox = moved.answers.is_sandbox;
            if is_sandbox {
                let browser = browser.as_deref().ok_or_else(link_spent)?;
                // A member is written down when they join.
                let details = json!({"event": "receiver_signed_in"});
                let object = format!("order {}", row.order_id);
                permit.record(Action::OrderConfirmed, object, &details, now).append(tx)?;
                kept.receives_in =
                    Some(ReceivesIn { browser: receiving_digest(person, browser), at: now.micros() });
            }
            row.sealed_person = seal_person(&tenant, row.id, &kept);
            order_people::save(tx, &row)?;
            Ok::<_, Refusal>(if is_sandbox { LetIn::ByLink } else { LetIn::AsMember(row.order_id) })
        });
        entered.await
    }

    /// Notes which member the receiver is from now on.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn bind_receiver(
        &self,
        permit: &Permit,
        (person, member): (LinkId, model::MemberId),
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let bound = self.store.write(move |tx| {
            let (_, mut row) = Moved::of_link(tx, &tenant, person)?;
            row.member_id = Some(member);
            Ok::<_, Refusal>(order_people::save(tx, &row)?)
        });
        bound.await
    }
}

/// What is kept of a login that approved, sealed: enough to verify it years later.
fn evidence(tenant: &Tenant, (person, approval): (LinkId, &ApprovalProof), now: Timestamp) -> Vec<u8> {
    let token = approval.proof.token.as_deref();
    let text = json!({
        "id_token": token.map(|it| &it.id_token), "key": token.map(|it| &it.key),
        "random": b64::encode(&approval.random), "received_at": now.to_iso_micros(),
    });
    let column = SealedColumn::OrderEvidence(person);
    tenant.opened().seal(tenant.random(), &column, text.to_string().as_bytes())
}
