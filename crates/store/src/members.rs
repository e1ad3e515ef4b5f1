//! Members: people who sign in to the console, and the credentials that they are recognised by. They belong to the
//! installation; what they may do in a tenant is in `member_roles`.

use crypto::Digest;
use model::{EidEnvironment, MemberId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO members (id, name, version, created_at, seen_at, sealed_contact) VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT id, name, version, created_at, seen_at, sealed_contact FROM members WHERE id = $1";
const SET_CONTACT: &str = "UPDATE members SET sealed_contact = $1 WHERE id = $2";
const SIGNED_IN: &str = "UPDATE members SET name = $1, seen_at = $2 WHERE id = $3";
const REMOVE: &str = "DELETE FROM members WHERE id = $1";
const INSERT_CREDENTIAL: &str = "INSERT INTO member_credentials
    (credential_digest, member_id, eid, environment, created_at) VALUES ($1, $2, $3, $4, $5)";
const FIND_CREDENTIAL: &str = "SELECT credential_digest, member_id, eid, environment, created_at
    FROM member_credentials WHERE credential_digest = $1";
const LIST_CREDENTIALS: &str = "SELECT credential_digest, member_id, eid, environment, created_at
    FROM member_credentials WHERE member_id = $1 ORDER BY created_at";
const REMOVE_CREDENTIALS: &str = "DELETE FROM member_credentials WHERE member_id = $1";

pub(crate) const ALL: &[&str] = &[
    INSERT,
    FIND,
    SIGNED_IN,
    SET_CONTACT,
    REMOVE,
    INSERT_CREDENTIAL,
    FIND_CREDENTIAL,
    LIST_CREDENTIALS,
    REMOVE_CREDENTIALS,
];

/// A member's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// The name that the eID gave at the last sign-in.
    pub name: String,
    /// Counts the saves.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the person signed in last.
    pub seen_at: Option<Timestamp>,
    /// Where letters to the member go, and in which language; sealed.
    pub sealed_contact: Option<Vec<u8>>,
}

/// What a member is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// HMAC of method, environment, issuer and the eID's stable identifier.
    pub credential_digest: Digest,
    /// Whose it is.
    pub member_id: MemberId,
    /// The eID.
    pub eid: String,
    /// Which installation of it.
    pub environment: EidEnvironment,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Adds a member.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, member: &Member) -> Result<(), StoreError> {
    let values = [
        member.id.into(),
        (&member.name).into(),
        member.version.into(),
        member.created_at.into(),
        member.seen_at.into(),
        member.sealed_contact.as_deref().into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Says where letters to a member go; `None`: nowhere.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn set_contact(
    tx: &mut WriteTx<'_>,
    id: MemberId,
    sealed_contact: Option<&[u8]>,
) -> Result<(), StoreError> {
    tx.execute(SET_CONTACT, &[sealed_contact.into(), id.into()]).map(drop)
}

/// Finds a member; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, id: MemberId) -> Result<Option<Member>, StoreError> {
    tx.find_for_change(FIND, &[id.into()])?.map(read).transpose()
}

/// Notes a sign-in, and the name that was proved with it.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn signed_in(tx: &mut WriteTx<'_>, id: MemberId, name: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(SIGNED_IN, &[name.into(), now.into(), id.into()]).map(drop)
}

/// Removes a member and what they were recognised by.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, id: MemberId) -> Result<(), StoreError> {
    remove_credentials(tx, id)?;
    tx.execute(REMOVE, &[id.into()]).map(drop)
}

/// Adds a credential.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody is recognised by it already.
pub fn insert_credential(tx: &mut WriteTx<'_>, credential: &Credential) -> Result<(), StoreError> {
    let values = [
        (&credential.credential_digest).into(),
        credential.member_id.into(),
        (&credential.eid).into(),
        credential.environment.into(),
        credential.created_at.into(),
    ];
    tx.execute(INSERT_CREDENTIAL, &values).map(drop)
}

/// Finds whose credential it is.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_credential(tx: &mut impl Tx, digest: &Digest) -> Result<Option<Credential>, StoreError> {
    tx.find(FIND_CREDENTIAL, &[digest.into()])?.map(read_credential).transpose()
}

/// Lists what a member is recognised by, the oldest first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn credentials(tx: &mut impl Tx, member: MemberId) -> Result<Vec<Credential>, StoreError> {
    tx.list(LIST_CREDENTIALS, &[member.into()])?.into_iter().map(read_credential).collect()
}

/// Removes everything that a member was recognised by.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_credentials(tx: &mut WriteTx<'_>, member: MemberId) -> Result<(), StoreError> {
    tx.execute(REMOVE_CREDENTIALS, &[member.into()]).map(drop)
}

fn read(row: Row) -> Result<Member, StoreError> {
    let mut row = row.of("members");
    Ok(Member {
        id: row.id("id", MemberId::parse)?,
        name: row.text("name")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        seen_at: row.maybe_time("seen_at")?,
        sealed_contact: row.maybe_bytes("sealed_contact")?,
    })
}

fn read_credential(row: Row) -> Result<Credential, StoreError> {
    let mut row = row.of("member_credentials");
    Ok(Credential {
        credential_digest: row.digest("credential_digest")?,
        member_id: row.id("member_id", MemberId::parse)?,
        eid: row.text("eid")?,
        environment: row.word("environment", EidEnvironment::parse)?,
        created_at: row.time("created_at")?,
    })
}
