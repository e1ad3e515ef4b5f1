//! Proposing what a second operator has to confirm.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{Action, OrderEvent, Timestamp};
use serde_json::json;
use store::{
    WriteTx,
    order_people::{OrderPerson, PersonState},
    order_secrets::SecretKind,
};
use texts::Noun;

use crate::{
    OrderDesk,
    confirming::check_rows_confirmed,
    moving::{Asked, Happening, Moved, NewStep, OrderVersion, add_step},
    proposal::{Decided, Decision, Kept, takes_two},
    secrets::{NewSecret, save},
    view::state_of,
};

/// The line of the timeline that says so; the note is the word of the event.
const PROPOSED: &str = "proposed";

impl OrderDesk {
    /// Whether this decision waits for a second operator.
    pub(crate) fn is_proposed(&self, permit: &Permit, event: OrderEvent) -> bool {
        // Whoever tries a sandbox order is alone.
        let is_real = permit.tenant(Permission::DecideOrders).is_ok();
        self.settings.four_eyes && is_real && takes_two(event) && permit.approver().is_none()
    }

    /// Keeps what an operator decided until a second one has confirmed it, in place of an earlier proposal.
    pub(crate) async fn propose(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let kept = Kept::of(permit, seen.version, decision, now)?;
        let (permit, event) = (permit.clone(), decision.event());
        let (note, person) = (kept.note.clone(), decision.person());
        let has_sms = self.settings.has_sms;
        let proposed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::DecideOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            moved.deciding(&permit)?;
            moved.check_possible(&Happening::said(event, &note))?;
            if event == OrderEvent::Seal {
                check_rows_confirmed(&tenant, &moved.people, has_sms)?;
            }
            let is_reviewed = |it: &OrderPerson| Some(it.id) == person && it.state == PersonState::InReview;
            if person.is_some() && !moved.people.iter().any(is_reviewed) {
                return Err(Refusal::NotFound(Noun::OrderPerson));
            }
            let plain = serde_json::to_vec(&kept).unwrap_or_default();
            let new = NewSecret { order: seen.id, kind: SecretKind::Proposal, plain: &plain };
            save(tx, &tenant, &new, now)?;
            written(tx, &permit, &step(&moved, (PROPOSED, event))?, now)
        });
        proposed.await.map(|()| Decided::Proposed)
    }
}

/// The line of the timeline about a proposal.
pub(crate) fn step(
    moved: &Moved,
    (event, of): (&'static str, OrderEvent),
) -> Result<NewStep<'static>, Refusal> {
    Ok(NewStep { order: moved.row.id, event, state: state_of(&moved.row)?, note: of.as_str() })
}

/// Writes down that something was proposed or set aside.
pub(crate) fn written(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    step: &NewStep<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    add_step(tx, permit, step, now)?;
    let details = json!({"event": step.event, "of": step.note});
    Ok(permit.record(Action::OrderMoved, format!("order {}", step.order), &details, now).append(tx)?)
}
