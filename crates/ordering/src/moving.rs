//! How an order goes on: one write with its line in the timeline, its audit event and its letters.

use std::time::Duration;

use authority::{Actor, Permission, Permit, SealedColumn, Tenant};
use changes::{Refusal, identity_sources::withdraw_candidate, members::receiver_leaves};
use crypto::Digest;
use messages::Letter;
use model::{
    Action, Circumstances, LinkId, LoginMethod, MemberId, OrderAnswers, OrderEvent, OrderFacts, OrderId,
    OrderSection, OrderState, Timestamp, lacks, next_order_state,
};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx, identity_sources, order_people,
    order_people::{OrderPerson, Part, PersonState},
    order_secrets::{self, SecretKind},
    orders::{self, Order, OrderStep},
    phone_codes, section_links,
};
use texts::{AdminMessage, Locale, Noun};

use crate::{
    agreement::{check_agreement, look_again},
    changed_contacts::{self, Submitted},
    compose::digests_of,
    issuer::check_handover,
    issuer_letter::take_back,
    kept_person::{KeptPerson, open_person, seal_person},
    people::{
        Addressed, Manner, NO_ROOM, Request, Submission, generation_of, insert_all, link_spent, open_request,
        request, write_letter, write_link,
    },
    proposal,
    review::review_reasons,
    submitted, templates,
    view::{eid_of, handover_of, open_answers, seal_answers, state_of},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is asked of whoever makes this happen.
pub const fn permission_of(event: OrderEvent) -> Permission {
    use OrderEvent as E;
    match event {
        E::Submit
        | E::Answer
        | E::Reissue
        | E::NewLink
        | E::DeclareSubmitted
        | E::DeclareCompleted
        | E::Amend
        | E::Cancel
        | E::Withdraw => Permission::ManageOrders,
        E::Accept
        | E::Return
        | E::Reject
        | E::AcceptIdentity
        | E::RefuseIdentity
        | E::Seal
        | E::Sent
        | E::Acknowledge
        | E::Ask
        | E::Issue
        | E::ConfirmWithdrawn
        | E::Hold
        | E::Resume => Permission::DecideOrders,
        E::Approve | E::Declare | E::DeclineDeclaration | E::Mismatch | E::Decline => Permission::AnswerOrder,
        E::Reveal
        | E::Enter
        | E::Lose
        | E::CheckedGood
        | E::CheckedBad
        | E::CheckedUnreachable
        | E::CheckAgain
        | E::UseAnyway
        | E::BackToIssuer
        | E::TasksDone => Permission::ReceiveCredentials,
        E::SendFailed | E::FirstLogin | E::CredentialsGone | E::Expire => Permission::MoveOrders,
    }
}

/// What is asked of whoever makes this happen to such an order. Whoever decides about sandbox orders decides about no other, and
/// the other way round.
const fn permission_for(event: OrderEvent, is_sandbox: bool) -> Permission {
    match permission_of(event) {
        Permission::DecideOrders => permission_to_decide(is_sandbox),
        other => other,
    }
}

/// What is asked of whoever does the operator's part.
pub const fn permission_to_decide(is_sandbox: bool) -> Permission {
    if is_sandbox { Permission::DecideSandboxOrders } else { Permission::DecideOrders }
}

/// Whether a reason belongs to it.
const fn needs_note(event: OrderEvent) -> bool {
    use OrderEvent as E;
    matches!(
        event,
        E::Return
            | E::Reject
            | E::Decline
            | E::DeclineDeclaration
            | E::Ask
            | E::Answer
            | E::AcceptIdentity
            | E::Hold
    )
}

/// An order as somebody saw it.
#[derive(Clone, Copy, Debug)]
pub struct OrderVersion {
    /// Which order.
    pub id: OrderId,
    /// In which version.
    pub version: i64,
}

/// Everything about an order that a transition works with.
pub(crate) struct Moved {
    pub(crate) row: Order,
    pub(crate) answers: OrderAnswers,
    pub(crate) people: Vec<OrderPerson>,
    /// Whether text messages are sent, so that a new submission asks for phones that are not confirmed.
    pub(crate) has_sms: bool,
}

/// Which order is read, and in which version.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// As it was seen.
    Seen(OrderVersion),
    /// As it is.
    Now(OrderId),
}

impl Asked {
    const fn id(self) -> OrderId {
        match self {
            Self::Seen(seen) => seen.id,
            Self::Now(id) => id,
        }
    }
}

impl Moved {
    /// Reads it in the write.
    pub(crate) fn load(tx: &mut impl Tx, tenant: &Tenant, asked: Asked) -> Result<Self, Refusal> {
        let id = asked.id();
        let row = orders::get(tx, tenant.id, id).map_err(|error| Refusal::of(error, Noun::Order))?;
        if matches!(asked, Asked::Seen(seen) if seen.version != row.version) {
            return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
        }
        let answers = open_answers(tenant, &row)?;
        let people = order_people::list(tx, (tenant.id, id), row.submission)?;
        Ok(Self { row, answers, people, has_sms: false })
    }

    /// Reads, in the write, the order that somebody has a link of, and their row of its present submission. The order is locked before
    /// its people, as everywhere.
    pub(crate) fn of_link(
        tx: &mut impl Tx,
        tenant: &Tenant,
        person: LinkId,
    ) -> Result<(Self, OrderPerson), Refusal> {
        let order =
            order_people::order_of(tx, person)?.filter(|it| it.0 == tenant.id).ok_or_else(link_spent)?.1;
        let moved = Self::load(tx, tenant, Asked::Now(order))?;
        let row = moved.people.iter().find(|it| it.id == person).cloned().ok_or_else(link_spent)?;
        Ok((moved, row))
    }

    fn facts(&self) -> Result<OrderFacts, Refusal> {
        // Nobody is asked any more about a declaration that one of them said no to.
        let is_open = |it: &&OrderPerson| it.part == Part::Declarant && !self.answers.number.is_declined;
        let of_signatories = || self.people.iter().filter(|it| it.part == Part::Signatory || is_open(it));
        Ok(OrderFacts {
            state: state_of(&self.row)?,
            held: self.row.held_state.as_deref().and_then(OrderState::parse),
            is_guided: eid_of(&self.row)? == LoginMethod::NO_VIPPS,
            handover: handover_of(&self.row)?,
            needs_review: !review_reasons(&self.answers).is_empty(),
            is_last: of_signatories().all(|it| it.state == PersonState::Done),
            has_others_to_review: of_signatories().any(|it| it.state == PersonState::InReview),
            was_sent: self.row.was_sent,
        })
    }

    /// Refuses what could not happen now, or lacks its reason, and writes nothing.
    pub(crate) fn check_possible(&self, Happening { event, note, .. }: &Happening) -> Result<(), Refusal> {
        next_order_state(&self.facts()?, *event).map_err(|it| out_of_turn(it.state))?;
        if needs_note(*event) && note.trim().is_empty() {
            return Err(Refusal::Invalid(AdminMessage::OrderReasonMissing.at("note")));
        }
        Ok(())
    }

    pub(crate) fn locale(&self) -> Locale {
        Locale::parse(&self.answers.language).unwrap_or(Locale::Nb)
    }

    /// How its letters are written.
    pub(crate) fn manner(&self) -> Manner {
        Manner {
            locale: self.locale(),
            is_sandbox: self.answers.is_sandbox,
            // The state of an order that can be read is one that is known.
            state: OrderState::parse(&self.row.state).unwrap_or(OrderState::Draft),
        }
    }

    /// Saves a draft that was changed, which lives on from now.
    pub(crate) fn save_draft(
        &mut self,
        tx: &mut WriteTx<'_>,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.row.sealed_answers = seal_answers(tenant, self.row.id, &self.answers);
        self.row.changed_at = now;
        self.row.expires_at = Some(draft_until(now));
        orders::save(tx, &self.row)
    }

    /// Gives the tenant to whoever may do the operator's part with this order.
    pub(crate) fn deciding<'a>(&self, permit: &'a Permit) -> Result<&'a Tenant, Refusal> {
        Ok(permit.tenant(permission_to_decide(self.answers.is_sandbox))?)
    }

    /// Gives the tenant to whoever may make this happen to this order.
    pub(crate) fn leave<'a>(&self, permit: &'a Permit, event: OrderEvent) -> Result<&'a Tenant, Refusal> {
        // What changed under an order is seen by the program, too, and so is that its letter has gone.
        if matches!(event, OrderEvent::Hold | OrderEvent::Sent)
            && let Ok(tenant) = permit.tenant(Permission::MoveOrders)
        {
            return Ok(tenant);
        }
        let permission = permission_for(event, self.answers.is_sandbox);
        let tenant = permit.tenant(permission)?;
        if permission == Permission::ReceiveCredentials {
            self.check_receiver(permit)?;
        }
        Ok(tenant)
    }

    /// Refuses everybody but the receiver whom the order let in, and the worker. To others the order does not exist.
    pub(crate) fn check_receiver(&self, permit: &Permit) -> Result<(), Refusal> {
        let actor = &permit.caller().actor;
        let is_it = |it: &OrderPerson| is_receiver(actor, self.answers.is_sandbox, (it.id, it.member_id));
        let mut receivers = self.people.iter().filter(|it| it.part == Part::Receiver);
        if matches!(actor, Actor::Worker(_)) || receivers.any(is_it) {
            return Ok(());
        }
        Err(Refusal::NotFound(Noun::Order))
    }
}

/// Until when a draft lives that was changed now.
pub(crate) fn draft_until(now: Timestamp) -> Timestamp {
    let days = OrderState::Draft.lasts_days().unwrap_or_default();
    now.after(DAY.saturating_mul(days))
}

/// Whether somebody is the receiver whom an order let in: `id` is their link, `member` what they became.
pub(crate) fn is_receiver(actor: &Actor, is_sandbox: bool, (id, member): (LinkId, Option<MemberId>)) -> bool {
    match actor {
        Actor::Member { id: own, .. } => member == Some(*own),
        Actor::SandboxReceiver { id: own, .. } => is_sandbox && id == *own,
        _ => false,
    }
}

/// The longest note, in characters; the rest is cut off.
pub(crate) const LONGEST_NOTE: usize = 2_000;

/// What happens, and what is said of it.
#[derive(Clone, Debug)]
pub struct Happening {
    pub(crate) event: OrderEvent,
    pub(crate) note: String,
    /// Issued, but not with the national identity number that was asked for.
    pub(crate) is_without_number: bool,
    /// To be sent by a letter of ours to the issuer, and not by hand: it happens when the letter has gone.
    pub(crate) is_by_letter: bool,
}

impl Happening {
    /// Something of which nothing is said.
    pub const fn of(event: OrderEvent) -> Self {
        Self { event, note: String::new(), is_without_number: false, is_by_letter: false }
    }

    /// Something with a note: a reason, a question, an answer.
    pub fn said(event: OrderEvent, note: &str) -> Self {
        let note = note.trim().chars().take(LONGEST_NOTE).collect();
        Self { note, ..Self::of(event) }
    }

    /// The same, by a letter of ours to the issuer.
    #[must_use]
    pub fn by_letter(self, is_by_letter: bool) -> Self {
        Self { is_by_letter, ..self }
    }

    /// The same of an issue without the national identity number that was asked for.
    #[must_use]
    pub fn without_number(self, is_without_number: bool) -> Self {
        Self { is_without_number, ..self }
    }
}

/// It is not the time for what was to happen.
pub(crate) fn out_of_turn(state: OrderState) -> Refusal {
    Refusal::Invalid(AdminMessage::OrderOutOfTurn { state: state.as_str().into() }.into())
}

/// Refuses a draft that lacks something.
pub(crate) fn check_complete(
    (answers, eid): (&OrderAnswers, LoginMethod),
    at: Circumstances,
) -> Result<(), Refusal> {
    let lacks = |it: &&OrderSection| !lacks(answers, **it, at).is_empty();
    let missing = OrderSection::asked(eid, answers.catalogue).iter().filter(lacks);
    let missing: Vec<String> = missing.map(|it| format!("console-order-section-{}", it.as_str())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(AdminMessage::OrderIncomplete { sections: missing.into() }.into()))
}

/// Moves an order on in the caller's write; the people's rows are as they are by then.
pub(crate) fn apply(
    tx: &mut WriteTx<'_>,
    (permit, moved): (&Permit, &mut Moved),
    happening: &Happening,
    now: Timestamp,
) -> Result<OrderState, Refusal> {
    let event = &happening.event;
    let tenant = moved.leave(permit, *event)?.clone();
    if moved.row.state == OrderState::Sending.as_str() && *event != OrderEvent::SendFailed {
        // It goes elsewhere, or to its issuer by hand: what was not sent yet is not sent any more.
        take_back(tx, &tenant, (&mut moved.row, &moved.people))?;
    }
    let facts = moved.facts()?;
    let next = next_order_state(&facts, *event).map_err(|it| out_of_turn(it.state))?;
    moved.check_possible(happening)?;
    if permit.tenant(Permission::MoveOrders).is_err() {
        // What has gone has gone: it was asked for when the letter was written.
        check_agreement(tx, *event, (&moved.row, &moved.answers))?;
    }
    let mut without = match event {
        OrderEvent::Submit => submit(tx, (&tenant, moved), now)?,
        _ => Vec::new(),
    };
    if *event == OrderEvent::Issue && moved.answers.number.is_needed == Some(true) {
        let is_granted = moved.answers.number.is_asked_for() && !happening.is_without_number;
        moved.answers.number.is_granted = Some(is_granted);
        moved.row.sealed_answers = seal_answers(&tenant, moved.row.id, &moved.answers);
    }
    if next == OrderState::Draft && moved.answers.number.is_declined {
        // The next submission asks for the declaration anew, and the draft shows it.
        moved.answers.number.is_declined = false;
        moved.row.sealed_answers = seal_answers(&tenant, moved.row.id, &moved.answers);
    }
    let row = &mut moved.row;
    row.held_state = match next {
        OrderState::OnHold => Some(row.state.clone()),
        _ => None,
    };
    row.was_sent |= *event == OrderEvent::Sent || *event == OrderEvent::DeclareSubmitted;
    if row.state != next.as_str() || matches!(event, OrderEvent::Enter | OrderEvent::NewLink) {
        row.since = now;
        row.expires_at = next.lasts_days().map(|days| now.after(DAY.saturating_mul(days)));
    }
    row.state = next.as_str().to_owned();
    row.changed_at = now;
    orders::save(tx, row)?;
    row.version += 1;
    write_step(tx, permit, (row, happening), now)?;
    forget_deposit(tx, moved, next)?;
    if *event == OrderEvent::Submit {
        section_links::remove_of_order(tx, (tenant.id, moved.row.id))?;
    }
    // What was proposed was proposed for the order as it was.
    proposal::spend(tx, permit, moved.row.id, *event)?;
    if next == OrderState::Draft {
        phone_codes::remove_of_order(tx, (tenant.id, moved.row.id))?;
    }
    end_receiving(tx, permit, moved, next, now)?;
    let told = Told { before: facts.state, event: *event, next };
    without.extend(write_letters(tx, &tenant, moved, &told, now)?);
    if !without.is_empty() {
        let note = without.join(", ");
        add_step(
            tx,
            permit,
            &NewStep { order: moved.row.id, event: NO_ROOM, state: next, note: &note },
            now,
        )?;
    }
    Ok(next)
}

/// In which states what an order brought may still be used by it.
const fn may_be_received(state: OrderState) -> bool {
    use OrderState as S;
    matches!(state, S::Handover | S::AwaitEntry | S::Checking | S::Trouble | S::OnHold)
}

/// Whether somebody is the receiver of another order that goes on.
fn receives_elsewhere(tx: &mut impl Tx, ended: &Order, member: MemberId) -> Result<bool, StoreError> {
    let goes_on = |it: &Order| {
        let state = OrderState::parse(&it.state);
        let is_over =
            |it: OrderState| !it.is_open() || matches!(it, OrderState::Draft | OrderState::Withdrawing);
        it.id != ended.id && state.is_some_and(|it| !is_over(it))
    };
    for it in orders::list(tx, ended.tenant_id)?.iter().filter(|it| goes_on(it)) {
        let people = order_people::list(tx, (it.tenant_id, it.id), it.submission)?;
        if people.iter().any(|it| it.part == Part::Receiver && it.member_id == Some(member)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether whoever was let in as the receiver stays it.
pub(crate) const fn receiving_goes_on(state: OrderState) -> bool {
    state.is_open() && !matches!(state, OrderState::Draft | OrderState::Withdrawing)
}

/// The receiver's leave ends with the order, and when somebody else may be named; what they brought and is not in use goes.
fn end_receiving(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    moved: &Moved,
    next: OrderState,
    now: Timestamp,
) -> Result<(), Refusal> {
    if receiving_goes_on(next) {
        return Ok(());
    }
    for it in &moved.people {
        if let (Part::Receiver, Some(member)) = (it.part, it.member_id)
            && !receives_elsewhere(tx, &moved.row, member)?
        {
            receiver_leaves(tx, permit, member, now)?;
        }
    }
    let row = identity_sources::find(tx, moved.row.tenant_id, moved.row.domain_id, &moved.row.eid)?;
    match (row, moved.row.entered_version) {
        (Some(row), Some(number)) => withdraw_candidate(tx, permit, (row, number), now),
        _ => Ok(()),
    }
}

/// What was deposited goes as soon as nobody is to receive it any more; the key pair when the order ended without it.
fn forget_deposit(tx: &mut WriteTx<'_>, moved: &Moved, next: OrderState) -> Result<(), Refusal> {
    let of_order = (moved.row.tenant_id, moved.row.id);
    if !may_be_received(next) {
        order_secrets::remove(tx, of_order, SecretKind::Deposit)?;
    }
    if !next.is_open() || next == OrderState::Verified {
        order_secrets::remove(tx, of_order, SecretKind::Key)?;
    }
    Ok(())
}

/// How often an order is submitted at most: each time everybody is written to anew.
const MOST_SUBMISSIONS: i64 = 100;

/// Gives the names of those whom a letter about it found no room for.
fn submit(
    tx: &mut WriteTx<'_>,
    (tenant, moved): (&Tenant, &mut Moved),
    now: Timestamp,
) -> Result<Vec<String>, Refusal> {
    let eid = eid_of(&moved.row)?;
    if moved.row.submission >= MOST_SUBMISSIONS {
        let most = MOST_SUBMISSIONS.to_string().into();
        return Err(Refusal::Invalid(AdminMessage::OrderSubmittedTooOften { most }.into()));
    }
    if eid != LoginMethod::NO_VIPPS {
        check_handover(tx, &moved.row, handover_of(&moved.row)?)?;
    }
    look_again(&mut moved.row)?;
    moved.row.submission += 1;
    let submission = moved.row.submission;
    moved.answers.templates = Some(templates::current(tx, eid, &moved.answers)?);
    // Whoever said no to the declaration is asked anew.
    moved.answers.number.is_declined = false;
    moved.row.sealed_answers = seal_answers(tenant, moved.row.id, &moved.answers);
    let digests = digests_of((moved.row.id, submission), &moved.answers);
    (moved.row.document_digest, moved.row.declaration_digest) = (Some(digests.order), digests.declaration);
    submitted::keep(tx, tenant, (&moved.row, &moved.answers), now)?;
    let (before, order) = (std::mem::take(&mut moved.people), moved.row.id);
    let asked = Submission { order, eid, answers: &moved.answers, submission, before: &before };
    moved.people = insert_all(tx, tenant, &asked, now)?;
    changed_contacts::tell(
        tx,
        (tenant, moved.manner()),
        Submitted { before: &before, now: &moved.people },
        now,
    )
}

/// Writes a line of the timeline and the audit event that says the same.
fn write_step(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (row, happening): (&Order, &Happening),
    now: Timestamp,
) -> Result<(), Refusal> {
    let (event, next) = (happening.event.as_str(), state_of(row)?);
    add_step(tx, permit, &NewStep { order: row.id, event, state: next, note: &happening.note }, now)?;
    let details = json!({"event": event, "state": next.as_str(), "submission": row.submission});
    Ok(permit.record(Action::OrderMoved, format!("order {}", row.id), &details, now).append(tx)?)
}

/// A line of the timeline to be written.
pub(crate) struct NewStep<'a> {
    pub(crate) order: OrderId,
    pub(crate) event: &'a str,
    pub(crate) state: OrderState,
    pub(crate) note: &'a str,
}

/// Adds a line to the timeline.
pub(crate) fn add_step(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    &NewStep { order, event, state, note }: &NewStep<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = permit.caller_tenant();
    // The order's row is locked, so that the position is the next one for certain.
    let position = orders::next_position(tx, (tenant.id, order))?;
    let column = SealedColumn::OrderNote { order, position };
    let sealed_note =
        (!note.is_empty()).then(|| tenant.opened().seal(tenant.random(), &column, note.as_bytes()));
    let step = OrderStep {
        position,
        event: event.to_owned(),
        state: state.as_str().to_owned(),
        actor: permit.caller().actor.to_string(),
        sealed_note,
        happened_at: now,
    };
    orders::add_step(tx, (tenant.id, order), &step)
}

/// What people are told of.
struct Told {
    before: OrderState,
    event: OrderEvent,
    next: OrderState,
}

/// Writes to everybody whom it concerns; gives the names of those whose link found no room.
fn write_letters(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    moved: &mut Moved,
    &Told { before, event, next }: &Told,
    now: Timestamp,
) -> Result<Vec<String>, Refusal> {
    let (manner, has_sms, mut without) = (moved.manner(), moved.has_sms, Vec::new());
    let is_new_receiver = event == OrderEvent::NewLink;
    // The letter of a signatory leads to their declaration, too; that to an issuer is written by itself.
    let has_own = |it: &&mut OrderPerson| !matches!(it.part, Part::Declarant | Part::Issuer);
    for row in moved.people.iter_mut().filter(has_own) {
        let is_renewed = is_new_receiver && row.part == Part::Receiver;
        if is_renewed {
            row.generation += 1;
            row.state = PersonState::Waiting;
            let kept = KeptPerson { receives_in: None, ..open_person(tenant, row)? };
            row.sealed_person = seal_person(tenant, row.id, &kept);
            order_people::save(tx, row)?;
        }
        let asked = open_request(row, &open_person(tenant, row)?, (next, has_sms));
        // Nobody was asked for anything of this submission before it was made.
        let is_new = event == OrderEvent::Submit || is_renewed || request(row.part, before) != asked;
        if asked != Request::Nothing && is_new {
            without.extend(write_link(tx, (tenant, row), manner, now)?);
        }
    }
    if Letter::ORDER_NEWS.contains(&event) {
        let letter = news(moved, event.as_str());
        let email = &moved.answers.general.email;
        write_letter(tx, tenant, &Addressed { email, letter, manner }, now)?;
    }
    Ok(without)
}

/// The news of an order, for its general contact.
pub(crate) fn news(moved: &Moved, event: &str) -> Letter {
    let general = moved.people.iter().find(|it| it.part == Part::General);
    let person = general.map(|it| (it.id, generation_of(it)));
    Letter::OrderNews { tenant: moved.row.tenant_id, order: moved.row.id, event: event.to_owned(), person }
}

/// The digest of what a request is made with.
pub(crate) fn request_digest(random: &[u8; 32]) -> Digest {
    Digest::of(random)
}
