//! Letters (e-mail, or text messages): what they say, the outbox that they wait in, and the way to the mail server or the gateway.
//!
//! A letter is a kind with a recipient, a language and the ids that it is about. It is written in the transaction of its
//! reason ([`write()`]) and sent by a job ([`Postman::deliver`]), on whichever node. Its words are in `texts`. A link is derived
//! when the letter is sent, so that the outbox never has one.
//!
//! **Invariant:** no other crate speaks SMTP. No subject and no row in clear has an address or anything that somebody typed.

mod letter;
mod mail_address;
mod mailbox;
mod outbox;
mod postman;
mod rendered;
mod sms;
mod smtp;

pub use letter::{AddressedLetter, Letter, ORDER_LINK, RECEIVER_CONFIRMS, Recipient, SECTION_LINK, TASKS};
pub use mail_address::MailAddress;
pub use mailbox::{KeptLetter, Mailbox};
pub use outbox::{
    KEPT_AFTER_SENDING, KEPT_UNSENT, LONGEST_WAIT, PER_HOUR_AND_RECIPIENT, PER_HOUR_AND_TENANT, WriteError,
    write,
};
pub use postman::{Delivery, Postman};
pub use rendered::{LinkBase, RenderedLetter};
pub use sms::{SmsContent, SmsDescription, SmsFault, SmsGateway, SmsPart};
pub use smtp::{Security, Smtp, SmtpError, SmtpTrouble};
