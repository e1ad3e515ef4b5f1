//! What stands around the modules: a test domain with automation sign-in, a user with every standard claim, the
//! suite's three clients, and an old HTML engine that fills in forms, follows meta refresh and runs no script.

use std::collections::BTreeMap;

use authority::Permission;
use console::NewTestUser;
use crypto::{Algorithm, Secret, at_hash, b64};
use model::{ApplicationKind, ApplicationSettings, LoginMethod, Pkce, StandardClaims};
use serde_json::{Value, json};

use crate::house::{Browser, ISSUER, Reply, TestBroker, VERIFIER, form, may};

pub(super) const CALLBACK: &str = "https://suite.example/test/a/portvakt/callback";
/// Another of its addresses.
pub(super) const CALLBACK_WITH_QUERY: &str =
    "https://suite.example/test/a/portvakt/callback?dummy1=lorem&dummy2=ipsum";
pub(super) const BYE: &str = "https://suite.example/test/a/portvakt/post_logout_redirect";
pub(super) const AUTOMATION: &str = "urn:portvakt:acr:automation";

/// How the answer comes back: the Basic plan runs once with each.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    Plain,
    FormPost,
}

pub(super) struct Suite {
    pub(super) house: TestBroker,
    pub(super) mode: Mode,
}

/// A module's browser: every module begins without cookies.
pub(super) struct Engine<'a> {
    suite: &'a Suite,
    browser: Browser<'a>,
    /// How often username and password were asked for.
    pub(super) asked: usize,
}

/// What reached the suite's redirect URI; empty when nothing did, and then `page` is what was shown.
pub(super) struct Landed {
    pub(super) params: BTreeMap<String, String>,
    pub(super) page: Reply,
}

impl Landed {
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.params.get(name).map(String::as_str);
        found.unwrap_or_else(|| panic!("no {name} in {:?}; {}", self.params, self.page.body))
    }
}

fn unescaped(html: &str) -> String {
    html.replace("&#38;", "&").replace("&amp;", "&").replace("&#61;", "=").replace("&#39;", "'")
}

/// The value of an attribute after `from`.
fn attribute(html: &str, from: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(from)?;
    let (_, rest) = rest.split_once(&format!("{name}=\""))?;
    Some(unescaped(rest.split_once('"')?.0))
}

fn hidden(html: &str) -> BTreeMap<String, String> {
    let inputs = html.split("<input type=\"hidden\"").skip(1);
    inputs.filter_map(|it| Some((attribute(it, "", "name")?, attribute(it, "", "value")?))).collect()
}

fn parameters(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// Every standard claim (OpenID Connect Core 1.0 §5.1): a missing one is a warning of the suite.
fn claims() -> StandardClaims {
    serde_json::from_value(json!({
        "name": "Ada Prøve", "given_name": "Ada", "family_name": "Prøve", "middle_name": "Test", "nickname": "Ada",
        "preferred_username": "ada", "profile": "https://suite.example/ada", "picture": "https://suite.example/ada.png",
        "website": "https://ada.example", "email": "ada@suite.example", "email_verified": true, "gender": "female",
        "birthdate": "1984-05-17", "zoneinfo": "Europe/Oslo", "locale": "nb-NO", "phone_number": "+4799999999",
        "phone_number_verified": false, "updated_at": 1_700_000_000,
        "address": {"formatted": "Gata 1\n0001 Oslo", "street_address": "Gata 1", "locality": "Oslo",
            "postal_code": "0001", "country": "NO"}
    }))
    .unwrap()
}

impl Suite {
    pub(super) async fn open(mode: Mode) -> Self {
        let mut house = TestBroker::open().await;
        let (tenant, domain, now) = (house.tenant.clone(), house.domain, house.time());
        let on = |it: &mut model::DomainSettings| {
            it.automation = true;
            it.single_sign_on = vec![LoginMethod::TEST_USER];
        };
        house.change_domain(domain, on).await;
        for username in ["ada", "berit"] {
            let user = NewTestUser {
                username: username.to_owned(),
                password: Secret::from("correct horse"),
                claims: claims(),
            };
            house
                .console
                .add_test_user(&may(&tenant, Permission::ManageTestUsers), domain, &user, now)
                .await
                .unwrap();
        }
        for client_id in ["first", "second", "third"] {
            let mut client = ApplicationSettings::new(ApplicationKind::Web, vec![CALLBACK.to_owned()]);
            client.redirect_uris.push(CALLBACK_WITH_QUERY.to_owned());
            client.post_logout_redirect_uris = vec![BYE.to_owned()];
            client.eids = vec![LoginMethod::TEST_USER];
            client.pkce = Pkce::Off;
            client.slim_id_token = true;
            client.refresh_tokens = true;
            house.add_application(domain, client_id, client).await;
        }
        house.restart();
        Self { house, mode }
    }

    pub(super) fn engine(&self) -> Engine<'_> {
        let browser = Browser { language: Some("en"), ..self.house.browser() };
        Engine { suite: self, browser, asked: 0 }
    }

    /// Redeems a code as the first client, by `client_secret_basic`.
    pub(super) async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Reply {
        let plain = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        self.token("first", &[&plain, more].concat()).await
    }

    pub(super) async fn token(&self, client_id: &str, pairs: &[(&str, &str)]) -> Reply {
        let basic = b64::encode_standard(format!("{client_id}:{}", self.house.secret.expose()).as_bytes());
        let headers = [("authorization", format!("Basic {basic}"))];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.house.post("/oauth2/token", &form(pairs), &headers).await
    }

    /// Redeems, and checks all that the suite checks of every token answer. Gives it with the ID token's claims.
    pub(super) async fn tokens(&self, landed: &Landed, more: &[(&str, &str)]) -> (Value, Value) {
        let answer = self.redeem(landed.get("code"), more).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let tokens = answer.json();
        assert_eq!(tokens["token_type"], "Bearer");
        let claims = self.checked(&tokens).await;
        (tokens, claims)
    }

    /// The claims of an ID token that passes every check of the suite.
    pub(super) async fn checked(&self, tokens: &Value) -> Value {
        let claims = self.house.claims(tokens["id_token"].as_str().unwrap()).await;
        let now = self.house.time().seconds();
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("first")));
        assert!(claims["exp"].as_i64().unwrap() > now && claims["iat"].as_i64().unwrap() <= now);
        let subject = claims["sub"].as_str().unwrap();
        assert!((1..=255).contains(&subject.len()) && subject.is_ascii());
        let hash = at_hash(Algorithm::Rs256, tokens["access_token"].as_str().unwrap());
        assert_eq!(claims["at_hash"], hash);
        for unasked in ["name", "email", "address", "phone_number", "idp"] {
            assert!(claims.get(unasked).is_none(), "{unasked} was not asked for in the ID token");
        }
        claims
    }
}

impl Engine<'_> {
    fn plain(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut pairs = vec![
            ("client_id", "first"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
        ];
        if self.suite.mode == Mode::FormPost {
            pairs.push(("response_mode", "form_post"));
        }
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        form(&pairs)
    }

    /// Sends the plain request, changed like this, and does what pages ask until the suite has an answer.
    pub(super) async fn authorize(&mut self, changes: &[(&str, Option<&str>)]) -> Landed {
        let reply = self.browser.get(&format!("/oauth2/authorize?{}", self.plain(changes))).await;
        self.go_on(reply).await
    }

    pub(super) async fn authorize_by_post(&mut self) -> Landed {
        let body = self.plain(&[]);
        let reply = self.browser.post("/oauth2/authorize", &body, Some("https://suite.example")).await;
        self.go_on(reply).await
    }

    /// An answer without errors that carries our state and names the issuer.
    pub(super) async fn code(&mut self, changes: &[(&str, Option<&str>)]) -> Landed {
        let landed = self.authorize(changes).await;
        assert_eq!(
            (landed.get("iss"), landed.params.contains_key("code")),
            (ISSUER, true),
            "{:?}",
            landed.params
        );
        assert_eq!(landed.get("state"), "the-state");
        landed
    }

    pub(super) async fn logout(&mut self, pairs: &[(&str, &str)]) -> Reply {
        let mut reply = self.browser.get(&format!("/oauth2/logout?{}", form(pairs))).await;
        if reply.body.contains("id=\"logout-yes\"") {
            let (target, mut fields) =
                (attribute(&reply.body, "<form", "action").unwrap(), hidden(&reply.body));
            fields.insert("decision".to_owned(), "logout".to_owned());
            reply = self.submit(&target, &fields).await;
        }
        self.refreshed(reply).await
    }

    async fn submit(&mut self, target: &str, fields: &BTreeMap<String, String>) -> Reply {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.browser.post(target, &form(&pairs), Some(ISSUER)).await
    }

    /// Follows a meta refresh, as far as it stays with us.
    async fn refreshed(&mut self, reply: Reply) -> Reply {
        match attribute(&reply.body, "http-equiv=\"refresh\"", "content") {
            Some(content) => Reply::of_location(content.strip_prefix("0; url=").unwrap()),
            None => reply,
        }
    }

    async fn go_on(&mut self, mut reply: Reply) -> Landed {
        for _ in 0..10 {
            reply = self.browser.follow(reply).await;
            reply = self.refreshed(reply).await;
            if let Some(location) = reply.header("location") {
                let (address, query) = location.split_once('?').unwrap();
                assert_eq!((address, self.suite.mode == Mode::Plain), (CALLBACK, true), "{location}");
                return Landed { params: parameters(query), page: reply };
            }
            let target = attribute(&reply.body, "<form", "action").unwrap_or_default();
            let mut fields = hidden(&reply.body);
            if let Some(query) = target.strip_prefix(CALLBACK) {
                assert!(self.suite.mode == Mode::FormPost);
                fields.extend(parameters(query.trim_start_matches('?')));
                return Landed { params: fields, page: reply };
            }
            if reply.body.contains("id=\"login-submit\"") {
                let in_english = reply.body.contains("<html lang=\"en\"");
                assert!(!in_english || reply.body.contains(">Log in<"), "{}", reply.body);
                assert!(!reply.body.contains("<script"), "{}", reply.body);
                self.asked += 1;
                fields.insert("username".to_owned(), "ada".to_owned());
                fields.insert("password".to_owned(), "correct horse".to_owned());
            } else if reply.body.contains("id=\"consent-allow\"") {
                fields.insert("decision".to_owned(), "allow".to_owned());
            } else {
                return Landed { params: BTreeMap::new(), page: reply };
            }
            reply = self.submit(&target, &fields).await;
        }
        panic!("no end: {}", reply.body)
    }
}

/// A module's verifier, where it sends a challenge.
pub(super) const WITH_VERIFIER: [(&str, &str); 1] = [("code_verifier", VERIFIER)];
