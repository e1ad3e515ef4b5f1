//! What the objects and actors of an audit trail are called now.

use std::collections::{BTreeSet, HashMap};

use model::{ApplicationId, DomainId, LinkId, MemberId, TenantId};
use serde_json::Value;
use store::{
    StoreError, Tx, applications, audit_events::Link, domains, identity_sources, invitations, member_roles,
    members,
};

/// How many objects are read at once.
const AT_ONCE: u32 = 1_000;

/// What the objects of a tenant are called, by what stands in the trail: `application 0190…`.
pub(crate) type Names = HashMap<String, String>;

fn details(link: &Link) -> Value {
    serde_json::from_str(&link.event.details).unwrap_or_default()
}

/// The objects that the object of a link belongs to.
fn owners(details: &Value) -> impl Iterator<Item = String> + '_ {
    let owner = |kind: &str| details.get(kind).and_then(Value::as_str).map(|id| format!("{kind} {id}"));
    ["application", "domain"].into_iter().filter_map(owner)
}

/// What the object of a link is called. What has no name of its own has that of what it belongs to.
pub(crate) fn name_of(names: &Names, link: &Link) -> Option<String> {
    if let Some(name) = names.get(&link.event.object) {
        return Some(name.clone());
    }
    let details = details(link);
    let username = details.get("username").and_then(Value::as_str).map(str::to_owned);
    username.or_else(|| owners(&details).find_map(|owner| names.get(&owner).cloned()))
}

/// The names of everything that a tenant has.
pub(crate) fn all_names(tx: &mut impl Tx, tenant: TenantId) -> Result<Names, StoreError> {
    let mut names = source_names(tx, tenant)?;
    let mut after: Option<ApplicationId> = None;
    loop {
        let page = applications::list_names(tx, tenant, after, AT_ONCE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        names.extend(page.into_iter().map(|it| (format!("application {}", it.id), it.client_id)));
    }
    for role in member_roles::list(tx, tenant)? {
        let member = members::find(tx, role.member_id)?;
        names.extend(member.map(|it| (format!("member {}", it.id), it.name)));
    }
    Ok(names)
}

/// The names of a tenant's domains and of their identity sources.
fn source_names(tx: &mut impl Tx, tenant: TenantId) -> Result<Names, StoreError> {
    let (mut names, mut after): (Names, Option<DomainId>) = (Names::new(), None);
    loop {
        let page = domains::list(tx, tenant, after, AT_ONCE)?;
        let Some(last) = page.last() else { return Ok(names) };
        after = Some(last.id);
        for domain in page {
            let sources = identity_sources::list(tx, tenant, domain.id)?;
            names.extend(sources.into_iter().map(|it| (format!("identity_source {}", it.id), it.eid)));
            names.insert(format!("domain {}", domain.id), domain.host);
        }
    }
}

/// What is there; `None` where it is gone.
fn there<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Err(StoreError::NotFound) => Ok(None),
        other => other.map(Some),
    }
}

fn name(tx: &mut impl Tx, tenant: TenantId, (kind, id): (&str, &str)) -> Result<Option<String>, StoreError> {
    Ok(match kind {
        "application" => match ApplicationId::parse(id) {
            Ok(id) => there(applications::get(tx, tenant, id))?.map(|it| it.client_id),
            Err(_) => None,
        },
        "domain" => match DomainId::parse(id) {
            Ok(id) => there(domains::get(tx, tenant, id))?.map(|it| it.host),
            Err(_) => None,
        },
        "member" => match MemberId::parse(id) {
            Ok(id) => members::find(tx, id)?.map(|it| it.name),
            Err(_) => None,
        },
        "invitation" => match LinkId::parse(id) {
            Ok(id) => invitations::find(tx, id)?.filter(|it| it.tenant_id == tenant).map(|it| it.label),
            Err(_) => None,
        },
        _ => None,
    })
}

/// The names of the objects and actors of these links alone.
pub(crate) fn names_of(tx: &mut impl Tx, tenant: TenantId, links: &[Link]) -> Result<Names, StoreError> {
    let mut wanted = BTreeSet::new();
    for link in links.iter().filter(|it| it.event.tenant_id == tenant) {
        wanted.insert(link.event.object.clone());
        wanted.insert(link.event.actor.replacen(':', " ", 1));
        wanted.extend(owners(&details(link)));
    }
    let has_source = wanted.iter().any(|it| it.starts_with("identity_source "));
    let mut names = if has_source { source_names(tx, tenant)? } else { Names::new() };
    for object in wanted {
        let Some((kind, id)) = object.split_once(' ') else { continue };
        if let Some(name) = name(tx, tenant, (kind, id))? {
            names.insert(object.clone(), name);
        }
    }
    Ok(names)
}
