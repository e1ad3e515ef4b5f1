//! Codes that were sent to the phones of people whom orders ask: one for each person, good in one browser, counted.

use crypto::Digest;
use model::{LinkId, OrderId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements as _, value::Row};

const FIND: &str =
    "SELECT tenant_id, person_id, order_id, code_id, code_digest, browser_digest, tries, sent_times,
    sent_at, confirmed_at, expires_at FROM phone_codes WHERE tenant_id = $1 AND person_id = $2";
const REMOVE: &str = "DELETE FROM phone_codes WHERE tenant_id = $1 AND person_id = $2";
const INSERT: &str = "INSERT INTO phone_codes (tenant_id, person_id, order_id, code_id, code_digest, browser_digest,
    tries, sent_times, sent_at, confirmed_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const COUNT_TRY: &str =
    "UPDATE phone_codes SET tries = tries + 1 WHERE tenant_id = $1 AND person_id = $2 AND browser_digest = $3
    AND tries < $4 AND sent_at > $5 AND code_digest IS NOT NULL RETURNING tenant_id, person_id, order_id, code_id,
    code_digest, browser_digest, tries, sent_times, sent_at, confirmed_at, expires_at";
const SPEND: &str = "UPDATE phone_codes SET code_digest = NULL, confirmed_at = $1
    WHERE tenant_id = $2 AND person_id = $3 AND code_digest IS NOT NULL";
const REMOVE_OF_ORDER: &str = "DELETE FROM phone_codes WHERE tenant_id = $1 AND order_id = $2";
pub(crate) const SWEEP: &str = "DELETE FROM phone_codes WHERE (tenant_id, person_id) IN
    (SELECT tenant_id, person_id FROM phone_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[FIND, REMOVE, INSERT, COUNT_TRY, SPEND, REMOVE_OF_ORDER, SWEEP];

/// A code's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneCode {
    /// Whose order it is.
    pub tenant_id: TenantId,
    /// Who was sent it.
    pub person_id: LinkId,
    /// Of which order.
    pub order_id: OrderId,
    /// What the code is derived from.
    pub code_id: LinkId,
    /// A keyed digest of the code; `None` once it was typed.
    pub code_digest: Option<Digest>,
    /// The browser that asked for it.
    pub browser_digest: Digest,
    /// How often something was typed for it.
    pub tries: u32,
    /// How many codes this person was sent, this one included.
    pub sent_times: u32,
    /// When it was written.
    pub sent_at: Timestamp,
    /// When it was typed.
    pub confirmed_at: Option<Timestamp>,
    /// When the row goes, and with it the count.
    pub expires_at: Timestamp,
}

/// A browser that types a code.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    /// The browser.
    pub browser: &'a Digest,
    /// How many are allowed.
    pub most: u32,
    /// A code that was sent then or before is over.
    pub sent_after: Timestamp,
}

/// Finds the code of a person; in a write, the row is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    (tenant_id, person): (TenantId, LinkId),
) -> Result<Option<PhoneCode>, StoreError> {
    tx.find_for_change(FIND, &[tenant_id.into(), person.into()])?.map(read).transpose()
}

/// Puts a code in the place of the one before.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn replace(tx: &mut WriteTx<'_>, it: &PhoneCode) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[it.tenant_id.into(), it.person_id.into()])?;
    let values = [
        it.tenant_id.into(),
        it.person_id.into(),
        it.order_id.into(),
        it.code_id.into(),
        it.code_digest.as_ref().into(),
        (&it.browser_digest).into(),
        it.tries.into(),
        it.sent_times.into(),
        it.sent_at.into(),
        it.confirmed_at.into(),
        it.expires_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Counts a try and gives the code to compare with; `None` when there is none, it is over, or this is not its browser.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn count_try(
    tx: &mut WriteTx<'_>,
    (tenant_id, person): (TenantId, LinkId),
    it: Try<'_>,
) -> Result<Option<PhoneCode>, StoreError> {
    let values = [tenant_id.into(), person.into(), it.browser.into(), it.most.into(), it.sent_after.into()];
    tx.find(COUNT_TRY, &values)?.map(read).transpose()
}

/// Spends a code that was typed; `false` when it was before.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn spend(
    tx: &mut WriteTx<'_>,
    (tenant_id, person): (TenantId, LinkId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SPEND, &[now.into(), tenant_id.into(), person.into()])? == 1)
}

/// Removes the codes of an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_of_order(
    tx: &mut WriteTx<'_>,
    (tenant_id, order): (TenantId, OrderId),
) -> Result<(), StoreError> {
    tx.execute(REMOVE_OF_ORDER, &[tenant_id.into(), order.into()]).map(drop)
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<PhoneCode, StoreError> {
    let mut row = row.of("phone_codes");
    let count = |it: i64| u32::try_from(it).unwrap_or(u32::MAX);
    Ok(PhoneCode {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        person_id: row.id("person_id", LinkId::parse)?,
        order_id: row.id("order_id", OrderId::parse)?,
        code_id: row.id("code_id", LinkId::parse)?,
        code_digest: row.maybe_digest("code_digest")?,
        browser_digest: row.digest("browser_digest")?,
        tries: count(row.int("tries")?),
        sent_times: count(row.int("sent_times")?),
        sent_at: row.time("sent_at")?,
        confirmed_at: row.maybe_time("confirmed_at")?,
        expires_at: row.time("expires_at")?,
    })
}
