//! The mailbox of development.

use crate::Frame;
use crate::page::page;

/// Letters that would have been sent, the newest first.
#[derive(Debug, Clone, Default)]
pub struct MailboxPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The letters.
    pub letters: Vec<MailboxLetter>,
}

/// A letter.
#[derive(Debug, Clone)]
pub struct MailboxLetter {
    /// Where its HTML is.
    pub html_href: String,
    /// The recipient's address, or phone number.
    pub to: String,
    /// Whether it is a text message, which has a text alone.
    pub is_sms: bool,
    /// The tag of its language.
    pub lang: &'static str,
    /// The subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When, as RFC 3339.
    pub sent_at: String,
}

page!(MailboxPage, "mailbox.html");
