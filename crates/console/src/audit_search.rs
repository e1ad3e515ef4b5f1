//! The newest links of the audit trail that fit what is asked for, over several chains, with the names of their objects.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use authority::{InstallationPermit, Permission, Permit};
use model::{ApplicationId, DomainId, INSTALLATION, TenantId, Timestamp};
use serde_json::Value;
use store::{
    StoreError, applications,
    audit_events::{self, Link},
    domains, identity_sources,
};

use crate::{Console, Refusal};

/// How many links or objects are read at once.
const AT_ONCE: u32 = 1_000;

/// Where a link stands among those of all chains: by its time, then its chain, then its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    micros: i64,
    tenant: [u8; 16],
    sequence: i64,
}

impl AuditPlace {
    /// The place of a link.
    pub fn of(link: &Link) -> Self {
        Self {
            micros: link.event.happened_at.micros(),
            tenant: *link.event.tenant_id.as_bytes(),
            sequence: link.sequence,
        }
    }

    /// Reads what [`fmt::Display`] writes: microseconds since the epoch, the tenant's id and the number, with dots.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let micros = parts.next()?.parse().ok()?;
        let tenant = *TenantId::parse(parts.next()?).ok()?.as_bytes();
        let sequence = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { micros, tenant, sequence })
    }
}

impl fmt::Display for AuditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.micros, TenantId::from_bytes(self.tenant), self.sequence)
    }
}

/// Which links are looked for. Whatever is `None` fits every link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// From this instant on.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// An action's word, or its part before the dot.
    pub action: Option<String>,
    /// A part of the actor, without regard to case.
    pub actor: Option<String>,
    /// A part of the object or of its name, without regard to case.
    pub object: Option<String>,
    /// Those before this place.
    pub before: Option<AuditPlace>,
}

fn has(text: &str, part: Option<&String>) -> bool {
    part.is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
}

impl AuditQuery {
    fn fits(&self, link: &Link, object_name: Option<&str>) -> bool {
        let event = &link.event;
        let is_action = |wanted: &String| {
            event.action.strip_prefix(wanted.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('.'))
        };
        self.since.is_none_or(|since| event.happened_at >= since)
            && self.until.is_none_or(|until| event.happened_at < until)
            && self.before.is_none_or(|before| AuditPlace::of(link) < before)
            && self.action.as_ref().is_none_or(is_action)
            && has(&event.actor, self.actor.as_ref())
            && (has(&event.object, self.object.as_ref())
                || object_name.is_some_and(|it| has(it, self.object.as_ref())))
    }
}

/// A link that fits.
#[derive(Clone, Debug)]
pub struct FoundLink {
    /// The link.
    pub link: Link,
    /// What its object is called now: an application's client id, a domain's host, a tenant's name, an eID; of a secret
    /// that of its application, of a key that of its domain. `None` where it has no name or is gone.
    pub object_name: Option<String>,
}

/// The newest links that fit, at most as many as were asked for.
#[derive(Debug)]
pub struct FoundLinks {
    most: usize,
    links: BTreeMap<AuditPlace, FoundLink>,
    /// Whether there are earlier ones that fit too.
    pub has_earlier: bool,
}

impl FoundLinks {
    /// Nothing yet. `most`: at most so many are kept.
    pub const fn new(most: usize) -> Self {
        Self { most, links: BTreeMap::new(), has_earlier: false }
    }

    fn add(&mut self, found: FoundLink) {
        self.links.insert(AuditPlace::of(&found.link), found);
        if self.links.len() > self.most {
            self.links.pop_first();
            self.has_earlier = true;
        }
    }

    /// The links, the newest last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&AuditPlace, &FoundLink)> {
        self.links.iter()
    }
}

/// What the objects of a tenant are called, by what stands in the trail: `application 0190…`.
type Names = HashMap<String, String>;

fn name_of(names: &Names, link: &Link) -> Option<String> {
    if let Some(name) = names.get(&link.event.object) {
        return Some(name.clone());
    }
    let details: Value = serde_json::from_str(&link.event.details).ok()?;
    let text = |member: &str| details.get(member).and_then(Value::as_str);
    // What has no name of its own has that of what it belongs to.
    let owner = |kind: &str| text(kind).and_then(|id| names.get(&format!("{kind} {id}"))).cloned();
    text("username").map(str::to_owned).or_else(|| owner("application")).or_else(|| owner("domain"))
}

impl Console {
    /// Adds the links of a tenant's chain that fit to those that were found.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn search_audit(
        &self,
        permit: &Permit,
        query: &AuditQuery,
        found: &mut FoundLinks,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ReadAudit)?;
        let mut names = self.object_names(tenant.id).await?;
        names.insert(format!("tenant {}", tenant.id), tenant.name.clone());
        self.search(tenant.id, (query, &names), found).await
    }

    /// Does the same with the installation's own chain.
    ///
    /// # Errors
    /// As [`Console::search_audit`].
    pub async fn search_installation_audit(
        &self,
        permit: &InstallationPermit,
        query: &AuditQuery,
        found: &mut FoundLinks,
    ) -> Result<(), Refusal> {
        permit.check(Permission::ReadAudit)?;
        self.search(INSTALLATION, (query, &Names::new()), found).await
    }

    async fn search(
        &self,
        tenant: TenantId,
        (query, names): (&AuditQuery, &Names),
        found: &mut FoundLinks,
    ) -> Result<(), Refusal> {
        let mut after = 0;
        loop {
            let page = self.store.read(move |tx| audit_events::list(tx, tenant, after, AT_ONCE)).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.sequence;
            for link in page {
                let object_name = name_of(names, &link);
                if query.fits(&link, object_name.as_deref()) {
                    found.add(FoundLink { link, object_name });
                }
            }
        }
    }

    async fn object_names(&self, tenant: TenantId) -> Result<Names, Refusal> {
        let mut names = Names::new();
        let mut after: Option<DomainId> = None;
        loop {
            let page = self.store.read(move |tx| domains::list(tx, tenant, after, AT_ONCE)).await?;
            let Some(last) = page.last() else { return Ok(names) };
            after = Some(last.id);
            for domain in page {
                let id = domain.id;
                let sources = self.store.read(move |tx| identity_sources::list(tx, tenant, id)).await?;
                names.extend(sources.into_iter().map(|it| (format!("identity_source {}", it.id), it.eid)));
                self.application_names((tenant, id), &mut names).await?;
                names.insert(format!("domain {id}"), domain.host);
            }
        }
    }

    async fn application_names(
        &self,
        (tenant, domain): (TenantId, DomainId),
        names: &mut Names,
    ) -> Result<(), Refusal> {
        let mut after: Option<ApplicationId> = None;
        loop {
            let read =
                move |tx: &mut store::ReadTx<'_>| applications::list(tx, tenant, domain, after, AT_ONCE);
            let page: Result<_, StoreError> = self.store.read(read).await;
            let page = page?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            names.extend(page.into_iter().map(|it| (format!("application {}", it.id), it.client_id)));
        }
    }
}
