//! Audit events: a chain for each tenant, of which only the last link is ever added to.

use crypto::Digest;
use model::{AuditContext, AuditEvent, AuditPersonal, TenantId, Timestamp, head_mac};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Columns, Row},
};

const HEAD: &str = "SELECT tenant_id, sequence, digest, mac FROM audit_heads WHERE tenant_id = $1";
const OPEN_HEAD: &str = "INSERT INTO audit_heads (tenant_id, sequence, digest, mac) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id) DO NOTHING";
const MOVE_HEAD: &str = "UPDATE audit_heads SET sequence = $1, digest = $2, mac = $3 WHERE tenant_id = $4";
const RESEAL_HEAD: &str = "UPDATE audit_heads SET mac = $1 WHERE tenant_id = $2";
const INSERT: &str = "INSERT INTO audit_events
    (tenant_id, sequence, happened_at, actor, action, object, details, digest, layout, trace, approver, personal_digest)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const INSERT_PERSONAL: &str = "INSERT INTO audit_personal (tenant_id, sequence, salt, address, name)
    VALUES ($1, $2, $3, $4, $5)";
const REMOVE_PERSONAL: &str = "DELETE FROM audit_personal WHERE tenant_id = $1 AND sequence = $2";
const LIST: &str =
    "SELECT e.tenant_id, e.sequence, e.happened_at, e.actor, e.action, e.object, e.details, e.digest,
        e.layout, e.trace, e.approver, e.personal_digest, p.salt, p.address, p.name
    FROM audit_events e LEFT JOIN audit_personal p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence
    WHERE e.tenant_id = $1 AND e.sequence > $2 ORDER BY e.sequence LIMIT $3";
const LIST_LATEST: &str =
    "SELECT e.tenant_id, e.sequence, e.happened_at, e.actor, e.action, e.object, e.details, e.digest,
        e.layout, e.trace, e.approver, e.personal_digest, p.salt, p.address, p.name
    FROM audit_events e LEFT JOIN audit_personal p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence
    WHERE e.tenant_id = $1 AND e.sequence < $2 ORDER BY e.sequence DESC LIMIT $3";
const LAST_UNTIL: &str = "SELECT sequence FROM audit_events WHERE tenant_id = $1 AND happened_at < $2
    ORDER BY happened_at DESC, sequence DESC LIMIT 1";

pub(crate) const ALL: &[&str] = &[
    HEAD,
    OPEN_HEAD,
    MOVE_HEAD,
    RESEAL_HEAD,
    INSERT,
    INSERT_PERSONAL,
    REMOVE_PERSONAL,
    LIST,
    LIST_LATEST,
    LAST_UNTIL,
];

/// What `layout` says of a link with a context; null says layout 1.
const LAYOUT_2: i64 = 2;

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the last link; 0 before the first.
    pub sequence: i64,
    /// Its digest; 32 zero bytes before the first.
    pub digest: [u8; 32],
    /// [`model::head_mac`] of both.
    pub mac: Vec<u8>,
}

/// A link in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Counts from 1, without gaps.
    pub sequence: i64,
    /// What happened.
    pub event: AuditEvent,
    /// [`AuditEvent::digest`] over it and the link before.
    pub digest: Digest,
}

impl Head {
    /// Says whether who wrote it had `key`; the empty chain's need not have.
    pub fn is_authentic(&self, key: &[u8; 32]) -> bool {
        let mac = Digest::from_slice(&self.digest).map(|digest| head_mac(key, self.sequence, &digest));
        let is_empty = (self.sequence, self.digest) == (0, [0; 32]) && self.mac.is_empty();
        is_empty || mac.is_some_and(|mac| crypto::same_bytes(&mac, &self.mac))
    }
}

/// Finds where a tenant's chain ends; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_head(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Option<Head>, StoreError> {
    let row = tx.find_for_change(HEAD, &[tenant_id.into()])?;
    row.map(|row| {
        let mut row = row.of("audit_heads");
        row.id("tenant_id", TenantId::parse)?;
        let (sequence, digest) = (row.int("sequence")?, row.digest("digest")?);
        Ok(Head { sequence, digest: *digest.as_bytes(), mac: row.bytes("mac")? })
    })
    .transpose()
}

/// Adds a link to the chain of the event's tenant. `key`: what the head is authenticated with.
///
/// A head that was not authentic does not become so: the link is added, and the chain stays known as forged.
///
/// # Errors
/// [`StoreError`]: what happened around it; then the change it tells of must not stand either.
pub fn append(tx: &mut WriteTx<'_>, event: &AuditEvent, key: &[u8; 32]) -> Result<(), StoreError> {
    let tenant = event.tenant_id;
    let head = match find_head(tx, tenant)? {
        Some(head) => head,
        None => {
            // Two first writers at once: the second waits here for the first, then reads its head.
            let start: (&[u8], &[u8]) = (&[0; 32], &[]);
            tx.execute(OPEN_HEAD, &[tenant.into(), 0_i64.into(), start.0.into(), start.1.into()])?;
            find_head(tx, tenant)?.ok_or(StoreError::NotFound)?
        }
    };
    let sequence = head.sequence.saturating_add(1);
    let digest = event.digest(sequence, &head.digest);
    let mac = if head.is_authentic(key) { head_mac(key, sequence, &digest).to_vec() } else { head.mac };
    let context = event.context.clone().unwrap_or_default();
    let values = [
        tenant.into(),
        sequence.into(),
        event.happened_at.into(),
        (&event.actor).into(),
        (&event.action).into(),
        (&event.object).into(),
        (&event.details).into(),
        (&digest).into(),
        event.context.as_ref().map(|_| LAYOUT_2).into(),
        context.trace.as_deref().into(),
        context.approver.as_deref().into(),
        context.personal_digest.as_ref().into(),
    ];
    tx.put(INSERT, &values)?;
    if let Some(personal) = &context.personal {
        let salt = personal.salt.as_slice().into();
        let (address, name) = (personal.address.as_deref().into(), personal.name.as_deref().into());
        tx.put(INSERT_PERSONAL, &[tenant.into(), sequence.into(), salt, address, name])?;
    }
    let moved = [sequence.into(), (&digest).into(), mac.as_slice().into(), tenant.into()];
    tx.put(MOVE_HEAD, &moved)
}

/// Erases what tells about a person in a link; says whether there was something. The chain still holds.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_personal(tx: &mut WriteTx<'_>, tenant_id: TenantId, sequence: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE_PERSONAL, &[tenant_id.into(), sequence.into()])? > 0)
}

/// Authenticates the head anew, after its key has changed.
///
/// # Errors
/// [`StoreError`], perhaps only from the write itself.
pub fn reseal_head(tx: &mut WriteTx<'_>, tenant_id: TenantId, mac: &[u8; 32]) -> Result<(), StoreError> {
    tx.put(RESEAL_HEAD, &[mac.as_slice().into(), tenant_id.into()])
}

/// Lists at most `limit` links in their order, from the one that follows `after` (0 for the first).
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, tenant_id: TenantId, after: i64, limit: u32) -> Result<Vec<Link>, StoreError> {
    tx.list(LIST, &[tenant_id.into(), after.into(), limit.into()])?.into_iter().map(read).collect()
}

/// Lists at most `limit` links from the newest on, of those before the number `before`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_latest(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    before: i64,
    limit: u32,
) -> Result<Vec<Link>, StoreError> {
    tx.list(LIST_LATEST, &[tenant_id.into(), before.into(), limit.into()])?.into_iter().map(read).collect()
}

/// Finds the number of the last link from before an instant.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_last_until(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    until: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let row = tx.find(LAST_UNTIL, &[tenant_id.into(), until.into()])?;
    row.map(|row| row.of("audit_events").int("sequence")).transpose()
}

fn read(row: Row) -> Result<Link, StoreError> {
    let mut row = row.of("audit_events");
    let tenant_id = row.id("tenant_id", TenantId::parse)?;
    let sequence = row.int("sequence")?;
    let mut event = AuditEvent {
        tenant_id,
        happened_at: row.time("happened_at")?,
        actor: row.text("actor")?,
        action: row.text("action")?,
        object: row.text("object")?,
        details: row.text("details")?,
        context: None,
    };
    let digest = row.digest("digest")?;
    event.context = read_context(&mut row)?;
    Ok(Link { sequence, event, digest })
}

fn read_context(row: &mut Columns) -> Result<Option<AuditContext>, StoreError> {
    match row.maybe_int("layout")? {
        None => return Ok(None),
        Some(LAYOUT_2) => {}
        Some(_) => return Err(row.corrupt("layout")),
    }
    let (trace, approver) = (row.maybe_text("trace")?, row.maybe_text("approver")?);
    let personal_digest = row.maybe_bytes("personal_digest")?.and_then(|it| Digest::from_slice(&it));
    let personal = match row.maybe_bytes("salt")? {
        None => None,
        Some(salt) => Some(AuditPersonal {
            salt: salt.try_into().map_err(|_| row.corrupt("salt"))?,
            address: row.maybe_text("address")?,
            name: row.maybe_text("name")?,
        }),
    };
    Ok(Some(AuditContext { trace, approver, personal_digest, personal }))
}
