//! What happens to orders with time: reminders, ends, and the first real login.

use std::time::Duration;

use authority::{Caller, Permission, Permit};
use changes::Refusal;
use model::{Action, OrderEvent, OrderId, OrderState, TenantId, Timestamp};
use serde_json::json;
use store::{
    WriteTx, login_events, order_documents, order_people,
    order_people::PersonState,
    order_secrets,
    orders::{self, Order},
    tenants,
};

use crate::{
    OrderDesk,
    moving::{Asked, Happening, Moved, NewStep, add_step, apply},
    people::{is_asked_in, write_link},
    view::state_of,
};

/// After how many days who signs is reminded.
const REMINDED_AFTER: [u32; 3] = [2, 5, 10];
/// The line of the timeline that says so.
const REMINDED: &str = "reminded";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What happened in one look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WentOn {
    /// Orders of which time ran out.
    pub expired: u32,
    /// Orders that were removed: drafts of long ago, and what is over and was kept for long enough.
    pub removed: u32,
    /// Orders whose signatories were reminded.
    pub reminded: u32,
    /// Orders that the first real login closed.
    pub live: u32,
}

/// What becomes of one order.
enum Due {
    Expires,
    Goes,
    Nothing,
}

impl OrderDesk {
    /// Does what is due by time. `logins_since`: real logins are looked for since then, or since the credentials were verified
    /// where that is later.
    ///
    /// # Errors
    /// [`Refusal::MasterKey`], [`Refusal::Store`]; what was done before stays done, and the rest is done at the next call.
    pub async fn go_on_by_itself(
        &self,
        caller: &Caller,
        logins_since: Timestamp,
        now: Timestamp,
    ) -> Result<WentOn, Refusal> {
        let (expired, removed) = self.end_all(caller, now).await?;
        let reminded = self.remind_all(caller, now).await?;
        let live = self.close_all(caller, logins_since, now).await?;
        Ok(WentOn { expired, removed, reminded, live })
    }

    async fn end_all(&self, caller: &Caller, now: Timestamp) -> Result<(u32, u32), Refusal> {
        let (mut expired, mut removed) = (0, 0);
        for row in self.store.read(move |tx| orders::list_expired(tx, now)).await? {
            match self.end(&self.leave(caller, row.tenant_id).await?, row.id, now).await? {
                Due::Expires => expired += 1,
                Due::Goes => removed += 1,
                Due::Nothing => {}
            }
        }
        Ok((expired, removed))
    }

    async fn remind_all(&self, caller: &Caller, now: Timestamp) -> Result<u32, Refusal> {
        let mut reminded = 0;
        for row in self.in_state(OrderState::Approving).await? {
            let permit = self.leave(caller, row.tenant_id).await?;
            reminded += u32::from(self.remind(&permit, row.id, now).await?);
        }
        Ok(reminded)
    }

    async fn close_all(&self, caller: &Caller, since: Timestamp, now: Timestamp) -> Result<u32, Refusal> {
        let mut closed = 0;
        for row in self.in_state(OrderState::Verified).await? {
            if self.was_used(&row, since).await? {
                let permit = self.leave(caller, row.tenant_id).await?;
                closed += u32::from(self.close(&permit, row.id, now).await?);
            }
        }
        Ok(closed)
    }

    async fn was_used(&self, row: &Order, logins_since: Timestamp) -> Result<bool, Refusal> {
        let (at, eid, since) = ((row.tenant_id, row.domain_id), row.eid.clone(), logins_since.max(row.since));
        Ok(self.store.read(move |tx| login_events::was_completed(tx, at, &eid, since)).await?)
    }

    async fn in_state(&self, state: OrderState) -> Result<Vec<Order>, Refusal> {
        Ok(self.store.read(move |tx| orders::list_by_state(tx, state.as_str())).await?)
    }

    async fn leave(&self, caller: &Caller, tenant: TenantId) -> Result<Permit, Refusal> {
        let row = self.store.read(move |tx| tenants::find(tx, tenant)).await?;
        let row = row.ok_or(Refusal::NotFound(texts::Noun::Tenant))?;
        Ok(self.opened(&row, caller)?.permit(Permission::MoveOrders)?)
    }

    async fn end(&self, permit: &Permit, id: OrderId, now: Timestamp) -> Result<Due, Refusal> {
        let permit = permit.clone();
        let ended = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let mut moved = match Moved::load(tx, &tenant, Asked::Now(id)) {
                Err(Refusal::NotFound(_)) => return Ok(Due::Nothing),
                other => other?,
            };
            let is_due = moved.row.expires_at.is_some_and(|it| it <= now);
            let state = state_of(&moved.row)?;
            if !is_due {
                return Ok(Due::Nothing);
            }
            if !state.is_open() || (state == OrderState::Draft && moved.row.submission == 0) {
                remove(tx, &permit, id, now)?;
                return Ok(Due::Goes);
            }
            apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::Expire), now)?;
            Ok::<_, Refusal>(Due::Expires)
        });
        ended.await
    }

    /// Reminds those who have not approved yet, if it is time.
    async fn remind(&self, permit: &Permit, id: OrderId, now: Timestamp) -> Result<bool, Refusal> {
        let permit = permit.clone();
        let reminded = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            let state = state_of(&moved.row)?;
            let steps = orders::steps(tx, tenant.id, id)?;
            let is_reminder =
                |it: &&orders::OrderStep| it.event == REMINDED && it.happened_at >= moved.row.since;
            let Some(days) = REMINDED_AFTER.get(steps.iter().filter(is_reminder).count()) else {
                return Ok(false);
            };
            if state != OrderState::Approving || now < moved.row.since.after(DAY.saturating_mul(*days)) {
                return Ok(false);
            }
            let waiting = |it: &&order_people::OrderPerson| {
                it.state == PersonState::Waiting && is_asked_in(it.part, state)
            };
            for row in moved.people.iter().filter(waiting) {
                write_link(tx, (&tenant, row), moved.locale(), now)?;
            }
            add_step(tx, &permit, &NewStep { order: id, event: REMINDED, state, note: "" }, now)?;
            Ok::<_, Refusal>(true)
        });
        reminded.await
    }

    /// Closes an order whose credentials somebody logged in with.
    async fn close(&self, permit: &Permit, id: OrderId, now: Timestamp) -> Result<bool, Refusal> {
        let permit = permit.clone();
        let closed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            if state_of(&moved.row)? != OrderState::Verified {
                return Ok(false);
            }
            apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::FirstLogin), now)?;
            Ok::<_, Refusal>(true)
        });
        closed.await
    }
}

/// Removes everything of an order; that it was is in the audit trail.
fn remove(tx: &mut WriteTx<'_>, permit: &Permit, id: OrderId, now: Timestamp) -> Result<(), Refusal> {
    let tenant = permit.caller_tenant().id;
    order_documents::remove_of_order(tx, tenant, id)?;
    order_secrets::remove_of_order(tx, tenant, id)?;
    order_people::remove_of_order(tx, tenant, id)?;
    orders::remove(tx, tenant, id)?;
    let details = json!({"event": "removed"});
    Ok(permit.record(Action::OrderMoved, format!("order {id}"), &details, now).append(tx)?)
}
