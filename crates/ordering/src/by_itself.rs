//! What happens to orders with time: reminders, ends, and the first real login.

use std::time::Duration;

use authority::{Caller, Permission, Permit, Tenant};
use changes::Refusal;
use model::{Action, OrderEvent, OrderId, OrderState, TenantId, Timestamp};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx, identity_sources, login_events, order_documents, order_people,
    order_people::{OrderPerson, Part},
    order_secrets,
    orders::{self, Order},
    phone_codes, section_links, tenants,
};

use crate::{
    OrderDesk,
    kept_person::open_person,
    moving::{Asked, Happening, Moved, NewStep, OrderVersion, add_step, apply},
    people::{NO_ROOM, Request, open_request, write_link},
    sending::renew,
    view::state_of,
};

/// After how many days who signs is reminded.
const REMINDED_AFTER: [u32; 3] = [2, 5, 10];
/// In which states people are reminded: of approving, and of confirming what the seal waits for.
const REMINDED_IN: [OrderState; 2] = [OrderState::Approving, OrderState::Countersign];
/// The line of the timeline that says so.
const REMINDED: &str = "reminded";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What happened in one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WentOn {
    /// Orders of which time ran out.
    pub expired: u32,
    /// Orders that were removed: drafts of long ago, and what is over and was kept for long enough.
    pub removed: u32,
    /// Orders whose signatories were reminded.
    pub reminded: u32,
    /// Orders that went to their issuer by a letter.
    pub sent: u32,
    /// Orders whose letter to their issuer was given up.
    pub unsent: u32,
    /// Orders that the first real login closed.
    pub live: u32,
    /// Orders whose credentials are gone.
    pub gone: u32,
    /// Orders with which something is wrong; the others went on.
    pub failed: Vec<FailedOrder>,
}

/// An order that should have gone on by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedOrder {
    /// Whose it is.
    pub tenant: TenantId,
    /// Which one.
    pub order: OrderId,
    /// What is wrong.
    pub why: String,
}

impl FailedOrder {
    pub(crate) fn of(row: &Order, refusal: &Refusal) -> Self {
        Self { tenant: row.tenant_id, order: row.id, why: refusal.to_string() }
    }
}

impl WentOn {
    /// Takes what became of one order: what is wrong with it stops no other.
    ///
    /// # Errors
    /// The store cannot be used now, by any order.
    fn took<T: Default>(&mut self, row: &Order, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        match outcome {
            Err(Refusal::Store(error)) if is_of_all(&error) => Err(Refusal::Store(error)),
            Err(refusal) => {
                // Each pass comes by it.
                self.failed.retain(|it| (it.tenant, it.order) != (row.tenant_id, row.id));
                self.failed.push(FailedOrder::of(row, &refusal));
                Ok(T::default())
            }
            Ok(done) => Ok(done),
        }
    }
}

/// Whether the store has this against everybody, and not against one row.
const fn is_of_all(error: &StoreError) -> bool {
    matches!(error, StoreError::Busy | StoreError::Unreachable(_))
}

/// When it is looked what is due.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Real logins are looked for since then, or since the credentials were verified where that is later.
    pub logins_since: Timestamp,
    /// Whether the clock has been right for long enough to end or remove something by it.
    pub may_end: bool,
    /// The time.
    pub now: Timestamp,
}

/// What becomes of one order.
#[derive(Default)]
enum Due {
    Expires,
    Goes,
    #[default]
    Nothing,
}

impl OrderDesk {
    /// Does what is due by time, of one order after the other: one that cannot go on is among the failed and stops none.
    /// Nothing ends while the clock cannot be trusted.
    ///
    /// # Errors
    /// [`Refusal::Store`]: the store cannot be used now. What was done before stays done, and the rest is done at the next call.
    pub async fn go_on_by_itself(&self, caller: &Caller, look: Look) -> Result<WentOn, Refusal> {
        let Look { logins_since, may_end, now } = look;
        let mut went = WentOn::default();
        let ended = if may_end { self.end_all(caller, &mut went, now).await } else { Ok(()) };
        let reminded = self.remind_all(caller, &mut went, now).await;
        let sent = self.follow_letters(caller, &mut went, now).await;
        let closed = self.close_all(caller, &mut went, (logins_since, now)).await;
        let gone = self.end_gone(caller, &mut went, now).await;
        ended.and(reminded).and(sent).and(closed).and(gone).map(|()| went)
    }

    async fn end_all(&self, caller: &Caller, went: &mut WentOn, now: Timestamp) -> Result<(), Refusal> {
        for row in self.store.read(move |tx| orders::list_expired(tx, now)).await? {
            let ended = async { self.end(&self.leave(caller, row.tenant_id).await?, row.id, now).await };
            match went.took(&row, ended.await)? {
                Due::Expires => went.expired += 1,
                Due::Goes => went.removed += 1,
                Due::Nothing => {}
            }
        }
        Ok(())
    }

    async fn remind_all(&self, caller: &Caller, went: &mut WentOn, now: Timestamp) -> Result<(), Refusal> {
        let mut waiting = Vec::new();
        for state in REMINDED_IN {
            waiting.extend(self.in_state(state).await?);
        }
        for row in waiting {
            let reminded = async {
                let (key, since) = ((row.tenant_id, row.id), row.since);
                // Nothing is written, and nobody else waits, where it is not time.
                if !self.store.read(move |tx| is_reminded_now(tx, key, since, now)).await? {
                    return Ok(false);
                }
                self.remind(&self.leave(caller, row.tenant_id).await?, row.id, now).await
            };
            went.reminded += u32::from(went.took(&row, reminded.await)?);
        }
        Ok(())
    }

    async fn follow_letters(
        &self,
        caller: &Caller,
        went: &mut WentOn,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for row in self.in_state(OrderState::Sending).await? {
            let followed = async {
                let permit = self.leave(caller, row.tenant_id).await?;
                match self.has_letter(permit.caller_tenant(), &row).await? {
                    true => self.follow_letter(&permit, &row, now).await,
                    false => Ok(None),
                }
            };
            let event = went.took(&row, followed.await)?;
            went.sent += u32::from(event == Some(OrderEvent::Sent));
            went.unsent += u32::from(event == Some(OrderEvent::SendFailed));
        }
        Ok(())
    }

    async fn close_all(
        &self,
        caller: &Caller,
        went: &mut WentOn,
        (since, now): (Timestamp, Timestamp),
    ) -> Result<(), Refusal> {
        for row in self.in_state(OrderState::Verified).await? {
            let closed = async {
                if !self.was_used(&row, since).await? {
                    return Ok(false);
                }
                self.close(&self.leave(caller, row.tenant_id).await?, row.id, now).await
            };
            went.live += u32::from(went.took(&row, closed.await)?);
        }
        Ok(())
    }

    /// Ends orders whose credentials are gone: replaced more than a week ago, or deleted.
    async fn end_gone(&self, caller: &Caller, went: &mut WentOn, now: Timestamp) -> Result<(), Refusal> {
        for row in self.store.read(|tx| orders::list_gone(tx)).await? {
            let ended = async { self.gone(&self.leave(caller, row.tenant_id).await?, &row, now).await };
            went.gone += u32::from(went.took(&row, ended.await)?);
        }
        Ok(())
    }

    async fn gone(&self, permit: &Permit, row: &Order, now: Timestamp) -> Result<bool, Refusal> {
        let seen = OrderVersion { id: row.id, version: row.version };
        let (permit, kept_for) = (permit.clone(), self.settings.kept_for);
        let ended = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let mut moved = match Moved::load(tx, &tenant, Asked::Seen(seen)) {
                // Somebody was faster; it is looked at again.
                Err(Refusal::NotFound(_) | Refusal::Invalid(_)) => return Ok(false),
                other => other?,
            };
            apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::CredentialsGone), now)?;
            moved.row.expires_at = Some(now.after(kept_for));
            orders::save(tx, &moved.row)?;
            Ok::<_, Refusal>(true)
        });
        ended.await
    }

    async fn was_used(&self, row: &Order, logins_since: Timestamp) -> Result<bool, Refusal> {
        let (order, since) = (row.clone(), logins_since.max(row.since));
        let read = self.store.read(move |tx| {
            // Only logins with the credentials that the order brought.
            let source = identity_sources::find(tx, order.tenant_id, order.domain_id, &order.eid)?;
            let in_use = source.and_then(|it| it.credentials_version);
            let is_its_own = in_use.is_some() && in_use == order.entered_version;
            let at = (order.tenant_id, order.domain_id);
            Ok::<_, StoreError>(is_its_own && login_events::was_completed(tx, at, &order.eid, since)?)
        });
        Ok(read.await?)
    }

    /// Lists all orders in a state, without their answers: there may be many.
    pub(crate) async fn in_state(&self, state: OrderState) -> Result<Vec<Order>, Refusal> {
        let mut all: Vec<Order> = Vec::new();
        loop {
            let after = all.last().map(|it| (it.since, it.id));
            let page = self.store.read(move |tx| orders::list_by_state(tx, state.as_str(), after)).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page.into_iter().map(|it| Order { sealed_answers: Vec::new(), ..it }));
        }
    }

    pub(crate) async fn leave(&self, caller: &Caller, tenant: TenantId) -> Result<Permit, Refusal> {
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
        let (permit, has_sms) = (permit.clone(), self.settings.has_sms);
        let reminded = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::MoveOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            let state = state_of(&moved.row)?;
            let is_due = is_reminded_now(tx, (tenant.id, id), moved.row.since, now)?;
            let asked = to_remind(&tenant, &moved, (state, has_sms))?;
            if !REMINDED_IN.contains(&state) || !is_due || asked.is_empty() {
                return Ok(false);
            }
            let mut without = Vec::new();
            for row in asked {
                let mut row = row.clone();
                if open_person(&tenant, &row)?.is_link_over() {
                    renew(tx, (&tenant, &moved.row), &mut row)?;
                }
                without.extend(write_link(tx, (&tenant, &row), moved.manner(), now)?);
            }
            add_step(tx, &permit, &NewStep { order: id, event: REMINDED, state, note: "" }, now)?;
            if !without.is_empty() {
                let note = without.join(", ");
                add_step(tx, &permit, &NewStep { order: id, event: NO_ROOM, state, note: &note }, now)?;
            }
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

/// Who has not done what they are asked for. A signatory's link leads to their declaration, too: its own is for whoever has approved the
/// order already.
fn to_remind<'a>(
    tenant: &Tenant,
    moved: &'a Moved,
    at: (OrderState, bool),
) -> Result<Vec<&'a OrderPerson>, Refusal> {
    let mut is_reminded = false;
    let mut all = Vec::new();
    for row in &moved.people {
        let is_twin = row.part == Part::Declarant;
        let is_over = is_twin && (is_reminded || moved.answers.number.is_declined);
        let is_waiting = open_request(row, &open_person(tenant, row)?, at) != Request::Nothing;
        if is_waiting && !is_over {
            all.push(row);
        }
        // A declarant stands directly behind the same person as a signatory.
        is_reminded = !is_twin && is_waiting;
    }
    Ok(all)
}

/// Whether those who have not approved are to be reminded, of an order that waits for them since then.
fn is_reminded_now(
    tx: &mut impl Tx,
    of_order: (TenantId, OrderId),
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let is_after = |days: &u32| now >= since.after(DAY.saturating_mul(*days));
    if !REMINDED_AFTER.first().is_some_and(is_after) {
        return Ok(false);
    }
    // A program that was down, or is new, does not remind three times in a row.
    if orders::count_steps(tx, of_order, REMINDED, now.before(DAY))? > 0 {
        return Ok(false);
    }
    let count = orders::count_steps(tx, of_order, REMINDED, since)?;
    Ok(REMINDED_AFTER.get(count).is_some_and(is_after))
}

/// Removes everything of an order; that it was is in the audit trail.
fn remove(tx: &mut WriteTx<'_>, permit: &Permit, id: OrderId, now: Timestamp) -> Result<(), Refusal> {
    let tenant = permit.caller_tenant().id;
    order_documents::remove_of_order(tx, tenant, id)?;
    order_secrets::remove_of_order(tx, tenant, id)?;
    phone_codes::remove_of_order(tx, (tenant, id))?;
    section_links::remove_of_order(tx, (tenant, id))?;
    order_people::remove_of_order(tx, tenant, id)?;
    orders::remove(tx, tenant, id)?;
    let details = json!({"event": "removed"});
    Ok(permit.record(Action::OrderMoved, format!("order {id}"), &details, now).append(tx)?)
}
