//! Text messages: one call of a gateway that the operator describes.
//!
//! A gateway promises nothing about a call that it may have heard: after a lost answer the message is sent again, with the same
//! `{id}`, by which a gateway can tell. Nothing of its answer but the status is kept, because it may repeat the message.

mod fault;
mod template;

use crypto::Secret;
use model::{LetterId, PhoneNumber};
use outbound::{Method, Outbound, Request};

pub use fault::{SmsFault, SmsPart};
use template::{Encoding, Template, Values};

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsContent {
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
}

impl SmsContent {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }

    const fn encoding(self) -> Encoding {
        match self {
            Self::Json => Encoding::Json,
            Self::Form => Encoding::Percent,
        }
    }
}

/// A gateway as an operator describes it. `{to}`, `{to_digits}`, `{text}`, `{id}` and `{secret}` stand for what is sent.
#[derive(Clone, Debug)]
pub struct SmsDescription {
    /// How it is called.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Headers as `Name: value`.
    pub headers: Vec<String>,
    /// The body.
    pub body: Option<String>,
    /// What the body is.
    pub content: SmsContent,
    /// What opens the gateway.
    pub secret: Option<Secret<String>>,
}

/// A gateway that takes text messages.
#[derive(Clone, Debug)]
pub struct SmsGateway {
    method: Method,
    url: Template,
    headers: Vec<(String, Template)>,
    body: Option<Template>,
    content: SmsContent,
    secret: Secret<String>,
}

/// Why a message did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SmsError {
    /// It may be accepted another time.
    #[error("{0}")]
    Later(String),
    /// The gateway refuses this message for good.
    #[error("the SMS gateway refuses the message: it answers {0}")]
    Refused(u16),
}

/// A message, to be sent.
pub(crate) struct Message<'a> {
    pub(crate) id: LetterId,
    pub(crate) to: &'a PhoneNumber,
    pub(crate) text: &'a str,
}

/// Headers that the client writes itself.
const NOT_SET: [&str; 6] =
    ["content-type", "content-length", "host", "connection", "transfer-encoding", "user-agent"];

/// A value that shows every mistake: outside a string it is no JSON.
const SAMPLE: Values<'_> = Values { to: "+4790000001", text: "a\"\\b", id: "0", secret: "s\"\\s" };

impl SmsGateway {
    /// Takes a description; `permits` says whether an address may be called.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its part.
    pub fn new(
        it: &SmsDescription,
        permits: impl Fn(&str) -> bool,
    ) -> Result<Self, Vec<(SmsPart, SmsFault)>> {
        let mut faults = Vec::new();
        let url = url(&it.url, permits).map_err(|fault| faults.push((SmsPart::Url, fault))).ok();
        let mut headers = Vec::new();
        for text in &it.headers {
            match header(text) {
                Ok(header) => headers.push(header),
                Err(fault) => faults.push((SmsPart::Headers, fault)),
            }
        }
        let body = body(it).map_err(|fault| faults.push((SmsPart::Body, fault))).ok();
        let (Some(url), Some(body)) = (url, body) else { return Err(faults) };
        let secret = it.secret.clone().unwrap_or_else(|| Secret::from(""));
        let gateway = Self { method: it.method, url, headers, body, content: it.content, secret };
        faults.extend(gateway.lacks(it.secret.is_some()));
        if faults.is_empty() { Ok(gateway) } else { Err(faults) }
    }

    /// What it lacks as a whole.
    fn lacks(&self, has_secret: bool) -> Vec<(SmsPart, SmsFault)> {
        let of_message =
            |name: &str| self.url.uses(name) || self.body.as_ref().is_some_and(|it| it.uses(name));
        let uses_secret = of_message("secret") || self.headers.iter().any(|(_, it)| it.uses("secret"));
        let is_plain = |it: char| it.is_ascii_graphic() || it == ' ';
        let secret = self.secret.expose();
        let is_usable = !secret.is_empty() && secret.chars().all(is_plain);
        [
            (!of_message("text"), SmsPart::All, SmsFault::Lacks("text")),
            (!of_message("to") && !of_message("to_digits"), SmsPart::All, SmsFault::Lacks("to")),
            (has_secret && !uses_secret, SmsPart::Secret, SmsFault::SecretUnused),
            (!has_secret && uses_secret, SmsPart::Secret, SmsFault::SecretMissing),
            (has_secret && !is_usable, SmsPart::Secret, SmsFault::SecretUnusable),
        ]
        .into_iter()
        .filter(|(is_wrong, ..)| *is_wrong)
        .map(|(_, part, fault)| (part, fault))
        .collect()
    }

    /// The address without what is filled in, for people.
    pub fn address(&self) -> String {
        let filled = self.url.fill(Values { to: "", text: "", id: "", secret: "" });
        filled.split(['?', '#']).next().unwrap_or_default().to_owned()
    }

    /// Asks the gateway's host for its first page, which sends nothing: name, connection and certificate are good when this
    /// returns.
    ///
    /// # Errors
    /// What keeps messages from getting there.
    pub async fn check(&self, outbound: &Outbound) -> Result<(), String> {
        let address = self.address();
        let host = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        outbound.send(Request::get(format!("{host}/"))).await.map(drop).map_err(|error| error.to_string())
    }

    fn request(&self, values: Values<'_>) -> Request {
        let headers = self.headers.iter().map(|(name, it)| (name.clone().into(), it.fill(values))).collect();
        let body = self.body.as_ref();
        let body = body.map(|it| (self.content.media_type(), it.fill(values).into_bytes()));
        Request { method: self.method, url: self.url.fill(values), headers, body }
    }

    pub(crate) async fn send(&self, outbound: &Outbound, it: &Message<'_>) -> Result<(), SmsError> {
        let (to, id) = (it.to.e164(), it.id.to_string());
        let request = self.request(Values { to: &to, text: it.text, id: &id, secret: self.secret.expose() });
        let answer = outbound
            .send(request)
            .await
            .map_err(|error| SmsError::Later(format!("the SMS gateway cannot be reached: {error}")))?;
        match answer.status {
            200..=299 => Ok(()),
            // The message itself is what it does not take.
            status @ (400 | 413 | 422) => Err(SmsError::Refused(status)),
            status => Err(SmsError::Later(format!("the SMS gateway answers {status}"))),
        }
    }
}

fn url(text: &str, permits: impl Fn(&str) -> bool) -> Result<Template, SmsFault> {
    let template = Template::parse(text, Encoding::Percent)?;
    let after_scheme = text.split_once("://").ok_or(SmsFault::Address)?.1;
    let host = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let is_written = text.chars().all(|it| it.is_ascii_graphic());
    if host.is_empty() || host.contains(['{', '}']) || !is_written || text.contains('#') {
        return Err(SmsFault::Address);
    }
    if permits(&template.fill(SAMPLE)) { Ok(template) } else { Err(SmsFault::NotAllowed) }
}

fn header(text: &str) -> Result<(String, Template), SmsFault> {
    let invalid = || SmsFault::Header(text.split(':').next().unwrap_or_default().to_owned());
    let (name, value) = text.split_once(':').ok_or_else(invalid)?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let is_token = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(it);
    let is_plain = |it: char| it.is_ascii_graphic() || it == ' ';
    if name.is_empty()
        || !name.chars().all(is_token)
        || NOT_SET.contains(&name.as_str())
        || !value.chars().all(is_plain)
    {
        return Err(invalid());
    }
    let template = Template::parse(value, Encoding::Plain)?;
    // Headers have no encoding for what people read.
    if template.uses("text") { Err(SmsFault::Misplaced("text".to_owned())) } else { Ok((name, template)) }
}

fn body(it: &SmsDescription) -> Result<Option<Template>, SmsFault> {
    let text = match (&it.body, it.method) {
        (Some(_), Method::Get) => return Err(SmsFault::BodyNotTaken),
        (None, Method::Get) => return Ok(None),
        (None, _) => return Err(SmsFault::BodyMissing),
        (Some(text), _) => text,
    };
    let template = Template::parse(text, it.content.encoding())?;
    let filled = template.fill(SAMPLE);
    match it.content {
        SmsContent::Json => {
            let read = serde_json::from_str::<serde_json::Value>(&filled);
            read.map_err(|error| SmsFault::NotJson(error.to_string()))?;
        }
        SmsContent::Form => {
            let is_pair = |it: &str| it.split_once('=').is_some_and(|(name, _)| !name.is_empty());
            if !filled.chars().all(|it| it.is_ascii_graphic()) || !filled.split('&').all(is_pair) {
                return Err(SmsFault::NotForm);
            }
        }
    }
    Ok(Some(template))
}

#[cfg(test)]
mod tests {
    use super::{SmsContent, SmsDescription, SmsFault, SmsGateway, SmsPart};
    use crypto::Secret;
    use outbound::Method;

    fn description() -> SmsDescription {
        SmsDescription {
            method: Method::Post,
            url: "https://sms.example.com/send".to_owned(),
            headers: vec!["Authorization: Bearer {secret}".to_owned()],
            body: Some(r#"{"to":"{to}","text":"{text}"}"#.to_owned()),
            content: SmsContent::Json,
            secret: Some(Secret::from("hunter2")),
        }
    }

    fn faults(it: &SmsDescription) -> Vec<(SmsPart, SmsFault)> {
        SmsGateway::new(it, |url| url.starts_with("https://")).err().unwrap_or_default()
    }

    #[test]
    fn a_good_description_is_taken_and_its_secret_is_not_printed() {
        let gateway = SmsGateway::new(&description(), |_| true).unwrap();
        assert_eq!(gateway.address(), "https://sms.example.com/send");
        assert!(!format!("{gateway:?} {:?}", description()).contains("hunter2"));
    }

    #[test]
    fn a_placeholder_outside_a_string_of_json_is_no_json() {
        let body = Some(r#"{"to":{to},"text":"{text}"}"#.to_owned());
        let found = faults(&SmsDescription { body, ..description() });
        assert!(matches!(found.as_slice(), [(SmsPart::Body, SmsFault::NotJson(_))]), "{found:?}");
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let wrong = SmsDescription {
            url: "http://sms.example.com".to_owned(),
            headers: vec!["Host: a".to_owned(), "X-Text: {text}".to_owned(), "nothing".to_owned()],
            body: Some("{text".to_owned()),
            content: SmsContent::Form,
            ..description()
        };
        let expected = [
            (SmsPart::Url, SmsFault::NotAllowed),
            (SmsPart::Headers, SmsFault::Header("Host".to_owned())),
            (SmsPart::Headers, SmsFault::Misplaced("text".to_owned())),
            (SmsPart::Headers, SmsFault::Header("nothing".to_owned())),
            (SmsPart::Body, SmsFault::NotForm),
        ];
        assert_eq!(faults(&wrong), expected);
    }

    #[test]
    fn a_message_without_number_or_text_and_a_secret_without_use_are_no_gateway() {
        let body = Some(r#"{"a":"{id}"}"#.to_owned());
        let found = faults(&SmsDescription { headers: Vec::new(), body, ..description() });
        let expected = [
            (SmsPart::All, SmsFault::Lacks("text")),
            (SmsPart::All, SmsFault::Lacks("to")),
            (SmsPart::Secret, SmsFault::SecretUnused),
        ];
        assert_eq!(found, expected);
        let found = faults(&SmsDescription { secret: None, ..description() });
        assert_eq!(found, [(SmsPart::Secret, SmsFault::SecretMissing)]);
    }

    #[test]
    fn a_call_by_get_has_everything_in_its_address_and_a_host_is_not_filled_in() {
        let get = SmsDescription { method: Method::Get, secret: None, headers: Vec::new(), ..description() };
        assert_eq!(faults(&get), [(SmsPart::Body, SmsFault::BodyNotTaken)]);
        let url = "https://sms.example.com/?to={to}&text={text}".to_owned();
        assert_eq!(faults(&SmsDescription { url, body: None, ..get.clone() }), []);
        let url = "https://{to}.example.com/?text={text}".to_owned();
        assert_eq!(faults(&SmsDescription { url, body: None, ..get }), [(SmsPart::Url, SmsFault::Address)]);
    }
}
