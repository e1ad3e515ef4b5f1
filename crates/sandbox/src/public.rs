//! A sandbox on a host of its own, with simulators for every tenant.
//!
//! Everything is derived from one key: the key that signs, what the domains authenticate with, what seals codes and
//! tokens. So any process with the key answers, and nothing has to be registered or kept. Only what was used already
//! is remembered where it happened.

use std::sync::{Arc, Mutex, atomic::AtomicBool};

use crypto::{Random, SealKey, Secret, SigningKey};

use crate::{
    Kind, People, Simulator, SimulatorError,
    clients::{Clients, Derived},
    op::State,
};

/// The simulators of all tenants.
pub struct PublicSandbox {
    base: String,
    key: SealKey,
    random: Random,
    state: Arc<Mutex<State>>,
}

impl PublicSandbox {
    /// Puts a sandbox together. `base`: `https://` and a host, without a path. `key`: a secret of 32 bytes that all
    /// processes of the installation share.
    ///
    /// # Errors
    /// [`SimulatorError`] when the signing key cannot be made: stop.
    pub fn new(base: String, key: SealKey, random: Random) -> Result<Self, SimulatorError> {
        let signing = SigningKey::derive_es256(&key, "sandbox signature").map_err(|_| SimulatorError)?;
        let state = Arc::new(Mutex::new(State::with_key(signing)));
        Ok(Self { base, key, random, state })
    }

    /// The address of the sandbox, without a path.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The host, with the port where the address has one.
    pub fn host(&self) -> &str {
        self.base.split_once("://").map_or(self.base.as_str(), |(_, host)| host)
    }

    /// The path below which a tenant's eID is: `/{tenant}/{eid}`.
    pub fn path(kind: Kind, tenant: &str) -> String {
        format!("/{tenant}/{}", kind.as_str())
    }

    /// The issuer identifier of a tenant's eID.
    pub fn issuer(&self, kind: Kind, tenant: &str) -> String {
        self.simulator(kind, tenant, People::first()).issuer()
    }

    /// What a domain of the tenant authenticates with: client id and secret. `origin`: scheme and host of the
    /// domain, which must be one for test people: ask for no other.
    pub fn credentials(&self, kind: Kind, tenant: &str, origin: &str) -> (String, Secret<String>) {
        let derived = self.derived(kind, tenant);
        (derived.client_id(origin), derived.secret(origin))
    }

    /// A tenant's eID, with its people.
    pub fn simulator(&self, kind: Kind, tenant: &str, people: People) -> Simulator {
        Simulator {
            kind,
            base: format!("{}{}", self.base, Self::path(kind, tenant)),
            clients: Clients::Derived(self.derived(kind, tenant)),
            people: Arc::new(people),
            random: self.random.clone(),
            seal: self.key.subkey("sandbox codes"),
            state: Arc::clone(&self.state),
            is_down: AtomicBool::new(false),
        }
    }

    fn derived(&self, kind: Kind, tenant: &str) -> Derived {
        let key = self.key.subkey("sandbox clients");
        Derived { key, tenant: tenant.to_owned(), eid: kind.as_str() }
    }
}

#[cfg(test)]
mod tests {
    use crypto::{Random, SealKey, b64, sha256};

    use super::PublicSandbox;
    use crate::{Answer, Decision, Kind, Outcome, People, Request, answer::with_query};

    const NOW: i64 = 1_795_000_000;
    const ORIGIN: &str = "https://id.shop.example";

    /// One process of an installation.
    fn process(key: &SealKey) -> PublicSandbox {
        let base = "https://sandbox.example.com".to_owned();
        PublicSandbox::new(base, key.clone(), Random::system()).unwrap()
    }

    #[test]
    fn a_login_that_began_at_one_process_ends_at_another_with_the_same_key() {
        let key = SealKey::generate(&Random::seeded(3));
        let (one, another) = (process(&key), process(&key));
        let (client_id, secret) = one.credentials(Kind::Vipps, "t", ORIGIN);
        let redirect_uri = format!("{ORIGIN}/callback/no-vipps");
        let challenge = b64::encode(&sha256(b"verifier"));
        let query = with_query(
            "",
            &[
                ("client_id", client_id.as_str()),
                ("redirect_uri", &redirect_uri),
                ("response_type", "code"),
                ("state", "long-enough"),
                ("scope", "openid name"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ],
        );
        let vipps = |it: &PublicSandbox| it.simulator(Kind::Vipps, "t", People::first());
        let kari = People::first().all().remove(0).id;
        let answer = vipps(&one).decide(
            &query[1..],
            &kari,
            Decision { outcome: Outcome::ApproveApp, fault: None },
            NOW,
        );
        let Answer::Redirect(back) = answer else { panic!("{answer:?}") };
        let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let body = with_query(
            "",
            &[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", &redirect_uri),
                ("code_verifier", "verifier"),
                ("client_id", &client_id),
                ("client_secret", secret.expose()),
            ],
        );
        let path = "/access-management-1.0/access/oauth2/token".to_owned();
        let body = body[1..].to_owned();
        let request = Request { method: "POST".to_owned(), path, body, now: NOW, ..Request::default() };
        let answer = vipps(&another).answer(&request);
        assert!(matches!(&answer, Answer::Json(200, _)), "{answer:?}");
        let keys = |it: &PublicSandbox| format!("{:?}", vipps(it).answer(&keys_request()));
        assert_eq!(keys(&one), keys(&another));
        let stranger = process(&SealKey::generate(&Random::seeded(4)));
        assert!(matches!(vipps(&stranger).answer(&request), Answer::Json(401, _)));
    }

    fn keys_request() -> Request {
        let path = "/access-management-1.0/access/.well-known/jwks.json".to_owned();
        Request { method: "GET".to_owned(), path, now: NOW, ..Request::default() }
    }
}
