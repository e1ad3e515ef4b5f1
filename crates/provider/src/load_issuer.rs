//! How an issuer is loaded: its rows are read in one go, and its secrets opened.

use std::{collections::HashMap, sync::Arc};

use authority::{OpenTenant, SealedColumn};
use crypto::{Algorithm, PublicKey, SealKey, SigningKey};
use eid::Connector;
use model::{
    DomainSettings, EidEnvironment, Environment, IdentitySourceSettings, KeyTimes, LOGIN_FOR, LoginMethod,
    Timestamp,
};
use store::{
    StoreError, Tx, domains, identity_sources, signing_keys,
    source_generations::{self, SourceGeneration},
    subject_keys, tenants,
};

use crate::{
    InternalError, Issuer, Provider, Refusal, RequestContext,
    issuer::{Key, OrderDeskView, Source, Sources},
};

/// What the database has of a domain, read in one go.
struct Rows {
    domain: domains::Domain,
    tenant: tenants::Tenant,
    sources: Vec<identity_sources::IdentitySource>,
    /// Credentials of them that were replaced within the life of a login.
    replaced: Vec<SourceGeneration>,
    signing_keys: Vec<signing_keys::SigningKey>,
    subject_keys: Vec<subject_keys::SubjectKey>,
}

/// What was found of all domains.
#[derive(Clone, Debug, Default)]
pub struct DomainsSeen {
    /// How many there are.
    pub count: usize,
    /// The hosts of those that cannot answer, with the reason.
    pub unusable: Vec<(String, String)>,
    /// The hosts of those for real people that say nobody is responsible.
    pub without_controller: Vec<String>,
}

fn is_without_controller(domain: &domains::Domain) -> bool {
    let settings = DomainSettings::parse(&domain.settings);
    domain.environment == Environment::Production && settings.is_ok_and(|it| it.controller().is_none())
}

/// How many rows are read at once where all are.
const PAGE: u32 = 500;

/// What is open before anybody is answered.
struct Opened {
    opened: OpenTenant,
    keys: Vec<Key>,
    subject_keys: HashMap<EidEnvironment, SealKey>,
    settings: DomainSettings,
}

fn rows(tx: &mut impl Tx, host: &str, now: Timestamp) -> Result<Option<Rows>, StoreError> {
    let Some(domain) = domains::find_by_host(tx, host)? else { return Ok(None) };
    let (tenant_id, id) = (domain.tenant_id, domain.id);
    // The domains of a tenant in the bin are in it too.
    let Some(tenant) = tenants::find(tx, tenant_id)? else { return Ok(None) };
    Ok(Some(Rows {
        tenant,
        sources: identity_sources::list(tx, tenant_id, id)?,
        replaced: source_generations::list_previous(tx, (tenant_id, id), now.before(LOGIN_FOR))?,
        signing_keys: signing_keys::list(tx, tenant_id, id)?,
        subject_keys: EidEnvironment::ALL
            .into_iter()
            .filter_map(|environment| subject_keys::find(tx, tenant_id, environment).transpose())
            .collect::<Result<_, _>>()?,
        domain,
    }))
}

fn broken(what: &str) -> InternalError {
    InternalError::new(format!("{what} cannot be opened or read; is this the right master key?"))
}

fn with_sources(rows: &Rows, opened: Opened, sources: Sources) -> Issuer {
    let Opened { opened, keys, subject_keys, settings } = opened;
    let Rows { domain, tenant, .. } = rows;
    let off = rows.sources.iter().filter(|row| row.disabled_at.is_some());
    Issuer {
        tenant: tenant.id,
        domain: domain.id,
        environment: domain.environment,
        cookie_key: opened.cookie_key(domain.id),
        keys,
        opened,
        url: format!("{}://{}", domain.scheme.as_str(), domain.host),
        settings,
        sources,
        switched_off: off.filter_map(|row| LoginMethod::parse(&row.eid)).collect(),
        is_off: domain.disabled_at.is_some() || tenant.disabled_at.is_some(),
        subject_keys,
        order_desk: OrderDeskView::None,
    }
}

impl Provider {
    /// Finds the issuer that a host name stands for; loaded once at a time, kept for a few seconds.
    ///
    /// `host`: as in the `Host` header, with the port where it is not the scheme's own.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for an unknown host; [`Refusal::Internal`] when its secrets do not open.
    pub async fn issuer(&self, host: &str, context: &RequestContext) -> Result<Arc<Issuer>, Refusal> {
        let host = host.to_ascii_lowercase();
        let loading = self.load_issuer(host.clone(), context);
        self.issuers.get(host, context.now, loading).await
    }

    async fn load_issuer(&self, host: String, context: &RequestContext) -> Result<Issuer, Refusal> {
        if host.len() > 255 {
            return Err(Refusal::NotFound);
        }
        let now = context.now;
        let rows = self.store.read(move |tx| rows(tx, &host, now)).await?.ok_or(Refusal::NotFound)?;
        Ok(self.assemble(rows, context)?)
    }

    /// Opens every domain as a request to it would. The operator's: run it every minute.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`]: the database did not answer.
    pub async fn look_at_domains(&self) -> Result<DomainsSeen, Refusal> {
        let (mut seen, mut tenant) = (DomainsSeen::default(), None);
        loop {
            let page = self.store.read(move |tx| tenants::list(tx, tenant, PAGE)).await?;
            let Some(last) = page.last() else { return Ok(seen) };
            tenant = Some(last.id);
            for id in page.iter().map(|it| it.id) {
                let mut after = None;
                loop {
                    let page = self.store.read(move |tx| domains::list(tx, id, after, PAGE)).await?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.id);
                    for domain in page {
                        seen.count += 1;
                        if let Some(why) = self.why_unusable(domain.host.clone()).await? {
                            seen.unusable.push((domain.host, why));
                        } else if is_without_controller(&domain) {
                            seen.without_controller.push(domain.host);
                        }
                    }
                }
            }
        }
    }

    async fn why_unusable(&self, host: String) -> Result<Option<String>, Refusal> {
        // Whether a domain can answer does not depend on credentials that were replaced.
        let never = Timestamp::from_micros(i64::MAX);
        match self.store.read(move |tx| rows(tx, &host, never)).await {
            Ok(Some(rows)) => Ok(self.open(&rows).err().map(|fault| fault.to_string())),
            Ok(None) => Ok(None),
            Err(error @ StoreError::Corrupt { .. }) => Ok(Some(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens what has to be open before anybody is answered.
    fn open(&self, rows: &Rows) -> Result<Opened, InternalError> {
        let Rows { domain, tenant, .. } = rows;
        let opened = OpenTenant::open(&self.master, tenant).map_err(|_| broken("the tenant's data key"))?;
        let mut subject_keys = HashMap::new();
        for row in &rows.subject_keys {
            let key = opened.subject_key(row).map_err(|_| broken("a subject key"))?;
            subject_keys.insert(row.environment, key);
        }
        for row in rows.sources.iter().filter(|row| row.disabled_at.is_none()) {
            LoginMethod::parse(&row.eid).ok_or_else(|| broken("an identity source"))?;
        }
        Ok(Opened {
            keys: rows.signing_keys.iter().map(|row| key(&opened, row)).collect::<Result<_, _>>()?,
            settings: DomainSettings::parse(&domain.settings).map_err(InternalError::new)?,
            subject_keys,
            opened,
        })
    }

    fn assemble(&self, rows: Rows, context: &RequestContext) -> Result<Issuer, InternalError> {
        let opened = self.open(&rows)?;
        let Rows { domain, tenant, .. } = &rows;
        let url = format!("{}://{}", domain.scheme.as_str(), domain.host);
        let sources = self.sources((&opened.opened, &url), &rows, context);
        let issuer = with_sources(&rows, opened, sources);
        if self.order_desk.is_none() || domain.environment != Environment::Test {
            return Ok(issuer);
        }
        let sandbox = self.sandbox_sources((tenant.id, &url), context);
        if sandbox.is_empty() {
            return Ok(issuer);
        }
        let seen = with_sources(&rows, self.open(&rows)?, sandbox);
        let seen = Issuer { order_desk: OrderDeskView::This, ..seen };
        Ok(Issuer { order_desk: OrderDeskView::Beside(Box::new(seen)), ..issuer })
    }

    fn sources(&self, (opened, url): (&OpenTenant, &str), rows: &Rows, context: &RequestContext) -> Sources {
        let mut sources = HashMap::new();
        for row in rows.sources.iter().filter(|row| row.disabled_at.is_none()) {
            if let Some(eid) =
                LoginMethod::parse(&row.eid).filter(|_| row.environment.may_serve(rows.domain.environment))
            {
                let replaced = rows.replaced.iter().find(|it| it.source_id == row.id);
                let previous = replaced.and_then(|it| self.previous((opened, url), row, it));
                let source = self.source((opened, url), eid, row, context);
                sources.insert(eid, Source { previous, ..source });
            }
        }
        sources
    }

    /// The connector with the replaced credentials of a source, for logins that left with them. Other people log in at another
    /// installation of the eID, so a login there does not count here.
    fn previous(
        &self,
        (tenant, url): (&OpenTenant, &str),
        row: &identity_sources::IdentitySource,
        replaced: &SourceGeneration,
    ) -> Option<(Connector, Timestamp)> {
        if replaced.environment != row.environment {
            return None;
        }
        let column = SealedColumn::Credentials { source: row.id, version: replaced.credentials_version };
        let opened = tenant.unseal(&column, &replaced.sealed_credentials).ok()?;
        let eid = LoginMethod::parse(&row.eid)?;
        let callback = format!("{url}/callback/{}", eid.as_str());
        let connector = self.catalogue.connector((eid, row.environment), opened.expose(), callback).ok()?;
        Some((connector, replaced.set_at))
    }

    fn source(
        &self,
        (tenant, url): (&OpenTenant, &str),
        eid: LoginMethod,
        row: &identity_sources::IdentitySource,
        context: &RequestContext,
    ) -> Source {
        let column = SealedColumn::Credentials { source: row.id, version: row.credentials_version };
        let opened = row.sealed_credentials.as_deref().and_then(|sealed| tenant.unseal(&column, sealed).ok());
        let callback = format!("{url}/callback/{}", eid.as_str());
        // Only test domains get here with a sandbox source (`may_serve`).
        let of_tenant = (row.environment == EidEnvironment::Sandbox)
            .then(|| self.catalogue.sandbox_connector(row.tenant_id, eid, url))
            .flatten();
        let stored = || {
            opened
                .ok_or_else(|| eid::EidError::Misconfigured("no readable credentials are stored".to_owned()))
                .and_then(|it| self.catalogue.connector((eid, row.environment), it.expose(), callback))
        };
        let connector = of_tenant.unwrap_or_else(stored);
        if let Err(error) = &connector {
            tracing::error!(trace = %context.trace, eid = eid.as_str(), source = %row.id, %error, "an identity source is unusable");
        }
        let settings = IdentitySourceSettings::parse(&row.settings).unwrap_or_else(|error| {
            tracing::error!(trace = %context.trace, eid = eid.as_str(), source = %row.id, %error, "the settings of an identity source are ignored");
            IdentitySourceSettings::default()
        });
        let watched = self.catalogue.watched(row.tenant_id, eid, row.environment);
        if let Some(watched) = &watched {
            self.eid_watch.use_eid(watched, context.now);
        }
        let logins_tell = watched.as_ref().is_some_and(|it| !it.of_tenant);
        let issuer = watched.map(|it| it.name);
        Source {
            connector: connector.ok(),
            previous: None,
            environment: row.environment,
            issuer,
            logins_tell,
            own_button: settings.own_button || row.environment == EidEnvironment::Sandbox,
            settings,
        }
    }
}

fn key(tenant: &OpenTenant, row: &signing_keys::SigningKey) -> Result<Key, InternalError> {
    let algorithm = Algorithm::parse(&row.algorithm).ok_or_else(|| broken("a signing key"))?;
    let der = tenant
        .unseal(&SealedColumn::SigningKey(&row.id), &row.sealed_private_key)
        .map_err(|_| broken("a signing key"))?;
    let signing = SigningKey::from_pkcs8(algorithm, der.expose()).map_err(InternalError::new)?;
    // What is published follows from what is sealed: who can write to the database publishes no key of their own.
    let jwk = signing.public_jwk();
    Ok(Key {
        times: KeyTimes {
            published_at: row.published_at,
            active_at: row.active_at,
            retired_at: row.retired_at,
            withdrawn_at: row.withdrawn_at,
        },
        algorithm,
        public: PublicKey::from_jwk(&jwk).map_err(InternalError::new)?,
        jwk,
        signing,
    })
}

#[cfg(test)]
mod tests {
    use authority::{OpenTenant, SealedColumn};
    use crypto::{Algorithm, Random, SigningKey};
    use model::{DomainId, TenantId, Timestamp};
    use store::signing_keys;

    #[test]
    fn a_public_key_that_was_exchanged_in_the_database_is_not_published() {
        let random = Random::seeded(1);
        let tenant = OpenTenant::generate(&random, TenantId::from_bytes([1; 16]));
        let ours = SigningKey::generate(Algorithm::Es256).unwrap();
        let theirs = SigningKey::generate(Algorithm::Es256).unwrap();
        let pkcs8 = ours.to_pkcs8().unwrap();
        let row = signing_keys::SigningKey {
            id: ours.kid().to_owned(),
            tenant_id: tenant.id(),
            domain_id: DomainId::from_bytes([2; 16]),
            algorithm: Algorithm::Es256.as_str().to_owned(),
            public_jwk: theirs.public_jwk().to_string(),
            sealed_private_key: tenant.seal(&random, &SealedColumn::SigningKey(ours.kid()), pkcs8.expose()),
            published_at: Timestamp::from_seconds(0),
            active_at: Timestamp::from_seconds(0),
            retired_at: None,
            withdrawn_at: None,
        };
        let loaded = super::key(&tenant, &row).unwrap_or_else(|_| panic!("it does not load"));
        assert_eq!(loaded.jwk, ours.public_jwk());
    }
}
