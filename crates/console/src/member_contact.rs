//! Where letters to a member go: an address and a language, sealed. It is the member's own, who can change it; before there is
//! a member, it waits with the way in that was made for them.

use authority::{LetterKeys, OpenTenant, SealedColumn};
use crypto::{Digest, Random, SealKey};
use messages::{AddressedLetter, Letter, MailAddress};
use model::{INSTALLATION, LinkId, MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx, WriteTx, console_sessions, members};
use texts::{AdminMessage, Locale, Noun};

use crate::{Console, Refusal, Session, letters::refused};

/// As it is sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Contact {
    email: String,
    language: String,
}

impl Contact {
    /// Takes an address that somebody typed.
    pub(crate) fn new(email: &str, locale: Locale) -> Result<Self, Refusal> {
        let invalid = || Refusal::Invalid(AdminMessage::MailAddressInvalid.at("email"));
        let email = MailAddress::parse(email).ok_or_else(invalid)?.as_str().to_owned();
        Ok(Self { email, language: locale.as_str().to_owned() })
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn addressed(&self, letter: Letter) -> Option<AddressedLetter> {
        let (to, locale) = (MailAddress::parse(&self.email)?, Locale::parse(&self.language)?);
        Some(AddressedLetter { to: to.into(), locale, letter })
    }

    /// Seals it beside an invitation.
    pub(crate) fn of_invitation(&self, keys: &OpenTenant, random: &Random, id: LinkId) -> Vec<u8> {
        keys.seal(random, &SealedColumn::InvitationContact(id), &self.to_bytes())
    }

    /// Seals it beside a link that is made on the host. Only the key in the link opens it: there may be no tenant of the console yet.
    pub(crate) fn of_entry_link(&self, random: &Random, key: &str) -> Vec<u8> {
        let place = SealedColumn::EntryLinkContact(&Digest::of(key.as_bytes())).context(INSTALLATION);
        token_key(key).seal(random, &place, &self.to_bytes())
    }

    /// Seals it beside the session of such a link, under what is in the cookie.
    fn of_session(&self, random: &Random, token: &str) -> Vec<u8> {
        let place = SealedColumn::SessionContact(&Digest::of(token.as_bytes())).context(INSTALLATION);
        token_key(token).seal(random, &place, &self.to_bytes())
    }
}

fn token_key(token: &str) -> SealKey {
    SealKey::derive(token.as_bytes(), "contact of an entry link")
}

/// Takes the address of a link along into the session that it opens; both secrets are here, in this request only.
pub(crate) fn carried(random: &Random, (key, sealed): (&str, &[u8]), token: &str) -> Option<Vec<u8>> {
    let place = SealedColumn::EntryLinkContact(&Digest::of(key.as_bytes())).context(INSTALLATION);
    let opened = token_key(key).open(&place, sealed).ok()?;
    Some(Contact::read(opened.expose())?.of_session(random, token))
}

/// The address that waits in the session of a link from the host.
pub(crate) fn waiting(tx: &mut impl Tx, token: &str, now: Timestamp) -> Result<Option<Contact>, StoreError> {
    let digest = Digest::of(token.as_bytes());
    let sealed = console_sessions::find(tx, &digest, now)?.and_then(|it| it.sealed_contact);
    let place = SealedColumn::SessionContact(&digest).context(INSTALLATION);
    let opened = sealed.and_then(|it| token_key(token).open(&place, &it).ok());
    Ok(opened.and_then(|it| Contact::read(it.expose())))
}

/// The address that an invitation was sent to.
pub(crate) fn invited(keys: &OpenTenant, (id, sealed): (LinkId, Option<&[u8]>)) -> Option<Contact> {
    let opened = keys.unseal(&SealedColumn::InvitationContact(id), sealed?).ok()?;
    Contact::read(opened.expose())
}

/// Keeps an address as a member's, who has given none of their own.
pub(crate) fn keep(
    tx: &mut WriteTx<'_>,
    (keys, random): (&OpenTenant, &Random),
    (member, contact): (MemberId, &Contact),
) -> Result<(), StoreError> {
    let has_one = members::find(tx, member)?.is_none_or(|it| it.sealed_contact.is_some());
    if has_one {
        return Ok(());
    }
    let sealed = keys.seal(random, &SealedColumn::MemberContact(member), &contact.to_bytes());
    members::set_contact(tx, member, Some(&sealed))
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
        let sealed = if email.is_empty() {
            None
        } else {
            let plain = Contact::new(email, locale)?.to_bytes();
            Some(self.member_keys().await?.seal(&self.random, &SealedColumn::MemberContact(id), &plain))
        };
        Ok(self.store.write(move |tx| members::set_contact(tx, id, sealed.as_deref())).await?)
    }

    /// What letters to operators are written with.
    pub(crate) async fn operator_letters(&self) -> Result<OperatorLetters, Refusal> {
        Ok(OperatorLetters {
            members: self.member_keys().await?,
            keys: LetterKeys::of_installation(&self.master),
            random: self.random.clone(),
        })
    }
}

fn open(keys: &OpenTenant, id: MemberId, sealed: &[u8]) -> Option<Contact> {
    let opened = keys.unseal(&SealedColumn::MemberContact(id), sealed).ok()?;
    Contact::read(opened.expose())
}

/// How many operators a letter was written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperatorsTold {
    /// Those with an address.
    pub written: usize,
    /// Those without one, and those to whom too many letters wait already.
    pub missed: usize,
}

/// What letters to operators are written with.
pub(crate) struct OperatorLetters {
    members: OpenTenant,
    keys: LetterKeys,
    random: Random,
}

impl OperatorLetters {
    /// Tells every operator with an address. Too many letters that wait do not stop the reason of the letter.
    pub(crate) fn tell(
        &self,
        tx: &mut WriteTx<'_>,
        (operators, letter): (&[members::Member], &Letter),
        now: Timestamp,
    ) -> Result<OperatorsTold, Refusal> {
        let mut told = OperatorsTold::default();
        for operator in operators {
            let sealed = operator.sealed_contact.as_deref();
            let contact = sealed.and_then(|it| open(&self.members, operator.id, it));
            let Some(letter) = contact.and_then(|it| it.addressed(letter.clone())) else {
                told.missed += 1;
                continue;
            };
            match messages::write(tx, (&self.keys, &self.random), &letter, now) {
                Ok(_) => told.written += 1,
                Err(messages::WriteError::TooMany) => told.missed += 1,
                Err(other) => return Err(refused(other)),
            }
        }
        Ok(told)
    }
}
