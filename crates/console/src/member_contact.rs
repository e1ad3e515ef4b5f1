//! Where letters to a member go: an address and a language that the member chose, sealed.

use authority::{LetterKeys, SealedColumn};
use messages::{AddressedLetter, Letter, MailAddress};
use model::{MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{WriteTx, members};
use texts::{AdminMessage, Locale, Noun};

use crate::{Console, Refusal, Session, letters::refused};

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Contact {
    email: String,
    language: String,
}

impl Console {
    /// Gives the member's own address for letters, if one is kept.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn own_email(&self, session: &Session) -> Result<Option<String>, Refusal> {
        let id = session.member.ok_or(Refusal::NotFound(Noun::Member))?;
        let keys = self.member_keys().await?;
        let row = self.store.read(move |tx| members::find(tx, id)).await?;
        let row = row.ok_or(Refusal::NotFound(Noun::Member))?;
        Ok(row.sealed_contact.and_then(|it| open(&keys, id, &it)).map(|it| it.email))
    }

    /// Sets the member's own address for letters; an empty one takes it away.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is no address. [`Refusal::NotFound`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn set_own_email(&self, session: &Session, email: &str, locale: Locale) -> Result<(), Refusal> {
        let id = session.member.ok_or(Refusal::NotFound(Noun::Member))?;
        let invalid = || Refusal::Invalid(AdminMessage::MailAddressInvalid.at("email"));
        let sealed = if email.is_empty() {
            None
        } else {
            let email = MailAddress::parse(email).ok_or_else(invalid)?.as_str().to_owned();
            let contact = Contact { email, language: locale.as_str().to_owned() };
            let plain = serde_json::to_vec(&contact).unwrap_or_default();
            Some(self.member_keys().await?.seal(&self.random, &SealedColumn::MemberContact(id), &plain))
        };
        Ok(self.store.write(move |tx| members::set_contact(tx, id, sealed.as_deref())).await?)
    }
}

fn open(keys: &authority::OpenTenant, id: MemberId, sealed: &[u8]) -> Option<Contact> {
    let opened = keys.unseal(&SealedColumn::MemberContact(id), sealed).ok()?;
    serde_json::from_slice(opened.expose()).ok()
}

/// What letters to operators are written with.
pub(crate) struct OperatorLetters {
    pub(crate) members: authority::OpenTenant,
    pub(crate) keys: LetterKeys,
    pub(crate) random: crypto::Random,
}

impl OperatorLetters {
    /// Tells every operator with an address that the recovery was used. Too many letters that wait do not stop it.
    pub(crate) fn recovery_used(
        &self,
        tx: &mut WriteTx<'_>,
        operators: &[members::Member],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for operator in operators {
            let contact =
                operator.sealed_contact.as_deref().and_then(|it| open(&self.members, operator.id, it));
            let Some(contact) = contact else { continue };
            let (Some(to), Some(locale)) =
                (MailAddress::parse(&contact.email), Locale::parse(&contact.language))
            else {
                continue;
            };
            let letter = AddressedLetter { to: to.into(), locale, letter: Letter::recovery_used(now) };
            match messages::write(tx, (&self.keys, &self.random), &letter, now) {
                Ok(_) | Err(messages::WriteError::TooMany) => {}
                Err(other) => return Err(refused(other)),
            }
        }
        Ok(())
    }
}
