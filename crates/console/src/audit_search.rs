//! The newest links of the audit trail that fit what is asked for, over several chains, with the names of their objects.

use std::{collections::BTreeMap, fmt};

use authority::{InstallationPermit, Permission, Permit};
use model::{INSTALLATION, TenantId, Timestamp};
use store::{
    StoreError, Tx,
    audit_events::{self, Link},
};

use crate::{
    Console, Refusal,
    audit_names::{Names, all_names, name_of, names_of},
};

/// How many links are read at once.
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
    /// A part of the actor or of its name, without regard to case.
    pub actor: Option<String>,
    /// A part of the object or of its name, without regard to case.
    pub object: Option<String>,
    /// Those before this place.
    pub before: Option<AuditPlace>,
}

fn has(text: &str, part: Option<&String>) -> bool {
    part.is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
}

/// What an actor was called when it acted, where that is kept.
fn kept_name(link: &Link) -> Option<&str> {
    link.event.context.as_ref()?.personal.as_ref()?.name.as_deref()
}

impl AuditQuery {
    fn is_before(&self, link: &Link) -> bool {
        let place = AuditPlace::of(link);
        // In one chain the numbers decide: the clock may have been put back.
        self.before.is_none_or(|before| {
            if before.tenant == place.tenant { place.sequence < before.sequence } else { place < before }
        })
    }

    fn fits(&self, link: &Link, object_name: Option<&str>) -> bool {
        let event = &link.event;
        let is_action = |wanted: &String| {
            event.action.strip_prefix(wanted.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('.'))
        };
        let is_named =
            |name: Option<&str>, part: &Option<String>| name.is_some_and(|name| has(name, part.as_ref()));
        self.since.is_none_or(|since| event.happened_at >= since)
            && self.until.is_none_or(|until| event.happened_at < until)
            && self.is_before(link)
            && self.action.as_ref().is_none_or(is_action)
            && (has(&event.actor, self.actor.as_ref()) || is_named(kept_name(link), &self.actor))
            && (has(&event.object, self.object.as_ref()) || is_named(object_name, &self.object))
    }
}

/// A link that fits.
#[derive(Clone, Debug)]
pub struct FoundLink {
    /// The link.
    pub link: Link,
    /// What its object is called now: an application's client id, a domain's host, a tenant's or member's name, an eID; of a
    /// secret that of its application, of a key that of its domain. `None` where it has no name or is gone.
    pub object_name: Option<String>,
    /// What its actor was called then, or else is called now. `None` of whoever is no member, or is gone.
    pub actor_name: Option<String>,
}

/// The newest links that fit, at most as many as were asked for.
#[derive(Debug)]
pub struct FoundLinks {
    most: usize,
    /// How many links of a chain may be looked at.
    looks_at: Option<usize>,
    links: BTreeMap<AuditPlace, FoundLink>,
    /// Whether there are earlier ones that fit too.
    pub has_earlier: bool,
    /// How far back was looked, where not everything was.
    pub stopped_before: Option<AuditPlace>,
}

impl FoundLinks {
    /// Nothing yet. `most`: at most so many are kept.
    pub const fn new(most: usize) -> Self {
        Self { most, looks_at: None, links: BTreeMap::new(), has_earlier: false, stopped_before: None }
    }

    /// The same for somebody who waits: at most so many links of a chain are looked at, and none from before the time that is
    /// asked for, in the order of the chain.
    pub fn within(most: usize, looks_at: usize) -> Self {
        Self { looks_at: Some(looks_at), ..Self::new(most) }
    }

    fn add(&mut self, link: Link) {
        let place = AuditPlace::of(&link);
        self.links.insert(place, FoundLink { link, object_name: None, actor_name: None });
        if self.links.len() > self.most {
            self.links.pop_first();
            self.has_earlier = true;
        }
    }

    fn name(&mut self, tenant: TenantId, names: &Names) {
        let of_tenant = self.links.values_mut().filter(|it| it.link.event.tenant_id == tenant);
        for it in of_tenant {
            it.object_name = name_of(names, &it.link);
            let kept = kept_name(&it.link).map(str::to_owned);
            it.actor_name = kept.or_else(|| names.get(&it.link.event.actor.replacen(':', " ", 1)).cloned());
        }
    }

    /// The links, the newest last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&AuditPlace, &FoundLink)> {
        self.links.iter()
    }
}

/// The number before which a search of a chain begins.
fn begin(
    tx: &mut impl Tx,
    tenant: TenantId,
    (query, is_bounded): (&AuditQuery, bool),
) -> Result<i64, StoreError> {
    let of_place = query.before.filter(|it| it.tenant == *tenant.as_bytes()).map(|it| it.sequence);
    let first = of_place.unwrap_or(i64::MAX);
    let Some(until) = query.until.filter(|_| is_bounded) else { return Ok(first) };
    let last = audit_events::find_last_until(tx, tenant, until)?;
    Ok(last.map_or(0, |last| first.min(last.saturating_add(1))))
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
        let (id, own) = (tenant.id, (format!("tenant {}", tenant.id), tenant.name.clone()));
        let names = match &query.object {
            // By name an object is found only if all names are known.
            Some(_) => self.store.read(move |tx| all_names(tx, id)).await?,
            None => Names::new(),
        };
        let names: Names = names.into_iter().chain([own.clone()]).collect();
        self.search(id, (query, &names), found).await?;
        let links: Vec<Link> = found.iter().map(|(_, it)| it.link.clone()).collect();
        let mut names = self.store.read(move |tx| names_of(tx, id, &links)).await?;
        names.insert(own.0, own.1);
        found.name(id, &names);
        Ok(())
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
        self.search(INSTALLATION, (query, &Names::new()), found).await?;
        found.name(INSTALLATION, &Names::new());
        Ok(())
    }

    /// Looks from the newest link on until there are enough.
    async fn search(
        &self,
        tenant: TenantId,
        (query, names): (&AuditQuery, &Names),
        found: &mut FoundLinks,
    ) -> Result<(), Refusal> {
        let (asked, is_bounded) = (query.clone(), found.looks_at.is_some());
        let mut before = self.store.read(move |tx| begin(tx, tenant, (&asked, is_bounded))).await?;
        let (mut fitting, mut looked_at) = (0, 0);
        loop {
            let page = self.store.read(move |tx| audit_events::list_latest(tx, tenant, before, AT_ONCE));
            let page = page.await?;
            let Some(last) = page.last() else { return Ok(()) };
            before = last.sequence;
            for link in page {
                let is_too_old = query.since.is_some_and(|since| link.event.happened_at < since);
                if is_bounded && is_too_old || fitting > found.most {
                    return Ok(());
                }
                if found.looks_at.is_some_and(|most| looked_at >= most) {
                    let before = AuditPlace { sequence: link.sequence + 1, ..AuditPlace::of(&link) };
                    found.stopped_before = Some(before);
                    return Ok(());
                }
                looked_at += 1;
                if query.fits(&link, name_of(names, &link).as_deref()) {
                    fitting += 1;
                    found.add(link);
                }
            }
        }
    }
}
