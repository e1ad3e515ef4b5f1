//! What vanished from a declaration: what it made itself, and with `prune` everything of its domains that it does not
//! name. Applications and identity sources are switched off, test users deleted; domains and tenants stay.

use std::collections::HashSet;

use authority::InstallationPermit;
use model::{DomainId, LoginMethod, TenantId};
use serde_json::json;
use store::{
    StoreError,
    applications::{self, Application},
    declared_objects::{DeclaredKind, DeclaredObject},
    domains::{self, Domain},
    identity_sources::{self, IdentitySource},
    tenants,
    test_users::{self, TestUserRow},
};
use texts::{AdminMessage, Noun};

use super::{
    compared::{Object, state},
    plan::{Verb, named},
    planned_write::PlannedWrite,
    planner::Planner,
};
use crate::{Refusal, Tenant, tenants::PAGE};

/// Everything of a domain that can vanish.
struct Inventory {
    domain: Domain,
    applications: Vec<Application>,
    sources: Vec<IdentitySource>,
    users: Vec<TestUserRow>,
}

impl Planner<'_> {
    /// Plans the end of what vanished. `declared_domains`: the domains that the file names.
    pub(crate) async fn vanished(
        &mut self,
        permit: &InstallationPermit,
        declared_domains: &HashSet<DomainId>,
        prune: bool,
    ) -> Result<(), Refusal> {
        let mut after = None;
        loop {
            let page = self.console.store.read(move |tx| tenants::list(tx, after, PAGE)).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for row in page {
                self.read_declared(row.id).await?;
                let rows = self.declared.get(&row.id).map_or(&[][..], Vec::as_slice);
                let owns = rows.iter().any(|it| Some(&it.declaration) == self.declaration.as_ref());
                let is_named = self.named.contains(&(DeclaredKind::Tenant, row.id.to_string()));
                if !(owns || prune && is_named) {
                    continue;
                }
                let tenant =
                    Tenant::open((&self.console.master, &self.console.random), &row, permit.caller())?;
                for inventory in self.inventories(&tenant).await? {
                    let all = prune && declared_domains.contains(&inventory.domain.id);
                    self.vanished_of(&tenant, inventory, all)?;
                }
            }
        }
    }

    async fn inventories(&self, tenant: &Tenant) -> Result<Vec<Inventory>, Refusal> {
        let id = tenant.id;
        let read = self.console.store.read(move |tx| {
            let mut all = Vec::new();
            for domain in domains::list(tx, id, None, PAGE)? {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = applications::list(tx, id, domain.id, after, PAGE)?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.id);
                    found.extend(page);
                }
                let (mut users, mut after) = (Vec::new(), None);
                loop {
                    let page = test_users::list(tx, id, domain.id, after, PAGE)?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.id);
                    users.extend(page);
                }
                let sources = identity_sources::list(tx, id, domain.id)?;
                all.push(Inventory { domain, applications: found, sources, users });
            }
            Ok::<_, StoreError>(all)
        });
        Ok(read.await?)
    }

    /// Says whether an object has to go, and what is on record about it.
    fn goes(
        &self,
        tenant: &Tenant,
        (kind, id): (DeclaredKind, &str),
        all: bool,
    ) -> Option<Option<DeclaredObject>> {
        if self.named.contains(&(kind, id.to_owned())) {
            return None;
        }
        let owned = self.owned(tenant.id, kind, id).filter(|it| it.removed_at.is_none()).cloned();
        (owned.is_some() || all).then_some(owned)
    }

    fn vanished_of(&mut self, tenant: &Tenant, inventory: Inventory, all: bool) -> Result<(), Refusal> {
        let host = inventory.domain.host.clone();
        for row in inventory.applications.into_iter().filter(|it| it.disabled_at.is_none()) {
            let key = (DeclaredKind::Application, row.id.to_string());
            let Some(owned) = self.goes(tenant, (key.0, &key.1), all) else { continue };
            let (name, is) = (named(&host, &row.client_id), Some(state(row.id, row.version)));
            let object = Object::Application(row.domain_id, row.client_id);
            self.plan.compare(tenant.id, object, name.clone(), is);
            self.plan.change(Verb::Disable, "application", name, json!({}));
            self.step(tenant, PlannedWrite::SwitchApplication { id: row.id, on: false })?;
            self.mark(tenant.id, owned);
        }
        for row in inventory.sources.into_iter().filter(|it| it.disabled_at.is_none()) {
            let key = (DeclaredKind::IdentitySource, row.id.to_string());
            let Some(owned) = self.goes(tenant, (key.0, &key.1), all) else { continue };
            let eid = LoginMethod::parse(&row.eid).ok_or(Refusal::NotFound(Noun::Eid))?;
            let (name, is) = (named(&host, &row.eid), Some(state(row.id, row.version)));
            self.plan.compare(tenant.id, Object::IdentitySource(row.domain_id, eid), name.clone(), is);
            self.plan.change(Verb::Disable, "identity source", name, json!({}));
            self.step(tenant, PlannedWrite::SwitchSource { domain: row.domain_id, eid, on: false })?;
            self.mark(tenant.id, owned);
        }
        for row in inventory.users {
            self.vanished_user(tenant, &host, row, all)?;
        }
        let id = inventory.domain.id.to_string();
        let is_named = self.named.contains(&(DeclaredKind::Domain, id.clone()));
        if !is_named && self.owned(tenant.id, DeclaredKind::Domain, &id).is_some() {
            self.plan.note(AdminMessage::DomainStays { host: host.into() });
        }
        Ok(())
    }

    fn vanished_user(
        &mut self,
        tenant: &Tenant,
        host: &str,
        row: TestUserRow,
        all: bool,
    ) -> Result<(), Refusal> {
        let id = row.id.to_string();
        if self.goes(tenant, (DeclaredKind::TestUser, &id), all).is_none() {
            return Ok(());
        }
        let (name, is) = (named(host, &row.username), Some(state(row.id, row.version)));
        let (domain, username) = (row.domain_id, row.username);
        self.plan.compare(tenant.id, Object::TestUser(domain, username.clone()), name.clone(), is);
        self.plan.change(Verb::Remove, "test user", name, json!({}));
        self.step(tenant, PlannedWrite::RemoveTestUser { domain, username })?;
        self.step(tenant, PlannedWrite::Forget { kind: DeclaredKind::TestUser.as_str().to_owned(), id })
    }

    /// Remembers that it was this declaration that switched the object off.
    fn mark(&mut self, tenant: TenantId, owned: Option<DeclaredObject>) {
        if let Some(owned) = owned {
            self.save_declared(tenant, (owned.kind, &owned.object_id), true);
        }
    }
}
