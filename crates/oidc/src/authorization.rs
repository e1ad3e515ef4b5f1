//! The authorization request as it arrives, and the response as it leaves.

use crypto::b64;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErrorCode, Params};

/// The parameters of an authorization request that we read, as text. Nothing is checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationParams {
    /// RFC 6749 §4.1.1
    pub client_id: Option<String>,
    /// RFC 6749 §4.1.1
    pub redirect_uri: Option<String>,
    /// RFC 6749 §4.1.1
    pub response_type: Option<String>,
    /// OAuth 2.0 Multiple Response Types §2.1
    pub response_mode: Option<String>,
    /// RFC 6749 §3.3
    pub scope: Option<String>,
    /// RFC 6749 §4.1.1
    pub state: Option<String>,
    /// OpenID Connect Core 1.0 §3.1.2.1, like all that follow
    pub nonce: Option<String>,
    /// Space-separated words.
    pub prompt: Option<String>,
    /// Seconds.
    pub max_age: Option<String>,
    /// Space-separated, best first.
    pub acr_values: Option<String>,
    /// The mini-language of [`crate::LoginHint`].
    pub login_hint: Option<String>,
    /// Space-separated language tags, best first.
    pub ui_locales: Option<String>,
    /// JSON, see [`crate::ClaimsRequest`].
    pub claims: Option<String>,
    /// An earlier ID token of ours.
    pub id_token_hint: Option<String>,
    /// RFC 7636 §4.3
    pub code_challenge: Option<String>,
    /// RFC 7636 §4.3
    pub code_challenge_method: Option<String>,
    /// A request object by value (§6.1).
    pub request: Option<String>,
    /// A request by reference: a pushed one (RFC 9126 §4), or a request object elsewhere (§6.2).
    pub request_uri: Option<String>,
    /// `registration` (§7.2.1) was sent.
    pub has_registration: bool,
    /// A parameter that has a meaning came twice.
    pub has_duplicate: bool,
}

/// What stands in front of the name of a pushed request (RFC 9126 §2.2).
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

impl AuthorizationParams {
    /// The name of the pushed request that this one refers to.
    pub fn pushed(&self) -> Option<&str> {
        self.request_uri.as_deref()?.strip_prefix(PUSHED)
    }

    /// Picks the parameters that we know; `acr` is the value that the path carried, which stands in when
    /// the query names none.
    pub fn pick(params: &Params, acr: Option<&str>) -> Self {
        let text = |name| params.get(name).map(str::to_owned);
        Self {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            response_type: text("response_type"),
            response_mode: text("response_mode"),
            scope: text("scope"),
            state: text("state"),
            nonce: text("nonce"),
            prompt: text("prompt"),
            max_age: text("max_age"),
            acr_values: text("acr_values").or_else(|| acr.map(str::to_owned)),
            login_hint: text("login_hint"),
            ui_locales: text("ui_locales"),
            claims: text("claims"),
            id_token_hint: text("id_token_hint"),
            code_challenge: text("code_challenge"),
            code_challenge_method: text("code_challenge_method"),
            request: text("request"),
            request_uri: text("request_uri"),
            has_registration: params.get("registration").is_some(),
            has_duplicate: params.has_registered_duplicate(),
        }
    }
}

impl AuthorizationParams {
    /// The same with what an unverified request object says of *how* to answer, where nothing outside says it: only for
    /// refusing the object, at the address that stands outside.
    #[must_use]
    pub fn answered_as_the_object_says(mut self) -> Self {
        let payload = self.request.as_deref().and_then(|it| it.split('.').nth(1)).and_then(b64::decode);
        let claims: Option<Value> = payload.and_then(|it| serde_json::from_slice(&it).ok());
        let text = |name| {
            let said = claims.as_ref()?.get(name)?.as_str()?;
            (!said.is_empty() && !said.contains(char::is_control)).then(|| said.to_owned())
        };
        self.response_mode = self.response_mode.or_else(|| text("response_mode"));
        self.state = self.state.or_else(|| text("state"));
        self
    }

    /// Says whether the response type is one whose answers go into the fragment by default.
    ///
    /// Spec: OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §2.1, §5
    pub fn is_answered_in_fragment(&self) -> bool {
        let words = self.response_type.as_deref().unwrap_or_default().split(' ');
        words.into_iter().any(|word| matches!(word, "token" | "id_token"))
    }
}

/// The words of `prompt`.
///
/// Spec: OpenID Connect Core 1.0 §3.1.2.1
/// <https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person must prove themselves again.
    pub login: bool,
    /// The person must agree.
    pub consent: bool,
    /// The person wants to choose the eID.
    pub select_account: bool,
}

impl Prompt {
    /// Reads the words; `None` for an unknown one, or for `none` beside another.
    pub fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => return None,
            }
        }
        let others = prompt.login || prompt.consent || prompt.select_account;
        (!(prompt.none && others)).then_some(prompt)
    }
}

/// How the answer reaches the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode 1.0).
    FormPost,
    /// In a message from our page to the window that opened or framed it; only where an application turned it on.
    PostMessage,
    /// As a JSON document; only where an application turned it on.
    Json,
}

impl ResponseMode {
    /// Those that every application may use, as metadata lists them.
    pub const COMMON: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];
    /// Those that an application must have turned on.
    pub const ON_REQUEST: [Self; 2] = [Self::PostMessage, Self::Json];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::PostMessage => "post_message",
            Self::Json => "json",
        }
    }

    /// Reads the word. Whether the application may use it is another question.
    pub fn parse(word: &str) -> Option<Self> {
        Self::COMMON.into_iter().chain(Self::ON_REQUEST).find(|mode| mode.as_str() == word)
    }
}

/// An answer to the application, success or error; `iss` is in both (RFC 9207 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// Where it goes; one of the application's registered URIs.
    pub redirect_uri: String,
    /// How it goes.
    pub mode: ResponseMode,
    /// Names and values, in the order in which they are sent.
    pub fields: Vec<(&'static str, String)>,
}

/// Where the answer to an authorization request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    /// One of the application's own.
    pub redirect_uri: String,
    /// How it goes there.
    pub mode: ResponseMode,
    /// Given back as it came.
    pub state: Option<String>,
}

impl AuthorizationResponse {
    /// Makes the answer that carries a code.
    pub fn code(back: ReturnAddress, code: &str, issuer: &str) -> Self {
        Self::complete(back, vec![("code", code.to_owned())], issuer)
    }

    /// Makes the answer that carries an error; `description` is ASCII (RFC 6749 §4.1.2.1).
    pub fn error(back: ReturnAddress, code: ErrorCode, description: String, issuer: &str) -> Self {
        let fields = vec![("error", code.as_str().to_owned()), ("error_description", description)];
        Self::complete(back, fields, issuer)
    }

    fn complete(back: ReturnAddress, mut fields: Vec<(&'static str, String)>, issuer: &str) -> Self {
        fields.extend(back.state.map(|state| ("state", state)));
        fields.push(("iss", issuer.to_owned()));
        Self { redirect_uri: back.redirect_uri, mode: back.mode, fields }
    }

    /// The address to redirect to; `None` when the answer goes another way.
    ///
    /// The registered URI stays as it is, byte for byte; its own query is kept (RFC 6749 §3.1.2).
    pub fn location(&self) -> Option<String> {
        match self.mode {
            ResponseMode::FormPost | ResponseMode::PostMessage | ResponseMode::Json => None,
            ResponseMode::Fragment => Some(format!("{}#{}", self.redirect_uri, self.query())),
            ResponseMode::Query => Some(self.by_query()),
        }
    }

    /// The address with the answer in its query, whatever the mode: what [`ResponseMode::PostMessage`] sends.
    pub fn as_message(&self) -> String {
        self.by_query()
    }

    fn by_query(&self) -> String {
        format!("{}{}{}", self.redirect_uri, self.joint(), self.query())
    }

    fn joint(&self) -> char {
        if self.redirect_uri.contains('?') { '&' } else { '?' }
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.fields.iter().map(|(name, value)| (*name, value.as_str())));
        // Spaces are `%20`, which those who decode percent-encoding alone read too; a plus of a value is `%2B` by now.
        query.finish().replace('+', "%20")
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthorizationResponse, Prompt, ResponseMode, ReturnAddress};

    #[test]
    fn a_space_in_an_answer_is_not_a_plus_which_only_forms_read_back() {
        for (mode, joint) in [(ResponseMode::Query, '?'), (ResponseMode::Fragment, '#')] {
            let uri = "https://a.example/cb+".to_owned();
            let answer = AuthorizationResponse::code(back(&uri, mode, "a b+c"), "c", "https://i");
            let wanted = format!("https://a.example/cb+{joint}code=c&state=a%20b%2Bc&iss=https%3A%2F%2Fi");
            assert_eq!(answer.location(), Some(wanted));
        }
    }

    fn back(uri: &str, mode: ResponseMode, state: &str) -> ReturnAddress {
        ReturnAddress { redirect_uri: uri.to_owned(), mode, state: Some(state.to_owned()) }
    }

    #[test]
    fn a_redirect_uri_with_a_query_keeps_it() {
        let answer = |mode| {
            AuthorizationResponse::code(back("https://a.example/cb?x=1", mode, "s&t"), "c", "https://i")
                .location()
        };
        assert_eq!(
            answer(ResponseMode::Query).as_deref(),
            Some("https://a.example/cb?x=1&code=c&state=s%26t&iss=https%3A%2F%2Fi")
        );
        assert_eq!(
            answer(ResponseMode::Fragment).as_deref(),
            Some("https://a.example/cb?x=1#code=c&state=s%26t&iss=https%3A%2F%2Fi")
        );
        assert_eq!(answer(ResponseMode::FormPost), None);
        assert_eq!(answer(ResponseMode::PostMessage), None);
    }

    #[test]
    fn a_message_is_the_address_with_the_answer_and_no_plus_for_a_space() {
        let back = back("https://a.example/cb?q=a+b", ResponseMode::PostMessage, "a b+c");
        let answer = AuthorizationResponse::code(back, "c", "https://i");
        assert_eq!(
            answer.as_message(),
            "https://a.example/cb?q=a+b&code=c&state=a%20b%2Bc&iss=https%3A%2F%2Fi"
        );
    }

    #[test]
    fn prompt_none_stands_alone() {
        assert!(Prompt::parse("none").unwrap().none);
        assert!(Prompt::parse("login consent").unwrap().consent);
        assert_eq!(Prompt::parse("none login"), None);
        assert_eq!(Prompt::parse("dance"), None);
    }
}
