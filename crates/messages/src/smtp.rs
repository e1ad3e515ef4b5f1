//! The mail server: one connection for each letter.
//!
//! 1. connect, with TLS from the start or by STARTTLS, which then is required; 2. authenticate; 3. send; 4. say goodbye.
//!
//! What goes wrong in 1 and 2 is never the letter's fault. In 3, a 5xx answer is permanent (RFC 5321 §4.2.1) unless it says
//! that authentication is missing.

use std::time::{Duration, SystemTime};

use crypto::Secret;
use lettre::{
    Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use model::{LetterId, Timestamp};

use crate::{MailAddress, Recipient, RenderedLetter};

/// How a connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS after STARTTLS, which the server must offer (RFC 3207).
    StartTls,
    /// TLS from the start (RFC 8314).
    Tls,
    /// Nothing; for a server on this machine.
    None,
}

/// How letters get to the mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// The server's host; its certificate must be for it.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name and password, where the server wants them.
    pub credentials: Option<(String, Secret<String>)>,
    /// Whom letters come from. Its domain is also that of every Message-ID.
    pub from: MailAddress,
    /// The name beside it.
    pub from_name: String,
    /// How long all of a delivery may take.
    pub timeout: Duration,
    /// The authorities to trust instead of the system's, in PEM.
    pub roots: Option<Vec<u8>>,
}

/// At which step, and whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTrouble {
    /// There is no connection, or it broke.
    Unreachable,
    /// The server does not offer TLS, or its certificate is not to be believed.
    Tls,
    /// The server does not accept our user name and password, or wants some.
    Authentication,
    /// The server refuses for now.
    Temporary,
    /// The server refuses this letter for good.
    Permanent,
    /// The configured time ran out.
    Timeout,
}

/// Why a letter did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", match self.trouble {
    SmtpTrouble::Unreachable => "the mail server cannot be reached",
    SmtpTrouble::Tls => "there is no TLS to the mail server",
    SmtpTrouble::Authentication => "the mail server does not accept the user name and password",
    SmtpTrouble::Temporary => "the mail server refuses for now",
    SmtpTrouble::Permanent => "the mail server refuses the letter",
    SmtpTrouble::Timeout => "the mail server takes too long",
})]
pub struct SmtpError {
    /// What kind of trouble.
    pub trouble: SmtpTrouble,
    /// The server's words or the library's: at most 300 printable characters, addresses left out.
    pub detail: String,
}

impl SmtpError {
    /// Says whether trying again is of no use.
    pub fn is_permanent(&self) -> bool {
        self.trouble == SmtpTrouble::Permanent
    }

    /// The same without words that name the recipient in another way than by the whole address.
    fn without(self, to: &str) -> Self {
        let local = to.split('@').next().unwrap_or_default().to_lowercase();
        let names = |word: &str| {
            let word = word.to_lowercase();
            word.contains("%40") || local.chars().count() >= 3 && word.contains(&local)
        };
        let words = self.detail.split(' ').map(|it| if names(it) { "(address)" } else { it });
        let detail = words.collect::<Vec<_>>().join(" ");
        Self { detail, ..self }
    }

    fn of(trouble: SmtpTrouble, words: &impl ToString) -> Self {
        Self { trouble, detail: plain(&words.to_string()) }
    }
}

/// The longest `detail`, in characters.
const LONGEST: usize = 300;

/// Makes the words of a server fit to be kept and shown: one line, bounded, without the address that it mostly repeats.
fn plain(words: &str) -> String {
    let shown = |it: char| if it.is_control() || it.is_whitespace() { ' ' } else { it };
    let line: String = words.chars().map(shown).filter(|it| !is_invisible(*it)).collect();
    let words = line.split_whitespace().map(|it| if it.contains('@') { "(address)" } else { it });
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

/// Characters that change how a line is read without being seen.
const fn is_invisible(it: char) -> bool {
    matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

type LettreError = lettre::transport::smtp::Error;

fn connecting(error: LettreError) -> SmtpError {
    let trouble = match &error {
        it if it.is_tls() => SmtpTrouble::Tls,
        it if it.status().is_some() => SmtpTrouble::Temporary,
        _ => SmtpTrouble::Unreachable,
    };
    SmtpError::of(trouble, &error)
}

fn upgrading(error: LettreError) -> SmtpError {
    SmtpError::of(SmtpTrouble::Tls, &error)
}

fn authenticating(error: LettreError) -> SmtpError {
    let trouble = if error.is_transient() { SmtpTrouble::Temporary } else { SmtpTrouble::Authentication };
    SmtpError::of(trouble, &error)
}

/// Answers that ask for authentication or encryption, whatever the letter (RFC 4954 §6, RFC 3207 §4).
const WANTS_AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];

fn sending(error: LettreError) -> SmtpError {
    let code = error.status().map(u16::from);
    let trouble = match code {
        Some(code) if WANTS_AUTHENTICATION.contains(&code) => SmtpTrouble::Authentication,
        Some(_) if error.is_permanent() => SmtpTrouble::Permanent,
        Some(_) => SmtpTrouble::Temporary,
        None => SmtpTrouble::Unreachable,
    };
    SmtpError::of(trouble, &error)
}

/// A header that the library has no type for.
macro_rules! text_header {
    ($(#[$about:meta])* $name:ident, $word:literal) => {
        $(#[$about])*
        #[derive(Clone)]
        struct $name(&'static str);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($word)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Err("only written".into())
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.to_owned())
            }
        }
    };
}

text_header! {
    /// Keeps out-of-office answers away. Spec: RFC 3834 §5.
    AutoSubmitted, "Auto-Submitted"
}
text_header! {
    /// Spec: RFC 3282.
    ContentLanguage, "Content-Language"
}

/// A letter ready for the wire.
pub(crate) struct Outgoing<'a> {
    pub(crate) id: LetterId,
    pub(crate) to: &'a Recipient,
    pub(crate) letter: &'a RenderedLetter,
    pub(crate) created_at: Timestamp,
}

impl Smtp {
    /// Gives the Message-ID of a letter: the same at every attempt.
    pub fn message_id(&self, id: LetterId) -> String {
        format!("<{id}@{}>", self.from.domain())
    }

    /// Writes the message: the same bytes at every attempt.
    fn message(&self, it: &Outgoing<'_>, to: &MailAddress) -> Result<Message, String> {
        let micros = u64::try_from(it.created_at.micros()).unwrap_or_default();
        let parts = MultiPart::alternative()
            .boundary(format!("letter-{}", it.id))
            .singlepart(SinglePart::plain(it.letter.text.clone()))
            .singlepart(SinglePart::html(it.letter.html.clone()));
        Message::builder()
            .from(Mailbox::new(Some(self.from_name.clone()), self.from.inner().clone()))
            .to(Mailbox::new(None, to.inner().clone()))
            .subject(&it.letter.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(self.message_id(it.id)))
            .header(AutoSubmitted("auto-generated"))
            .header(ContentLanguage(it.letter.lang))
            .multipart(parts)
            .map_err(|error| error.to_string())
    }

    fn tls(&self) -> Result<TlsParameters, SmtpError> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.roots {
            let authorities = Certificate::from_pem(pem).map_err(upgrading)?;
            builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authorities);
        }
        builder.build().map_err(upgrading)
    }

    /// Connects, protects the connection and authenticates.
    async fn open(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let hello = ClientId::Domain(self.from.domain().to_owned());
        let (server, timeout) = ((self.host.as_str(), self.port), Some(self.timeout));
        let from_start = if self.security == Security::Tls { Some(self.tls()?) } else { None };
        let opened = AsyncSmtpConnection::connect_tokio1(server, timeout, &hello, from_start, None);
        let mut connection = opened.await.map_err(connecting)?;
        if self.security == Security::StartTls {
            connection.starttls(self.tls()?, &hello).await.map_err(upgrading)?;
        }
        if let Some((username, password)) = &self.credentials {
            let credentials = Credentials::new(username.clone(), password.expose().clone());
            let known = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&known, &credentials).await.map_err(authenticating)?;
        }
        Ok(connection)
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, SmtpError>>) -> Result<T, SmtpError> {
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
            let seconds = self.timeout.as_secs();
            Err(SmtpError::of(SmtpTrouble::Timeout, &format!("nothing after {seconds} s")))
        })
    }

    /// Connects and authenticates, and sends nothing.
    ///
    /// # Errors
    /// [`SmtpError`]: what keeps letters from being sent.
    pub async fn check(&self) -> Result<(), SmtpError> {
        let asked = async {
            let mut connection = self.open().await?;
            // The answer to a goodbye changes nothing.
            let _ = connection.quit().await;
            Ok(())
        };
        self.within(asked).await
    }

    /// Hands a letter to the server. When this returns, the server has accepted it.
    ///
    /// # Errors
    /// [`SmtpError`].
    pub(crate) async fn send(&self, it: &Outgoing<'_>, recipient: &MailAddress) -> Result<(), SmtpError> {
        let message =
            self.message(it, recipient).map_err(|why| SmtpError::of(SmtpTrouble::Permanent, &why))?;
        let (from, to) = (Some(self.from.inner().clone()), vec![recipient.inner().clone()]);
        let envelope =
            Envelope::new(from, to).map_err(|error| SmtpError::of(SmtpTrouble::Permanent, &error))?;
        let sent = async {
            let mut connection = self.open().await?;
            connection.send(&envelope, &message.formatted()).await.map_err(sending)?;
            Ok(connection)
        };
        let to = recipient.inner().to_string();
        let mut connection = self.within(sent).await.map_err(|error| error.without(&to))?;
        // It was accepted: whatever becomes of the goodbye.
        let _ = tokio::time::timeout(Duration::from_secs(1), connection.quit()).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{SmtpError, SmtpTrouble, plain};

    #[test]
    fn the_words_of_a_mail_server_were_kept_with_the_address_and_its_control_characters() {
        let said = "5.1.1 <kari@example.com>: Recipient\r\n\u{1b}[31m rejected\u{202e} \0by policy";
        assert_eq!(plain(said), "5.1.1 (address) Recipient [31m rejected by policy");
        assert_eq!(plain(&"x".repeat(1_000)).len(), 300);
    }

    #[test]
    fn a_server_that_named_the_recipient_without_the_domain_was_quoted_to_the_letter() {
        let said = "550 No such user Kari.Nordmann here; kari%40example.com either";
        let error = SmtpError::of(SmtpTrouble::Permanent, &said).without("kari.nordmann@example.com");
        assert_eq!(error.detail, "550 No such user (address) here; (address) either");
    }
}
