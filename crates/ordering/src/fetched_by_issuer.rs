//! The issuer fetches what came to it by a letter.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{LinkId, Timestamp};
use store::order_people::{self, Part, PersonState};
use texts::AdminMessage;

use crate::{
    OrderDesk,
    confirming::{CodeOf, is_code_of},
    kept_person::open_person,
    moving::Moved,
    people::{Request, link_spent, request},
    view::state_of,
};

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
        let (reader, by, code) = (tenant.clone(), permit.clone(), code.replace(' ', ""));
        let checked = self.store.write(move |tx| {
            let (moved, mut row) = Moved::of_link(tx, &reader, person)?;
            let state = state_of(&moved.row)?;
            let asked = request(row.part, state);
            if row.part != Part::Issuer || asked != Request::Act {
                return Err(link_spent());
            }
            let mut kept = open_person(&reader, &row)?;
            if !is_code_of(tx, &by, (CodeOf { row: &row, kept: &mut kept, state }, &code), now)? {
                return Ok(None);
            }
            (row.state, row.decided_at) = (PersonState::Done, Some(now));
            order_people::save(tx, &row)?;
            Ok::<_, Refusal>(Some(row.order_id))
        });
        let wrong = || Refusal::Invalid(AdminMessage::OrderCodeWrong.at("code"));
        let order = self.whole(&tenant, checked.await?.ok_or_else(wrong)?).await?;
        self.archived(permit, &order, now).await
    }
}
