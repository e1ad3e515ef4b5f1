//! What vanished from a declaration: what it made itself, and with `prune` everything of its domains that it does not
//! name. Applications and identity sources are switched off, test users deleted; domains and tenants stay.

use std::collections::HashSet;

use authority::{InstallationPermit, Permission, Record};
use model::{Action, DomainId};
use serde_json::{Value, json};
use store::{
    StoreError,
    applications::{self, Application},
    declared_objects::{self, DeclaredKind, DeclaredObject},
    domains::{self, Domain},
    identity_sources::{self, IdentitySource},
    tenants,
    test_users::{self, TestUserRow},
};
use texts::AdminMessage;

use super::{
    plan::{Verb, named, object},
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
            let id = row.id.to_string();
            let Some(owned) = self.goes(tenant, (DeclaredKind::Application, &id), all) else { continue };
            let name = named(&host, &row.client_id);
            let object = object("application", id);
            let record = self.going(
                tenant,
                (Permission::DisableApplications, Action::ApplicationDisabled, object),
                (Verb::Disable, "application", name),
                &json!({}),
            )?;
            let row = Application { disabled_at: Some(self.now), ..row };
            self.plan.step(move |tx| {
                applications::save(tx, &row)?;
                record.append(tx)
            });
            self.mark(owned);
        }
        for row in inventory.sources.into_iter().filter(|it| it.disabled_at.is_none()) {
            let id = row.id.to_string();
            let Some(owned) = self.goes(tenant, (DeclaredKind::IdentitySource, &id), all) else { continue };
            let name = named(&host, &row.eid);
            let object = object("identity_source", id);
            let record = self.going(
                tenant,
                (Permission::DisableSources, Action::SourceDisabled, object),
                (Verb::Disable, "identity source", name),
                &json!({}),
            )?;
            let row = IdentitySource { disabled_at: Some(self.now), ..row };
            self.plan.step(move |tx| {
                identity_sources::save(tx, &row)?;
                record.append(tx)
            });
            self.mark(owned);
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
        let (name, object) = (named(host, &row.username), object("test_user", &id));
        let details = json!({"username": row.username});
        let record = self.going(
            tenant,
            (Permission::ManageTestUsers, Action::TestUserRemoved, object),
            (Verb::Remove, "test user", name),
            &details,
        )?;
        let tenant_id = tenant.id;
        self.plan.step(move |tx| {
            test_users::remove(tx, tenant_id, row.domain_id, &row.username)?;
            declared_objects::remove(tx, tenant_id, DeclaredKind::TestUser, &id)?;
            record.append(tx)
        });
        Ok(())
    }

    fn going(
        &mut self,
        tenant: &Tenant,
        (permission, action, object): (Permission, Action, String),
        (verb, kind, name): (Verb, &'static str, String),
        details: &Value,
    ) -> Result<Record, Refusal> {
        self.plan.change(verb, kind, name, json!({}));
        Ok(tenant.permit(permission)?.record(action, object, details, self.now))
    }

    /// Remembers that it was this declaration that switched the object off.
    fn mark(&mut self, owned: Option<DeclaredObject>) {
        if let Some(owned) = owned {
            self.save_declared(DeclaredObject { removed_at: Some(self.now), ..owned });
        }
    }
}
