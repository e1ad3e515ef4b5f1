//! The people whom an order asks for something: to approve, to confirm, to receive. Their links are derived from id and
//! generation.

use std::time::Duration;

use crypto::Digest;
use model::{LinkId, MemberId, OrderId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};

const INSERT: &str = "INSERT INTO order_people (tenant_id, id, order_id, submission, part, state, generation,
    sealed_person, sealed_evidence, person_digest, member_id, decided_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const LIST: &str = "SELECT tenant_id, id, order_id, submission, part, state, generation, sealed_person,
    sealed_evidence, person_digest, member_id, decided_at
    FROM order_people WHERE tenant_id = $1 AND order_id = $2 AND submission = $3 ORDER BY id LIMIT 100";
pub(crate) const FIND_BY_ID: &str =
    "SELECT tenant_id, id, order_id, submission, part, state, generation, sealed_person,
    sealed_evidence, person_digest, member_id, decided_at FROM order_people WHERE id = $1";
const SAVE: &str =
    "UPDATE order_people SET state = $1, generation = $2, sealed_person = $3, sealed_evidence = $4,
    person_digest = $5, member_id = $6, decided_at = $7 WHERE tenant_id = $8 AND id = $9";
const REMOVE: &str = "DELETE FROM order_people WHERE tenant_id = $1 AND order_id = $2";

// Begins with the orders that were submitted more than once. Ids are in the order in which they were made: what a newer submission
// has, made before $1, has replaced what is older.
pub(crate) const SWEEP: &str = "DELETE FROM order_people WHERE (tenant_id, id) IN (
    SELECT old.tenant_id, old.id FROM orders JOIN order_people old ON old.tenant_id = orders.tenant_id
    AND old.order_id = orders.id AND old.submission < orders.submission
    WHERE orders.submission > 1 AND old.part IN ('receiver', 'blocker', 'general', 'issuer')
    AND EXISTS (SELECT 1 FROM order_people newer WHERE newer.tenant_id = old.tenant_id
    AND newer.order_id = old.order_id AND newer.submission > old.submission AND newer.id < $1)
    LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, LIST, FIND_BY_ID, SAVE, REMOVE, SWEEP];
/// For how long the contacts of a submission are kept that a newer one has replaced.
const REPLACED_KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

words! {
    /// What somebody is asked for.
    Part {
        /// To approve for the company.
        Signatory = "signatory",
        /// To approve, as a signatory, the declaration on the national identity number.
        Declarant = "declarant",
        /// To receive the credentials.
        Receiver = "receiver",
        /// To confirm that they may block or revoke.
        Blocker = "blocker",
        /// To confirm that letters reach them.
        General = "general",
        /// To fetch the documents, as the issuer.
        Issuer = "issuer",
    }
}

words! {
    /// How far they have come.
    PersonState {
        /// They are asked.
        Waiting = "waiting",
        /// They have done what they were asked for.
        Done = "done",
        /// They said no.
        Declined = "declined",
        /// Who they are is to be reviewed.
        InReview = "in_review",
    }
}

/// A person's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPerson {
    /// Whose order it is.
    pub tenant_id: TenantId,
    /// Its id, which is in their link.
    pub id: LinkId,
    /// Of which order.
    pub order_id: OrderId,
    /// Of which submission: those of an earlier one count for nothing.
    pub submission: i64,
    /// What they are asked for.
    pub part: Part,
    /// How far they have come.
    pub state: PersonState,
    /// Counts how often their link was replaced.
    pub generation: i64,
    /// Name, address, what they are recognised by.
    pub sealed_person: Vec<u8>,
    /// What the eID said of them when they approved.
    pub sealed_evidence: Option<Vec<u8>>,
    /// Who did it.
    pub person_digest: Option<Digest>,
    /// The member that they became.
    pub member_id: Option<MemberId>,
    /// When they did it.
    pub decided_at: Option<Timestamp>,
}

/// What is said of a sealed value that does not open.
pub const fn unreadable() -> StoreError {
    StoreError::Corrupt { table: "order_people", column: "sealed_person", id: String::new() }
}

/// Adds a person.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, it: &OrderPerson) -> Result<(), StoreError> {
    let values = [
        it.tenant_id.into(),
        it.id.into(),
        it.order_id.into(),
        it.submission.into(),
        it.part.into(),
        it.state.into(),
        it.generation.into(),
        (&it.sealed_person).into(),
        it.sealed_evidence.as_deref().into(),
        it.person_digest.as_ref().into(),
        it.member_id.into(),
        it.decided_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Lists the people of a submission.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
    submission: i64,
) -> Result<Vec<OrderPerson>, StoreError> {
    let rows = tx.list(LIST, &[tenant_id.into(), order_id.into(), submission.into()])?;
    rows.into_iter().map(read).collect()
}

/// Finds a person by the id in their link, whosever the order is; in a write, the row is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, id: LinkId) -> Result<Option<OrderPerson>, StoreError> {
    tx.find_for_change(FIND_BY_ID, &[id.into()])?.map(read).transpose()
}

/// Finds of whose order a person is, by the id in their link, without locking anything: the order is locked before its people.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn order_of(tx: &mut impl Tx, id: LinkId) -> Result<Option<(TenantId, OrderId)>, StoreError> {
    let row = tx.find(FIND_BY_ID, &[id.into()])?.map(read).transpose()?;
    Ok(row.map(|it| (it.tenant_id, it.order_id)))
}

/// Saves what a person did, or another link of theirs.
///
/// # Errors
/// [`StoreError::NotFound`] when the row is gone.
pub fn save(tx: &mut WriteTx<'_>, it: &OrderPerson) -> Result<(), StoreError> {
    let values = [
        it.state.into(),
        it.generation.into(),
        (&it.sealed_person).into(),
        it.sealed_evidence.as_deref().into(),
        it.person_digest.as_ref().into(),
        it.member_id.into(),
        it.decided_at.into(),
        it.tenant_id.into(),
        it.id.into(),
    ];
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// Removes everybody of an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_of_order(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    order_id: OrderId,
) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[tenant_id.into(), order_id.into()]).map(drop)
}

/// Removes at most `limit` contacts that another submission replaced more than 90 days ago, whosever they are. Who
/// approved stays, because that is evidence. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_replaced(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let before = LinkId::first_of(now.before(REPLACED_KEPT_FOR));
    tx.execute(SWEEP, &[before.into(), limit.into()])
}

fn read(row: Row) -> Result<OrderPerson, StoreError> {
    let mut row = row.of("order_people");
    Ok(OrderPerson {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.id("id", LinkId::parse)?,
        order_id: row.id("order_id", OrderId::parse)?,
        submission: row.int("submission")?,
        part: row.word("part", Part::parse)?,
        state: row.word("state", PersonState::parse)?,
        generation: row.int("generation")?,
        sealed_person: row.bytes("sealed_person")?,
        sealed_evidence: row.maybe_bytes("sealed_evidence")?,
        person_digest: row.maybe_digest("person_digest")?,
        member_id: row.maybe_id("member_id", MemberId::parse)?,
        decided_at: row.maybe_time("decided_at")?,
    })
}
