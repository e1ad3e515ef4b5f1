//! Sessions of the console. The cookie has the secret; here is its digest.

use crypto::Digest;
use model::{MemberId, SessionId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str =
    "INSERT INTO console_sessions (session_digest, id, kind, member_id, made_by, level, browser,
    signed_in_at, used_at, ends_at, expires_at, sealed_contact)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const FIND: &str = "SELECT session_digest, id, kind, member_id, made_by, level, browser,
    signed_in_at, used_at, ends_at, expires_at, sealed_contact
    FROM console_sessions WHERE session_digest = $1 AND expires_at > $2";
const USE: &str = "UPDATE console_sessions SET used_at = $1,
    expires_at = CASE WHEN ends_at < $2 THEN ends_at ELSE $2 END
    WHERE session_digest = $3 AND expires_at > $1";
const LIST: &str = "SELECT session_digest, id, kind, member_id, made_by, level, browser,
    signed_in_at, used_at, ends_at, expires_at, sealed_contact
    FROM console_sessions WHERE member_id = $1 AND expires_at > $2 ORDER BY signed_in_at DESC LIMIT 100";
const REMOVE: &str = "DELETE FROM console_sessions WHERE session_digest = $1";
const REMOVE_BY_ID: &str = "DELETE FROM console_sessions WHERE member_id = $1 AND id = $2";
const REMOVE_BY_MEMBER: &str = "DELETE FROM console_sessions WHERE member_id = $1";
const REMOVE_BY_KIND: &str = "DELETE FROM console_sessions WHERE kind = $1";
pub(crate) const SWEEP: &str = "DELETE FROM console_sessions WHERE session_digest IN
    (SELECT session_digest FROM console_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] =
    &[INSERT, FIND, USE, LIST, REMOVE, REMOVE_BY_ID, REMOVE_BY_MEMBER, REMOVE_BY_KIND, SWEEP];

/// A session's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSession {
    /// SHA-256 of what is in the cookie.
    pub session_digest: Digest,
    /// Its public id.
    pub id: SessionId,
    /// `member`, `setup` or `recovery`.
    pub kind: String,
    /// Who signed in; `None` for a session of a link that was made on the host.
    pub member_id: Option<MemberId>,
    /// Who made the link, where it is of one: the account on the host.
    pub made_by: String,
    /// The level that was proved.
    pub level: String,
    /// The browser, in words that it said of itself.
    pub browser: String,
    /// When the person proved who they are.
    pub signed_in_at: Timestamp,
    /// When it was used last, to the minute.
    pub used_at: Timestamp,
    /// The absolute limit.
    pub ends_at: Timestamp,
    /// From when on it is not accepted: the idle limit, or the absolute one if that comes first.
    pub expires_at: Timestamp,
    /// Of a session of a link from the host: where letters to whoever signs in through it go, sealed under what is in the cookie.
    pub sealed_contact: Option<Vec<u8>>,
}

/// Adds a session.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, session: &ConsoleSession) -> Result<(), StoreError> {
    let values = [
        (&session.session_digest).into(),
        session.id.into(),
        (&session.kind).into(),
        session.member_id.into(),
        (&session.made_by).into(),
        (&session.level).into(),
        (&session.browser).into(),
        session.signed_in_at.into(),
        session.used_at.into(),
        session.ends_at.into(),
        session.expires_at.into(),
        session.sealed_contact.as_deref().into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Finds a session that still lives.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, digest: &Digest, now: Timestamp) -> Result<Option<ConsoleSession>, StoreError> {
    tx.find(FIND, &[digest.into(), now.into()])?.map(read).transpose()
}

/// Notes that a session is used: it lives until `idle_until` then, but never past its absolute limit.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn touch(
    tx: &mut WriteTx<'_>,
    digest: &Digest,
    idle_until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(USE, &[now.into(), idle_until.into(), digest.into()]).map(drop)
}

/// Lists the living sessions of a member, the newest first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, member: MemberId, now: Timestamp) -> Result<Vec<ConsoleSession>, StoreError> {
    tx.list(LIST, &[member.into(), now.into()])?.into_iter().map(read).collect()
}

/// Ends a session.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, digest: &Digest) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[digest.into()]).map(drop)
}

/// Ends a session of a member; says whether there was one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_id(tx: &mut WriteTx<'_>, member: MemberId, id: SessionId) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE_BY_ID, &[member.into(), id.into()])? == 1)
}

/// Ends all sessions of a member.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_member(tx: &mut WriteTx<'_>, member: MemberId) -> Result<(), StoreError> {
    tx.execute(REMOVE_BY_MEMBER, &[member.into()]).map(drop)
}

/// Ends all sessions of a kind.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_kind(tx: &mut WriteTx<'_>, kind: &str) -> Result<(), StoreError> {
    tx.execute(REMOVE_BY_KIND, &[kind.into()]).map(drop)
}

/// Removes at most `limit` rows that have expired, the oldest first.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<ConsoleSession, StoreError> {
    let mut row = row.of("console_sessions");
    Ok(ConsoleSession {
        session_digest: row.digest("session_digest")?,
        id: row.id("id", SessionId::parse)?,
        kind: row.text("kind")?,
        member_id: row.maybe_id("member_id", MemberId::parse)?,
        made_by: row.text("made_by")?,
        level: row.text("level")?,
        browser: row.text("browser")?,
        signed_in_at: row.time("signed_in_at")?,
        used_at: row.time("used_at")?,
        ends_at: row.time("ends_at")?,
        expires_at: row.time("expires_at")?,
        sealed_contact: row.maybe_bytes("sealed_contact")?,
    })
}
