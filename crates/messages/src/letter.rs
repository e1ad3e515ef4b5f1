//! What a letter is about, and to whom it goes.

use crypto::Secret;
use model::{LinkId, OrderEvent, OrderId, PhoneNumber, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::letters::Channel;
use texts::Locale;

use crate::MailAddress;

/// Where a letter goes: an e-mail address, or a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// By e-mail.
    Mail(MailAddress),
    /// As a text message.
    Phone(PhoneNumber),
}

impl Recipient {
    /// Reads an address, or a phone number with `+` and its country code; `None`: it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('+') {
            Some(_) if !text.contains('@') => PhoneNumber::parse(text).ok().map(Self::Phone),
            _ => MailAddress::parse(text).map(Self::Mail),
        }
    }

    /// As it is kept and recognised.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Mail(address) => address.as_str().to_owned(),
            Self::Phone(number) => number.e164(),
        }
    }

    /// How it is sent there.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Phone(_) => Channel::Sms,
        }
    }
}

impl From<MailAddress> for Recipient {
    fn from(address: MailAddress) -> Self {
        Self::Mail(address)
    }
}

impl From<PhoneNumber> for Recipient {
    fn from(number: PhoneNumber) -> Self {
        Self::Phone(number)
    }
}

/// What a letter is about: a kind with ids; for a recovery, the name that an eID gave. It never has a link, a credential, or
/// anything that somebody typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// Tells that letters arrive.
    Test,
    /// Invites somebody to the console. The link in it is derived when it is sent, from these two.
    Invitation {
        /// The invitation.
        id: LinkId,
        /// Counts how often its link was replaced: the code of an earlier link is another one.
        generation: u32,
    },
    /// Asks somebody whom an order names for something. The link in it is derived when it is sent.
    OrderPerson {
        /// Who is asked.
        id: LinkId,
        /// Counts how often their link was replaced.
        generation: u32,
        /// What they are asked for: `signatory`, `declarant`, `receiver`, `blocker`, `general`, `issuer`; [`TASKS`], [`RECEIVER_CONFIRMS`].
        part: String,
    },
    /// Asks a colleague to answer a section of an order. The link in it is derived when it is sent.
    OrderSection {
        /// The link.
        id: LinkId,
    },
    /// Tells whom an order names, or named, that this was changed. It has no link: what is asked of them comes by itself.
    OrderContact {
        /// What they are, or were, named as: `receiver`, `blocker`.
        part: String,
        /// Whether they are from now on; else they were before.
        is_new: bool,
    },
    /// Tells how an order goes on.
    OrderNews {
        /// Whose order it is.
        tenant: TenantId,
        /// Which order.
        order: OrderId,
        /// What happened: a word of the order's events.
        event: String,
        /// The link of the general contact, with its generation: they need not be a member. Older letters have none.
        #[serde(default)]
        person: Option<(LinkId, u32)>,
    },
    /// Has the code that confirms a phone. It is derived when it is sent, from `id`.
    PhoneCode {
        /// What the code is derived from.
        id: LinkId,
        /// From when on it is of no use, in microseconds.
        expires_at_micros: i64,
    },
    /// Tells an operator that somebody on the host made a link that lets an operator in who cannot sign in.
    RecoveryMade {
        /// Whom it lets in: the name that their eID gave.
        name: String,
        /// When, in microseconds.
        made_at_micros: i64,
    },
    /// Tells an operator that such a link was used.
    RecoveryUsed {
        /// Whom it let in: the name that their eID gave.
        name: String,
        /// When, in microseconds.
        used_at_micros: i64,
    },
}

/// What a receiver is asked for who has something to set up before there are credentials.
pub const TASKS: &str = "tasks";
/// What a receiver is asked for before there is anything to receive.
pub const RECEIVER_CONFIRMS: &str = "receiver-confirms";
/// The word that the codes of orders' links are bound to.
pub const ORDER_LINK: &str = "order";
/// The word that the codes of colleagues' links are bound to.
pub const SECTION_LINK: &str = "section";

impl Letter {
    /// What is told of an order.
    pub const ORDER_NEWS: &[OrderEvent] = &[
        OrderEvent::Return,
        OrderEvent::Decline,
        OrderEvent::DeclineDeclaration,
        OrderEvent::Reject,
        OrderEvent::Ask,
        OrderEvent::Sent,
        OrderEvent::Issue,
        OrderEvent::CheckedGood,
        OrderEvent::CheckedBad,
        OrderEvent::Expire,
        OrderEvent::Hold,
        OrderEvent::FirstLogin,
    ];

    /// Whether nobody has a use for it any more: a code that came so late would only mislead.
    pub(crate) const fn is_over(&self, now: Timestamp) -> bool {
        matches!(self, Self::PhoneCode { expires_at_micros, .. } if *expires_at_micros <= now.micros())
    }

    /// Makes the letter about the link of a recovery.
    pub fn recovery_made(name: &str, made_at: Timestamp) -> Self {
        Self::RecoveryMade { name: name.to_owned(), made_at_micros: made_at.micros() }
    }

    /// Makes the letter about a recovery that was used.
    pub fn recovery_used(name: &str, used_at: Timestamp) -> Self {
        Self::RecoveryUsed { name: name.to_owned(), used_at_micros: used_at.micros() }
    }

    /// The word for the kind, in the table and in lists.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Invitation { .. } => "invitation",
            Self::OrderPerson { .. } => "order_person",
            Self::OrderSection { .. } => "order_section",
            Self::OrderContact { .. } => "order_contact",
            Self::OrderNews { .. } => "order_news",
            Self::RecoveryMade { .. } => "recovery_made",
            Self::PhoneCode { .. } => "phone_code",
            Self::RecoveryUsed { .. } => "recovery_used",
        }
    }

    /// The word that the codes of its links are bound to, where it has one.
    pub const fn link_purpose(&self) -> Option<&'static str> {
        match self {
            Self::Invitation { .. } => Some("invitation"),
            Self::OrderPerson { .. } => Some(ORDER_LINK),
            Self::OrderSection { .. } => Some(SECTION_LINK),
            Self::Test
            | Self::OrderContact { .. }
            | Self::OrderNews { .. }
            | Self::PhoneCode { .. }
            | Self::RecoveryMade { .. }
            | Self::RecoveryUsed { .. } => None,
        }
    }
}

/// A letter with its recipient and language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressedLetter {
    /// To whom.
    pub to: Recipient,
    /// In which language.
    pub locale: Locale,
    /// About what.
    pub letter: Letter,
}

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    to: String,
    lang: String,
    letter: Letter,
}

impl AddressedLetter {
    /// Writes it as JSON, to be sealed.
    pub(crate) fn to_bytes(&self) -> Secret<Vec<u8>> {
        let kept =
            Kept { to: self.to.text(), lang: self.locale.as_str().to_owned(), letter: self.letter.clone() };
        Secret::new(serde_json::to_vec(&kept).unwrap_or_default())
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` for anything else, such as a kind of a later version.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let Kept { to, lang, letter } = serde_json::from_slice(bytes).ok()?;
        Some(Self { to: Recipient::parse(&to)?, locale: Locale::parse(&lang)?, letter })
    }
}
