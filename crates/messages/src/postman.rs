//! Sends the letters of the outbox. Its caller is the job of a letter.

use std::sync::Arc;

use authority::{LetterKeys, OpenTenant};
use crypto::SealKey;
use model::{INSTALLATION, LetterId, TenantId, Timestamp};
use outbound::Outbound;
use store::{
    Store, StoreError,
    letters::{self, Channel},
    tenants,
};

use crate::{
    AddressedLetter, KEPT_AFTER_SENDING, KeptLetter, LinkBase, Mailbox, Recipient, RenderedLetter,
    SmsGateway, Smtp,
    sms::{self, SmsError},
    smtp::Outgoing,
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
    Out { smtp: Option<Arc<Smtp>>, sms: Option<(Arc<SmsGateway>, Arc<Outbound>)> },
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
        Self::new(store, master, (Some(smtp), None))
    }

    /// Sends to a mail server and to a gateway of text messages, as far as there are any.
    pub fn new(
        store: Store,
        master: SealKey,
        (smtp, sms): (Option<Smtp>, Option<(SmsGateway, Arc<Outbound>)>),
    ) -> Self {
        let sms = sms.map(|(gateway, outbound)| (Arc::new(gateway), outbound));
        Self { store, master, way: Way::Out { smtp: smtp.map(Arc::new), sms }, links: None }
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

    /// Whether letters of this channel go anywhere; those of another wait.
    pub const fn sends(&self, channel: Channel) -> bool {
        match (&self.way, channel) {
            (Way::Mailbox(_), _) => true,
            (Way::Out { smtp, .. }, Channel::Mail) => smtp.is_some(),
            (Way::Out { sms, .. }, Channel::Sms) => sms.is_some(),
        }
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

    /// Hands it to whoever takes it from here.
    async fn hand_over(&self, it: &Outgoing<'_>, now: Timestamp) -> Delivery {
        let done = |sent: Result<(), SmsError>| match sent {
            Ok(()) => Delivery::Done,
            Err(error @ SmsError::Refused(_)) => Delivery::Never(error.to_string()),
            Err(error @ SmsError::Later(_)) => Delivery::Later(error.to_string()),
        };
        match (&self.way, it.to) {
            (Way::Mailbox(mailbox), to) => {
                mailbox.keep(KeptLetter {
                    id: it.id.to_string(),
                    to: to.text(),
                    is_sms: to.channel() == Channel::Sms,
                    letter: it.letter.clone(),
                    sent_at: now,
                });
                Delivery::Done
            }
            (Way::Out { smtp: Some(smtp), .. }, Recipient::Mail(to)) => match smtp.send(it, to).await {
                Ok(()) => Delivery::Done,
                Err(error) if error.is_permanent() => Delivery::Never(error.to_string()),
                Err(error) => Delivery::Later(error.to_string()),
            },
            (Way::Out { sms: Some((gateway, outbound)), .. }, Recipient::Phone(to)) => {
                let message = sms::Message { id: it.id, to, text: &it.letter.text };
                done(gateway.send(outbound, &message).await)
            }
            (Way::Out { .. }, Recipient::Mail(_)) => {
                Delivery::Later("no mail server is configured".to_owned())
            }
            (Way::Out { .. }, Recipient::Phone(_)) => {
                Delivery::Later("no SMS gateway is configured".to_owned())
            }
        }
    }

    /// Makes one attempt to send a letter. A process that ends after the server has accepted it and before this is noted
    /// makes another: with the same Message-ID, by which receivers can tell, or `{id}`, by which a gateway can.
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
        if letter.letter.is_over(now) {
            return Delivery::Never("nobody took the code before it was over".to_owned());
        }
        let Some(said) = RenderedLetter::new(&letter, &keys, self.links.as_ref()) else {
            return Delivery::Later("the letter has a link, and the console has no address yet".to_owned());
        };
        let outgoing = Outgoing { id, to: &letter.to, letter: &said, created_at: row.created_at };
        match self.hand_over(&outgoing, now).await {
            Delivery::Done => {}
            other => return other,
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
