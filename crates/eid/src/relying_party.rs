//! One OpenID Connect client engine for all redirect eIDs: code flow with PKCE, everything from discovery.
//!
//! 1. start: build the authorization request, push it when something in it must not stand in a URL
//! 2. the browser returns: check `iss`
//! 3. redeem the code
//! 4. verify the ID token
//! 5. ask userinfo when a promised claim is not in the ID token; who it is and how surely, the ID token alone says

use std::{sync::Arc, time::Duration};

use crypto::{Algorithm, Random, SigningKey, b64};
use model::{Memo, ProvedToken, Timestamp, upstream_client};
use oidc::{
    Challenge, Expected, IdTokenError, KeyChoiceError, Returned, UpstreamMetadata, numeric_date,
    verify_id_token, verify_userinfo,
};
use outbound::{Request, Response};
use serde_json::{Map, Value, json};

use crate::{
    EidError, SourceCredentials, SourceMethod,
    upstream::{self, Upstream},
};

/// Claims that say who this is and how surely. Where userinfo has one, it says the same as the ID token.
const IDENTIFYING: &[&str] = &["sub", "acr", "bankid_altsub"];

/// Claims that only the ID token gives: it was signed for us and for this login. Those of them that userinfo's own
/// answer has (`iss`, `aud`, times) are about that answer.
const PROVING: &[&str] = &[
    "sub",
    "acr",
    "amr",
    "bankid_altsub",
    "auth_time",
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "at_hash",
    "sid",
];

/// A registered client at one issuer.
pub(crate) struct RelyingParty {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) credentials: SourceCredentials,
    pub(crate) key: Option<SigningKey>,
    pub(crate) callback: String,
    /// The algorithms agreed with this issuer.
    pub(crate) algorithms: &'static [Algorithm],
    pub(crate) random: Random,
}

/// What a token endpoint gave.
pub(crate) struct Tokens {
    access_token: String,
    pub(crate) claims: Map<String, Value>,
    pub(crate) proved: ProvedToken,
}

fn refused(why: impl std::fmt::Display) -> EidError {
    EidError::Upstream(why.to_string())
}

pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|it| !it.is_empty())
}

/// When something was, as the ID token says.
pub(crate) fn instant(claims: &Map<String, Value>, name: &str) -> Result<Timestamp, EidError> {
    let seconds =
        claims.get(name).and_then(numeric_date).ok_or_else(|| refused(format!("{name} is no instant")))?;
    Ok(Timestamp::from_seconds(seconds))
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) fn borrowed<'a>(pairs: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The address that a browser is sent to with this query.
pub(crate) fn authorization_address(metadata: &UpstreamMetadata, query: &str) -> String {
    let joint = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
    format!("{}{joint}{query}", metadata.authorization_endpoint)
}

/// The random bytes of a nonce.
const NONCE: usize = 16;
/// The random bytes of a PKCE verifier.
const VERIFIER: usize = 32;

/// Nonce and PKCE verifier of a memo, as they stand on the wire. The nonce is as long as whoever chose it wants.
fn secrets(memo: &Memo) -> Result<(String, String), EidError> {
    let (nonce, verifier) = memo
        .of_connector
        .len()
        .checked_sub(VERIFIER)
        .and_then(|at| memo.of_connector.split_at_checked(at))
        .filter(|(nonce, _)| nonce.len() >= NONCE)
        .ok_or_else(|| refused("the login was begun by another kind of connector"))?;
    Ok((b64::encode(nonce), b64::encode(verifier)))
}

impl RelyingParty {
    /// What has to be remembered of a person who is sent away now. `binding`: the nonce, where it is not a random one.
    pub(crate) fn memo(&self, random: &Random, binding: Option<[u8; 32]>, now: Timestamp) -> Memo {
        let nonce = binding.map_or_else(|| random.bytes::<NONCE>().to_vec(), |it| it.to_vec());
        // Nonce and verifier, for `secrets`.
        let of_connector = [nonce, random.bytes::<VERIFIER>().to_vec()].concat();
        Memo { state: random.bytes(), client: self.client(), of_connector, started_at: now }
    }

    /// Names issuer and client for [`Memo::client`].
    pub(crate) fn client(&self) -> [u8; 16] {
        upstream_client(self.upstream.issuer(), &self.credentials.client_id)
    }

    /// Step 1. `push`: the parameters go by PAR (RFC 9126), because one of them must not stand in a URL.
    pub(crate) async fn start(
        &self,
        memo: &Memo,
        extra: &[(&str, String)],
        push: bool,
    ) -> Result<String, EidError> {
        let metadata = self.upstream.metadata(memo.started_at).await?;
        let asked = self.authorization_request(memo, extra)?;
        let pairs = borrowed(&asked);
        let query = if push {
            let request_uri = self.push(&metadata, &pairs, memo.started_at).await?;
            let response_type = ("response_type", "code");
            form(&[("client_id", &self.credentials.client_id), ("request_uri", &request_uri), response_type])
        } else {
            form(&pairs)
        };
        Ok(authorization_address(&metadata, &query))
    }

    /// The parameters of an authorization request.
    pub(crate) fn authorization_request<'a>(
        &self,
        memo: &Memo,
        extra: &[(&'a str, String)],
    ) -> Result<Vec<(&'a str, String)>, EidError> {
        let (nonce, verifier) = secrets(memo)?;
        let mut pairs = vec![
            ("client_id", self.credentials.client_id.clone()),
            ("redirect_uri", self.callback.clone()),
            ("response_type", "code".to_owned()),
            ("state", b64::encode(&memo.state)),
            ("nonce", nonce),
            ("code_challenge", Challenge::of(&verifier).to_text()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        pairs.extend(extra.iter().cloned());
        Ok(pairs)
    }

    async fn push(
        &self,
        metadata: &UpstreamMetadata,
        pairs: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<String, EidError> {
        let endpoint = metadata.pushed_authorization_request_endpoint.clone().ok_or_else(|| {
            EidError::Misconfigured(
                "the eID takes no pushed requests, and a national number must not stand in a URL".into(),
            )
        })?;
        let answer = self.post(endpoint, metadata, pairs, now).await?;
        let body = self.success(&answer, &[200, 201], "the pushed request")?;
        text(&body, "request_uri").map(str::to_owned).ok_or_else(|| refused("no request_uri came back"))
    }

    /// Steps 2 to 4. Spec: OpenID Connect Core 1.0 §3.1.3, RFC 9207 §2.4
    pub(crate) async fn redeem(
        &self,
        memo: &Memo,
        returned: &Returned,
        now: Timestamp,
    ) -> Result<Tokens, EidError> {
        let metadata = self.upstream.metadata(now).await?;
        self.check_issuer(&metadata, returned)?;
        let code =
            returned.code.as_deref().ok_or_else(|| refused("neither a code nor an error came back"))?;
        let (nonce, verifier) = secrets(memo)?;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.callback),
            ("code_verifier", &verifier),
        ];
        let answer = self.post(metadata.token_endpoint.clone(), &metadata, &pairs, now).await?;
        let body = self.success(&answer, &[200], "the token endpoint")?;
        let access_token =
            text(&body, "access_token").ok_or_else(|| refused("no access token came"))?.to_owned();
        let id_token = text(&body, "id_token").ok_or_else(|| refused("no ID token came"))?;
        let (claims, key) = self.verify(id_token, &nonce, &access_token, now).await?;
        let proved = ProvedToken { id_token: id_token.to_owned(), key };
        Ok(Tokens { access_token, claims, proved })
    }

    /// Step 2: an answer must come from the issuer that was asked; checked before any token call (NEG-15).
    pub(crate) fn check_issuer(
        &self,
        metadata: &UpstreamMetadata,
        returned: &Returned,
    ) -> Result<(), EidError> {
        match returned.iss.as_deref() {
            Some(iss) if iss == metadata.issuer => Ok(()),
            Some(_) => Err(refused("the answer names another issuer")),
            None if metadata.sends_iss => Err(refused("the answer names no issuer although it must")),
            None => Ok(()),
        }
    }

    /// Sends a form with our credentials.
    pub(crate) async fn post(
        &self,
        endpoint: String,
        metadata: &UpstreamMetadata,
        pairs: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Response, EidError> {
        let credentials = &self.credentials;
        let secret = || credentials.secret.as_deref().unwrap_or_default();
        let mut pairs = pairs.to_vec();
        let assertion;
        let mut basic = None;
        match credentials.method {
            SourceMethod::ClientSecretBasic => {
                let half = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let value = format!("{}:{}", half(&credentials.client_id), half(secret()));
                basic = Some(format!("Basic {}", b64::encode_standard(value.as_bytes())));
            }
            SourceMethod::ClientSecretPost => {
                pairs.retain(|(name, _)| *name != "client_id");
                pairs.push(("client_id", &credentials.client_id));
                pairs.push(("client_secret", secret()));
            }
            SourceMethod::PrivateKeyJwt => {
                assertion = self.assertion(metadata, now)?;
                pairs.retain(|(name, _)| *name != "client_id");
                pairs.push(("client_id", &credentials.client_id));
                pairs.push((
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ));
                pairs.push(("client_assertion", &assertion));
            }
        }
        let request = Request::form(endpoint, form(&pairs)).with("accept", "application/json".to_owned());
        let request = match basic {
            Some(value) => request.with("authorization", value),
            None => request,
        };
        Ok(self.upstream.outbound().send(request).await?)
    }

    /// Spec: RFC 7523 §3; BankID OIDC "Private Key JWT", read 2026: `aud` is the token endpoint, `exp` short.
    fn assertion(&self, metadata: &UpstreamMetadata, now: Timestamp) -> Result<String, EidError> {
        let key =
            self.key.as_ref().ok_or_else(|| EidError::Misconfigured("no private key is stored".into()))?;
        let payload = json!({
            "iss": self.credentials.client_id,
            "sub": self.credentials.client_id,
            "aud": metadata.token_endpoint,
            "jti": b64::encode(&self.random.bytes::<16>()),
            "iat": now.seconds(),
            "exp": now.after(Duration::from_secs(30)).seconds(),
        });
        crypto::sign(key, "JWT", payload.to_string().as_bytes())
            .map_err(|_| EidError::Misconfigured("the private key does not sign".into()))
    }

    /// The members of an answer whose status is one of `good`; what another status means otherwise.
    fn success(&self, answer: &Response, good: &[u16], what: &str) -> Result<Map<String, Value>, EidError> {
        let body = upstream::json(&answer.body, what);
        let error = body
            .as_ref()
            .ok()
            .and_then(|it| it.get("error"))
            .and_then(Value::as_str)
            .unwrap_or("no error code");
        match (answer.status, error) {
            (status, _) if good.contains(&status) => match body? {
                Value::Object(members) => Ok(members),
                _ => Err(refused(format!("{what} gave no JSON object"))),
            },
            (500.., _) => Err(EidError::Unavailable(format!("{what} answered {}", answer.status))),
            (401, _) | (_, "invalid_client" | "unauthorized_client" | "invalid_scope") => Err(
                EidError::Misconfigured(format!("{what} answered {} {}", answer.status, printable(error))),
            ),
            (status, error) => Err(refused(format!("{what} answered {status} {}", printable(error)))),
        }
    }

    /// Step 4; with a key that we do not know, once more with fresh keys.
    async fn verify(
        &self,
        id_token: &str,
        nonce: &str,
        access_token: &str,
        now: Timestamp,
    ) -> Result<(Map<String, Value>, String), EidError> {
        let metadata = self.upstream.metadata(now).await?;
        let expected = self.expected(&metadata.issuer, Some(nonce), Some(access_token));
        let mut keys = self.upstream.keys(false, now).await?;
        let mut result = verify_id_token(id_token, &keys, &expected, now.seconds());
        if matches!(result, Err(IdTokenError::Key(KeyChoiceError::Unknown))) {
            keys = self.upstream.keys(true, now).await?;
            result = verify_id_token(id_token, &keys, &expected, now.seconds());
        }
        let claims = result.map_err(refused)?;
        let compact = crypto::parse(id_token).map_err(refused)?;
        let key = keys.choose(&compact).map_err(refused)?.to_jwk().to_string();
        Ok((claims, key))
    }

    fn expected<'a>(
        &'a self,
        issuer: &'a str,
        nonce: Option<&'a str>,
        access_token: Option<&'a str>,
    ) -> Expected<'a> {
        let client_id = &self.credentials.client_id;
        Expected { issuer, client_id, nonce, access_token, algorithms: self.algorithms }
    }

    /// Step 5: adds what userinfo says to the claims, unless all of `promised` are there already. What the ID
    /// token says stays, and what proves the person and the login ([`PROVING`]) comes from there only.
    ///
    /// `signed`: the eID documents a signed answer, and no other is believed; otherwise the answer is plain JSON.
    pub(crate) async fn complete(
        &self,
        tokens: Tokens,
        promised: &[&str],
        signed: bool,
        now: Timestamp,
    ) -> Result<Map<String, Value>, EidError> {
        let Tokens { access_token, mut claims, .. } = tokens;
        let metadata = self.upstream.metadata(now).await?;
        let Some(endpoint) = &metadata.userinfo_endpoint else { return Ok(claims) };
        if promised.iter().all(|name| claims.contains_key(*name)) {
            return Ok(claims);
        }
        let request = Request::get(endpoint.clone()).with("authorization", format!("Bearer {access_token}"));
        let answer = self.upstream.outbound().send(request).await?;
        let agreed = if signed { "application/jwt" } else { "application/json" };
        let given = match answer.status {
            200 if answer.content_type != agreed => {
                return Err(refused("userinfo has not the agreed content type"));
            }
            200 if signed => self.signed(&answer.body, now).await?,
            _ => self.success(&answer, &[200], "userinfo")?,
        };
        let expected = self.expected(&metadata.issuer, None, None);
        verify_userinfo(&given, text(&claims, "sub"), &expected, now.seconds()).map_err(refused)?;
        if IDENTIFYING.iter().any(|name| given.get(*name).is_some_and(|it| claims.get(*name) != Some(it))) {
            return Err(refused("userinfo and the ID token say different things"));
        }
        for (name, value) in given {
            if !PROVING.contains(&name.as_str()) {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(claims)
    }

    async fn signed(&self, body: &[u8], now: Timestamp) -> Result<Map<String, Value>, EidError> {
        let token = std::str::from_utf8(body).map_err(refused)?.trim();
        let compact = crypto::parse(token).map_err(refused)?;
        let mut keys = self.upstream.keys(false, now).await?;
        if matches!(keys.choose(&compact), Err(KeyChoiceError::Unknown)) {
            keys = self.upstream.keys(true, now).await?;
        }
        let key = keys.choose(&compact).map_err(refused)?;
        compact.verify_claims(key, self.algorithms).map_err(refused)
    }
}

/// What may stand in a log of what an upstream said: 80 characters of printable ASCII.
pub(crate) fn printable(text: &str) -> String {
    cut(text, 80)
}

/// At most so many characters of printable ASCII.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|it| it.is_ascii_graphic() || *it == ' ').take(most).collect()
}

/// The person must have proved themselves no longer ago than the application accepts.
///
/// Spec: OpenID Connect Core 1.0 §3.1.2.1 (`max_age`, `prompt=login`), with 60 s of clock difference.
pub(crate) fn check_age(
    authenticated_at: Timestamp,
    memo: &Memo,
    max_age: Option<u32>,
) -> Result<(), EidError> {
    let Some(seconds) = max_age else { return Ok(()) };
    let earliest = memo.started_at.before(Duration::from_secs(u64::from(seconds) + 60));
    if authenticated_at < earliest {
        Err(refused("the person proved themselves too long ago"))
    } else {
        Ok(())
    }
}
