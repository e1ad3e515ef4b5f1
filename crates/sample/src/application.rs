//! The application itself: begins a login and finishes it.

use std::sync::Arc;

use crypto::{Random, SealKey, b64};
use outbound::Outbound;
use serde_json::Value;

use crate::{
    Claims, Config, IdTokenProblem, Leg, NoUserinfo, SampleError, Step, Userinfo,
    exchange::{line, parameters},
    id_token::{Expected, verify},
    login::Login,
    memo::Memo,
    returned::Returned,
    userinfo,
    wire::{Metadata, Tokens, Wire},
};

/// The sample application; one for the whole process.
#[derive(Debug)]
pub struct Sample {
    config: Config,
    wire: Wire,
    random: Random,
    key: SealKey,
}

/// A login that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes: the authorization endpoint with its parameters.
    pub location: String,
    /// The `state` in it; naming the browser's cookie after it keeps logins in two tabs apart.
    pub state: String,
    /// What the browser keeps until it comes back: at most 500 characters of base64url, sealed.
    pub memo: String,
    /// How many seconds the location can be opened, where the request was pushed.
    pub waits: Option<u64>,
}

/// A login that has worked.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The ID token as it came.
    pub id_token: String,
    /// Its header.
    pub header: Value,
    /// Its claims, verified.
    pub claims: Claims,
    /// What userinfo said, or why that cannot be shown.
    pub userinfo: Userinfo,
    /// What went over the wire, in order, without secrets.
    pub exchange: Vec<Leg>,
    /// Where "log out" leads, when the issuer has such a place.
    pub logout_url: Option<String>,
}

impl Sample {
    /// Takes the credentials; makes the key that seals memos, which a restart forgets.
    pub fn new(config: Config, outbound: Arc<Outbound>, random: Random) -> Self {
        let key = SealKey::generate(&random);
        Self { config, wire: Wire::new(outbound), random, key }
    }

    /// Begins a login.
    ///
    /// `login`: `bankid-high`, `bankid-biometrics`, `vipps`, `any` or `nin`. `now`: Unix seconds.
    ///
    /// # Errors
    /// [`SampleError::UnknownLogin`]; [`SampleError::Unreachable`] and [`SampleError::Nonsense`] when there
    /// is no usable discovery document: show it, trying again is safe. [`SampleError::Refused`] where the issuer
    /// refuses a pushed request.
    pub async fn start(&self, login: &str, now: i64) -> Result<Begun, SampleError> {
        let login = Login::find(login).ok_or(SampleError::UnknownLogin)?;
        let discovered = self.wire.discover(&self.config.issuer, now).await?;
        let memo = Memo::fresh(login, &self.random, now);
        let metadata = &discovered.metadata;
        let (mut pairs, mut waits) = (self.request(login, &memo), None);
        if self.config.pushes || metadata.must_push {
            let pushed = self.wire.push(&self.config, metadata, &pairs).await?;
            pairs = vec![("client_id", self.config.client_id.clone()), ("request_uri", pushed.request_uri)];
            waits = Some(pushed.expires_in);
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        Ok(Begun {
            location: with_query(&metadata.authorization_endpoint, &query),
            waits,
            memo: memo.seal(&self.key, &self.random)?,
            state: memo.state,
        })
    }

    /// The parameters of the authorization request; the same memo gives the same ones.
    ///
    /// Spec: OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 §4.3
    fn request(&self, login: Login, memo: &Memo) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("client_id", self.config.client_id.clone()),
            ("redirect_uri", self.config.redirect_uri.clone()),
            ("response_type", "code".to_owned()),
            ("scope", login.scope.to_owned()),
            ("state", memo.state.clone()),
            ("nonce", memo.nonce.clone()),
            ("code_challenge", memo.challenge()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        pairs.extend(login.acr_values.map(|it| ("acr_values", it.to_owned())));
        pairs
    }

    /// Finishes a login.
    ///
    /// `query`: of the callback, without the question mark. `memo`: what [`Begun`] gave.
    ///
    /// # Errors
    /// [`SampleError`]: no login. [`SampleError::Refused`] is the issuer's own word.
    pub async fn finish(&self, query: &str, memo: &str, now: i64) -> Result<Finished, SampleError> {
        let returned = Returned::parse(query)?;
        let memo = Memo::open(&self.key, memo, now)?;
        let login = Login::find(&memo.login).ok_or(SampleError::Memo)?;
        let discovered = self.wire.discover(&self.config.issuer, now).await?;
        let metadata = &discovered.metadata;
        let code = returned.code(&memo.state, &metadata.issuer, metadata.names_itself)?;
        let (tokens, token_leg) = self.wire.redeem(&self.config, metadata, code, &memo.verifier).await?;
        let (keys, keys_leg) = self.wire.keys(metadata).await?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &self.config.client_id,
            nonce: &memo.nonce,
            access_token: &tokens.access_token,
            now,
        };
        let claims = verify(&tokens.id_token, &keys, &expected)?;
        // An application that asked for a level must look at what it got.
        if !login.accepts(&claims) {
            return Err(SampleError::Level);
        }
        let (userinfo, userinfo_leg) = self.ask_userinfo(metadata, &tokens, &keys).await?;
        // Core §5.3.2: unless both speak of the same person, what userinfo says must not be used.
        if userinfo.claims().is_some_and(|it| it.text("sub") != claims.text("sub")) {
            return Err(SampleError::Subject);
        }
        let authorize_leg = self.authorize_leg(login, &memo, metadata, &returned);
        let mut exchange = vec![discovered.leg.clone(), authorize_leg, token_leg, keys_leg];
        exchange.extend(userinfo_leg);
        Ok(Finished {
            header: header(&tokens.id_token)?,
            logout_url: self.logout_url(metadata, &tokens.id_token),
            id_token: tokens.id_token,
            claims,
            userinfo,
            exchange,
        })
    }

    async fn ask_userinfo(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        keys: &Value,
    ) -> Result<(Userinfo, Option<Leg>), SampleError> {
        if !self.config.asks_userinfo {
            return Ok((Userinfo::Unavailable(NoUserinfo::Off), None));
        }
        let (response, leg) = self.wire.userinfo(metadata, &tokens.access_token).await?;
        let said = userinfo::read(&response, keys, (&metadata.issuer, &self.config.client_id))?;
        Ok((said, Some(leg)))
    }

    fn authorize_leg(&self, login: Login, memo: &Memo, metadata: &Metadata, returned: &Returned) -> Leg {
        let sent = self.request(login, memo);
        let sent = parameters(sent.iter().map(|(name, value)| (*name, value.as_str())));
        let (line, host) = split_line(&line("GET", &metadata.authorization_endpoint));
        Leg {
            step: Step::Authorize,
            request: format!("{line}\n?{sent}\n{host}"),
            response: format!("Location: {}\n?{}", self.config.redirect_uri, returned.shown()),
        }
    }

    /// Spec: OpenID Connect RP-Initiated Logout 1.0 §2
    fn logout_url(&self, metadata: &Metadata, id_token: &str) -> Option<String> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("id_token_hint", id_token)
            .append_pair("post_logout_redirect_uri", &self.config.post_logout_redirect_uri)
            .finish();
        metadata.end_session_endpoint.as_deref().map(|endpoint| with_query(endpoint, &query))
    }
}

fn with_query(endpoint: &str, query: &str) -> String {
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{query}")
}

/// The request line without its version, and the rest.
fn split_line(text: &str) -> (String, String) {
    match text.split_once(" HTTP/1.1\n") {
        Some((line, rest)) => (line.to_owned(), rest.to_owned()),
        None => (text.to_owned(), String::new()),
    }
}

fn header(token: &str) -> Result<Value, IdTokenProblem> {
    let bytes = token.split('.').next().and_then(b64::decode).ok_or(IdTokenProblem::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| IdTokenProblem::Malformed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Config, Sample};
    use crate::{login::Login, memo::Memo};
    use crypto::Random;
    use outbound::{Outbound, Settings};

    #[test]
    fn a_request_has_state_nonce_and_pkce() {
        let random = Random::seeded(1);
        let config = Config {
            issuer: "http://localhost:1".into(),
            client_id: "app".into(),
            client_secret: Some("secret".into()),
            redirect_uri: "http://sample.localhost:2/callback".into(),
            post_logout_redirect_uri: "http://sample.localhost:2/".into(),
            pushes: false,
            asks_userinfo: true,
        };
        let sample = Sample::new(config, Arc::new(Outbound::new(Settings::default())), random.clone());
        let login = Login::find("nin").unwrap();
        let memo = Memo::fresh(login, &random, 0);
        let request = sample.request(login, &memo);
        let value = |name| request.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());

        assert_eq!(value("scope"), Some("openid profile nin"));
        assert_eq!(value("acr_values"), Some("urn:grn:authn:no:bankid"));
        assert_eq!(value("state"), Some(memo.state.as_str()));
        assert_eq!(value("code_challenge").map(str::len), Some(43));
        assert!(request.iter().all(|(_, value)| !value.contains(&memo.verifier) && value != "secret"));
    }
}
