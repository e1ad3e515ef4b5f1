//! The people whom an order asks for something.

use std::{fmt, time::Duration};

use authority::Tenant;
use changes::Refusal;
use crypto::Digest;
use messages::{AddressedLetter, Letter, MailAddress, ORDER_LINK, RECEIVER_CONFIRMS, TASKS};
use model::{Contact, LetterId, LinkId, LoginMethod, OrderAnswers, OrderId, OrderState, Timestamp};
use store::{
    WriteTx,
    order_people::{self, OrderPerson, Part, PersonState},
};
use texts::{AdminMessage, Locale};

use crate::{
    confirmed::{carry_over, is_enough},
    kept_person::{KeptPerson, LetterState, open_person, seal_person},
};

/// A person of an order as shown. Their link is in it: whoever has that can act for them.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonView {
    /// Their row, which is in their link.
    pub id: LinkId,
    /// What they are asked for.
    pub part: Part,
    /// How far they have come.
    pub state: PersonState,
    /// As the order names them.
    pub contact: Contact,
    /// Their role, of a signatory.
    pub role: String,
    /// The name that the eID gave; empty where they have not shown who they are.
    pub proved_name: String,
    /// The birth date that the eID gave.
    pub proved_birth_date: String,
    /// With which eID.
    pub eid: String,
    /// At which level.
    pub level: String,
    /// Digest of what the eID signed.
    pub token_digest: String,
    /// Why it is to be reviewed.
    pub mismatch: String,
    /// Why the operator let it count.
    pub override_reason: String,
    /// Which operators did: their names.
    pub override_by: String,
    /// The provider at whom they signed; empty where they did not.
    pub provider: String,
    /// Of a contact: whether letters are known to reach them.
    pub is_confirmed: bool,
    /// Whether so many wrong codes were typed at their link that it is over, until another one is made.
    pub is_link_over: bool,
    /// Whether a code that went to their phone was typed.
    pub is_phone_confirmed: bool,
    /// Of a declarant: the row of the same person as a signatory.
    pub signatory: Option<LinkId>,
    /// Whether it is known who they are at their eID.
    pub has_eid: bool,
    /// When they did what they were asked for.
    pub decided_at: Option<Timestamp>,
    /// Of an issuer: what is known of the letter with which the order goes there.
    pub letter: Option<LetterState>,
    /// The member that they became.
    pub member: Option<model::MemberId>,
    /// What a contact is asked for beside the link; shown to whoever ordered.
    pub confirmation_code: String,
    /// What their link has behind `/order/`; shown where no letter can be sent.
    pub link: String,
}

impl fmt::Debug for PersonView {
    /// Says neither who it is nor what their link is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, part, state, .. } = self;
        let mut person = f.debug_struct("PersonView");
        person.field("id", id).field("part", part).field("state", state).finish_non_exhaustive()
    }
}

pub(crate) fn generation_of(row: &OrderPerson) -> u32 {
    u32::try_from(row.generation).unwrap_or_default()
}

/// Six digits that whoever ordered tells a contact: a program that follows every link of a letter does not know them.
pub(crate) fn confirmation_code(tenant: &Tenant, row: &OrderPerson) -> String {
    six_digits(tenant, "order-confirmation", (row.id, generation_of(row)))
}

/// Six digits that belong to a link, and say nothing about it.
pub(crate) fn six_digits(tenant: &Tenant, purpose: &str, (id, generation): (LinkId, u32)) -> String {
    let code = tenant.opened().letter_keys().link_code(purpose, id, generation);
    let bytes = Digest::of(code.expose().as_bytes());
    let number = bytes.as_bytes().iter().take(8).fold(0_u64, |sum, it| (sum << 8) | u64::from(*it));
    format!("{:06}", number % 1_000_000)
}

pub(crate) fn person_view(tenant: &Tenant, row: &OrderPerson) -> Result<PersonView, Refusal> {
    let kept = open_person(tenant, row)?;
    let code = tenant.opened().letter_keys().link_code(ORDER_LINK, row.id, generation_of(row));
    Ok(PersonView {
        id: row.id,
        part: row.part,
        state: row.state,
        letter: kept.letter_state(),
        is_confirmed: kept.has_confirmed(row.state),
        is_link_over: kept.is_link_over(),
        contact: kept.contact,
        role: kept.role,
        proved_name: kept.proved_name,
        proved_birth_date: kept.proved_birth_date,
        eid: kept.eid,
        level: kept.level,
        token_digest: kept.token_digest,
        mismatch: kept.mismatch,
        override_reason: kept.override_reason,
        override_by: kept.override_by,
        provider: kept.provider,
        is_phone_confirmed: kept.is_phone_confirmed,
        signatory: kept.signatory.and_then(|it| LinkId::parse(&it).ok()),
        has_eid: row.person_digest.is_some(),
        decided_at: row.decided_at,
        member: row.member_id,
        confirmation_code: confirmation_code(tenant, row),
        link: format!("{}/{}", row.id, code.expose()),
    })
}

/// Everybody whom a submission asks, in the order in which they are listed.
pub(crate) fn asked(eid: LoginMethod, answers: &OrderAnswers) -> Vec<(Part, KeptPerson)> {
    let kept = |contact: &Contact| KeptPerson { contact: contact.clone(), ..KeptPerson::default() };
    let mut all = Vec::new();
    for it in &answers.signatories {
        let contact = Contact {
            name: it.name.clone(),
            email: it.email.clone(),
            birth_date: it.birth_date.clone(),
            mobile: String::new(),
        };
        let person = KeptPerson { contact, role: it.role.clone(), ..KeptPerson::default() };
        all.push((Part::Signatory, person.clone()));
        // Directly behind: that is how they are known to be the same person.
        if answers.number.is_needed == Some(true) {
            all.push((Part::Declarant, person));
        }
    }
    all.push((Part::General, kept(&answers.general)));
    all.extend(answers.blockers.iter().map(|it| (Part::Blocker, kept(it))));
    all.push((Part::Receiver, kept(&answers.receiver)));
    if eid == LoginMethod::NO_VIPPS {
        // Who signs does so with Vipps, and blocks there.
        all.retain(|(part, _)| matches!(part, Part::General | Part::Receiver));
    }
    all
}

/// Whether somebody approves: the order, or the declaration.
pub(crate) const fn approves(part: Part) -> bool {
    matches!(part, Part::Signatory | Part::Declarant)
}

/// What somebody is asked for in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Nothing.
    Nothing,
    /// To confirm that letters reach them.
    Confirm,
    /// To do their part: to approve, to receive, to fetch.
    Act,
}

/// What somebody is asked for in this state.
pub(crate) const fn request(part: Part, state: OrderState) -> Request {
    use OrderState as S;
    let acts = match part {
        Part::Signatory | Part::Declarant => matches!(state, S::Approving | S::IdentityReview),
        Part::Receiver => {
            matches!(state, S::PortalTasks | S::Handover | S::AwaitEntry | S::Trouble | S::Checking)
        }
        // Whoever has the letter does not wait until we know that it has gone.
        Part::Issuer => matches!(state, S::Sending | S::AtIssuer | S::Question),
        Part::Blocker | Part::General => false,
    };
    let confirms = match part {
        Part::Signatory | Part::Declarant | Part::Issuer => false,
        Part::Blocker | Part::General => state.is_open() && !matches!(state, S::Draft),
        // Who receives what Vipps gives is let in before there is anything to receive.
        Part::Receiver => matches!(
            state,
            S::Review
                | S::Approving
                | S::IdentityReview
                | S::Countersign
                | S::Sending
                | S::AtIssuer
                | S::Question
        ),
    };
    match (acts, confirms) {
        (true, _) => Request::Act,
        (false, true) => Request::Confirm,
        (false, false) => Request::Nothing,
    }
}

/// What of it somebody has not done yet; a phone is confirmed where text messages are sent.
pub(crate) fn open_request(
    row: &OrderPerson,
    kept: &KeptPerson,
    (state, has_sms): (OrderState, bool),
) -> Request {
    let confirmed = (kept.has_confirmed(row.state), kept.is_phone_confirmed);
    match request(row.part, state) {
        Request::Confirm if is_enough(row.part, confirmed, has_sms) => Request::Nothing,
        Request::Act if row.state != PersonState::Waiting => Request::Nothing,
        it => it,
    }
}

/// The line of the timeline that says that a letter with a link found no room; the note says whose.
pub(crate) const NO_ROOM: &str = "letter_no_room";

/// Writes the letter with somebody's link; gives their name where it found no room.
pub(crate) fn write_link(
    tx: &mut WriteTx<'_>,
    (tenant, row): (&Tenant, &OrderPerson),
    manner: Manner,
    now: Timestamp,
) -> Result<Option<String>, Refusal> {
    let kept = open_person(tenant, row)?;
    let part = match (row.part, request(row.part, manner.state)) {
        (Part::Receiver, Request::Act) if manner.state == OrderState::PortalTasks => TASKS,
        (Part::Receiver, Request::Confirm) => RECEIVER_CONFIRMS,
        (part, _) => part.as_str(),
    };
    let part = part.to_owned();
    let letter = Letter::OrderPerson { id: row.id, generation: generation_of(row), part };
    let has_room = write_letter(tx, tenant, &Addressed { email: &kept.contact.email, letter, manner }, now)?;
    Ok((!has_room).then_some(kept.contact.name))
}

/// How the letters of an order are written.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) locale: Locale,
    /// Nothing of a sandbox order is sent: its mailbox says what would be.
    pub(crate) is_sandbox: bool,
    /// What somebody is asked for depends on how far the order has come.
    pub(crate) state: OrderState,
}

/// A letter, and to whom it goes.
pub(crate) struct Addressed<'a> {
    pub(crate) email: &'a str,
    pub(crate) letter: Letter,
    pub(crate) manner: Manner,
}

/// Writes a letter, unless so many wait that it would not go out within a day: says whether it found room. An address that cannot
/// be one was refused when it was answered.
pub(crate) fn write_letter(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    it: &Addressed<'_>,
    now: Timestamp,
) -> Result<bool, Refusal> {
    if it.manner.is_sandbox || MailAddress::parse(it.email).is_none() {
        return Ok(true);
    }
    // The order goes on all the same: the link is sent again when there is room.
    Ok(put_letter(tx, tenant, it, now)?.is_some())
}

/// Writes a letter; gives its id, or `None` where it found no room, or there is no address.
pub(crate) fn put_letter(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    it: &Addressed<'_>,
    now: Timestamp,
) -> Result<Option<LetterId>, Refusal> {
    let Some(to) = MailAddress::parse(it.email) else { return Ok(None) };
    let letter = AddressedLetter { to: to.into(), locale: it.manner.locale, letter: it.letter.clone() };
    let keys = tenant.opened().letter_keys();
    match messages::write(tx, (&keys, tenant.random()), &letter, now) {
        Ok((id, _)) => Ok(Some(id)),
        Err(messages::WriteError::TooMany) => Ok(None),
        Err(messages::WriteError::MasterKey) => Err(Refusal::MasterKey),
        Err(messages::WriteError::Store(error)) => Err(error.into()),
    }
}

/// What was submitted.
pub(crate) struct Submission<'a> {
    pub(crate) order: OrderId,
    pub(crate) eid: LoginMethod,
    pub(crate) answers: &'a OrderAnswers,
    pub(crate) submission: i64,
    /// The people of the submission before.
    pub(crate) before: &'a [OrderPerson],
}

/// Inserts everybody whom a submission asks.
pub(crate) fn insert_all(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    &Submission { order, eid, answers, submission, before }: &Submission<'_>,
    now: Timestamp,
) -> Result<Vec<OrderPerson>, Refusal> {
    let known = before.iter().map(|it| Ok((it.clone(), open_person(tenant, it)?)));
    let mut known = known.collect::<Result<Vec<_>, Refusal>>()?;
    let mut rows: Vec<OrderPerson> = Vec::new();
    for ((part, mut kept), place) in asked(eid, answers).into_iter().zip(0..) {
        // The ids go up, so that people are listed in this order.
        let id = LinkId::new(tenant.random(), now.after(Duration::from_millis(place)));
        if part == Part::Declarant {
            kept.signatory = rows.last().map(|it| it.id.to_string());
        }
        let mut row = OrderPerson {
            tenant_id: tenant.id,
            id,
            order_id: order,
            submission,
            part,
            state: PersonState::Waiting,
            generation: 1,
            sealed_person: Vec::new(),
            sealed_evidence: None,
            person_digest: None,
            member_id: None,
            decided_at: None,
        };
        carry_over(&mut known, &mut row, &mut kept);
        row.sealed_person = seal_person(tenant, id, &kept);
        order_people::insert(tx, &row)?;
        rows.push(row);
    }
    Ok(rows)
}

pub(crate) fn link_spent() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderLinkSpent.into())
}

#[cfg(test)]
mod tests {
    use super::{Part, PersonState, PersonView};
    use model::{Contact, LinkId};

    #[test]
    fn a_link_is_written_where_a_person_is_written_for_debugging() {
        let person = PersonView {
            id: LinkId::from_bytes([7; 16]),
            part: Part::Receiver,
            state: PersonState::Waiting,
            contact: Contact::default(),
            role: String::new(),
            proved_name: String::new(),
            proved_birth_date: String::new(),
            eid: String::new(),
            level: String::new(),
            token_digest: String::new(),
            mismatch: String::new(),
            override_reason: String::new(),
            override_by: String::new(),
            provider: String::new(),
            is_confirmed: false,
            is_link_over: false,
            is_phone_confirmed: false,
            signatory: None,
            has_eid: false,
            decided_at: None,
            letter: None,
            member: None,
            confirmation_code: "canary-confirmation".to_owned(),
            link: "id/canary-code".to_owned(),
        };
        assert!(!format!("{person:?}").contains("canary-code"));
        assert!(!format!("{person:?}").contains("canary-confirmation"));
    }
}
