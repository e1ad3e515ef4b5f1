//! The people whom an order asks for something.

use std::{fmt, time::Duration};

use authority::{SealedColumn, Tenant};
use changes::Refusal;
use crypto::Digest;
use messages::{AddressedLetter, Letter, MailAddress, ORDER_LINK, TASKS};
use model::{Contact, LinkId, LoginMethod, OrderAnswers, OrderId, OrderState, Timestamp};
use serde::{Deserialize, Serialize};
use store::{
    StoreError, WriteTx,
    order_people::{self, OrderPerson, Part, PersonState},
};
use texts::{AdminMessage, Locale};

/// What is sealed of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeptPerson {
    /// As the order names them.
    pub(crate) contact: Contact,
    /// Their role, of a signatory.
    pub(crate) role: String,
    /// The name that the eID gave.
    pub(crate) proved_name: String,
    /// The birth date that the eID gave.
    pub(crate) proved_birth_date: String,
    /// The level, and the eID.
    pub(crate) level: String,
    /// With which eID.
    pub(crate) eid: String,
    /// SHA-256 of the token that the eID signed, base64url.
    pub(crate) token_digest: String,
    /// Why it is to be reviewed; empty where it matches.
    pub(crate) mismatch: String,
    /// Why the operator let it count.
    pub(crate) override_reason: String,
    /// Which operators did.
    pub(crate) override_by: String,
    /// The provider at whom they signed; empty where they did not.
    pub(crate) provider: String,
    /// Whether a code that went to their phone was typed.
    pub(crate) is_phone_confirmed: bool,
    /// Of a declarant: the row of the same person as a signatory.
    pub(crate) signatory: Option<String>,
    /// How many wrong codes were typed at the link of an issuer.
    pub(crate) wrong_codes: u32,
}

impl KeptPerson {
    /// Whether two rows are of one signatory: what they approve of the order, and of the declaration.
    pub(crate) fn is_twin(&self, own: LinkId, (other, id): (&Self, LinkId)) -> bool {
        let of = |it: &Self| it.signatory.as_deref().and_then(|it| LinkId::parse(it).ok());
        are_twins((own, of(self)), (id, of(other)))
    }
}

/// The same of rows with the signatory to whom each belongs.
pub(crate) fn are_twins(one: (LinkId, Option<LinkId>), other: (LinkId, Option<LinkId>)) -> bool {
    one.1 == Some(other.0) || other.1 == Some(one.0)
}

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
    /// Whether a code that went to their phone was typed.
    pub is_phone_confirmed: bool,
    /// Of a declarant: the row of the same person as a signatory.
    pub signatory: Option<LinkId>,
    /// Whether it is known who they are at their eID.
    pub has_eid: bool,
    /// When they did what they were asked for.
    pub decided_at: Option<Timestamp>,
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

pub(crate) fn open_person(tenant: &Tenant, row: &OrderPerson) -> Result<KeptPerson, Refusal> {
    let opened = tenant.opened().unseal(&SealedColumn::OrderPerson(row.id), &row.sealed_person);
    let opened = opened.map_err(|_| order_people::unreadable())?;
    Ok(serde_json::from_slice(opened.expose()).map_err(|_| order_people::unreadable())?)
}

pub(crate) fn seal_person(tenant: &Tenant, id: LinkId, person: &KeptPerson) -> Vec<u8> {
    let plain = serde_json::to_vec(person).unwrap_or_default();
    tenant.opened().seal(tenant.random(), &SealedColumn::OrderPerson(id), &plain)
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

/// Whether somebody is asked in this state.
pub(crate) const fn is_asked_in(part: Part, state: OrderState) -> bool {
    match part {
        Part::Signatory | Part::Declarant => {
            matches!(state, OrderState::Approving | OrderState::IdentityReview)
        }
        Part::Receiver => {
            matches!(
                state,
                OrderState::PortalTasks
                    | OrderState::Handover
                    | OrderState::AwaitEntry
                    | OrderState::Trouble
                    | OrderState::Checking
            )
        }
        Part::Issuer => matches!(state, OrderState::AtIssuer | OrderState::Question),
        Part::Blocker | Part::General => state.is_open() && !matches!(state, OrderState::Draft),
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
    let part = if manner.has_tasks && row.part == Part::Receiver { TASKS } else { row.part.as_str() };
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
    /// Whether its receiver has something to set up before there are credentials.
    pub(crate) has_tasks: bool,
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
    if it.manner.is_sandbox {
        return Ok(true);
    }
    let Some(to) = MailAddress::parse(it.email) else { return Ok(true) };
    let letter = AddressedLetter { to: to.into(), locale: it.manner.locale, letter: it.letter.clone() };
    let keys = tenant.opened().letter_keys();
    match messages::write(tx, (&keys, tenant.random()), &letter, now) {
        Ok(_) => Ok(true),
        // The order goes on all the same: the link is sent again when there is room.
        Err(messages::WriteError::TooMany) => Ok(false),
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
}

/// Inserts everybody whom a submission asks.
pub(crate) fn insert_all(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    &Submission { order, eid, answers, submission }: &Submission<'_>,
    now: Timestamp,
) -> Result<Vec<OrderPerson>, StoreError> {
    let mut rows: Vec<OrderPerson> = Vec::new();
    for ((part, mut kept), place) in asked(eid, answers).into_iter().zip(0..) {
        // The ids go up, so that people are listed in this order.
        let id = LinkId::new(tenant.random(), now.after(Duration::from_millis(place)));
        if part == Part::Declarant {
            kept.signatory = rows.last().map(|it| it.id.to_string());
        }
        let row = OrderPerson {
            tenant_id: tenant.id,
            id,
            order_id: order,
            submission,
            part,
            state: PersonState::Waiting,
            generation: 1,
            sealed_person: seal_person(tenant, id, &kept),
            sealed_evidence: None,
            person_digest: None,
            member_id: None,
            decided_at: None,
        };
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
            is_phone_confirmed: false,
            signatory: None,
            has_eid: false,
            decided_at: None,
            member: None,
            confirmation_code: "canary-confirmation".to_owned(),
            link: "id/canary-code".to_owned(),
        };
        assert!(!format!("{person:?}").contains("canary-code"));
        assert!(!format!("{person:?}").contains("canary-confirmation"));
    }
}
