//! The issuer fetches what came to it by a letter.

use authority::{Permission, Permit};
use changes::Refusal;
use crypto::same_bytes;
use model::{LinkId, Timestamp};
use store::order_people::{self, Part, PersonState};
use texts::AdminMessage;

use crate::{
    OrderDesk,
    moving::{Asked, Moved},
    people::{confirmation_code, is_asked_in, link_spent, open_person, seal_person},
    view::state_of,
};

/// How many wrong codes end a link; the operator sends another one.
const MOST_WRONG_CODES: u32 = 5;

impl OrderDesk {
    /// Gives everything that goes to the issuer to whoever has its link and the code; it is written down that it was fetched. It can
    /// be fetched again, as long as the issuer has the order.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, or the code is wrong. [`Refusal::NotFound`], [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn fetch_as_issuer(
        &self,
        permit: &Permit,
        (person, code): (LinkId, &str),
        now: Timestamp,
    ) -> Result<Vec<u8>, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let (reader, code) = (tenant.clone(), code.replace(' ', ""));
        let checked = self.store.write(move |tx| {
            let row = order_people::find(tx, person)?.filter(|it| it.tenant_id == reader.id);
            let mut row = row.filter(|it| it.part == Part::Issuer).ok_or_else(link_spent)?;
            let moved = Moved::load(tx, &reader, Asked::Now(row.order_id))?;
            if row.submission != moved.row.submission || !is_asked_in(row.part, state_of(&moved.row)?) {
                return Err(link_spent());
            }
            let mut kept = open_person(&reader, &row)?;
            if kept.wrong_codes >= MOST_WRONG_CODES {
                return Err(link_spent());
            }
            let is_right = same_bytes(code.as_bytes(), confirmation_code(&reader, &row).as_bytes());
            if is_right {
                (row.state, row.decided_at) = (PersonState::Done, Some(now));
            } else {
                kept.wrong_codes += 1;
                row.sealed_person = seal_person(&reader, row.id, &kept);
            }
            order_people::save(tx, &row)?;
            // A wrong code is counted, so that the write stands.
            Ok::<_, Refusal>(is_right.then_some(row.order_id))
        });
        let wrong = || Refusal::Invalid(AdminMessage::OrderCodeWrong.at("code"));
        let order = self.whole(&tenant, checked.await?.ok_or_else(wrong)?).await?;
        self.archived(permit, &order, now).await
    }
}
