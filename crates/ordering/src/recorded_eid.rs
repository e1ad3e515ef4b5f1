//! The eID of who may block: recorded when they have confirmed, and of no use before there is a kill switch.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{Action, Level, LinkId, Timestamp};
use serde_json::json;
use store::order_people::{self, OrderPerson, Part, PersonState};
use texts::AdminMessage;

use crate::{
    OrderDesk, ReceiverProof,
    approval::{Compared, person_digest, proved},
    kept_person::{open_person, seal_person},
    moving::Moved,
    people::{Request, link_spent, request},
    view::state_of,
};

/// How many of those who may block have their eID recorded.
const MOST_RECORDED: usize = 2;

impl OrderDesk {
    /// Records by which eID somebody who may block is known from now on; gives whether it was. Of somebody whose name is another
    /// one only that is kept, for the operator to see.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, they have not confirmed yet, another eID is recorded, or this one for somebody
    /// else. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn record_eid(
        &self,
        permit: &Permit,
        (person, shown): (LinkId, &ReceiverProof),
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        if shown.proof.level < Level::Substantial {
            return Err(Refusal::Invalid(AdminMessage::OrderLevelTooLow.into()));
        }
        let at_the_eid = person_digest(&tenant, &shown.proof, &shown.issuer);
        let (permit, proof) = (permit.clone(), shown.proof.clone());
        let recorded = self.store.write(move |tx| {
            let (moved, mut row) = Moved::of_link(tx, &tenant, person)?;
            let has_confirmed = row.part == Part::Blocker && row.state == PersonState::Done;
            if !has_confirmed || request(row.part, state_of(&moved.row)?) != Request::Confirm {
                return Err(link_spent());
            }
            match row.person_digest {
                Some(known) if known == at_the_eid => return Ok(true),
                Some(_) => return Err(Refusal::Invalid(AdminMessage::OrderEidRecorded.into())),
                None => {}
            }
            let is_other =
                |it: &OrderPerson| it.part == Part::Blocker && it.person_digest == Some(at_the_eid);
            if moved.people.iter().any(is_other) {
                return Err(Refusal::Invalid(AdminMessage::OrderEidOfAnother.into()));
            }
            let is_recorded = |it: &&OrderPerson| it.part == Part::Blocker && it.person_digest.is_some();
            if moved.people.iter().filter(is_recorded).count() >= MOST_RECORDED {
                return Err(Refusal::Invalid(AdminMessage::OrderEidsEnough.into()));
            }
            let mut kept = open_person(&tenant, &row)?;
            let fits = proved(&mut kept, &proof, Compared::Name).is_none();
            row.person_digest = fits.then_some(at_the_eid);
            row.sealed_person = seal_person(&tenant, row.id, &kept);
            order_people::save(tx, &row)?;
            let what = if fits { "eid" } else { "eid_of_another_name" };
            let details = json!({"part": row.part.as_str(), "what": what});
            let object = format!("order {}", row.order_id);
            permit.record(Action::OrderConfirmed, object, &details, now).append(tx)?;
            Ok::<_, Refusal>(fits)
        });
        recorded.await
    }
}
