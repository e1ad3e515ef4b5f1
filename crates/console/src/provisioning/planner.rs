//! Compares what is wanted with what there is, and gathers what would have to be done and everything that is wrong.

use std::collections::{HashMap, HashSet};

use authority::InstallationPermit;
use changes::{
    Alike, check_name,
    signing_keys::{of_algorithm, times},
};
use crypto::Algorithm;
use model::{
    ApplicationId, DomainId, Environment, INSTALLATION, LoginMethod, Sector, TenantId, Timestamp,
    current_key, name_key,
};
use store::{
    declared_objects::{self, DeclaredKind, DeclaredObject},
    domains,
};
use texts::{AdminMessage, Noun};

use super::{
    compared::{Object, state},
    fault::Faults,
    plan::{Declined, Origin, Plan},
    planned_write::{PlannedWrite, Step},
    register_write::RegisterWrite,
};
use crate::{Console, Refusal, Tenant};

/// A domain that is there, or will be when the plan is carried out.
#[derive(Clone, Debug)]
pub(crate) struct TargetDomain {
    pub(crate) domain: DomainId,
    pub(crate) environment: Environment,
    pub(crate) host: String,
    /// Whether it is clear which domain is meant. Otherwise it is unknown what is there, and it passes for a test domain
    /// unless it is said to be another, so that what can be judged is judged; such a file is refused.
    pub(crate) is_known: bool,
}

/// What makes a plan.
pub(crate) struct Planner<'c> {
    pub(crate) console: &'c Console,
    pub(crate) now: Timestamp,
    pub(crate) faults: Faults,
    pub(crate) plan: Plan,
    /// The declaration whose objects these are; an import has none.
    pub(crate) declaration: Option<String>,
    /// What declarations have made, of the tenants that were looked at.
    pub(crate) declared: HashMap<TenantId, Vec<DeclaredObject>>,
    /// The objects that the declaration names.
    pub(crate) named: HashSet<(DeclaredKind, String)>,
    /// The applications that were read, by domain and client id.
    pub(crate) applications: HashMap<(DomainId, String), (ApplicationId, Sector)>,
    /// The client ids of those whose domain is not clear.
    pub(crate) strangers: HashSet<String>,
    /// The hosts, identity sources and usernames of the file.
    pub(crate) hosts: HashSet<String>,
    pub(crate) sources: HashSet<(DomainId, LoginMethod)>,
    pub(crate) usernames: HashSet<(DomainId, String)>,
    /// The keys of the names of its issuers.
    pub(crate) issuers: HashSet<String>,
    /// Names that the plan gives: of tenants, and of the domains of a tenant.
    given: Vec<(Option<TenantId>, String)>,
    /// Keys that the plan makes.
    keys: HashSet<(DomainId, Algorithm)>,
}

impl<'c> Planner<'c> {
    pub(crate) fn new(console: &'c Console, origin: Origin, now: Timestamp) -> Self {
        Self {
            console,
            now,
            faults: Faults::default(),
            plan: Plan::new(origin),
            declaration: None,
            declared: HashMap::new(),
            named: HashSet::new(),
            applications: HashMap::new(),
            strangers: HashSet::new(),
            hosts: HashSet::new(),
            sources: HashSet::new(),
            usernames: HashSet::new(),
            issuers: HashSet::new(),
            given: Vec::new(),
            keys: HashSet::new(),
        }
    }

    /// The plan, unless something is wrong.
    pub(crate) fn finish(self) -> Result<Plan, Declined> {
        match self.faults.count() {
            0 => Ok(self.plan),
            _ => Err(Declined::Faults(self.faults.into_all())),
        }
    }

    /// A name that people see: nothing in it that only a hostile file has.
    pub(crate) fn check_plain_name(&mut self, path: &str, name: &str) {
        if let Err(error) = check_name(name) {
            return self.faults.wrong(path, error.message().message);
        }
        if name.contains(['<', '>']) {
            self.faults.wrong(path, AdminMessage::NameMarkup { name: name.into() });
        }
    }

    /// Says whether the plan gives exactly this name.
    pub(crate) fn gives(&self, of: Option<TenantId>, name: &str) -> bool {
        self.given.iter().any(|(it, given)| *it == of && given == name)
    }

    /// Says that a new name of a tenant, or of a domain of the tenant `of`, is taken, by `found` or by one that the plan
    /// gives; otherwise the plan gives it.
    pub(crate) fn give_name(&mut self, path: &str, name: &str, of: Option<TenantId>, found: Option<Alike>) {
        let noun = if of.is_some() { Noun::DomainName } else { Noun::TenantName };
        let key = name_key(name);
        let given = self.given.iter().find(|(it, given)| *it == of && name_key(given) == key);
        let given = given.map(|(_, it)| Alike { name: it.clone(), binned: None });
        if let Some(alike) = found.or(given) {
            self.faults.wrong(path, alike.refusal(noun).message().message);
        } else {
            self.given.push((of, name.to_owned()));
        }
    }

    /// Plans a write in a tenant, in which the caller must have leave for it.
    pub(crate) fn step(&mut self, tenant: &Tenant, write: PlannedWrite) -> Result<(), Refusal> {
        if let Some(permission) = write.permission() {
            tenant.permit(permission)?;
        }
        self.plan.steps.push(Step { tenant: tenant.id, write });
        Ok(())
    }

    /// Plans a write in a register of the installation, for which the caller must have leave.
    pub(crate) fn register_step(
        &mut self,
        permit: &InstallationPermit,
        write: RegisterWrite,
    ) -> Result<(), Refusal> {
        self.console.installation(permit.caller(), write.permission())?;
        self.plan.steps.push(Step { tenant: INSTALLATION, write: PlannedWrite::Register(write) });
        Ok(())
    }

    /// Finds the tenant's domain of this host.
    pub(crate) async fn place(
        &mut self,
        tenant: &Tenant,
        host: &str,
    ) -> Result<Option<TargetDomain>, Refusal> {
        let wanted = host.to_ascii_lowercase();
        let found = self.console.store.read(move |tx| domains::find_by_host(tx, &wanted)).await?;
        // Another tenant's domain is none.
        let own = found.filter(|row| row.tenant_id == tenant.id);
        if let Some(row) = &own {
            let is = Some(state(row.id, row.version));
            self.plan.compare(tenant.id, Object::Domain(row.host.clone()), row.host.clone(), is);
        }
        Ok(own.map(|row| TargetDomain {
            domain: row.id,
            environment: row.environment,
            host: row.host,
            is_known: true,
        }))
    }

    /// A place for what is at a domain that is not clear.
    pub(crate) fn nowhere(&self, host: &str, environment: Option<Environment>) -> TargetDomain {
        TargetDomain {
            domain: DomainId::new(&self.console.random, self.now),
            environment: environment.unwrap_or(Environment::Test),
            host: host.to_owned(),
            is_known: false,
        }
    }

    /// Lets the domain have a key of this algorithm that signs, as [`Console::create_application`] does.
    pub(crate) async fn ensure_key(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        algorithm: Algorithm,
    ) -> Result<(), Refusal> {
        // A file that is refused needs none, and keys take a while to make.
        if self.faults.count() > 0 {
            return Ok(());
        }
        let rows = of_algorithm(self.console.key_rows(tenant, place.domain).await?, algorithm);
        if current_key(&rows, times, self.now).is_some() || !self.keys.insert((place.domain, algorithm)) {
            return Ok(());
        }
        let algorithm = algorithm.as_str().to_owned();
        self.step(tenant, PlannedWrite::PublishKey { domain: place.domain, algorithm })
    }

    /// Notes that the plan itself makes the first key of a domain.
    pub(crate) fn has_key(&mut self, domain: DomainId, algorithm: Algorithm) {
        self.keys.insert((domain, algorithm));
    }

    /// Reads what declarations have made of a tenant.
    pub(crate) async fn read_declared(&mut self, tenant: TenantId) -> Result<(), Refusal> {
        if self.declared.contains_key(&tenant) {
            return Ok(());
        }
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let from = after.clone();
            let page =
                self.console.store.read(move |tx| declared_objects::list(tx, tenant, &from, 1_000)).await?;
            let Some(last) = page.last() else { break };
            after = last.object_id.clone();
            all.extend(page);
        }
        self.declared.insert(tenant, all);
        Ok(())
    }

    /// What is on record about an object that this declaration made.
    pub(crate) fn owned(&self, tenant: TenantId, kind: DeclaredKind, id: &str) -> Option<&DeclaredObject> {
        let name = self.declaration.as_deref()?;
        let rows = self.declared.get(&tenant)?;
        rows.iter().find(|it| it.kind == kind && it.object_id == id && it.declaration == name)
    }

    /// Says that the file names an object, and puts on record that this declaration makes it, if it does.
    pub(crate) fn name(&mut self, tenant: TenantId, (kind, id): (DeclaredKind, &str), is_made: bool) {
        if self.declaration.is_none() {
            return;
        }
        self.named.insert((kind, id.to_owned()));
        let returns = self.owned(tenant, kind, id).is_some_and(|it| it.removed_at.is_some());
        if is_made || returns {
            self.save_declared(tenant, (kind, id), false);
        }
    }

    /// Puts on record that this declaration makes an object, or that it is switched off because it vanished.
    pub(crate) fn save_declared(
        &mut self,
        tenant: TenantId,
        (kind, id): (DeclaredKind, &str),
        is_gone: bool,
    ) {
        let (kind, id) = (kind.as_str().to_owned(), id.to_owned());
        self.plan.steps.push(Step { tenant, write: PlannedWrite::Declare { kind, id, is_gone } });
    }
}
