//! The pages of the sample application.

use crate::Frame;
use crate::page::page;

/// What the sample application is, and a button for each way to log in.
#[derive(Debug, Clone, Default)]
pub struct SampleStart {
    /// What surrounds the page.
    pub frame: Frame,
    /// The issuer it logs in at.
    pub issuer: String,
    /// Ways to log in, in the order to show.
    pub choices: Vec<SampleChoice>,
    /// Address of the sample that runs in the browser alone.
    pub browser_href: Option<String>,
}

/// A way to log in.
#[derive(Debug, Clone)]
pub struct SampleChoice {
    /// Which one; gives label, description and the button's id (`login-…`).
    pub login: SampleLogin,
    /// Where it starts.
    pub href: String,
}

/// The ways to log in that the sample application shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleLogin {
    /// Norwegian BankID at level high.
    BankIdHigh,
    /// Norwegian BankID with biometrics (level substantial).
    BankIdBiometrics,
    /// Vipps.
    Vipps,
    /// Any eID: the person chooses.
    AnyEid,
    /// BankID with the national identity number.
    NationalNumber,
}

impl SampleLogin {
    /// Every way.
    pub const ALL: [Self; 5] =
        [Self::BankIdHigh, Self::BankIdBiometrics, Self::Vipps, Self::AnyEid, Self::NationalNumber];

    /// The word for addresses and ids: `bankid-high`, `bankid-biometrics`, `vipps`, `any`, `nin`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BankIdHigh => "bankid-high",
            Self::BankIdBiometrics => "bankid-biometrics",
            Self::Vipps => "vipps",
            Self::AnyEid => "any",
            Self::NationalNumber => "nin",
        }
    }

    fn key(self) -> String {
        format!("sample-login-{}", self.id())
    }

    fn text_key(self) -> String {
        format!("sample-login-{}-text", self.id())
    }
}

/// A finished login: the tokens opened, and all that went over the wire.
#[derive(Debug, Clone, Default)]
pub struct SampleResult {
    /// What surrounds the page.
    pub frame: Frame,
    /// Whom to greet: the name, or the subject when there is no name.
    pub who: String,
    /// The ID token.
    pub id_token: SampleToken,
    /// The answer of the userinfo endpoint as JSON, if it was asked.
    pub userinfo: Option<String>,
    /// What went over the wire, in order.
    pub exchange: Vec<Exchange>,
    /// Where "log out" leads.
    pub logout_href: Option<String>,
    /// Where the sample application starts.
    pub start_href: String,
}

/// An ID token, opened.
#[derive(Debug, Clone, Default)]
pub struct SampleToken {
    /// The JOSE header as JSON.
    pub header: String,
    /// The claims, for the table.
    pub claims: Vec<Claim>,
    /// The claims as JSON.
    pub json: String,
    /// The token as it came.
    pub compact: String,
}

/// A claim in a table.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Its name on the wire.
    pub name: String,
    /// Its value: a string without quotes, anything else as JSON.
    pub value: String,
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Which step it was.
    pub step: ExchangeStep,
    /// The request as text: line, headers, body.
    pub request: String,
    /// The answer as text.
    pub response: String,
}

/// The steps of a login, as an application sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeStep {
    /// The discovery document is fetched.
    Discovery,
    /// The request is pushed.
    PushedRequest,
    /// The browser goes to the authorization endpoint.
    Authorize,
    /// The browser comes back with a code.
    Callback,
    /// The code is exchanged for tokens.
    Token,
    /// The keys are fetched.
    Keys,
    /// Userinfo is asked.
    Userinfo,
}

impl ExchangeStep {
    /// Every step, in the order of a login.
    pub const ALL: [Self; 7] = [
        Self::Discovery,
        Self::PushedRequest,
        Self::Authorize,
        Self::Callback,
        Self::Token,
        Self::Keys,
        Self::Userinfo,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::Discovery => "step-discovery",
            Self::PushedRequest => "step-pushed-request",
            Self::Authorize => "step-authorize",
            Self::Callback => "step-callback",
            Self::Token => "step-token",
            Self::Keys => "step-keys",
            Self::Userinfo => "step-userinfo",
        }
    }
}

/// The login came back with an error.
#[derive(Debug, Clone, Default)]
pub struct SampleError {
    /// What surrounds the page.
    pub frame: Frame,
    /// The OAuth error code, or the sample application's own.
    pub error: String,
    /// `error_description`, if any.
    pub description: Option<String>,
    /// Trace id, if the answer had one.
    pub trace_id: Option<String>,
    /// Where the sample application starts.
    pub start_href: String,
}

/// The sample application that runs in the browser alone: a public client with PKCE.
///
/// Its script needs `script-src 'self'` and `connect-src 'self' {issuer}`.
#[derive(Debug, Clone, Default)]
pub struct SampleBrowser {
    /// What surrounds the page.
    pub frame: Frame,
    /// The issuer to log in at.
    pub issuer: String,
    /// The public client's id.
    pub client_id: String,
    /// Where the login comes back to: the address of this page.
    pub redirect_uri: String,
    /// Scopes to ask for, separated by spaces.
    pub scope: String,
    /// `acr_values` to offer; empty lets the person choose among all eIDs.
    pub acr_values: Vec<String>,
    /// Where the sample application starts.
    pub start_href: String,
}

page!(SampleStart, "sample/start.html");
page!(SampleResult, "sample/result.html");
page!(SampleError, "sample/error.html");
page!(SampleBrowser, "sample/browser.html");
