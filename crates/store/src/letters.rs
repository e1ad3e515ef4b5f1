//! Letters: the outbox, and what was sent in the last days. Each is sent by a job of the same id, of the kind of its channel.

use crypto::Digest;
use model::{LetterId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    jobs::{self, JobKey},
    sql::Statements as _,
    value::{Row, words},
};

/// The kind of the jobs that send letters by e-mail.
pub const JOBS: &str = "letters";
/// The kind of the jobs that send text messages: a mail server that hangs does not keep them waiting.
pub const SMS_JOBS: &str = "sms";

words! {
    /// How a letter goes out.
    Channel {
        /// By e-mail.
        Mail = "mail",
        /// As a text message.
        Sms = "sms",
    }
}

impl Channel {
    /// The kind of the jobs that send it.
    pub const fn jobs(self) -> &'static str {
        match self {
            Self::Mail => JOBS,
            Self::Sms => SMS_JOBS,
        }
    }
}

const INSERT: &str = "INSERT INTO letters
    (tenant_id, id, kind, channel, recipient_digest, sealed_letter, created_at, due_at, sent_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const FIND: &str =
    "SELECT tenant_id, id, kind, channel, recipient_digest, sealed_letter, created_at, due_at, sent_at, expires_at
    FROM letters WHERE tenant_id = $1 AND id = $2";
const FIND_LAST_OF_TENANT: &str =
    "SELECT due_at FROM letters WHERE tenant_id = $1 AND due_at > $2 ORDER BY due_at DESC LIMIT $3 OFFSET $4";
const FIND_LAST_OF_RECIPIENT: &str =
    "SELECT due_at FROM letters WHERE tenant_id = $1 AND recipient_digest = $2 AND due_at > $3
    ORDER BY due_at DESC LIMIT $4 OFFSET $5";
const NOTE_SENT: &str =
    "UPDATE letters SET sent_at = $1, expires_at = $2 WHERE tenant_id = $3 AND id = $4 AND sent_at IS NULL";
const REMOVE: &str = "DELETE FROM letters WHERE tenant_id = $1 AND id = $2 AND sent_at IS NULL";
const CONTENTS: &str = "SELECT id, sealed_letter FROM letters WHERE tenant_id = $1";
const SAVE_CONTENT: &str = "UPDATE letters SET sealed_letter = $1 WHERE tenant_id = $2 AND id = $3";
/// The operator's: an id names one letter, whosever it is.
pub(crate) const FIND_BY_ID: &str = "SELECT tenant_id, channel FROM letters WHERE id = $1";
/// The operator's: letters of every tenant, the newest first, each with its job.
pub(crate) const LIST: &str = "SELECT letters.tenant_id, letters.id, letters.kind, letters.created_at,
    letters.sent_at, letters.expires_at, jobs.due_at, jobs.attempts, jobs.last_error, jobs.stuck_at
    FROM letters LEFT JOIN jobs ON jobs.tenant_id = letters.tenant_id AND jobs.kind IN ($1, $2) AND jobs.id = letters.id
    WHERE letters.id < $3 ORDER BY letters.id DESC LIMIT $4";
/// The operator's: as [`LIST`], of those that were given up.
pub(crate) const LIST_STUCK: &str = "SELECT letters.tenant_id, letters.id, letters.kind, letters.created_at,
    letters.sent_at, letters.expires_at, jobs.due_at, jobs.attempts, jobs.last_error, jobs.stuck_at
    FROM letters JOIN jobs ON jobs.tenant_id = letters.tenant_id AND jobs.kind IN ($1, $2) AND jobs.id = letters.id
    WHERE letters.id < $3 AND jobs.stuck_at > 0 ORDER BY letters.id DESC LIMIT $4";
const FIND_FATE: &str = "SELECT letters.sent_at, jobs.stuck_at, jobs.last_error FROM letters
    LEFT JOIN jobs ON jobs.tenant_id = letters.tenant_id AND jobs.kind IN ($1, $2) AND jobs.id = letters.id
    WHERE letters.tenant_id = $3 AND letters.id = $4";
pub(crate) const SWEEP_JOBS: &str = "DELETE FROM jobs WHERE (tenant_id, kind, id) IN
    (SELECT tenant_id, $1, id FROM letters WHERE expires_at <= $2 ORDER BY expires_at LIMIT $3)";
pub(crate) const SWEEP: &str = "DELETE FROM letters WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM letters WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[
    INSERT,
    FIND,
    FIND_LAST_OF_TENANT,
    FIND_LAST_OF_RECIPIENT,
    NOTE_SENT,
    REMOVE,
    CONTENTS,
    SAVE_CONTENT,
    FIND_BY_ID,
    LIST,
    LIST_STUCK,
    FIND_FATE,
    SWEEP_JOBS,
    SWEEP,
];

/// A letter's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whose it is; [`model::INSTALLATION`] for the installation's own.
    pub tenant_id: TenantId,
    /// Its id; also its job's, and part of its Message-ID.
    pub id: LetterId,
    /// Which kind of letter, as a word.
    pub kind: String,
    /// How it goes out.
    pub channel: Channel,
    /// A keyed digest of the address: equal for equal addresses of one tenant.
    pub recipient_digest: Digest,
    /// Address, language and the ids that the letter is about, sealed.
    pub sealed_letter: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Before which it is not sent, so that the limits hold.
    pub due_at: Timestamp,
    /// When a mail server accepted it.
    pub sent_at: Option<Timestamp>,
    /// When the row is removed.
    pub expires_at: Timestamp,
}

/// A letter as the operator sees it: no address, nothing that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLetter {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: LetterId,
    /// Which kind of letter, as a word.
    pub kind: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When a mail server accepted it.
    pub sent_at: Option<Timestamp>,
    /// When the row is removed.
    pub expires_at: Timestamp,
    /// When it is tried next; `None` when it was sent.
    pub due_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt came to nothing.
    pub last_error: Option<String>,
    /// When it was given up.
    pub stuck_at: Option<Timestamp>,
}

/// Names the job that sends a letter.
pub fn job_key((tenant_id, channel): (TenantId, Channel), id: LetterId) -> JobKey {
    JobKey { tenant_id, kind: channel.jobs().to_owned(), id: id.to_string() }
}

/// Puts a letter into the outbox with its job, due at the letter's `due_at`, and wakes the workers. Belongs into the write
/// that is the letter's reason.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, letter: &Letter) -> Result<(), StoreError> {
    let values = [
        letter.tenant_id.into(),
        letter.id.into(),
        (&letter.kind).into(),
        letter.channel.into(),
        (&letter.recipient_digest).into(),
        (&letter.sealed_letter).into(),
        letter.created_at.into(),
        letter.due_at.into(),
        letter.sent_at.into(),
        letter.expires_at.into(),
    ];
    tx.put(INSERT, &values)?;
    let key = job_key((letter.tenant_id, letter.channel), letter.id);
    jobs::insert(tx, &key, None, (letter.due_at, letter.created_at))?;
    tx.wake(letter.channel.jobs());
    Ok(())
}

/// Finds a letter.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, tenant_id: TenantId, id: LetterId) -> Result<Option<Letter>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), id.into()])?.map(read).transpose()
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFate {
    /// When a mail server accepted it.
    pub sent_at: Option<Timestamp>,
    /// When it was given up.
    pub stuck_at: Option<Timestamp>,
    /// Why the last attempt came to nothing.
    pub last_error: Option<String>,
}

/// Finds what became of a letter; `None`: it is not there any more.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_fate(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    id: LetterId,
) -> Result<Option<LetterFate>, StoreError> {
    let read = |row: Row| {
        let mut row = row.of("letters");
        Ok(LetterFate {
            sent_at: row.maybe_time("sent_at")?,
            stuck_at: row.maybe_time("stuck_at")?,
            last_error: row.maybe_text("last_error")?,
        })
    };
    let values = [JOBS.into(), SMS_JOBS.into(), tenant_id.into(), id.into()];
    tx.find(FIND_FATE, &values)?.map(read).transpose()
}

/// Finds whose letter this is, and how it goes out. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_tenant(tx: &mut impl Tx, id: LetterId) -> Result<Option<(TenantId, Channel)>, StoreError> {
    let read = |row: Row| {
        let mut row = row.of("letters");
        Ok((row.id("tenant_id", TenantId::parse)?, row.word("channel", Channel::parse)?))
    };
    tx.find(FIND_BY_ID, &[id.into()])?.map(read).transpose()
}

/// Finds when the `nth` letter of a tenant from the end is due, counted from 1, of those that are due after `since`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_last_of_tenant(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    nth: u32,
    since: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let values = [tenant_id.into(), since.into(), 1_u32.into(), nth.saturating_sub(1).into()];
    let row = tx.find(FIND_LAST_OF_TENANT, &values)?;
    row.map(|it| it.of("letters").time("due_at")).transpose()
}

/// The same of the letters to one address.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_last_of_recipient(
    tx: &mut impl Tx,
    (tenant_id, recipient_digest): (TenantId, &Digest),
    nth: u32,
    since: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let values =
        [tenant_id.into(), recipient_digest.into(), since.into(), 1_u32.into(), nth.saturating_sub(1).into()];
    let row = tx.find(FIND_LAST_OF_RECIPIENT, &values)?;
    row.map(|it| it.of("letters").time("due_at")).transpose()
}

/// Notes that a mail server accepted the letter; the row is kept until `expires_at`. `false` when it was noted before, or
/// the letter was discarded meanwhile.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn note_sent(
    tx: &mut WriteTx<'_>,
    (tenant_id, id): (TenantId, LetterId),
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(NOTE_SENT, &[now.into(), expires_at.into(), tenant_id.into(), id.into()])? == 1)
}

/// Removes a letter that was not sent, with its job; `false` when there is none.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(
    tx: &mut WriteTx<'_>,
    (tenant_id, channel): (TenantId, Channel),
    id: LetterId,
) -> Result<bool, StoreError> {
    if tx.execute(REMOVE, &[tenant_id.into(), id.into()])? == 0 {
        return Ok(false);
    }
    jobs::remove(tx, &job_key((tenant_id, channel), id))?;
    Ok(true)
}

/// What became of a letter that is not to be sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// Nobody had tried to send it: it was not sent, for certain.
    Untried,
    /// Somebody had tried, and may have.
    Tried,
    /// It was sent, or is not there any more.
    Late,
}

/// Removes a letter that was not sent, with its job, and says whether somebody may have sent it all the same.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn take_back(
    tx: &mut WriteTx<'_>,
    (tenant_id, channel): (TenantId, Channel),
    id: LetterId,
) -> Result<TakenBack, StoreError> {
    let is_untried = jobs::remove_untried(tx, &job_key((tenant_id, channel), id))?;
    match (remove(tx, (tenant_id, channel), id)?, is_untried) {
        (true, true) => Ok(TakenBack::Untried),
        (true, false) => Ok(TakenBack::Tried),
        (false, _) => Ok(TakenBack::Late),
    }
}

/// Lists at most `limit` letters of every tenant, the newest first, from the one that was written before `before`. The
/// operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, before: Option<LetterId>, limit: u32) -> Result<Vec<ListedLetter>, StoreError> {
    listed(tx, LIST, before, limit)
}

/// The same, of those that were given up. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_stuck(
    tx: &mut impl Tx,
    before: Option<LetterId>,
    limit: u32,
) -> Result<Vec<ListedLetter>, StoreError> {
    listed(tx, LIST_STUCK, before, limit)
}

fn listed(
    tx: &mut impl Tx,
    sql: &'static str,
    before: Option<LetterId>,
    limit: u32,
) -> Result<Vec<ListedLetter>, StoreError> {
    // Ids are hexadecimal: this is after all of them.
    let before = before.map_or_else(|| "g".to_owned(), |it| it.to_string());
    let rows = tx.list(sql, &[JOBS.into(), SMS_JOBS.into(), (&before).into(), limit.into()])?;
    rows.into_iter().map(read_listed).collect()
}

/// Lists what is sealed in the letters of a tenant, to be sealed anew.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn contents(tx: &mut WriteTx<'_>, tenant_id: TenantId) -> Result<Vec<(LetterId, Vec<u8>)>, StoreError> {
    let rows = tx.list_for_change(CONTENTS, &[tenant_id.into()])?;
    let read = |row: Row| {
        let mut row = row.of("letters");
        Ok((row.id("id", LetterId::parse)?, row.bytes("sealed_letter")?))
    };
    rows.into_iter().map(read).collect()
}

/// Saves what was sealed anew.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save_content(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    id: LetterId,
    sealed_letter: &[u8],
) -> Result<(), StoreError> {
    tx.put(SAVE_CONTENT, &[sealed_letter.into(), tenant_id.into(), id.into()])
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are, with the jobs of letters that were
/// never sent. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    for kind in [JOBS, SMS_JOBS] {
        tx.execute(SWEEP_JOBS, &[kind.into(), now.into(), limit.into()])?;
    }
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<Letter, StoreError> {
    let mut row = row.of("letters");
    Ok(Letter {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.id("id", LetterId::parse)?,
        kind: row.text("kind")?,
        channel: row.word("channel", Channel::parse)?,
        recipient_digest: row.digest("recipient_digest")?,
        sealed_letter: row.bytes("sealed_letter")?,
        created_at: row.time("created_at")?,
        due_at: row.time("due_at")?,
        sent_at: row.maybe_time("sent_at")?,
        expires_at: row.time("expires_at")?,
    })
}

fn read_listed(row: Row) -> Result<ListedLetter, StoreError> {
    let mut row = row.of("letters");
    Ok(ListedLetter {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.id("id", LetterId::parse)?,
        kind: row.text("kind")?,
        created_at: row.time("created_at")?,
        sent_at: row.maybe_time("sent_at")?,
        expires_at: row.time("expires_at")?,
        due_at: row.maybe_time("due_at")?,
        attempts: row.maybe_int("attempts")?.map_or(0, |it| u32::try_from(it).unwrap_or(u32::MAX)),
        last_error: row.maybe_text("last_error")?,
        stuck_at: row.maybe_time("stuck_at")?,
    })
}
