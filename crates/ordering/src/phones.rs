//! Confirming a phone: a code that goes there, typed in the browser that asked for it.
//!
//! Eight digits, good for ten minutes and five tries, spent before anything follows. A new code ends the one before; so many go
//! to one person in a day, and an order that is changed ends them all.

use std::time::Duration;

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use crypto::Digest;
use messages::{AddressedLetter, Letter, WriteError};
use model::{Action, LinkId, PhoneNumber, Timestamp};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx,
    order_people::{OrderPerson, Part},
    phone_codes::{self, PhoneCode, Try},
};
use texts::AdminMessage;

use crate::{
    LinkView, OrderDesk,
    confirming::{Confirmation, Confirmed, confirm_everywhere},
    kept_person::open_person,
    moving::Moved,
    people::{Request, link_spent, request},
    view::state_of,
};

/// How long a code is good.
pub(crate) const GOOD_FOR: Duration = Duration::from_secs(10 * 60);
/// How often something may be typed for one code.
const MOST_TRIES: u32 = 5;
/// How many codes one person is sent within [`COUNTED_FOR`].
const MOST_SENT: u32 = 5;
/// How long codes of one person are counted together.
const COUNTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long another code waits after one.
const NEXT_AFTER: Duration = Duration::from_secs(60);
/// How long after its code was typed a browser counts as that of whoever has the phone.
const CONFIRMED_FOR: Duration = Duration::from_secs(60 * 60);

/// Where somebody is with their phone, in the browser that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneStep {
    /// Nothing is asked: no message can be sent, or it is not the time.
    None,
    /// A code can be sent.
    Ask,
    /// A code was sent, and is to be typed here.
    Type,
    /// It is confirmed; `here`: in this browser, a moment ago.
    Confirmed {
        /// Whether this browser did it.
        here: bool,
    },
}

/// What somebody typed as the code that their phone got.
#[derive(Clone, Copy)]
pub struct TypedCode<'a> {
    /// Who.
    pub person: LinkId,
    /// What the browser was given when it asked.
    pub browser: &'a str,
    /// The code.
    pub code: &'a str,
}

impl std::fmt::Debug for TypedCode<'_> {
    /// Says neither the code nor what the browser was given.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TypedCode").field("person", &self.person).finish_non_exhaustive()
    }
}

/// A browser is known for one person only.
fn browser_digest(person: LinkId, browser: &str) -> Digest {
    Digest::of(format!("{person}.{browser}").as_bytes())
}

fn is_good(code: &PhoneCode, now: Timestamp) -> bool {
    code.code_digest.is_some() && code.tries < MOST_TRIES && code.sent_at.after(GOOD_FOR) > now
}

fn is_confirmed_by(code: &PhoneCode, browser: &Digest, now: Timestamp) -> bool {
    let is_fresh = code.confirmed_at.is_some_and(|it| it.after(CONFIRMED_FOR) > now);
    code.code_digest.is_none() && is_fresh && code.browser_digest == *browser
}

/// Whether whoever has this browser has just shown that they have the person's phone.
pub(crate) fn is_confirmed_here(
    tx: &mut impl Tx,
    tenant: &Tenant,
    (person, browser): (LinkId, Option<&str>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(browser) = browser else { return Ok(false) };
    let found = phone_codes::find(tx, (tenant.id, person))?;
    Ok(found.is_some_and(|it| is_confirmed_by(&it, &browser_digest(person, browser), now)))
}

/// Somebody who may confirm their phone now, and the order.
fn asked(tx: &mut WriteTx<'_>, tenant: &Tenant, person: LinkId) -> Result<(OrderPerson, Moved), Refusal> {
    let (moved, row) = Moved::of_link(tx, tenant, person)?;
    // A contact has confirmed that letters reach them: the code that is asked for there keeps programs from sending messages.
    let has_come = match request(row.part, state_of(&moved.row)?) {
        Request::Nothing => false,
        Request::Confirm => open_person(tenant, &row)?.has_confirmed(row.state),
        Request::Act => true,
    };
    if !has_come || !matches!(row.part, Part::Receiver | Part::Blocker) {
        return Err(link_spent());
    }
    Ok((row, moved))
}

fn refused(message: AdminMessage) -> Refusal {
    Refusal::Invalid(message.at("phone_code"))
}

/// Puts a code into the outbox that goes out at once, or none.
fn write_code(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    letter: &AddressedLetter,
    now: Timestamp,
) -> Result<(), Refusal> {
    let keys = tenant.opened().letter_keys();
    match messages::write(tx, (&keys, tenant.random()), letter, now) {
        Ok((_, due_at)) if due_at <= now => Ok(()),
        Ok(_) | Err(WriteError::TooMany) => Err(refused(AdminMessage::OrderPhoneNoRoom)),
        Err(WriteError::MasterKey) => Err(Refusal::MasterKey),
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

impl OrderDesk {
    /// Says where somebody with a link is with their phone; `browser`: what their browser was given when it asked for a code.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn phone_step(
        &self,
        permit: &Permit,
        (link, browser): (&LinkView, Option<&str>),
        now: Timestamp,
    ) -> Result<PhoneStep, Refusal> {
        let (tenant, person) = (permit.tenant(Permission::AnswerOrder)?.id, &link.person);
        let asked = request(person.part, link.view.state);
        let has_come = asked == Request::Act || person.is_confirmed;
        if !has_come || !matches!(person.part, Part::Receiver | Part::Blocker) {
            return Ok(PhoneStep::None);
        }
        let id = person.id;
        let code = self.store.read(move |tx| phone_codes::find(tx, (tenant, id))).await?;
        let browser = browser.map(|it| browser_digest(id, it));
        let of_browser = code.filter(|it| Some(it.browser_digest) == browser);
        let here = of_browser.as_ref().zip(browser).is_some_and(|(it, at)| is_confirmed_by(it, &at, now));
        let is_asked = self.settings.has_sms && asked != Request::Nothing;
        // A receiver without a birth date is known by the phone alone, so that it counts in this browser only.
        let is_enough = here || asked == Request::Confirm || !link.needs_phone();
        Ok(match of_browser {
            _ if person.is_phone_confirmed && is_enough => PhoneStep::Confirmed { here },
            _ if !is_asked => PhoneStep::None,
            Some(it) if is_good(&it, now) => PhoneStep::Type,
            _ => PhoneStep::Ask,
        })
    }

    /// Sends somebody a code to the phone that the order names; it is good in the browser that asks, and in no other.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, no message can be sent, one was just sent, or so many were today.
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn send_phone_code(
        &self,
        permit: &Permit,
        (person, browser): (LinkId, &str),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if !self.settings.has_sms {
            return Err(refused(AdminMessage::SmsUnset));
        }
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let browser_digest = browser_digest(person, browser);
        let permit = permit.clone();
        let sent = self.store.write(move |tx| {
            let (row, moved) = asked(tx, &tenant, person)?;
            let phone = PhoneNumber::parse(&open_person(&tenant, &row)?.contact.mobile);
            let phone = phone.map_err(|_| refused(AdminMessage::OrderPhoneInvalid))?;
            let before = phone_codes::find(tx, (tenant.id, person))?.filter(|it| it.expires_at > now);
            match &before {
                Some(it) if it.sent_at.after(NEXT_AFTER) > now => {
                    return Err(refused(AdminMessage::OrderPhoneJustSent));
                }
                Some(it) if it.sent_times >= MOST_SENT => {
                    let most = MOST_SENT.into();
                    return Err(refused(AdminMessage::OrderPhoneTooOften { most }));
                }
                _ => {}
            }
            let (keys, code_id) = (tenant.opened().letter_keys(), LinkId::new(tenant.random(), now));
            let code = PhoneCode {
                tenant_id: tenant.id,
                person_id: person,
                order_id: row.order_id,
                code_id,
                code_digest: Some(keys.phone_code_digest(code_id, keys.phone_code(code_id).expose())),
                browser_digest,
                tries: 0,
                sent_times: before.as_ref().map_or(0, |it| it.sent_times) + 1,
                sent_at: now,
                confirmed_at: None,
                expires_at: before.map_or_else(|| now.after(COUNTED_FOR), |it| it.expires_at),
            };
            phone_codes::replace(tx, &code)?;
            let letter = Letter::PhoneCode { id: code_id, expires_at_micros: now.after(GOOD_FOR).micros() };
            let letter = AddressedLetter { to: phone.into(), locale: moved.locale(), letter };
            // Of a sandbox order it is in the mailbox, and goes nowhere.
            if !moved.answers.is_sandbox {
                write_code(tx, &tenant, &letter, now)?;
            }
            let details = json!({"event": "phone_code_sent", "person": person.to_string()});
            let object = format!("order {}", row.order_id);
            Ok::<_, Refusal>(permit.record(Action::OrderMoved, object, &details, now).append(tx)?)
        });
        sent.await
    }

    /// Takes the code that somebody's phone got. Every try counts, and the code is spent before the phone is confirmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link or the code is over, another browser asked for it, or it is another one.
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn confirm_phone(
        &self,
        permit: &Permit,
        typed: TypedCode<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let TypedCode { person, browser, code } = typed;
        let (browser, code) = (browser_digest(person, browser), code.replace(char::is_whitespace, ""));
        let permit = permit.clone();
        let confirmed = self.store.write(move |tx| {
            let (row, mut moved) = asked(tx, &tenant, person)?;
            let (of_person, sent_after) = ((tenant.id, person), now.before(GOOD_FOR));
            let tried = phone_codes::count_try(
                tx,
                of_person,
                Try { browser: &browser, most: MOST_TRIES, sent_after },
            )?;
            // From here on a refusal is written with the try that it counted.
            let Some(tried) = tried else { return Ok(Err(refused(AdminMessage::OrderPhoneCodeOver))) };
            let given = tenant.opened().letter_keys().phone_code_digest(tried.code_id, &code);
            if tried.code_digest != Some(given) {
                let left = MOST_TRIES.saturating_sub(tried.tries).into();
                return Ok(Err(refused(AdminMessage::OrderPhoneCodeWrong { left })));
            }
            if !phone_codes::spend(tx, of_person, now)? {
                return Ok(Err(refused(AdminMessage::OrderPhoneCodeOver)));
            }
            let contact = &open_person(&tenant, &row)?.contact;
            let it = Confirmation { what: Confirmed::Phone, contact };
            confirm_everywhere(tx, (&permit, &mut moved.people), it, now)?;
            Ok::<_, Refusal>(Ok(()))
        });
        confirmed.await?
    }
}
