//! Sends the letters of the outbox. Its caller is the job of a letter.

use authority::{LetterKeys, OpenTenant};
use crypto::SealKey;
use model::{INSTALLATION, LetterId, TenantId, Timestamp};
use store::{Store, StoreError, letters, tenants};

use crate::{
    AddressedLetter, KEPT_AFTER_SENDING, KeptLetter, LinkBase, Mailbox, RenderedLetter, Smtp, smtp::Outgoing,
};

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The letter is sent, now or before, or is not wanted any more.
    Done,
    /// Another attempt may help. In English, for the operator; no address.
    Later(String),
    /// No other attempt helps, until an operator has done something.
    Never(String),
}

/// Where letters go.
#[derive(Clone, Debug)]
enum Way {
    Smtp(Box<Smtp>),
    Mailbox(Mailbox),
}

/// Sends letters. Clones send the same way.
#[derive(Clone)]
pub struct Postman {
    store: Store,
    master: SealKey,
    way: Way,
    links: Option<LinkBase>,
}

/// A letter's row, with its tenant's where it has one.
type Rows = (letters::Letter, Option<tenants::Tenant>);

impl Postman {
    /// Sends to a mail server.
    pub fn to_server(store: Store, master: SealKey, smtp: Smtp) -> Self {
        Self { store, master, way: Way::Smtp(Box::new(smtp)), links: None }
    }

    /// Keeps letters in a mailbox.
    pub const fn to_mailbox(store: Store, master: SealKey, mailbox: Mailbox) -> Self {
        Self { store, master, way: Way::Mailbox(mailbox), links: None }
    }

    /// The same where links in letters begin at `links`. Letters with links wait until there is one.
    #[must_use]
    pub fn with_links(self, links: Option<LinkBase>) -> Self {
        Self { links, ..self }
    }

    async fn find(&self, tenant_id: TenantId, id: LetterId) -> Result<Option<Rows>, StoreError> {
        let read = self.store.read(move |tx| {
            let Some(letter) = letters::find(tx, tenant_id, id)? else { return Ok(None) };
            let tenant = if tenant_id == INSTALLATION { None } else { tenants::find(tx, tenant_id)? };
            Ok::<_, StoreError>(Some((letter, tenant)))
        });
        read.await
    }

    fn keys(&self, tenant_id: TenantId, tenant: Option<&tenants::Tenant>) -> Option<LetterKeys> {
        if tenant_id == INSTALLATION {
            return Some(LetterKeys::of_installation(&self.master));
        }
        OpenTenant::open(&self.master, tenant?).ok().map(|it| it.letter_keys())
    }

    /// Makes one attempt to send a letter. A process that ends after the server has accepted it and before this is noted
    /// makes another: with the same Message-ID, by which receivers can tell.
    pub async fn deliver(&self, tenant_id: TenantId, id: LetterId, now: Timestamp) -> Delivery {
        let (row, tenant) = match self.find(tenant_id, id).await {
            Ok(Some(rows)) => rows,
            Ok(None) => return Delivery::Done,
            Err(error) => return Delivery::Later(error.to_string()),
        };
        if row.sent_at.is_some() {
            return Delivery::Done;
        }
        if tenant_id != INSTALLATION && tenant.is_none() {
            return Delivery::Later("the tenant is deleted: restore it, or discard the letter".to_owned());
        }
        let Some(keys) = self.keys(tenant_id, tenant.as_ref()) else {
            return Delivery::Later("the master key does not open the tenant's data key".to_owned());
        };
        let Ok(opened) = keys.open(id, &row.sealed_letter) else {
            return Delivery::Later(
                "the letter does not open: it was sealed under another key, or changed".to_owned(),
            );
        };
        let Some(letter) = AddressedLetter::read(opened.expose()) else {
            return Delivery::Never(format!(
                "a letter of the kind {} is not known to this version",
                row.kind
            ));
        };
        let Some(said) = RenderedLetter::new(&letter, &keys, self.links.as_ref()) else {
            return Delivery::Later("the letter has a link, and the console has no address yet".to_owned());
        };
        match &self.way {
            Way::Smtp(smtp) => {
                let outgoing = Outgoing { id, to: &letter.to, letter: &said, created_at: row.created_at };
                match smtp.send(&outgoing).await {
                    Ok(()) => {}
                    Err(error) if error.is_permanent() => return Delivery::Never(error.to_string()),
                    Err(error) => return Delivery::Later(error.to_string()),
                }
            }
            Way::Mailbox(mailbox) => mailbox.keep(KeptLetter {
                id: id.to_string(),
                to: letter.to.as_str().to_owned(),
                letter: said,
                sent_at: now,
            }),
        }
        let noted = self
            .store
            .write(move |tx| letters::note_sent(tx, (tenant_id, id), now.after(KEPT_AFTER_SENDING), now));
        match noted.await {
            Ok(_) => Delivery::Done,
            Err(error) => Delivery::Later(error.to_string()),
        }
    }
}
