//! Everything that a request to a domain needs, opened and ready: tenant, keys, identity sources.

use std::collections::{HashMap, HashSet};

use authority::{OpenTenant, SealedColumn};
use crypto::{Algorithm, PublicKey, SealKey, SigningKey};
use eid::Connector;
use model::{
    Acr, ApplicationSettings, DomainId, DomainSettings, EidEnvironment, Environment, IdentitySourceSettings,
    KeyTimes, Level, LoginMethod, Memo, MethodKind, TenantId, Timestamp,
};
use oidc::Scopes;
use serde_json::Value;

/// A configured and enabled eID of a domain.
pub(crate) struct Source {
    /// `None`: its credentials are missing or unusable; people see trouble, the operator an alert.
    pub(crate) connector: Option<Connector>,
    /// To the client with the credentials that were replaced a short while ago, and when: logins that left with them end there.
    pub(crate) previous: Option<(Connector, Timestamp)>,
    /// Which installation of the eID it asks.
    pub(crate) environment: EidEnvironment,
    /// Under which name it is known whether the eID works; other tenants use it too.
    pub(crate) issuer: Option<String>,
    /// Whether logins tell of that too, and not only probes.
    pub(crate) logins_tell: bool,
    /// What the tenant has set of it: its name and notice for people, and what the eID may be asked for.
    pub(crate) settings: IdentitySourceSettings,
    /// The eID's own button may be shown.
    pub(crate) own_button: bool,
}

impl Source {
    /// The connectors that may finish a login, the likeliest first: with the credentials that the person left with, then with
    /// those of today. A code is the client's, whichever of its secrets proves the client.
    pub(crate) fn connectors_of(&self, memo: &Memo) -> Vec<Connector> {
        let left_with = self.previous.iter().filter(|(connector, replaced_at)| {
            let is_todays = self.connector.as_ref().is_some_and(|it| it.client() == memo.client);
            connector.client() == memo.client && (!is_todays || memo.started_at < *replaced_at)
        });
        left_with.map(|(connector, _)| connector).chain(&self.connector).cloned().collect()
    }
}

/// A key of a domain.
pub(crate) struct Key {
    pub(crate) times: KeyTimes,
    pub(crate) algorithm: Algorithm,
    pub(crate) public: PublicKey,
    pub(crate) jwk: Value,
    pub(crate) signing: SigningKey,
}

/// One issuer: a domain with its tenant, keys and eIDs, opened and ready.
pub struct Issuer {
    pub(crate) tenant: TenantId,
    pub(crate) domain: DomainId,
    pub(crate) environment: Environment,
    pub(crate) url: String,
    pub(crate) settings: DomainSettings,
    /// Opens what is sealed for this tenant.
    pub(crate) opened: OpenTenant,
    /// Seals the cookies of this domain's logins.
    pub(crate) cookie_key: SealKey,
    pub(crate) keys: Vec<Key>,
    pub(crate) sources: Sources,
    /// What the order desk sees of it.
    pub(crate) order_desk: OrderDeskView,
    /// The eIDs that are configured and were switched off.
    pub(crate) switched_off: HashSet<LoginMethod>,
    /// An administrator has disabled the domain, or the operator its tenant.
    pub(crate) is_off: bool,
    pub(crate) subject_keys: HashMap<EidEnvironment, SealKey>,
}

/// What the order desk sees of a domain.
pub(crate) enum OrderDeskView {
    /// Nothing: it is for real people, or there is no sandbox.
    None,
    /// The domain with the sandbox's eIDs in place of its own.
    Beside(Box<Issuer>),
    /// This is that view.
    This,
}

/// The eIDs of a domain, with their sources.
pub(crate) type Sources = HashMap<LoginMethod, Source>;

impl Issuer {
    /// The issuer identifier, byte for byte as in every token.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Says whether the domain is this tenant's.
    pub fn belongs_to(&self, tenant: TenantId) -> bool {
        self.tenant == tenant
    }

    /// Says whether nobody can log in here: the domain or its tenant is disabled.
    pub const fn is_off(&self) -> bool {
        self.is_off
    }

    /// Says whether this is a domain for test people.
    pub fn is_test(&self) -> bool {
        self.environment == Environment::Test
    }

    /// Where people prove themselves who log in this way here; `None` when they cannot.
    pub(crate) fn environment_of(&self, method: LoginMethod) -> Option<EidEnvironment> {
        match method.kind() {
            MethodKind::TestUser => {
                (self.is_test() && self.settings.automation).then_some(EidEnvironment::Sandbox)
            }
            MethodKind::Redirect | MethodKind::Poll => {
                self.sources.get(&method).map(|source| source.environment)
            }
        }
    }

    /// Says whether a login with this eID at this level is high enough for its source.
    pub(crate) fn reaches(&self, eid: LoginMethod, level: Level) -> bool {
        self.sources.get(&eid).is_none_or(|source| level >= source.settings.minimum_level)
    }

    /// What the eID is not asked for here, although it could be.
    pub(crate) fn withheld(&self, eid: LoginMethod) -> Scopes {
        self.sources.get(&eid).map(|source| source.settings.withheld(eid)).unwrap_or_default()
    }

    /// Says whether an application may have the national identity number from this eID.
    pub(crate) fn may_have_nin(&self, settings: &ApplicationSettings, eid: LoginMethod) -> bool {
        match self.sources.get(&eid) {
            Some(source) => settings.may_have_nin_of(&source.settings, self.environment),
            None => settings.may_have_nin(self.environment),
        }
    }

    /// Says whether an application may have the national identity number from any eID of these values.
    pub(crate) fn may_have_nin_of_any(&self, settings: &ApplicationSettings, acrs: &[Acr]) -> bool {
        acrs.iter().any(|acr| self.may_have_nin(settings, acr.method()))
    }

    /// Says whether people can log in this way here.
    pub(crate) fn offers(&self, eid: LoginMethod) -> bool {
        self.environment_of(eid).is_some()
    }

    /// Says whether people could log in this way here until an administrator switched it off.
    pub(crate) fn is_switched_off(&self, eid: LoginMethod) -> bool {
        !self.offers(eid) && (!eid.is_eid() || self.switched_off.contains(&eid))
    }

    /// Says whether browsers reach it over TLS, so that cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// What binds a value of this tenant to its column and row.
    pub(crate) fn context(&self, column: &SealedColumn<'_>) -> Vec<u8> {
        column.context(self.tenant)
    }
}
