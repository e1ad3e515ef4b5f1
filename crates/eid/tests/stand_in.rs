//! A stand-in for somebody else's HTTP service, with one scripted answer for each path.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crypto::{Algorithm, Random, SigningKey};
use eid::{
    Catalogue, Connector, EidError, Outcome, RedirectEid, SourceCredentials, SourceMethod, Started,
    UpstreamIssuer,
};
use model::{CheckLine, EidEnvironment, Level, LoginMethod, TenantId, Timestamp, UpstreamRequest};
use oidc::{Params, Returned, Scopes};
use outbound::{Allowed, Outbound, Settings};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(crate) const NOW: i64 = 1_795_000_000;

type Calls = Arc<Mutex<HashMap<String, usize>>>;
type Script = Arc<Mutex<HashMap<String, (u16, String, String)>>>;

pub(crate) struct StandIn {
    eid: LoginMethod,
    connector: Arc<dyn RedirectEid>,
    issuer: String,
    key: SigningKey,
    script: Script,
    calls: Calls,
    ask: UpstreamRequest,
    auth_time: i64,
    says_auth_time: bool,
    scripted_token: bool,
    changes: Vec<(String, Value)>,
    probe_of: Catalogue,
}

async fn serve(listener: tokio::net::TcpListener, script: Script, calls: Calls) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut read = vec![0; 64 * 1024];
        let mut length = stream.read(&mut read).await.unwrap_or(0);
        // The body may come in a second piece.
        let wanted = |head: &str| {
            let size = head.to_ascii_lowercase();
            let size = size.split("content-length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok()?;
            Some(head.find("\r\n\r\n")? + 4 + size)
        };
        while wanted(&String::from_utf8_lossy(&read[..length])).is_some_and(|it| it > length) {
            length += stream.read(&mut read[length..]).await.unwrap_or(0);
        }
        let head = String::from_utf8_lossy(&read[..length]).into_owned();
        let path =
            head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
        *calls.lock().unwrap().entry(path.clone()).or_default() += 1;
        let (status, kind, body) =
            script.lock().unwrap().get(&path).cloned().unwrap_or((404, "text/plain".into(), String::new()));
        // What is not a media type is where a redirect leads.
        let (kind, location) = match kind.strip_prefix("to ") {
            Some(location) => ("text/html", location),
            None => (kind.as_str(), "/elsewhere"),
        };
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nlocation: {location}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

impl StandIn {
    pub(crate) async fn open(eid: LoginMethod) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script: Script = Arc::default();
        let calls = Calls::default();
        tokio::spawn(serve(listener, Arc::clone(&script), Arc::clone(&calls)));
        let it = Self::at(eid, port, script, calls);
        let at = |path: &str| format!("http://eid.localhost:{port}{path}");
        let discovery = json!({
            "issuer": it.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"), "userinfo_endpoint": at("/userinfo"),
        });
        it.answer_to("/.well-known/openid-configuration", 200, &discovery.to_string());
        it.answer_to("/keys", 200, &json!({"keys": [it.key.public_jwk()]}).to_string());
        it.answer_to(
            "/userinfo",
            200,
            &json!({"sub": "the-person", "name": "Kari Nordli", "birthdate": "1984-05-17"}).to_string(),
        );
        it
    }

    /// One that nobody answers for.
    pub(crate) async fn gone() -> Self {
        let port = {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap().port()
        };
        Self::at(LoginMethod::NO_VIPPS, port, Arc::default(), Arc::default())
    }

    fn at(eid: LoginMethod, port: u16, script: Script, calls: Calls) -> Self {
        let issuer = format!("http://eid.localhost:{port}");
        let allowed = vec![Allowed { host: "eid.localhost".to_owned(), port }];
        let outbound = Outbound::new(Settings { allowed, ..Settings::default() });
        let environment = EidEnvironment::Test;
        let issuers = vec![UpstreamIssuer { eid, environment, issuer: issuer.clone() }];
        let catalogue = Catalogue::new(Arc::new(outbound), issuers, Random::system());
        let credentials = SourceCredentials {
            client_id: "us".to_owned(),
            method: SourceMethod::ClientSecretPost,
            secret: Some("secret".to_owned()),
            private_key: None,
        };
        let connector = catalogue.connector(
            (eid, environment),
            credentials.write().expose(),
            "https://us.example/callback".to_owned(),
        );
        let Ok(Connector::Redirect(connector)) = connector else { panic!("not an eID to be sent to") };
        let ask = UpstreamRequest {
            level: Level::None,
            biometrics: false,
            scopes: Scopes::parse("openid profile"),
            nin_hint: None,
            max_age: None,
            ui_locales: Vec::new(),
            binding: None,
        };
        Self {
            eid,
            connector,
            issuer,
            key: SigningKey::generate(Algorithm::Es256).unwrap(),
            script,
            calls,
            ask,
            auth_time: NOW,
            says_auth_time: true,
            scripted_token: false,
            changes: Vec::new(),
            probe_of: catalogue,
        }
    }

    fn answer_to(&self, path: &str, status: u16, body: &str) {
        let answer = (status, "application/json".to_owned(), body.to_owned());
        self.script.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn issuer(&self) -> String {
        self.issuer.clone()
    }

    /// What this path answers from now on.
    pub(crate) fn answer(&mut self, path: &str, status: u16, kind: &str, body: &str) {
        self.scripted_token |= path == "/token";
        self.script.lock().unwrap().insert(path.to_owned(), (status, kind.to_owned(), body.to_owned()));
    }

    pub(crate) fn change_discovery(&mut self, name: &str, value: Value) {
        let mut script = self.script.lock().unwrap();
        let entry = script.get_mut("/.well-known/openid-configuration").unwrap();
        let mut document: Value = serde_json::from_str(&entry.2).unwrap();
        document[name] = value;
        entry.2 = document.to_string();
    }

    /// The ID token says this instead; `null` leaves the claim out.
    pub(crate) fn say(&mut self, name: &str, value: Value) {
        self.changes.push((name.to_owned(), value));
    }

    /// Userinfo answers this, signed.
    pub(crate) fn signed_userinfo(&mut self, claims: &Value) {
        let token = self.sign(claims);
        self.answer("/userinfo", 200, "application/jwt", &token);
    }

    /// The eID signs with another key from now on, and publishes it.
    pub(crate) fn turn_key(&mut self) {
        self.key = SigningKey::generate(Algorithm::Es256).unwrap();
        self.answer_to("/keys", 200, &json!({"keys": [self.key.public_jwk()]}).to_string());
    }

    pub(crate) async fn probe(&self) {
        let watched =
            self.probe_of.watched(TenantId::from_bytes([1; 16]), self.eid, EidEnvironment::Test).unwrap();
        let probed = self.probe_of.probe(vec![watched], Timestamp::from_seconds(NOW)).await;
        assert!(probed.iter().all(|(_, answer)| answer.is_ok()));
    }

    pub(crate) fn promise_iss(&mut self) {
        self.change_discovery("authorization_response_iss_parameter_supported", json!(true));
    }

    /// The login is bound to this.
    pub(crate) fn bind(&mut self, binding: [u8; 32]) {
        self.ask.binding = Some(binding);
    }

    pub(crate) fn prompt_login(&mut self) {
        self.ask.max_age = Some(0);
    }

    pub(crate) fn authenticated_at(&mut self, seconds: i64) {
        self.auth_time = seconds;
    }

    pub(crate) fn keep_auth_time(&mut self) {
        self.says_auth_time = false;
    }

    pub(crate) fn asked(&self, path: &str) -> usize {
        self.calls.lock().unwrap().get(path).copied().unwrap_or_default()
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        crypto::sign(&self.key, "JWT", claims.to_string().as_bytes()).unwrap()
    }

    /// The live check; the number is asked for.
    pub(crate) async fn check(&self) -> Vec<CheckLine> {
        self.connector.check(true, &Random::system(), Timestamp::from_seconds(NOW)).await
    }

    pub(crate) async fn start(&self) -> Result<Started, EidError> {
        self.connector.start(&self.ask, &Random::system(), Timestamp::from_seconds(NOW)).await
    }

    /// A login whose ID token is right; `more` is added to what comes back through the browser.
    pub(crate) async fn log_in(&self, more: &str) -> Result<Outcome, EidError> {
        let started = self.start().await?;
        let sent_to = url::Url::parse(&started.url).unwrap();
        let nonce = sent_to.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let mut claims = json!({
            "iss": self.issuer, "aud": "us", "sub": "the-person", "iat": NOW, "exp": NOW + 300,
            "auth_time": self.auth_time, "nonce": nonce,
        });
        if !self.says_auth_time {
            claims.as_object_mut().unwrap().remove("auth_time");
        }
        if self.eid == LoginMethod::NO_BANKID {
            claims["bankid_altsub"] = json!("9578-1");
            claims["acr"] = json!("urn:bankid:bid;LOA=4");
        }
        for (name, value) in &self.changes {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        if !self.scripted_token {
            let body = json!({"access_token": "at", "token_type": "Bearer", "id_token": self.sign(&claims)});
            self.answer_to("/token", 200, &body.to_string());
        }
        let returned = Returned::pick(&Params::parse(&format!("code=c{more}")).unwrap());
        self.connector.finish(&self.ask, &started.memo, returned, Timestamp::from_seconds(NOW)).await
    }
}
