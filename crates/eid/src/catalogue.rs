//! Which eIDs there are, where they live, and how a configured identity source becomes a connector.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crypto::{Algorithm, Random, SigningKey, b64};
use model::{EidEnvironment, LoginMethod, TenantId, Timestamp};
use oidc::{Scope, Scopes};
use outbound::Outbound;
use tokio::task::JoinSet;
use url::Url;

use crate::{
    Connector, EidError, Probe, Probed, SourceCredentials, SourceMethod, Watched, bankid_no, maker::Maker,
    relying_party::RelyingParty, upstream::Upstream, vipps,
};

/// An issuer that stands in for the built-in one: the simulators in development, or the operator's own for
/// the test environment.
#[derive(Clone, Debug)]
pub struct UpstreamIssuer {
    /// Of which eID.
    pub eid: LoginMethod,
    /// In which environment.
    pub environment: EidEnvironment,
    /// Its identifier, byte for byte.
    pub issuer: String,
}

/// Why an issuer cannot stand in for a built-in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// OpenID Connect Discovery 1.0 §3.
    #[error("is no issuer: write an absolute address without user, query and fragment")]
    Malformed,
    /// Test domains would log in with the eID of production.
    #[error("is at the host of an eID of production, which test domains may not use this way")]
    Production,
}

impl UpstreamIssuer {
    /// The operator's own issuer for the test environment.
    ///
    /// # Errors
    /// [`IssuerError`].
    pub fn for_test(eid: LoginMethod, issuer: &str) -> Result<Self, IssuerError> {
        let parsed = |text| Url::parse(text).ok().filter(Url::has_host);
        let url = parsed(issuer).ok_or(IssuerError::Malformed)?;
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return Err(IssuerError::Malformed);
        }
        // A final dot names the same host.
        let host = |url: Url| url.host_str().map(|it| it.trim_end_matches('.').to_owned());
        let real =
            |eid: LoginMethod| built_in(eid, EidEnvironment::Production).and_then(parsed).and_then(host);
        let given = host(url);
        if LoginMethod::eids().filter_map(real).any(|it| Some(it) == given) {
            return Err(IssuerError::Production);
        }
        Ok(Self { eid, environment: EidEnvironment::Test, issuer: issuer.to_owned() })
    }
}

/// A sandbox in which each tenant has issuers of its own: the issuer of a tenant's eID, and the credentials there of
/// the domain with this origin. `None` where the sandbox has no such eID.
pub type TenantSandbox =
    Arc<dyn Fn(TenantId, LoginMethod, &str) -> Option<(String, SourceCredentials)> + Send + Sync>;

/// How many issuers of tenants' sandboxes are known at once.
const MOST_SANDBOXES: usize = 1_000;

/// Knows all eIDs; shares what is known of an issuer between tenants.
pub struct Catalogue {
    outbound: Arc<Outbound>,
    /// For the built-in issuers of production, when they are called in another way than the rest.
    strict: Option<Arc<Outbound>>,
    issuers: Vec<UpstreamIssuer>,
    random: Random,
    upstreams: Mutex<HashMap<String, Arc<Upstream>>>,
    tenant_sandbox: Option<TenantSandbox>,
    sandboxes: Mutex<HashMap<String, Arc<Upstream>>>,
    stand_ins: HashMap<LoginMethod, Connector>,
}

/// The built-in issuer of an eID; `None` where there is none.
fn built_in(eid: LoginMethod, environment: EidEnvironment) -> Option<&'static str> {
    let maker = MAKERS.iter().find(|it| it.eid == eid)?;
    match environment {
        EidEnvironment::Sandbox => None,
        EidEnvironment::Test => Some(maker.test_issuer),
        EidEnvironment::Production => Some(maker.production_issuer),
    }
}

/// Every eID that there is a connector for.
/// Everything that an eID may ever be asked for by us, as `scope` on its wire: what a client that is ordered has to be granted.
/// `with_number`: the national identity number as well. `None`: no connector for it is built in.
pub fn scopes_to_order(eid: LoginMethod, with_number: bool) -> Option<String> {
    let maker = MAKERS.iter().find(|it| it.eid == eid)?;
    let all: Scopes = eid.scopes().iter().copied().chain(with_number.then_some(Scope::Nin)).collect();
    Some((maker.scope)(all))
}

const MAKERS: &[&Maker] = &[&bankid_no::MAKER, &vipps::MAKER];

/// Which installation of an eID, and where people come back to.
struct At {
    eid: LoginMethod,
    environment: EidEnvironment,
    callback: String,
}

impl Catalogue {
    /// Takes the issuers that stand in for built-in ones.
    pub fn new(outbound: Arc<Outbound>, issuers: Vec<UpstreamIssuer>, random: Random) -> Self {
        Self {
            outbound,
            strict: None,
            issuers,
            random,
            upstreams: Mutex::default(),
            tenant_sandbox: None,
            sandboxes: Mutex::default(),
            stand_ins: HashMap::new(),
        }
    }

    /// The catalogue that calls the built-in issuers of production in this way: what the operator allows or trusts for
    /// the sake of tests does not reach there.
    #[must_use]
    pub fn with_strict(self, strict: Arc<Outbound>) -> Self {
        Self { strict: Some(strict), ..self }
    }

    /// The catalogue in which every source of an eID has this connector, whatever its credentials: for the tests of a kind of
    /// connector that no built-in eID has.
    #[must_use]
    pub fn with_connector(mut self, eid: LoginMethod, connector: Connector) -> Self {
        self.stand_ins.insert(eid, connector);
        self
    }

    fn calls(&self, issuer: &str) -> Arc<Outbound> {
        let real = |eid| built_in(eid, EidEnvironment::Production) == Some(issuer);
        let strict = self.strict.as_ref().filter(|_| LoginMethod::eids().any(real));
        Arc::clone(strict.unwrap_or(&self.outbound))
    }

    /// The catalogue with a sandbox in which each tenant has issuers of its own; it stands in for
    /// [`EidEnvironment::Sandbox`] altogether.
    #[must_use]
    pub fn with_tenant_sandbox(self, sandbox: TenantSandbox) -> Self {
        Self { tenant_sandbox: Some(sandbox), ..self }
    }

    /// What has to be asked to know whether a source of this tenant's test or production domain works; `None` where
    /// there is no such eID. Where each tenant has issuers of its own in a sandbox, they are one program at one host, so
    /// that any of them tells of all.
    pub fn watched(
        &self,
        tenant: TenantId,
        eid: LoginMethod,
        environment: EidEnvironment,
    ) -> Option<Watched> {
        if let (EidEnvironment::Sandbox, Some(sandbox)) = (environment, self.tenant_sandbox.as_ref()) {
            let (issuer, _) = sandbox(tenant, eid, "")?;
            let host = Url::parse(&issuer).ok()?.host_str()?.to_owned();
            return Some(Watched { name: format!("{host}, {}", eid.as_str()), issuer, of_tenant: true });
        }
        let issuer = self.issuer(eid, environment)?.to_owned();
        Some(Watched { name: issuer.clone(), issuer, of_tenant: false })
    }

    /// Asks issuers whether they work, all at once.
    pub async fn probe(&self, watched: Vec<Watched>, now: Timestamp) -> Vec<Probed> {
        let mut asked = JoinSet::new();
        for Watched { name, issuer, of_tenant } in watched {
            let probe: Arc<dyn Probe> =
                if of_tenant { self.sandbox(&issuer) } else { self.upstream(&issuer) };
            asked.spawn(async move { (name, probe.probe(now).await) });
        }
        asked.join_all().await
    }

    /// The issuer that stands for an eID in an environment; `None` where there is none.
    pub fn issuer(&self, eid: LoginMethod, environment: EidEnvironment) -> Option<&str> {
        let given = self.issuers.iter().find(|it| it.eid == eid && it.environment == environment);
        given.map(|it| it.issuer.as_str()).or_else(|| built_in(eid, environment))
    }

    /// One entry for each issuer in use: the built-in ones and the operator's, so it cannot grow.
    fn upstream(&self, issuer: &str) -> Arc<Upstream> {
        let mut upstreams = self.upstreams.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = upstreams.entry(issuer.to_owned());
        Arc::clone(entry.or_insert_with(|| Arc::new(Upstream::new(issuer.to_owned(), self.calls(issuer)))))
    }

    /// A tenant's issuer in the sandbox; forgotten with the others when there are too many.
    fn sandbox(&self, issuer: &str) -> Arc<Upstream> {
        let mut known = self.sandboxes.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_SANDBOXES && !known.contains_key(issuer) {
            known.clear();
        }
        let made = || Arc::new(Upstream::new(issuer.to_owned(), Arc::clone(&self.outbound)));
        Arc::clone(known.entry(issuer.to_owned()).or_insert_with(made))
    }

    /// Makes the connector to a tenant's own sandbox, for the test domain with this origin; it needs no
    /// credentials of anybody. `None` where there is no such sandbox.
    ///
    /// # Errors
    /// As [`Catalogue::connector`].
    pub fn sandbox_connector(
        &self,
        tenant: TenantId,
        eid: LoginMethod,
        origin: &str,
    ) -> Option<Result<Connector, EidError>> {
        let (issuer, credentials) = self.tenant_sandbox.as_ref()?(tenant, eid, origin)?;
        let callback = format!("{origin}/callback/{}", eid.as_str());
        let at = At { eid, environment: EidEnvironment::Sandbox, callback };
        Some(self.connect(at, self.sandbox(&issuer), credentials))
    }

    /// Makes the connector of one identity source. `credentials`: as its connector wrote them; opaque to everybody else.
    /// `callback`: the absolute address registered with the eID.
    ///
    /// # Errors
    /// [`EidError::Misconfigured`]: tell the operator; the person sees trouble.
    pub fn connector(
        &self,
        (eid, environment): (LoginMethod, EidEnvironment),
        credentials: &[u8],
        callback: String,
    ) -> Result<Connector, EidError> {
        if let Some(connector) = self.stand_ins.get(&eid) {
            return Ok(connector.clone());
        }
        let credentials = SourceCredentials::read(credentials)
            .ok_or_else(|| EidError::Misconfigured("no readable credentials are stored".to_owned()))?;
        let issuer = self
            .issuer(eid, environment)
            .ok_or_else(|| EidError::Misconfigured("no sandbox runs here".to_owned()))?;
        self.connect(At { eid, environment, callback }, self.upstream(issuer), credentials)
    }

    fn connect(
        &self,
        at: At,
        upstream: Arc<Upstream>,
        credentials: SourceCredentials,
    ) -> Result<Connector, EidError> {
        let At { eid, environment, callback } = at;
        let wrong = |why: &str| EidError::Misconfigured(why.to_owned());
        let key = match (credentials.method, &credentials.private_key, &credentials.secret) {
            (SourceMethod::PrivateKeyJwt, Some(der), _) => {
                let der = b64::decode(der).ok_or_else(|| wrong("the private key is not base64url"))?;
                Some(
                    SigningKey::from_pkcs8(Algorithm::Es256, &der)
                        .map_err(|_| wrong("the private key is unreadable"))?,
                )
            }
            (SourceMethod::PrivateKeyJwt, None, _) => return Err(wrong("the private key is missing")),
            (_, _, Some(_)) => None,
            (_, _, None) => return Err(wrong("the client secret is missing")),
        };
        let maker =
            MAKERS.iter().find(|it| it.eid == eid).ok_or_else(|| wrong("there is no connector for it"))?;
        let algorithms = maker.algorithms;
        let random = self.random.clone();
        let party = RelyingParty { upstream, credentials, key, callback, algorithms, random };
        Ok((maker.make)(party, environment))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crypto::Random;
    use model::{EidEnvironment, LoginMethod};
    use outbound::{Outbound, Settings};

    use super::{Catalogue, IssuerError, UpstreamIssuer};

    #[test]
    fn what_is_allowed_for_tests_does_not_reach_the_eids_of_production() {
        let calls = || Arc::new(Outbound::new(Settings::default()));
        let (loose, strict) = (calls(), calls());
        let catalogue = Catalogue::new(Arc::clone(&loose), Vec::new(), Random::system());
        let catalogue = catalogue.with_strict(Arc::clone(&strict));
        for eid in LoginMethod::eids() {
            let issuer = |environment| catalogue.issuer(eid, environment).unwrap();
            assert!(Arc::ptr_eq(&catalogue.calls(issuer(EidEnvironment::Production)), &strict));
            assert!(Arc::ptr_eq(&catalogue.calls(issuer(EidEnvironment::Test)), &loose));
        }
        assert!(Arc::ptr_eq(&catalogue.calls("https://sandbox.example/x"), &loose));
    }

    #[test]
    fn an_issuer_of_the_operator_stands_in_for_the_test_environment_alone() {
        let own =
            UpstreamIssuer::for_test(LoginMethod::NO_BANKID, "http://mock.internal:8080/realms/x").unwrap();
        let calls = Arc::new(Outbound::new(Settings::default()));
        let catalogue = Catalogue::new(calls, vec![own], Random::system());
        let issuer = |eid, environment| catalogue.issuer(eid, environment).unwrap();
        assert_eq!(
            issuer(LoginMethod::NO_BANKID, EidEnvironment::Test),
            "http://mock.internal:8080/realms/x"
        );
        assert_eq!(
            issuer(LoginMethod::NO_BANKID, EidEnvironment::Production),
            "https://auth.bankid.no/auth/realms/prod"
        );
        assert!(issuer(LoginMethod::NO_VIPPS, EidEnvironment::Test).starts_with("https://apitest.vipps.no/"));
    }

    #[test]
    fn an_issuer_of_production_or_with_more_than_an_address_stands_in_for_none() {
        let refused = |issuer| UpstreamIssuer::for_test(LoginMethod::NO_VIPPS, issuer).unwrap_err();
        for issuer in [
            "mock.internal",
            "/x",
            "https://a@mock.example/",
            "https://mock.example/?a",
            "https://mock.example/#a",
        ] {
            assert_eq!(refused(issuer), IssuerError::Malformed, "{issuer}");
        }
        for issuer in [
            "https://auth.bankid.no/auth/realms/prod",
            "https://API.vipps.no:8443/x",
            "http://api.vipps.no",
            "https://api.vipps.no./x",
        ] {
            assert_eq!(refused(issuer), IssuerError::Production, "{issuer}");
        }
    }

    #[test]
    fn a_client_is_ordered_with_everything_that_logins_may_ask_for() {
        let of = |eid, number| super::scopes_to_order(eid, number).unwrap();
        assert_eq!(of(LoginMethod::NO_BANKID, false), "openid profile");
        assert_eq!(of(LoginMethod::NO_BANKID, true), "openid profile nnin_altsub");
        assert_eq!(of(LoginMethod::NO_VIPPS, true), "openid name birthDate email phoneNumber address nin");
    }
}
