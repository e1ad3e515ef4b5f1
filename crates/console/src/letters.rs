//! Letters: a test letter, what could not be sent, another attempt, and giving up. The operator's.

use authority::{InstallationPermit, LetterKeys, Permission};
use messages::{AddressedLetter, Letter, Recipient, WriteError};
use model::{Action, INSTALLATION, LetterId, TenantId, Timestamp};
use serde_json::json;
use store::{
    StoreError, WriteTx, jobs,
    letters::{self, Channel, ListedLetter},
};
use texts::{AdminMessage, Locale, Noun};

use crate::{Console, Refusal, tenants::PAGE};

pub(crate) fn refused(error: WriteError) -> Refusal {
    match error {
        WriteError::TooMany => Refusal::Invalid(AdminMessage::LettersTooMany.into()),
        WriteError::MasterKey => Refusal::MasterKey,
        WriteError::Store(error) => Refusal::Store(error),
    }
}

/// What is to be done with a letter.
struct LetterChange {
    id: LetterId,
    action: Action,
    now: Timestamp,
}

impl Console {
    /// Writes a test letter to an e-mail address, or a test message to a phone number that begins with `+`; gives its id, and when
    /// it is due.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is neither, or too many letters wait. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn write_test_letter(
        &self,
        permit: &InstallationPermit,
        to: &str,
        locale: Locale,
        now: Timestamp,
    ) -> Result<(LetterId, Timestamp), Refusal> {
        permit.check(Permission::ManageLetters)?;
        let invalid = || Refusal::Invalid(AdminMessage::MailAddressInvalid.into());
        let to = Recipient::parse(to).ok_or_else(invalid)?;
        let letter = AddressedLetter { to, locale, letter: Letter::Test };
        let (keys, random) = (LetterKeys::of_installation(&self.master), self.random.clone());
        let permit = permit.clone();
        let written = self.store.write(move |tx| {
            let (id, due_at) = messages::write(tx, (&keys, &random), &letter, now).map_err(refused)?;
            permit.record(Action::LetterTested, format!("letter {id}"), &json!({}), now).append(tx)?;
            Ok::<_, Refusal>((id, due_at))
        });
        written.await
    }

    /// Lists at most 1,000 letters of every tenant and of the installation, the newest first, from the one that was written
    /// before `before`; `stuck`: those that were given up.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn letters(
        &self,
        permit: &InstallationPermit,
        stuck: bool,
        before: Option<LetterId>,
    ) -> Result<Vec<ListedLetter>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let read = self.store.read(move |tx| {
            if stuck { letters::list_stuck(tx, before, PAGE) } else { letters::list(tx, before, PAGE) }
        });
        Ok(read.await?)
    }

    /// Has a letter tried again that was given up.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::Invalid`] when it was not given up. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn retry_letter(
        &self,
        permit: &InstallationPermit,
        id: LetterId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let wanted = LetterChange { id, action: Action::LetterRetried, now };
        self.change_letter(permit, wanted, move |tx, letter| {
            if !jobs::revive(tx, &letters::job_key(letter, id), now, now)? {
                return Err(Refusal::Invalid(AdminMessage::LetterNotStuck.into()));
            }
            tx.wake(letter.1.jobs());
            Ok(())
        })
        .await
    }

    /// Removes a letter that was not sent.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::Invalid`] when it was sent. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn discard_letter(
        &self,
        permit: &InstallationPermit,
        id: LetterId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let wanted = LetterChange { id, action: Action::LetterDiscarded, now };
        self.change_letter(permit, wanted, move |tx, letter| {
            if letters::remove(tx, letter, id)? {
                Ok(())
            } else {
                Err(Refusal::Invalid(AdminMessage::LetterSent.into()))
            }
        })
        .await
    }

    /// Changes a letter with an audit row, in the chain of the tenant whose it is.
    async fn change_letter(
        &self,
        permit: &InstallationPermit,
        wanted: LetterChange,
        change: impl FnOnce(&mut WriteTx<'_>, (TenantId, Channel)) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<(), Refusal> {
        permit.check(Permission::ManageLetters)?;
        let LetterChange { id, action, now } = wanted;
        let found = self.store.read(move |tx| letters::find_tenant(tx, id)).await?;
        let (tenant_id, channel) = found.ok_or(Refusal::NotFound(Noun::Letter))?;
        let (object, details) = (format!("letter {id}"), json!({}));
        if tenant_id == INSTALLATION {
            let record = permit.record(action, object, &details, now);
            let changed = self.store.write(move |tx| {
                change(tx, (tenant_id, channel))?;
                Ok::<_, Refusal>(record.append(tx)?)
            });
            return changed.await;
        }
        let tenant = self.tenant_by_id(permit.caller(), tenant_id).await?;
        let record = tenant.permit(Permission::ManageLetters)?.record(action, object, &details, now);
        let changed = self.store.write(move |tx| {
            change(tx, (tenant_id, channel))?;
            Ok::<_, Refusal>(record.append(tx)?)
        });
        changed.await
    }
}

/// Letters of the installation are sealed under the master key. One that does not open stays as it is, and is told when it is
/// to be sent.
pub(crate) fn reseal_letters(
    tx: &mut WriteTx<'_>,
    (old, new): (&crypto::SealKey, &crypto::SealKey),
    random: &crypto::Random,
) -> Result<(), StoreError> {
    let [old, new] = [old, new].map(LetterKeys::of_installation);
    for (id, sealed) in letters::contents(tx, INSTALLATION)? {
        if let Ok(plain) = old.open(id, &sealed) {
            letters::save_content(tx, INSTALLATION, id, &new.seal(random, id, plain.expose()))?;
        }
    }
    Ok(())
}
