//! The mailbox of a sandbox order: what would be sent of a real one. Nothing is kept for it: it is what is asked now, and of whom.

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use model::{Contact, OrderId, Timestamp};
use store::{
    StoreError, Tx, order_people,
    order_people::{OrderPerson, Part},
    orders, phone_codes, section_links,
};
use texts::Noun;

use crate::{
    OrderDesk,
    kept_person::open_person,
    people::{Request, person_view, request},
    phones::GOOD_FOR,
    section_links::{is_good, view as colleague},
    view::{open_answers, state_of},
};

/// What a message of the mailbox is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// The link of somebody whom the order asks for something.
    Person(Part),
    /// The link of a colleague who is asked to answer a section.
    Colleague,
    /// The code that confirms a phone.
    PhoneCode,
}

/// A message that would be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// What it is about.
    pub kind: MessageKind,
    /// The address, or the phone number.
    pub to: String,
    /// Below the console's address, where its link leads; empty where it has none.
    pub path: String,
    /// The code; empty where it has none.
    pub code: String,
}

impl std::fmt::Debug for KeptMessage {
    /// Says neither the link nor the code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptMessage").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The code that is on its way to somebody's phone, while it is good.
fn code_of(
    tx: &mut impl Tx,
    (tenant, row): (&Tenant, &OrderPerson),
    contact: &Contact,
    now: Timestamp,
) -> Result<Option<KeptMessage>, StoreError> {
    let sent = phone_codes::find(tx, (tenant.id, row.id))?;
    let sent = sent.filter(|it| it.code_digest.is_some() && it.sent_at.after(GOOD_FOR) > now);
    Ok(sent.map(|it| KeptMessage {
        kind: MessageKind::PhoneCode,
        to: contact.mobile.clone(),
        path: String::new(),
        code: tenant.opened().letter_keys().phone_code(it.code_id).expose().clone(),
    }))
}

impl OrderDesk {
    /// Lists what would be sent of a sandbox order now, to those who may send it. Whoever has a link can act for whom it is for.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: there is no such order, or it is real. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn mailbox(
        &self,
        permit: &Permit,
        order: OrderId,
        now: Timestamp,
    ) -> Result<Vec<KeptMessage>, Refusal> {
        let tenant = permit.tenant(Permission::ManageOrders)?.clone();
        let read = self.store.read(move |tx| {
            let of_order = (tenant.id, order);
            let row = orders::get(tx, tenant.id, order).map_err(|it| Refusal::of(it, Noun::Order))?;
            if !open_answers(&tenant, &row)?.is_sandbox {
                return Err(Refusal::NotFound(Noun::Order));
            }
            let (state, mut all) = (state_of(&row)?, Vec::new());
            for it in section_links::list(tx, of_order)?.iter().filter(|it| is_good(it, now)) {
                let it = colleague(&tenant, it)?;
                let path = format!("/section/{}", it.link);
                all.push(KeptMessage {
                    kind: MessageKind::Colleague,
                    to: it.email,
                    path,
                    code: String::new(),
                });
            }
            for it in order_people::list(tx, of_order, row.submission)? {
                // The letter of a signatory leads to their declaration.
                if request(it.part, state) == Request::Nothing || it.part == Part::Declarant {
                    continue;
                }
                let contact = open_person(&tenant, &it)?.contact;
                let code = code_of(tx, (&tenant, &it), &contact, now)?;
                let path = format!("/order/{}", person_view(&tenant, &it)?.link);
                let kind = MessageKind::Person(it.part);
                all.push(KeptMessage { kind, to: contact.email, path, code: String::new() });
                all.extend(code);
            }
            Ok::<_, Refusal>(all)
        });
        read.await
    }
}
