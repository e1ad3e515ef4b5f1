//! A declaration: what an installation shall be (docs/guide/moving-in.md). It comes as JSON, with what lies in files and
//! in the environment already in its place.

use std::collections::HashSet;

use authority::{InstallationPermit, Permission};
use changes::check_name;
use crypto::Digest;
use model::{DomainId, Timestamp, check_client_secret};
use serde_json::Value;
use texts::AdminMessage;

use super::{
    entry::Entry,
    plan::{Declined, Origin, Plan},
    planner::{Planner, TargetDomain},
    secrets::{SaidSecrets, digest},
};
use crate::{Console, Refusal, Tenant};

impl Console {
    /// Says what would have to change for the installation to be what is declared; writes nothing. A declaration is
    /// refused as a whole, with everything that is wrong.
    ///
    /// `prune`: what is in the declared domains and not in the file goes too, however it was made.
    ///
    /// # Errors
    /// [`Declined::Faults`], [`Declined::Refusal`].
    pub async fn plan_declaration(
        &self,
        permit: &InstallationPermit,
        declared: &Value,
        prune: bool,
        now: Timestamp,
    ) -> Result<Plan, Declined> {
        permit.check(Permission::Declare)?;
        let mut planner = Planner::new(self, Origin::Declaration(String::new()), now);
        let Some(mut entry) = Entry::of(declared, "", &mut planner.faults) else { return planner.finish() };
        let name = entry.required("declaration", &mut planner.faults);
        if let Some(name) = name
            && let Err(error) = check_name(name)
        {
            planner.faults.wrong("declaration", error.message().message);
        }
        planner.declaration = Some(name.unwrap_or_default().to_owned());
        planner.plan.origin = Origin::Declaration(name.unwrap_or_default().to_owned());
        if entry.value("tenants").is_none() {
            planner.faults.wrong("tenants", AdminMessage::DeclarationWithoutTenants);
        }
        let (mut tenants, mut declared_domains) = (HashSet::new(), HashSet::new());
        for mut entry in entry.entries("tenants", &mut planner.faults) {
            let tenant = planner.tenant(permit, &mut entry).await?;
            let entries = entry.entries("domains", &mut planner.faults);
            entry.nothing_else(&mut planner.faults);
            let Some(tenant) = tenant else { continue };
            if !tenants.insert(tenant.name.clone()) {
                planner.faults.wrong(
                    &entry.at("name"),
                    AdminMessage::TenantRepeated { name: tenant.name.as_str().into() },
                );
            }
            for entry in entries {
                planner.declared_domain(&tenant, entry, &mut declared_domains).await?;
            }
        }
        let issuers = entry.entries("issuers", &mut planner.faults);
        planner.issuers(permit, issuers).await?;
        let templates = entry.entries("templates", &mut planner.faults);
        planner.templates(permit, templates).await?;
        entry.nothing_else(&mut planner.faults);
        if planner.faults.count() == 0 {
            planner.vanished(permit, &declared_domains, prune).await?;
            planner.vanished_issuers(permit).await?;
        }
        planner.finish()
    }
}

impl Planner<'_> {
    async fn declared_domain(
        &mut self,
        tenant: &Tenant,
        mut entry: Entry<'_>,
        declared_domains: &mut HashSet<DomainId>,
    ) -> Result<(), Refusal> {
        let place = self.domain(tenant, &mut entry).await?;
        let sources = entry.entries("identity_sources", &mut self.faults);
        let applications = entry.entries("applications", &mut self.faults);
        let users = entry.entries("test_users", &mut self.faults);
        entry.nothing_else(&mut self.faults);
        declared_domains.insert(place.domain);
        for entry in sources {
            self.source((tenant, &place), entry).await?;
        }
        for entry in applications {
            self.declared_application((tenant, &place), entry).await?;
        }
        for entry in users {
            self.test_user((tenant, &place), entry).await?;
        }
        Ok(())
    }

    async fn declared_application(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        mut entry: Entry<'_>,
    ) -> Result<(), Refusal> {
        let mut wanted = Vec::new();
        if let Some(secret) = entry.text("client_secret", &mut self.faults) {
            match check_client_secret(secret) {
                Ok(()) => wanted
                    .extend(self.named_secret(Digest::of(secret.as_bytes()), &entry.at("client_secret"))),
                Err(error) => self.faults.wrong(&entry.at("client_secret"), error.message("")),
            }
        }
        if let Some(text) = entry.text("client_secret_sha256", &mut self.faults) {
            let path = entry.at("client_secret_sha256");
            match digest(text) {
                Some(digest) => wanted.extend(self.named_secret(digest, &path)),
                None => self.faults.wrong(&path, AdminMessage::SecretDigestInvalid),
            }
        }
        let Some(application) = self.application((tenant, place), &mut entry, false).await? else {
            return Ok(());
        };
        let said = SaidSecrets { wanted, path: &entry.at("client_secret") };
        self.secrets((tenant, place), &application, said).await
    }
}
