//! An import: what a customer of another broker brings, as JSON of our own (docs/guide/moving-in.md).

use authority::{Permission, Permit};
use model::Timestamp;
use serde_json::Value;
use texts::AdminMessage;

use super::{
    entry::Entry,
    plan::{Declined, Origin, Plan},
    planner::Planner,
    secrets::SaidSecrets,
    strict_json,
};
use crate::{Console, Refusal, Tenant};

/// The largest file, in bytes.
pub const LARGEST_IMPORT: usize = 10_000_000;
/// The most applications of a file.
const MOST_APPLICATIONS: usize = 1_000;
/// The most subjects of a file.
const MOST_SUBJECTS: usize = 100_000;

impl Console {
    /// Says what an import would change; writes nothing. The file is refused as a whole, with everything that is wrong.
    ///
    /// `text`: at most [`LARGEST_IMPORT`] bytes of JSON, 1,000 applications and 100,000 subjects.
    ///
    /// # Errors
    /// [`Declined::Faults`], [`Declined::Refusal`].
    pub async fn plan_import(&self, permit: &Permit, text: &[u8], now: Timestamp) -> Result<Plan, Declined> {
        let tenant = permit.tenant(Permission::Import)?;
        let mut planner = Planner::new(self, Origin::Import(tenant.id), now);
        if text.len() > LARGEST_IMPORT {
            planner.faults.wrong("", AdminMessage::FileTooLarge { most: LARGEST_IMPORT.into() });
            return planner.finish();
        }
        let Some(value) = strict_json::read(text, &mut planner.faults) else { return planner.finish() };
        let Some(mut entry) = Entry::of(&value, "", &mut planner.faults) else { return planner.finish() };
        if entry.value("portvakt_import") != Some(&Value::from(1)) {
            planner.faults.wrong("portvakt_import", AdminMessage::ImportFormMissing);
        }
        if let Some(name) = entry.text("tenant", &mut planner.faults)
            && name != tenant.name
        {
            let own = tenant.name.as_str().into();
            planner.faults.wrong("tenant", AdminMessage::ImportOfAnotherTenant { name: name.into(), own });
        }
        let applications = entry.entries("applications", &mut planner.faults);
        let subjects = entry.entries("subjects", &mut planner.faults);
        entry.nothing_else(&mut planner.faults);
        for (name, count, most) in [
            ("applications", applications.len(), MOST_APPLICATIONS),
            ("subjects", subjects.len(), MOST_SUBJECTS),
        ] {
            if count > most {
                let (most, count) = (most.into(), count.into());
                planner.faults.wrong(name, AdminMessage::EntriesTooMany { most, count });
                return planner.finish();
            }
        }
        for entry in applications {
            planner.imported_application(tenant, entry).await?;
        }
        planner.subjects(tenant, subjects).await?;
        planner.finish()
    }
}

impl Planner<'_> {
    async fn imported_application(&mut self, tenant: &Tenant, mut entry: Entry<'_>) -> Result<(), Refusal> {
        let host = entry.required("domain", &mut self.faults);
        let secrets = entry.list("secrets", &mut self.faults);
        let wanted =
            secrets.into_iter().filter_map(|(value, path)| self.wanted_secret(value, &path)).collect();
        let found = match host {
            Some(host) => self.place(tenant, host).await?,
            None => None,
        };
        if let (Some(host), None) = (host, &found) {
            let host = host.into();
            self.faults.wrong(&entry.at("domain"), AdminMessage::DomainNotOfTenant { host });
        }
        let place = found.unwrap_or_else(|| self.nowhere(host.unwrap_or_default(), None));
        let Some(application) = self.application((tenant, &place), &mut entry, true).await? else {
            return Ok(());
        };
        let said = SaidSecrets { wanted, path: &entry.at("secrets") };
        self.secrets((tenant, &place), &application, said).await
    }
}
