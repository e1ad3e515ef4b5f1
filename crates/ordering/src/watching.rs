//! What changes under an order: its domain is lost, or its company may not order any more. The order is put on hold then, for the
//! operator to decide.

use authority::{Caller, Permission, Permit};
use changes::Refusal;
use model::{OrderEvent, OrderState, Timestamp};
use store::{StoreError, Tx, domains, orders::Order};
use texts::{AdminMessage, say};

use crate::{
    FailedOrder, LookAgain, LookUp, OrderDesk, OrderView,
    company::{is_trouble, locale_of, obstacle_in_words},
    moving::{Asked, Happening, Moved, NewStep, OrderVersion, add_step, apply},
    view::state_of,
};

/// In which states an order waits for somebody who would go on in vain.
const WATCHED: [OrderState; 11] = [
    OrderState::Review,
    OrderState::Approving,
    OrderState::IdentityReview,
    OrderState::Countersign,
    OrderState::Sending,
    OrderState::AtIssuer,
    OrderState::Question,
    OrderState::Handover,
    OrderState::AwaitEntry,
    OrderState::HandoverLapsed,
    OrderState::Trouble,
];

/// What came of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Orders that were put on hold.
    pub held: u32,
    /// Orders that could not be looked at; the others were.
    pub failed: Vec<FailedOrder>,
}

/// Whether the domain of an order can still be logged in at.
fn has_domain(tx: &mut impl Tx, order: &Order) -> Result<bool, StoreError> {
    match domains::get(tx, order.tenant_id, order.domain_id) {
        Ok(domain) => Ok(domain.disabled_at.is_none()),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The line of the timeline that says that what an order was put on hold for is no more.
const CAUSE_GONE: &str = "cause_gone";

/// For what this submission was put on hold, and an operator let it go on: these are not asked about again, until they are gone and
/// come back. `by`: how who put it on hold is called in audit events, at its beginning.
fn decided<'a>(order: &'a OrderView, by: &str) -> Vec<&'a str> {
    let of_submission = order.steps.iter().rposition(|it| it.event == OrderEvent::Submit.as_str());
    let mut causes: Vec<&str> = Vec::new();
    for it in order.steps.iter().skip(of_submission.unwrap_or_default()) {
        if it.event == CAUSE_GONE {
            causes.retain(|why| *why != it.note);
        } else if it.event == OrderEvent::Hold.as_str() && it.actor.starts_with(by) {
            causes.push(&it.note);
        }
    }
    causes
}

/// Why an order would go on in vain.
struct Lost {
    reasons: Vec<String>,
    /// Whether that is all, by what the registry says now.
    is_certain: bool,
}

impl OrderDesk {
    /// Puts orders on hold whose domain is gone or disabled, or whose company may not order any more, by an answer of the registry that
    /// is at most a day old. One that cannot be looked at stops no other.
    ///
    /// # Errors
    /// [`Refusal::Store`]: the store cannot be used now.
    pub async fn hold_lost(&self, caller: &Caller, now: Timestamp) -> Result<Watched, Refusal> {
        let mut watched = Watched::default();
        for state in WATCHED {
            for row in self.in_state(state).await? {
                match self.hold_if_lost(caller, &row, now).await {
                    Ok(is_held) => watched.held += u32::from(is_held),
                    Err(refusal) => watched.failed.push(FailedOrder::of(&row, &refusal)),
                }
            }
        }
        Ok(watched)
    }

    async fn hold_if_lost(&self, caller: &Caller, row: &Order, now: Timestamp) -> Result<bool, Refusal> {
        let permit = self.leave(caller, row.tenant_id).await?;
        let order = self.whole(permit.tenant(Permission::MoveOrders)?, row.id).await?;
        let lost = self.lost(&permit, row, (&order, now)).await?;
        let seen = OrderVersion { id: row.id, version: order.version };
        // What an operator wrote is no cause that could be gone, and an old answer of the registry says nothing about now.
        let is_gone = |why: &&str| lost.is_certain && !lost.reasons.iter().any(|it| it == why);
        for why in decided(&order, "worker:").into_iter().filter(is_gone) {
            self.note_gone(&permit, seen, why.to_owned(), now).await?;
        }
        match lost.reasons.into_iter().find(|why| !decided(&order, "").contains(&why.as_str())) {
            Some(why) => self.hold(&permit, seen, why, now).await,
            None => Ok(false),
        }
    }

    /// Writes down that a cause is gone, so that it is asked about again where it comes back.
    async fn note_gone(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        why: String,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        let noted = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(seen.id))?;
            if moved.row.version != seen.version {
                return Ok(());
            }
            let state = state_of(&moved.row)?;
            let step = NewStep { order: seen.id, event: CAUSE_GONE, state, note: &why };
            Ok::<_, Refusal>(add_step(tx, &permit, &step, now)?)
        });
        noted.await
    }

    /// Every reason why an order would go on in vain, in its own language.
    async fn lost(
        &self,
        permit: &Permit,
        row: &Order,
        (order, now): (&OrderView, Timestamp),
    ) -> Result<Lost, Refusal> {
        let (copy, mut reasons, mut is_certain) = (row.clone(), Vec::new(), true);
        if !self.store.read(move |tx| has_domain(tx, &copy)).await? {
            reasons.push(say(locale_of(&order.answers), "order-hold-domain", &[]));
        }
        let company = &order.answers.company;
        if company.source != model::CompanySource::Registry {
            return Ok(Lost { reasons, is_certain });
        }
        let is_sandbox = order.answers.is_sandbox;
        let look = LookUp { typed: &company.number, again: LookAgain::No, is_sandbox };
        let tenant = permit.tenant(Permission::MoveOrders)?;
        let obstacle = match self.kept_look(tenant, look, now).await {
            Ok(found) => {
                is_certain = found.is_of_today(now);
                found.answer.obstacle
            }
            Err(Refusal::Invalid(it)) if it.message == AdminMessage::CompanyDeleted => "deleted".to_owned(),
            // Nobody is stopped by a registry that is down.
            Err(refusal) if is_trouble(&refusal) => {
                is_certain = false;
                String::new()
            }
            Err(refusal) => return Err(refusal),
        };
        if !obstacle.is_empty() {
            reasons.push(obstacle_in_words(&order.answers, &obstacle));
        }
        Ok(Lost { reasons, is_certain })
    }

    /// Writes it, unless the order has moved since it was looked at.
    async fn hold(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        why: String,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let permit = permit.clone();
        let held = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Now(seen.id))?;
            if moved.row.version != seen.version || !WATCHED.contains(&state_of(&moved.row)?) {
                return Ok(false);
            }
            apply(tx, (&permit, &mut moved), &Happening::said(OrderEvent::Hold, &why), now)?;
            Ok::<_, Refusal>(true)
        });
        held.await
    }
}
