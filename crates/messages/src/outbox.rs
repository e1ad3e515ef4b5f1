//! The outbox: a letter is a row, written with its reason.
//!
//! At most so many letters an hour go to one recipient and from one tenant. One that would be too many is due later, so that
//! its reason is not refused for it; one that would wait longer than a day is refused. Writes that come at the same time may
//! exceed a limit by as many as they are, on PostgreSQL.

use std::time::Duration;

use authority::{LetterKeys, MasterKeyError};
use crypto::Random;
use model::{LetterId, Timestamp};
use store::{StoreError, WriteTx, letters};

use crate::AddressedLetter;

/// How many letters of one tenant go out within an hour. Those of the installation count as a tenant's.
pub const PER_HOUR_AND_TENANT: u32 = 100;
/// How many letters of one tenant go to one address within an hour.
pub const PER_HOUR_AND_RECIPIENT: u32 = 10;
/// How long a letter may wait for its turn; one that would wait longer is refused.
pub const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the row of a letter is kept after a mail server accepted it.
pub const KEPT_AFTER_SENDING: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long the row of a letter is kept that no mail server accepts.
pub const KEPT_UNSENT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Why a letter was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// So many letters wait that this one would not go out within a day.
    #[error("too many letters wait")]
    TooMany,
    /// The master key was replaced since this process read it.
    #[error("the master key is not that of this database")]
    MasterKey,
    /// What happened around it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MasterKeyError> for WriteError {
    fn from(error: MasterKeyError) -> Self {
        match error {
            MasterKeyError::NotThis => Self::MasterKey,
            MasterKeyError::Store(error) => Self::Store(error),
        }
    }
}

/// Writes a letter into the outbox, in the write of its reason; gives its id, and when it is due. It is sent when that write
/// is committed.
///
/// # Errors
/// [`WriteError`]: nothing was written. After [`WriteError::TooMany`] the caller may commit what else it wrote.
pub fn write(
    tx: &mut WriteTx<'_>,
    (keys, random): (&LetterKeys, &Random),
    letter: &AddressedLetter,
    now: Timestamp,
) -> Result<(LetterId, Timestamp), WriteError> {
    keys.check(tx)?;
    let (tenant_id, id) = (keys.tenant_id(), LetterId::new(random, now));
    let recipient_digest = keys.recipient_digest(&letter.to.text());
    let since = now.before(HOUR);
    let of_tenant = letters::find_last_of_tenant(tx, tenant_id, PER_HOUR_AND_TENANT, since)?;
    let of_recipient =
        letters::find_last_of_recipient(tx, (tenant_id, &recipient_digest), PER_HOUR_AND_RECIPIENT, since)?;
    // An hour after the first of the last so many, there is room for one more.
    let turns = [of_tenant, of_recipient].into_iter().flatten().map(|it| it.after(HOUR));
    let due_at = turns.fold(now, Timestamp::max);
    if due_at > now.after(LONGEST_WAIT) {
        return Err(WriteError::TooMany);
    }
    let row = letters::Letter {
        tenant_id,
        id,
        kind: letter.letter.kind().to_owned(),
        channel: letter.to.channel(),
        recipient_digest,
        sealed_letter: keys.seal(random, id, letter.to_bytes().expose()),
        created_at: now,
        due_at,
        sent_at: None,
        expires_at: now.after(KEPT_UNSENT),
    };
    letters::insert(tx, &row)?;
    Ok((id, due_at))
}
