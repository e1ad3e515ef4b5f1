//! Orders of an eID's credentials, and what happened to them.

use crypto::Digest;
use model::{DomainId, IssuerId, OrderId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements as _, value::Row};

const INSERT: &str =
    "INSERT INTO orders (tenant_id, id, domain_id, eid, handover, state, held_state, version, submission,
    document_digest, was_sent, sealed_answers, created_at, changed_at, since, expires_at, issuer_id,
    declaration_digest, agreement_state, supersedes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
const GET: &str = "SELECT tenant_id, id, domain_id, eid, handover, state, held_state, version, submission,
    document_digest, was_sent, sealed_answers, created_at, changed_at, since, expires_at, entered_version, issuer_id,
    declaration_digest, agreement_state, supersedes FROM orders WHERE tenant_id = $1 AND id = $2";
const LIST: &str = "SELECT tenant_id, id, domain_id, eid, handover, state, held_state, version, submission,
    document_digest, was_sent, sealed_answers, created_at, changed_at, since, expires_at, entered_version, issuer_id,
    declaration_digest, agreement_state, supersedes FROM orders WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1000";
// Orders of tenants in the bin are left out here, so that they take no place within the limit.
pub(crate) const LIST_BY_STATE: &str = "SELECT orders.tenant_id, orders.id, orders.domain_id, orders.eid, orders.handover,
    orders.state, orders.held_state, orders.version, orders.submission, orders.document_digest, orders.was_sent,
    orders.sealed_answers, orders.created_at, orders.changed_at, orders.since, orders.expires_at, orders.entered_version, orders.issuer_id,
    orders.declaration_digest, orders.agreement_state, orders.supersedes FROM orders JOIN tenants ON tenants.id = orders.tenant_id
    WHERE orders.state = $1 AND tenants.deleted_at IS NULL AND (orders.since > $2 OR (orders.since = $2 AND orders.id > $3))
    ORDER BY orders.since, orders.id LIMIT 1000";
pub(crate) const LIST_EXPIRED: &str = "SELECT orders.tenant_id, orders.id, orders.domain_id, orders.eid, orders.handover,
    orders.state, orders.held_state, orders.version, orders.submission, orders.document_digest, orders.was_sent,
    orders.sealed_answers, orders.created_at, orders.changed_at, orders.since, orders.expires_at, orders.entered_version, orders.issuer_id,
    orders.declaration_digest, orders.agreement_state, orders.supersedes FROM orders JOIN tenants ON tenants.id = orders.tenant_id
    WHERE orders.expires_at <= $1 AND tenants.deleted_at IS NULL ORDER BY orders.expires_at LIMIT 1000";
// Neither in use nor to be restored.
pub(crate) const LIST_GONE: &str = "SELECT orders.tenant_id, orders.id, orders.domain_id, orders.eid, orders.handover,
    orders.state, orders.held_state, orders.version, orders.submission, orders.document_digest, orders.was_sent,
    orders.sealed_answers, orders.created_at, orders.changed_at, orders.since, orders.expires_at, orders.entered_version, orders.issuer_id,
    orders.declaration_digest, orders.agreement_state, orders.supersedes FROM orders JOIN tenants ON tenants.id = orders.tenant_id
    WHERE orders.state = 'live' AND orders.entered_version IS NOT NULL AND tenants.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM identity_sources WHERE identity_sources.tenant_id = orders.tenant_id
    AND identity_sources.domain_id = orders.domain_id AND identity_sources.eid = orders.eid
    AND identity_sources.credentials_version = orders.entered_version)
    AND NOT EXISTS (SELECT 1 FROM identity_sources JOIN source_generations
    ON source_generations.tenant_id = identity_sources.tenant_id AND source_generations.source_id = identity_sources.id
    WHERE identity_sources.tenant_id = orders.tenant_id AND identity_sources.domain_id = orders.domain_id
    AND identity_sources.eid = orders.eid AND source_generations.generation = 'previous'
    AND source_generations.credentials_version = orders.entered_version)
    ORDER BY orders.since LIMIT 1000";
const FIND_SUCCESSOR: &str =
    "SELECT id FROM orders WHERE tenant_id = $1 AND supersedes = $2 ORDER BY id DESC LIMIT 1";
const LIST_OPEN: &str = "SELECT domain_id, state, held_state FROM orders WHERE tenant_id = $1
    AND state NOT IN ('live', 'ended', 'withdrawn', 'rejected', 'lapsed') LIMIT 1000";
const SAVE: &str =
    "UPDATE orders SET handover = $1, state = $2, held_state = $3, submission = $4, document_digest = $5,
    was_sent = $6, sealed_answers = $7, changed_at = $8, since = $9, expires_at = $10, entered_version = $11,
    issuer_id = $12, declaration_digest = $13, agreement_state = $14, version = version + 1
    WHERE tenant_id = $15 AND id = $16 AND version = $17";
const REMOVE: &str = "DELETE FROM orders WHERE tenant_id = $1 AND id = $2";
const REMOVE_STEPS: &str = "DELETE FROM order_steps WHERE tenant_id = $1 AND order_id = $2";
const INSERT_STEP: &str = "INSERT INTO order_steps
    (tenant_id, order_id, position, event, state, actor, sealed_note, happened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LIST_STEPS: &str = "SELECT position, event, state, actor, sealed_note, happened_at
    FROM order_steps WHERE tenant_id = $1 AND order_id = $2 ORDER BY position DESC LIMIT 1000";
const LIST_STEPS_OF: &str = "SELECT position FROM order_steps
    WHERE tenant_id = $1 AND order_id = $2 AND event = $3 AND happened_at >= $4 ORDER BY position LIMIT 100";
const LAST_STEP: &str =
    "SELECT position FROM order_steps WHERE tenant_id = $1 AND order_id = $2 ORDER BY position DESC LIMIT 1";

pub(crate) const ALL: &[&str] = &[
    INSERT,
    GET,
    LIST,
    LIST_BY_STATE,
    LIST_EXPIRED,
    LIST_GONE,
    FIND_SUCCESSOR,
    LIST_OPEN,
    SAVE,
    REMOVE,
    REMOVE_STEPS,
    INSERT_STEP,
    LIST_STEPS,
    LIST_STEPS_OF,
    LAST_STEP,
];

/// An order's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: OrderId,
    /// For which domain.
    pub domain_id: DomainId,
    /// Of which eID.
    pub eid: String,
    /// How the credentials are handed over.
    pub handover: String,
    /// The state.
    pub state: String,
    /// The state that it had when it was put on hold.
    pub held_state: Option<String>,
    /// Counts its changes.
    pub version: i64,
    /// Counts what was submitted; 0 before the first.
    pub submission: i64,
    /// What the signatories of this submission approve.
    pub document_digest: Option<Digest>,
    /// What they approve of the national identity number, apart from it; `None`: there is no such declaration, or the submission is
    /// older and `document_digest` covers it.
    pub declaration_digest: Option<Digest>,
    /// Whether a submission was sent to the issuer.
    pub was_sent: bool,
    /// The answers.
    pub sealed_answers: Vec<u8>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// When time runs out in this state.
    pub expires_at: Option<Timestamp>,
    /// The number that the credentials which it brought have at the identity source.
    pub entered_version: Option<i64>,
    /// Who issues it; `None`: the issuer that is built in.
    pub issuer_id: Option<IssuerId>,
    /// How far the issuer's own agreement has come; `None`: nothing was uploaded.
    pub agreement_state: Option<String>,
    /// Which order that is over this one takes the place of; `None`: it was begun from nothing.
    pub supersedes: Option<OrderId>,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderStep {
    /// Counted from 1.
    pub position: i64,
    /// What happened.
    pub event: String,
    /// The state that followed.
    pub state: String,
    /// Who did it, as in audit events.
    pub actor: String,
    /// What was said.
    pub sealed_note: Option<Vec<u8>>,
    /// When.
    pub happened_at: Timestamp,
}

/// An order that is not over, as far as what is deleted depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOrder {
    /// For which domain.
    pub domain_id: DomainId,
    /// The state.
    pub state: String,
    /// The state that it had when it was put on hold.
    pub held_state: Option<String>,
}

/// What is said of a sealed value that does not open.
pub const fn unreadable() -> StoreError {
    StoreError::Corrupt { table: "orders", column: "sealed_answers", id: String::new() }
}

/// Adds an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, order: &Order) -> Result<(), StoreError> {
    let values = [
        order.tenant_id.into(),
        order.id.into(),
        order.domain_id.into(),
        (&order.eid).into(),
        (&order.handover).into(),
        (&order.state).into(),
        order.held_state.as_deref().into(),
        order.submission.into(),
        order.document_digest.as_ref().into(),
        i64::from(order.was_sent).into(),
        (&order.sealed_answers).into(),
        order.created_at.into(),
        order.changed_at.into(),
        order.since.into(),
        order.expires_at.into(),
        order.issuer_id.into(),
        order.declaration_digest.as_ref().into(),
        order.agreement_state.as_deref().into(),
        order.supersedes.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Gets an order; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError::NotFound`]: the tenant has none of this id.
pub fn get(tx: &mut impl Tx, tenant_id: TenantId, id: OrderId) -> Result<Order, StoreError> {
    let row = tx.find_for_change(GET, &[tenant_id.into(), id.into()])?;
    row.map(read).transpose()?.ok_or(StoreError::NotFound)
}

/// Lists a tenant's orders, the newest first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<Order>, StoreError> {
    tx.list(LIST, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Lists at most 1,000 orders in a state, whosever they are, those first that wait longest; `after`: the last one of a list before.
/// Tenants in the bin have none. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_by_state(
    tx: &mut impl Tx,
    state: &str,
    after: Option<(Timestamp, OrderId)>,
) -> Result<Vec<Order>, StoreError> {
    let since = after.map_or(Timestamp::from_micros(i64::MIN), |it| it.0);
    let id = after.map(|it| it.1.to_string()).unwrap_or_default();
    tx.list(LIST_BY_STATE, &[state.into(), since.into(), (&id).into()])?.into_iter().map(read).collect()
}

/// Lists at most 1,000 orders whose time has run out, whosever they are. Tenants in the bin have none. The worker's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_expired(tx: &mut impl Tx, now: Timestamp) -> Result<Vec<Order>, StoreError> {
    tx.list(LIST_EXPIRED, &[now.into()])?.into_iter().map(read).collect()
}

/// Lists at most 1,000 orders in use whose credentials are in use no more and cannot be restored either, whosever they are.
/// Tenants in the bin have none. The worker's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_gone(tx: &mut impl Tx) -> Result<Vec<Order>, StoreError> {
    tx.list(LIST_GONE, &[])?.into_iter().map(read).collect()
}

/// Finds the order that was begun last in place of this one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_successor(
    tx: &mut impl Tx,
    (tenant_id, id): (TenantId, OrderId),
) -> Result<Option<OrderId>, StoreError> {
    let row = tx.find(FIND_SUCCESSOR, &[tenant_id.into(), id.into()])?;
    row.map(|it| it.of("orders").id("id", OrderId::parse)).transpose()
}

/// Lists a tenant's orders that are not over, at most 1,000.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_open(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<OpenOrder>, StoreError> {
    let read = |row: Row| {
        let mut row = row.of("orders");
        Ok(OpenOrder {
            domain_id: row.id("domain_id", DomainId::parse)?,
            state: row.text("state")?,
            held_state: row.maybe_text("held_state")?,
        })
    };
    tx.list(LIST_OPEN, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Saves an order that was read in this version; the row gets the next one.
///
/// # Errors
/// [`StoreError::NotFound`] when it has another version by now.
pub fn save(tx: &mut WriteTx<'_>, order: &Order) -> Result<(), StoreError> {
    let values = [
        (&order.handover).into(),
        (&order.state).into(),
        order.held_state.as_deref().into(),
        order.submission.into(),
        order.document_digest.as_ref().into(),
        i64::from(order.was_sent).into(),
        (&order.sealed_answers).into(),
        order.changed_at.into(),
        order.since.into(),
        order.expires_at.into(),
        order.entered_version.into(),
        order.issuer_id.into(),
        order.declaration_digest.as_ref().into(),
        order.agreement_state.as_deref().into(),
        order.tenant_id.into(),
        order.id.into(),
        order.version.into(),
    ];
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// Removes an order with its timeline.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, id: OrderId) -> Result<(), StoreError> {
    tx.execute(REMOVE_STEPS, &[tenant_id.into(), id.into()])?;
    tx.execute(REMOVE, &[tenant_id.into(), id.into()]).map(drop)
}

/// Gives the position of the next line of the timeline. The order is locked by then.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn next_position(
    tx: &mut WriteTx<'_>,
    (tenant_id, order_id): (TenantId, OrderId),
) -> Result<i64, StoreError> {
    let row = tx.find(LAST_STEP, &[tenant_id.into(), order_id.into()])?;
    let last = row.map(|row| row.of("order_steps").int("position")).transpose()?.unwrap_or_default();
    Ok(last + 1)
}

/// Adds a line to the timeline.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn add_step(
    tx: &mut WriteTx<'_>,
    (tenant_id, order_id): (TenantId, OrderId),
    step: &OrderStep,
) -> Result<(), StoreError> {
    let values = [
        tenant_id.into(),
        order_id.into(),
        step.position.into(),
        (&step.event).into(),
        (&step.state).into(),
        (&step.actor).into(),
        step.sealed_note.as_deref().into(),
        step.happened_at.into(),
    ];
    tx.execute(INSERT_STEP, &values).map(drop)
}

/// Counts how often something happened to an order since then, up to 100.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn count_steps(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
    event: &str,
    since: Timestamp,
) -> Result<usize, StoreError> {
    let values = [tenant_id.into(), order_id.into(), event.into(), since.into()];
    Ok(tx.list(LIST_STEPS_OF, &values)?.len())
}

/// Lists the last 1,000 lines of the timeline, the first of them first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn steps(tx: &mut impl Tx, tenant_id: TenantId, order_id: OrderId) -> Result<Vec<OrderStep>, StoreError> {
    let rows = tx.list(LIST_STEPS, &[tenant_id.into(), order_id.into()])?;
    let read = |row: Row| {
        let mut row = row.of("order_steps");
        Ok(OrderStep {
            position: row.int("position")?,
            event: row.text("event")?,
            state: row.text("state")?,
            actor: row.text("actor")?,
            sealed_note: row.maybe_bytes("sealed_note")?,
            happened_at: row.time("happened_at")?,
        })
    };
    rows.into_iter().rev().map(read).collect()
}

fn read(row: Row) -> Result<Order, StoreError> {
    let mut row = row.of("orders");
    Ok(Order {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.id("id", OrderId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        eid: row.text("eid")?,
        handover: row.text("handover")?,
        state: row.text("state")?,
        held_state: row.maybe_text("held_state")?,
        version: row.int("version")?,
        submission: row.int("submission")?,
        document_digest: row.maybe_digest("document_digest")?,
        was_sent: row.int("was_sent")? != 0,
        sealed_answers: row.bytes("sealed_answers")?,
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
        since: row.time("since")?,
        expires_at: row.maybe_time("expires_at")?,
        entered_version: row.maybe_int("entered_version")?,
        issuer_id: row.maybe_id("issuer_id", IssuerId::parse)?,
        declaration_digest: row.maybe_digest("declaration_digest")?,
        agreement_state: row.maybe_text("agreement_state")?,
        supersedes: row.maybe_id("supersedes", OrderId::parse)?,
    })
}

#[cfg(test)]
mod tests {
    use super::LIST_OPEN;
    use model::OrderState;

    #[test]
    fn orders_that_are_not_over_are_those_that_the_model_calls_open() {
        for state in OrderState::ALL {
            let is_left_out = LIST_OPEN.contains(&format!("'{}'", state.as_str()));
            assert_eq!(is_left_out, !state.is_open(), "{}", state.as_str());
        }
    }
}
