//! Sending an order to its issuer by letter: the operator has it written, and a worker moves the order on when it has gone
//! (docs/adr/0058).

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use model::{Action, OrderEvent, OrderState, Timestamp};
use serde_json::json;
use store::{
    order_people,
    orders::{self, Order},
};
use texts::Noun;

use crate::{
    OrderDesk,
    agreement::check_agreement,
    issuer_letter::{Outcome, ToIssuer, issuer_of, letter_of, outcome, write_to_issuer},
    kept_person::seal_person,
    moving::{Asked, Happening, Moved, NewStep, OrderVersion, add_step, apply, out_of_turn},
    view::state_of,
};

/// The line of the timeline that says that a letter was written.
const WRITTEN: &str = "letter_written";

impl OrderDesk {
    /// Writes to the issuer; the order goes there when the letter has gone.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`].
    pub(crate) async fn write_letter_to_issuer(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let permit = permit.clone();
        let written = self.store.write(move |tx| {
            let mut moved = Moved::load(tx, permit.caller_tenant(), Asked::Seen(seen))?;
            let tenant = moved.deciding(&permit)?.clone();
            let state = state_of(&moved.row)?;
            if state != OrderState::Sending {
                return Err(out_of_turn(state));
            }
            // Nothing of a sandbox order is sent.
            if moved.answers.is_sandbox {
                return Err(Refusal::NotFound(Noun::Object));
            }
            check_agreement(tx, OrderEvent::Sent, (&moved.row, &moved.answers))?;
            let manner = moved.manner();
            let it = ToIssuer { order: &mut moved.row, people: &moved.people, manner };
            write_to_issuer(tx, &tenant, it, now)?;
            moved.row.changed_at = now;
            orders::save(tx, &moved.row)?;
            add_step(tx, &permit, &NewStep { order: seen.id, event: WRITTEN, state, note: "" }, now)?;
            let details = json!({"event": WRITTEN});
            permit.record(Action::OrderMoved, format!("order {}", seen.id), &details, now).append(tx)?;
            Ok::<_, Refusal>(state)
        });
        written.await
    }

    /// Moves an order on whose letter has gone, and says once of one that was given up. Gives what happened; `None`: nothing.
    pub(crate) async fn follow_letter(
        &self,
        permit: &Permit,
        order: &Order,
        now: Timestamp,
    ) -> Result<Option<OrderEvent>, Refusal> {
        let (permit, id) = (permit.clone(), order.id);
        let followed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            let is_sent_now = state_of(&moved.row)? == OrderState::Sending;
            let Some((mut row, mut kept)) = issuer_of(&tenant, &moved.people)?.filter(|_| is_sent_now) else {
                return Ok(None);
            };
            let Some(letter) = letter_of(&kept) else { return Ok(None) };
            let happening = match outcome(tx, &tenant, letter)? {
                Outcome::Gone => Happening::of(OrderEvent::Sent),
                Outcome::GivenUp(why) if !kept.has_letter_failed => {
                    kept.has_letter_failed = true;
                    row.sealed_person = seal_person(&tenant, row.id, &kept);
                    order_people::save(tx, &row)?;
                    Happening::said(OrderEvent::SendFailed, &why)
                }
                Outcome::GivenUp(_) | Outcome::Waits => return Ok(None),
            };
            apply(tx, (&permit, &mut moved), &happening, now)?;
            Ok::<_, Refusal>(Some(happening.event))
        });
        followed.await
    }

    /// Whether there is something to follow, so that nothing is written and nobody else waits where there is not.
    pub(crate) async fn has_letter(&self, tenant: &Tenant, order: &Order) -> Result<bool, Refusal> {
        let (tenant, of_order) = (tenant.clone(), (order.tenant_id, order.id));
        let submission = order.submission;
        let found = self.store.read(move |tx| {
            let people = order_people::list(tx, of_order, submission)?;
            let Some((_, kept)) = issuer_of(&tenant, &people)? else { return Ok(false) };
            let Some(letter) = letter_of(&kept) else { return Ok(false) };
            Ok::<_, Refusal>(match outcome(tx, &tenant, letter)? {
                Outcome::Gone => true,
                Outcome::GivenUp(_) => !kept.has_letter_failed,
                Outcome::Waits => false,
            })
        });
        found.await
    }
}
