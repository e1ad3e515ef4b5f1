//! The calls to the issuer, each kept as a [`Leg`].

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crypto::{Secret, b64};
use outbound::{Outbound, Request, Response};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Claims, Config, Leg, SampleError, Step,
    exchange::{answer, line, parameters},
    returned::refused,
};

/// How long a discovery document is believed, in seconds.
const KEPT: i64 = 5 * 60;

/// What an application needs of the discovery document.
///
/// Spec: OpenID Connect Discovery 1.0 §3 <https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata>
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) userinfo_endpoint: String,
    pub(crate) jwks_uri: String,
    pub(crate) end_session_endpoint: Option<String>,
    pub(crate) pushed_authorization_request_endpoint: Option<String>,
    #[serde(default, rename = "require_pushed_authorization_requests")]
    pub(crate) must_push: bool,
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(crate) names_itself: bool,
}

/// The metadata and how they came.
#[derive(Debug)]
pub(crate) struct Discovered {
    pub(crate) metadata: Metadata,
    pub(crate) leg: Leg,
    at: i64,
}

/// What the token endpoint gave.
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: String,
}

/// What a pushed request is called, and the seconds for which it waits.
#[derive(Deserialize)]
pub(crate) struct Pushed {
    pub(crate) request_uri: String,
    pub(crate) expires_in: u64,
}

/// Talks to the issuer.
pub(crate) struct Wire {
    outbound: Arc<Outbound>,
    discovered: Mutex<Option<Arc<Discovered>>>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

const fn nonsense(step: Step, what: &'static str) -> SampleError {
    SampleError::Nonsense { step, what }
}

impl Wire {
    pub(crate) const fn new(outbound: Arc<Outbound>) -> Self {
        Self { outbound, discovered: Mutex::new(None) }
    }

    async fn send(&self, step: Step, request: Request) -> Result<Response, SampleError> {
        self.outbound.send(request).await.map_err(|source| SampleError::Unreachable { step, source })
    }

    /// Gives the discovery document, fetched at most every five minutes.
    pub(crate) async fn discover(&self, issuer: &str, now: i64) -> Result<Arc<Discovered>, SampleError> {
        let known = self.discovered.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|it| (it.at..it.at + KEPT).contains(&now)) {
            return Ok(known);
        }
        let step = Step::Discovery;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let response = self.send(step, Request::get(url.clone())).await?;
        if response.status != 200 {
            return Err(nonsense(step, "the status is not 200"));
        }
        let metadata: Metadata =
            serde_json::from_slice(&response.body).map_err(|_| nonsense(step, "a member is missing"))?;
        // Discovery §4.3: the issuer in the document must be the one that was asked, exactly.
        if metadata.issuer != issuer {
            return Err(nonsense(step, "the document is of another issuer"));
        }
        let leg = Leg { step, request: line("GET", &url), response: answer(&response) };
        let found = Arc::new(Discovered { metadata, leg, at: now });
        *self.discovered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&found));
        Ok(found)
    }

    /// Pushes an authorization request, authenticated as at the token endpoint.
    ///
    /// Spec: RFC 9126 §2 <https://www.rfc-editor.org/rfc/rfc9126#section-2>
    pub(crate) async fn push(
        &self,
        config: &Config,
        metadata: &Metadata,
        pairs: &[(&'static str, String)],
    ) -> Result<Pushed, SampleError> {
        let step = Step::Authorize;
        let endpoint = metadata.pushed_authorization_request_endpoint.clone();
        let endpoint = endpoint.ok_or_else(|| nonsense(step, "the issuer takes no pushed requests"))?;
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let response = self.send(step, authenticated(Request::form(endpoint, form), config)).await?;
        if response.status != 201 {
            return Err(error_of(step, &response));
        }
        serde_json::from_slice(&response.body).map_err(|_| nonsense(step, "a member is missing"))
    }

    /// Redeems a code with `client_secret_basic`, or as a public client with its id alone.
    ///
    /// Spec: RFC 6749 §4.1.3, §2.3.1 <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3>
    pub(crate) async fn redeem(
        &self,
        config: &Config,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<(Tokens, Leg), SampleError> {
        let step = Step::Token;
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", config.redirect_uri.as_str()),
            ("code_verifier", verifier),
        ];
        if config.client_secret.is_none() {
            pairs.push(("client_id", config.client_id.as_str()));
        }
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let request = authenticated(Request::form(metadata.token_endpoint.clone(), form), config);
        let response = self.send(step, request).await?;
        if response.status != 200 {
            return Err(error_of(step, &response));
        }
        let body: Claims =
            serde_json::from_slice(&response.body).map_err(|_| nonsense(step, "the answer is no JSON"))?;
        if !body.text("token_type").is_some_and(|it| it.eq_ignore_ascii_case("bearer")) {
            return Err(nonsense(step, "the token type is not Bearer"));
        }
        let text = |name, what| body.text(name).map(str::to_owned).ok_or_else(|| nonsense(step, what));
        let tokens = Tokens {
            access_token: text("access_token", "no access token came")?,
            id_token: text("id_token", "no ID token came")?,
        };
        let request = format!(
            "{}\n{}\
             Content-Type: application/x-www-form-urlencoded\n\n{}",
            line("POST", &metadata.token_endpoint),
            config.client_secret.as_ref().map_or("", |_| "Authorization: Basic (client id and secret)\n"),
            parameters(pairs.into_iter())
        );
        Ok((tokens, Leg { step, request, response: answer(&response) }))
    }

    /// Fetches the keys.
    pub(crate) async fn keys(&self, metadata: &Metadata) -> Result<(Value, Leg), SampleError> {
        let step = Step::Keys;
        let response = self.send(step, Request::get(metadata.jwks_uri.clone())).await?;
        let keys = serde_json::from_slice(&response.body).ok().filter(|_| response.status == 200);
        let keys = keys.ok_or_else(|| nonsense(step, "no key set came"))?;
        let request = line("GET", &metadata.jwks_uri);
        Ok((keys, Leg { step, request, response: answer(&response) }))
    }

    /// Asks userinfo.
    ///
    /// Spec: OpenID Connect Core 1.0 §5.3 <https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>
    pub(crate) async fn userinfo(
        &self,
        metadata: &Metadata,
        access_token: &str,
    ) -> Result<(Response, Leg), SampleError> {
        let step = Step::Userinfo;
        let request = Request::get(metadata.userinfo_endpoint.clone())
            .with("authorization", format!("Bearer {access_token}"));
        let response = self.send(step, request).await?;
        if response.status != 200 {
            return Err(nonsense(step, "the status is not 200"));
        }
        let request =
            format!("{}\nAuthorization: Bearer (access token)", line("GET", &metadata.userinfo_endpoint));
        let leg = Leg { step, request, response: answer(&response) };
        Ok((response, leg))
    }
}

fn error_of(step: Step, response: &Response) -> SampleError {
    let body: Claims = serde_json::from_slice(&response.body).unwrap_or_default();
    match body.text("error") {
        Some(error) => refused(error, body.text("error_description")),
        None => nonsense(step, "an error without a code"),
    }
}

/// With the application's secret; a public application says its id in the form alone.
fn authenticated(request: Request, config: &Config) -> Request {
    match &config.client_secret {
        Some(secret) => request.with("authorization", basic(&config.client_id, secret)),
        None => request,
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(client_id: &str, secret: &Secret<String>) -> String {
    let half = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", half(client_id), half(secret.expose()));
    format!("Basic {}", b64::encode_standard(pair.as_bytes()))
}
