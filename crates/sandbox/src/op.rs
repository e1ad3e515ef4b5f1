//! A small OpenID Provider that both simulators are made of, written for itself.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crypto::{Algorithm, PublicKey, Random, SealKey, SigningKey, b64, sha256, sign};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    Answer, AskedClaim, Choose, Client, Decision, Outcome, People, Request, SimulatedFault,
    answer::{params, with_query},
    asked::{Issued, Parameters},
    bankid_no,
    clients::Clients,
    vipps,
};

/// Which eID is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Norwegian BankID, API v4.
    BankidNo,
    /// Vipps Login.
    Vipps,
}

/// Why a simulator could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of the simulator could not be made")]
pub struct SimulatorError;

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::BankidNo, Self::Vipps];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BankidNo => "no-bankid",
            Self::Vipps => "no-vipps",
        }
    }

    /// The issuer identifier of a simulator at this address: scheme, host and port.
    pub fn issuer(self, base: &str) -> String {
        match self {
            Self::BankidNo => format!("{base}{}", bankid_no::REALM),
            Self::Vipps => format!("{base}{}", vipps::ACCESS),
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What must be remembered. Codes, tokens and pushed requests travel sealed, so that any process with the key can
/// go on; what they were used for is remembered where it happened.
#[derive(Default)]
pub(crate) struct State {
    /// Codes and assertions that were used, until they would expire.
    spent: HashMap<[u8; 32], i64>,
    /// The one that signs, first; older ones stay in the key set.
    keys: Vec<Arc<SigningKey>>,
}

impl State {
    /// Remembers nothing yet; `key` signs.
    pub(crate) fn with_key(key: SigningKey) -> Self {
        Self { spent: HashMap::new(), keys: vec![Arc::new(key)] }
    }

    /// Spends a value; `false` when it had been spent, or when no more can be remembered.
    fn spend(&mut self, value: &str, until: i64, now: i64) -> bool {
        if self.spent.len() >= MOST {
            self.spent.retain(|_, until| *until > now);
        }
        self.spent.len() < MOST && self.spent.insert(sha256(value.as_bytes()), until).is_none()
    }
}

/// How many spent values are remembered; the sandbox is small.
const MOST: usize = 20_000;

/// One simulated eID.
pub struct Simulator {
    pub(crate) kind: Kind,
    /// Scheme, host and port, without a path.
    pub(crate) base: String,
    pub(crate) clients: Clients,
    pub(crate) people: Arc<People>,
    pub(crate) random: Random,
    /// Seals codes, tokens and pushed requests.
    pub(crate) seal: SealKey,
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) is_down: AtomicBool,
}

/// In front of every pushed request's address.
const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

fn is_secret(client: &Client, given: Option<&String>) -> bool {
    let known = client.secret.as_ref();
    known.zip(given).is_some_and(|(known, given)| crypto::same_bytes(known.as_bytes(), given.as_bytes()))
}

fn oauth(status: u16, error: &str, description: &str) -> Answer {
    Answer::Json(status, json!({"error": error, "error_description": description}))
}

impl Simulator {
    /// Makes a simulator. `base`: scheme, host and port. `key`: PKCS #8 of an earlier run, so that a restart
    /// does not look like a rotation.
    ///
    /// # Errors
    /// [`SimulatorError`] when no key can be made.
    pub fn new(
        kind: Kind,
        base: String,
        key: Option<&[u8]>,
        people: Arc<People>,
        random: Random,
    ) -> Result<Self, SimulatorError> {
        let simulator = Self {
            kind,
            base,
            clients: Clients::Registered(Mutex::default()),
            people,
            seal: SealKey::generate(&random),
            random,
            state: Arc::default(),
            is_down: AtomicBool::new(false),
        };
        let key = match key.and_then(|der| SigningKey::from_pkcs8(simulator.algorithm(), der).ok()) {
            Some(key) => key,
            None => SigningKey::generate(simulator.algorithm()).map_err(|_| SimulatorError)?,
        };
        simulator.state().keys.push(Arc::new(key));
        Ok(simulator)
    }

    const fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::BankidNo => Algorithm::Es256,
            Kind::Vipps => Algorithm::Rs256,
        }
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> String {
        self.kind.issuer(&self.base)
    }

    /// Registers a client, or changes it.
    pub fn register(&self, client: Client) {
        self.clients.register(client);
    }

    /// Registers a client that is not known yet; `false`: it is, or there are too many.
    pub fn add_client(&self, client: Client) -> bool {
        self.clients.add(client)
    }

    /// The people who can log in here.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Has the eID answer nothing but errors from now on, or answer again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::Relaxed);
    }

    /// The key that signs, to be kept for the next run.
    pub fn signing_key(&self) -> Option<crypto::Secret<Vec<u8>>> {
        self.key()?.to_pkcs8().ok()
    }

    /// Signs with a new key from now on; the old one stays in the key set.
    ///
    /// # Errors
    /// [`SimulatorError`] when no key can be made.
    pub fn rotate_key(&self) -> Result<(), SimulatorError> {
        let key = Arc::new(SigningKey::generate(self.algorithm()).map_err(|_| SimulatorError)?);
        let mut state = self.state();
        state.keys.insert(0, key);
        state.keys.truncate(3);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn key(&self) -> Option<Arc<SigningKey>> {
        self.state().keys.first().cloned()
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<Client> {
        self.clients.find(client_id)
    }

    /// Answers a request of the eID's own protocol.
    pub fn answer(&self, request: &Request) -> Answer {
        let own = |path: &str| match self.kind {
            Kind::BankidNo => bankid_no::endpoint(path),
            Kind::Vipps => vipps::endpoint(path),
        };
        if self.is_down.load(Ordering::Relaxed) {
            return oauth(503, "temporarily_unavailable", "the simulated eID is down");
        }
        match (own(&request.path), request.method.as_str()) {
            (Some("discovery"), "GET") => Answer::Json(200, self.discovery()),
            (Some("keys"), "GET") => self.jwks(),
            (Some("authorize"), "GET") => self.authorize(&request.query, request.now),
            (Some("login"), "GET") => self.challenged(&request.query, request.now),
            (Some("fallback"), "GET") => Answer::Refused(vipps::refused(&request.query)),
            (Some("push"), "POST") => self.push(request),
            (Some("token"), "POST") => self.token(request),
            (Some("userinfo"), "GET" | "POST") => self.userinfo(request),
            _ => Answer::NotFound,
        }
    }

    /// Says whether this is a request that may be shown to a person, so that nothing else can be done in its name.
    pub fn is_asked(&self, request: &str, now: i64) -> bool {
        self.checked(request, now).is_ok()
    }

    fn discovery(&self) -> Value {
        let mut document = match self.kind {
            Kind::BankidNo => bankid_no::discovery(&self.issuer(), &self.base),
            Kind::Vipps => vipps::discovery(&self.issuer(), &self.base),
        };
        if let (Clients::Derived(_), Some(members)) = (&self.clients, document.as_object_mut()) {
            // One host for everything, and one key that is derived.
            if self.kind == Kind::BankidNo {
                members.insert("userinfo_endpoint".to_owned(), json!(format!("{}/userinfo", self.base)));
            }
            members.insert("id_token_signing_alg_values_supported".to_owned(), json!(["ES256"]));
        }
        document
    }

    /// Seals what a code, a token or a pushed request stands for, until when it is good.
    fn sealed(&self, what: &str, value: &impl Serialize, until: i64) -> String {
        let plain = serde_json::to_vec(&(until, value)).unwrap_or_default();
        let place = format!("{what} {}", self.issuer());
        b64::encode(&self.seal.seal(&self.random, place.as_bytes(), &plain))
    }

    fn opened<T: DeserializeOwned>(&self, what: &str, text: &str, now: i64) -> Option<T> {
        let place = format!("{what} {}", self.issuer());
        let plain = self.seal.open(place.as_bytes(), &b64::decode(text)?).ok()?;
        let (until, value): (i64, T) = serde_json::from_slice(plain.expose()).ok()?;
        (until > now).then_some(value)
    }

    fn jwks(&self) -> Answer {
        let keys: Vec<Value> = self.state().keys.iter().map(|key| key.public_jwk()).collect();
        Answer::Json(200, json!({"keys": keys}))
    }

    /// Takes the parameters of an authorization request apart and checks them.
    fn checked(&self, raw: &str, now: i64) -> Result<(Parameters, Client), Answer> {
        let malformed = Answer::Refused("a parameter came twice");
        let query = params(raw).ok_or(malformed)?;
        let client_id = query.get("client_id").cloned().unwrap_or_default();
        let client = self.client(&client_id).ok_or(Answer::Refused("unknown client_id"))?;
        let query = match query.get("request_uri") {
            None => query,
            Some(uri) => {
                let sealed = uri.strip_prefix(REQUEST_URI).unwrap_or_default();
                let pushed: Option<Parameters> = self.opened("pushed request", sealed, now);
                let pushed = pushed.ok_or(Answer::Refused("unknown or expired request_uri"))?;
                // v4: response_type must be a query parameter even then.
                if pushed.get("client_id") != Some(&client_id) || !query.contains_key("response_type") {
                    return Err(Answer::Refused(
                        "the request_uri is another client's, or response_type is missing",
                    ));
                }
                pushed
            }
        };
        let redirect_uri = query.get("redirect_uri").cloned().unwrap_or_default();
        if !client.redirect_uris.contains(&redirect_uri) {
            return Err(Answer::Refused("redirect_uri is not registered"));
        }
        let checked = match self.kind {
            Kind::BankidNo => bankid_no::check(&query, &client, raw.contains("request_uri=")),
            Kind::Vipps => vipps::check(&query, &client),
        };
        match checked {
            Ok(()) => Ok((query, client)),
            Err((error, description)) => Err(self.refuse(&query, error, description)),
        }
    }

    fn refuse(&self, query: &Parameters, error: &str, description: Option<&str>) -> Answer {
        let mut pairs = vec![("error", error)];
        pairs.extend(description.map(|it| ("error_description", it)));
        pairs.extend(query.get("state").map(|it| ("state", it.as_str())));
        Answer::Redirect(with_query(query.get("redirect_uri").map_or("", String::as_str), &pairs))
    }

    /// Vipps sends the browser on, to the page where people log in or to one that says what is wrong; BankID shows either here.
    fn authorize(&self, raw: &str, now: i64) -> Answer {
        match (self.kind, self.checked(raw, now)) {
            (Kind::BankidNo, Ok((query, client))) => choose(raw, &query, client),
            (Kind::Vipps, Ok(_)) => {
                let challenge = self.sealed("login challenge", &raw, now + 600);
                let page = format!("{}{}", self.issuer(), vipps::LOGIN);
                Answer::Redirect(with_query(&page, &[("login_challenge", &challenge)]))
            }
            (Kind::Vipps, Err(Answer::Refused(why))) => {
                Answer::Redirect(vipps::fallback(&self.issuer(), why))
            }
            (_, Err(answer)) => answer,
        }
    }

    /// The page where people log in, for the request that the challenge stands for.
    fn challenged(&self, raw: &str, now: i64) -> Answer {
        let challenge = params(raw).and_then(|it| it.get("login_challenge").cloned()).unwrap_or_default();
        let request: Option<String> = self.opened("login challenge", &challenge, now);
        let Some(request) = request else { return Answer::Refused("unknown or expired login_challenge") };
        match self.checked(&request, now) {
            Ok((query, client)) => choose(&request, &query, client),
            Err(answer) => answer,
        }
    }

    /// Carries out what somebody decided on the page that [`Answer::Choose`] is.
    pub fn decide(&self, request: &str, person: &str, decision: Decision, now: i64) -> Answer {
        let Decision { outcome, fault } = decision;
        let (query, _) = match self.checked(request, now) {
            Ok(it) => it,
            Err(answer) => return answer,
        };
        match (self.kind, outcome) {
            (Kind::BankidNo, Outcome::Cancel) => return self.refuse(&query, "access_denied", None),
            (Kind::BankidNo, Outcome::TimeOut) => {
                return self.refuse(&query, "access_denied", Some("bankid_error_codes:9409"));
            }
            (Kind::Vipps, Outcome::Cancel | Outcome::RefuseNumber) => {
                return self.refuse(&query, "access_denied", Some("The resource owner denied the request"));
            }
            (Kind::Vipps, Outcome::TimeOut) => {
                return self.refuse(&query, "login_required", Some("The login was not completed in time"));
            }
            _ => {}
        }
        let Some(person) = self.people.find(person) else { return Answer::Refused("no such person") };
        let own = |name: &str| query.get(name).cloned();
        let issued = Issued {
            client_id: own("client_id").unwrap_or_default(),
            redirect_uri: own("redirect_uri").unwrap_or_default(),
            challenge: own("code_challenge"),
            nonce: own("nonce"),
            scope: own("scope").unwrap_or_default().split(' ').map(str::to_owned).collect(),
            person,
            outcome,
            fault,
            at: now,
        };
        let code = self.sealed("code", &issued, now + 60);
        let mut pairs = vec![("code", code.as_str())];
        let scope = issued.scope.join(" ");
        if self.kind == Kind::Vipps {
            pairs.push(("scope", &scope));
        }
        pairs.extend(query.get("state").map(|it| ("state", it.as_str())));
        Answer::Redirect(with_query(&issued.redirect_uri, &pairs))
    }

    fn push(&self, request: &Request) -> Answer {
        let Some(form) = params(&request.body) else {
            return oauth(400, "invalid_request", "a parameter came twice");
        };
        let client = match self.authenticate(request, &form) {
            Ok(client) => client,
            Err(answer) => return answer,
        };
        let mut pushed = form;
        for secret in ["client_secret", "client_assertion", "client_assertion_type"] {
            pushed.remove(secret);
        }
        if let Err((error, description)) = bankid_no::check_pushed(&pushed, &client) {
            return oauth(400, error, &description);
        }
        pushed.insert("client_id".to_owned(), client.client_id);
        // Long enough for somebody to read the page; the real one says 60 s until it is first used.
        let uri = format!("{REQUEST_URI}{}", self.sealed("pushed request", &pushed, request.now + 600));
        Answer::Json(201, json!({"request_uri": uri, "expires_in": 60}))
    }

    fn authenticate(&self, request: &Request, form: &Parameters) -> Result<Client, Answer> {
        // BankID's software tells an unknown client from a wrong secret.
        let (refused, wrong_secret) = match self.kind {
            Kind::BankidNo => {
                let said = "Invalid client or Invalid client credentials";
                (oauth(401, "invalid_client", said), oauth(401, "unauthorized_client", said))
            }
            Kind::Vipps => {
                let refused = || oauth(401, "invalid_client", vipps::CLIENT_REFUSED);
                (refused(), refused())
            }
        };
        let (refused, wrong_secret) = (|| refused.clone(), || wrong_secret.clone());
        if let Some(header) = &request.authorization {
            let text = header.strip_prefix("Basic ").and_then(b64::decode_standard).ok_or_else(refused)?;
            let text = String::from_utf8(text).map_err(|_| refused())?;
            let (id, secret) = text.split_once(':').ok_or_else(refused)?;
            // RFC 6749 §2.3.1: both halves are form-urlencoded.
            let half = |it: &str| {
                form_urlencoded::parse(format!("v={it}").as_bytes()).next().map(|(_, v)| v.into_owned())
            };
            let client = self.client(&half(id).ok_or_else(refused)?).ok_or_else(refused)?;
            return if is_secret(&client, half(secret).as_ref()) { Ok(client) } else { Err(wrong_secret()) };
        }
        if let Some(assertion) = form.get("client_assertion") {
            return self.by_assertion(assertion, request.now).ok_or_else(refused);
        }
        let client = form.get("client_id").and_then(|id| self.client(id)).ok_or_else(refused)?;
        if is_secret(&client, form.get("client_secret")) { Ok(client) } else { Err(wrong_secret()) }
    }

    fn by_assertion(&self, assertion: &str, now: i64) -> Option<Client> {
        let compact = crypto::parse(assertion).ok()?;
        let claims: Value = serde_json::from_slice(compact.unverified_payload()).ok()?;
        let client = self.client(claims.get("sub")?.as_str()?)?;
        let key = PublicKey::from_jwk(client.key.as_ref()?).ok()?;
        compact.verify(&key, &[Algorithm::Es256, Algorithm::Rs256]).ok()?;
        let (issuer, audience) = (claims.get("iss")?, claims.get("aud")?.as_str()?);
        let expires = claims.get("exp")?.as_i64()?;
        let jti = claims.get("jti")?.as_str()?.to_owned();
        let token_endpoint = self.discovery();
        let token_endpoint = token_endpoint.get("token_endpoint")?.as_str()?.to_owned();
        let fine = issuer == client.client_id.as_str()
            && (audience == token_endpoint || audience == self.issuer())
            && (now - 5..=now + 120).contains(&expires);
        (fine && self.state().spend(&jti, expires + 5, now)).then_some(client)
    }

    fn token(&self, request: &Request) -> Answer {
        let Some(form) = params(&request.body) else {
            return oauth(400, "invalid_request", "a parameter came twice");
        };
        let client = match self.authenticate(request, &form) {
            Ok(client) => client,
            Err(answer) => return answer,
        };
        if form.get("grant_type").map(String::as_str) != Some("authorization_code") {
            return oauth(400, "unsupported_grant_type", "only authorization_code");
        }
        let code = form.get("code").cloned().unwrap_or_default();
        let issued: Option<Issued> = self.opened("code", &code, request.now);
        let issued = issued.filter(|it| self.state().spend(&code, it.at + 60, request.now));
        let Some(issued) = issued else {
            return oauth(400, "invalid_grant", "the code is unknown, used or expired");
        };
        let verifier = form.get("code_verifier").map(|it| b64::encode(&sha256(it.as_bytes())));
        if issued.client_id != client.client_id
            || form.get("redirect_uri") != Some(&issued.redirect_uri)
            || (issued.challenge.is_some() && verifier != issued.challenge)
        {
            return oauth(400, "invalid_grant", "the code was issued for another request");
        }
        match issued.fault {
            Some(SimulatedFault::SlowBody) => Answer::Slow,
            Some(SimulatedFault::EndlessBody) => Answer::Endless,
            Some(SimulatedFault::Http500) => oauth(500, "server_error", "out of order"),
            _ => self.tokens(issued, request.now),
        }
    }

    fn tokens(&self, issued: Issued, now: i64) -> Answer {
        let access_token = self.sealed("access token", &issued, now + 600);
        let Some(key) = self.key() else { return oauth(500, "server_error", "no key") };
        let hash = crypto::at_hash(key.algorithm(), &access_token);
        let mut claims = match self.kind {
            Kind::BankidNo => bankid_no::id_token(&issued, &self.random),
            Kind::Vipps => vipps::id_token(&issued, &self.random),
        };
        if let Some(members) = claims.as_object_mut() {
            members.insert("iss".to_owned(), json!(self.issuer()));
            members.insert("iat".to_owned(), json!(now));
            members.insert("at_hash".to_owned(), json!(hash));
            if let Some(nonce) = &issued.nonce {
                members.insert("nonce".to_owned(), json!(nonce));
            }
        }
        let (lifetime, answered) = match self.kind {
            Kind::BankidNo => (300, "Bearer"),
            Kind::Vipps => (3600, "bearer"),
        };
        spoil(&mut claims, issued.fault, now, lifetime);
        let signed = match issued.fault {
            Some(SimulatedFault::BadSignature) => forged(&key, &claims),
            _ => sign(&key, "JWT", claims.to_string().as_bytes()).ok(),
        };
        let Some(id_token) = signed else { return oauth(500, "server_error", "the key does not sign") };
        let scope = issued.scope.join(" ");
        Answer::Json(
            200,
            json!({
                "access_token": access_token, "id_token": id_token, "token_type": answered,
                "expires_in": lifetime, "scope": scope,
            }),
        )
    }

    fn userinfo(&self, request: &Request) -> Answer {
        let token =
            request.authorization.as_deref().and_then(|it| it.strip_prefix("Bearer ")).unwrap_or_default();
        let issued: Option<Issued> = self.opened("access token", token, request.now);
        let Some(issued) = issued else { return oauth(401, "invalid_token", "unknown or expired") };
        match self.kind {
            Kind::BankidNo => {
                let claims = bankid_no::userinfo(&issued, &self.issuer());
                let signed = self.key().and_then(|key| sign(&key, "JWT", claims.to_string().as_bytes()).ok());
                signed.map_or_else(|| oauth(500, "server_error", "the key does not sign"), Answer::Jwt)
            }
            Kind::Vipps => Answer::Json(200, vipps::userinfo(&issued)),
        }
    }
}

fn choose(raw: &str, query: &Parameters, client: Client) -> Answer {
    Answer::Choose(Choose { asker: client.name, asked: asked(query), request: raw.to_owned() })
}

/// Does to an ID token what the fault says; otherwise gives it its end.
fn spoil(claims: &mut Value, fault: Option<SimulatedFault>, now: i64, lifetime: i64) {
    let Some(members) = claims.as_object_mut() else { return };
    members.insert("exp".to_owned(), json!(now + lifetime));
    match fault {
        Some(SimulatedFault::WrongNonce) => drop(members.insert("nonce".to_owned(), json!("somebody-elses"))),
        Some(SimulatedFault::WrongAudience) => drop(members.insert("aud".to_owned(), json!("somebody-else"))),
        Some(SimulatedFault::WrongIssuer) => {
            drop(members.insert("iss".to_owned(), json!("https://issuer.example")))
        }
        Some(SimulatedFault::ExpiredToken) => {
            members.insert("iat".to_owned(), json!(now - 3600));
            members.insert("exp".to_owned(), json!(now - 1800));
        }
        Some(SimulatedFault::MissingAcr) => drop(members.remove("acr")),
        _ => {}
    }
}

/// Signs with a fresh key under the known key's name.
fn forged(key: &SigningKey, claims: &Value) -> Option<String> {
    let stranger = SigningKey::generate(key.algorithm()).ok()?;
    let token = sign(&stranger, "JWT", claims.to_string().as_bytes()).ok()?;
    let (_, rest) = token.split_once('.')?;
    let header = json!({"alg": key.algorithm().as_str(), "kid": key.kid(), "typ": "JWT"}).to_string();
    Some(format!("{}.{rest}", b64::encode(header.as_bytes())))
}

fn asked(query: &Parameters) -> Vec<AskedClaim> {
    let scope = query.get("scope").map(String::as_str).unwrap_or_default();
    let has = |word: &str| scope.split(' ').any(|it| it == word);
    [
        (AskedClaim::Nin, has("nnin_altsub") || has("nin")),
        (AskedClaim::Name, has("profile") || has("name")),
        (AskedClaim::Birthdate, has("profile") || has("birthDate")),
        (AskedClaim::Email, has("email")),
        (AskedClaim::Phone, has("phoneNumber")),
        (AskedClaim::Address, has("address")),
    ]
    .into_iter()
    .filter_map(|(claim, yes)| yes.then_some(claim))
    .collect()
}
