//! Links into the console that are made on the host: to set it up, or to let an operator in again.

use crypto::Digest;
use model::{MemberId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str =
    "INSERT INTO entry_links (link_digest, kind, member_id, made_by, expires_at, sealed_contact)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT link_digest, kind, member_id, made_by, expires_at, sealed_contact
    FROM entry_links WHERE link_digest = $1 AND expires_at > $2";
const REMOVE: &str = "DELETE FROM entry_links WHERE link_digest = $1";
const REMOVE_BY_KIND: &str = "DELETE FROM entry_links WHERE kind = $1";
const REMOVE_BY_MEMBER: &str = "DELETE FROM entry_links WHERE member_id = $1";
pub(crate) const SWEEP: &str = "DELETE FROM entry_links WHERE link_digest IN
    (SELECT link_digest FROM entry_links WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, REMOVE, REMOVE_BY_KIND, REMOVE_BY_MEMBER, SWEEP];

/// A link's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryLink {
    /// SHA-256 of the key in the link.
    pub link_digest: Digest,
    /// `setup` or `recovery`.
    pub kind: String,
    /// Whom a recovery lets in.
    pub member_id: Option<MemberId>,
    /// The account on the host that made it.
    pub made_by: String,
    /// From when on it is over.
    pub expires_at: Timestamp,
    /// Where letters to whoever comes in by it go, sealed under the key in the link.
    pub sealed_contact: Option<Vec<u8>>,
}

/// Adds a link.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, link: &EntryLink) -> Result<(), StoreError> {
    let values = [
        (&link.link_digest).into(),
        (&link.kind).into(),
        link.member_id.into(),
        (&link.made_by).into(),
        link.expires_at.into(),
        link.sealed_contact.as_deref().into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Finds a link that has not expired.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, digest: &Digest, now: Timestamp) -> Result<Option<EntryLink>, StoreError> {
    tx.find(FIND, &[digest.into(), now.into()])?.map(read).transpose()
}

/// Spends a link: says whether this caller was the first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn spend(tx: &mut WriteTx<'_>, digest: &Digest) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, &[digest.into()])? == 1)
}

/// Takes all links of a kind away.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_kind(tx: &mut WriteTx<'_>, kind: &str) -> Result<(), StoreError> {
    tx.execute(REMOVE_BY_KIND, &[kind.into()]).map(drop)
}

/// Takes all links away that let a member in.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_member(tx: &mut WriteTx<'_>, member: MemberId) -> Result<(), StoreError> {
    tx.execute(REMOVE_BY_MEMBER, &[member.into()]).map(drop)
}

/// Removes at most `limit` rows that have expired, the oldest first.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<EntryLink, StoreError> {
    let mut row = row.of("entry_links");
    Ok(EntryLink {
        link_digest: row.digest("link_digest")?,
        kind: row.text("kind")?,
        member_id: row.maybe_id("member_id", MemberId::parse)?,
        made_by: row.text("made_by")?,
        expires_at: row.time("expires_at")?,
        sealed_contact: row.maybe_bytes("sealed_contact")?,
    })
}
