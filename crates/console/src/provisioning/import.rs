//! An import: what a customer of another broker brings, as JSON of our own (docs/guide/moving-in.md).

use authority::{Permission, Permit};
use model::Timestamp;
use serde_json::Value;

use super::{
    entry::Entry,
    fault::shown,
    plan::{Declined, Origin, Plan},
    planner::Planner,
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
            planner.faults.wrong("", format!("the file is larger than {LARGEST_IMPORT} bytes: split it"));
            return planner.finish();
        }
        let Some(value) = strict_json::read(text, &mut planner.faults) else { return planner.finish() };
        let Some(mut entry) = Entry::of(&value, "", &mut planner.faults) else { return planner.finish() };
        if entry.value("portvakt_import") != Some(&Value::from(1)) {
            let text = "this says that the file is an import and of which form: give 1";
            planner.faults.wrong("portvakt_import", text);
        }
        if let Some(name) = entry.text("tenant", &mut planner.faults)
            && name != tenant.name
        {
            let text = format!(
                "the file is for the tenant {}, and this one is {}",
                shown(name),
                shown(&tenant.name)
            );
            planner.faults.wrong("tenant", text);
        }
        let applications = entry.entries("applications", &mut planner.faults);
        let subjects = entry.entries("subjects", &mut planner.faults);
        entry.nothing_else(&mut planner.faults);
        for (name, count, most) in [
            ("applications", applications.len(), MOST_APPLICATIONS),
            ("subjects", subjects.len(), MOST_SUBJECTS),
        ] {
            if count > most {
                planner.faults.wrong(
                    name,
                    format!("a file has at most {most} of them, and this has {count}: split it"),
                );
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
            let text = "is no domain of this tenant; `portvakt domains list` shows those there are";
            self.faults.wrong(&entry.at("domain"), format!("{} {text}", shown(host)));
        }
        let place = found.unwrap_or_else(|| self.nowhere(host.unwrap_or_default(), None));
        let Some(application) = self.application((tenant, &place), &mut entry, true).await? else {
            return Ok(());
        };
        self.secrets((tenant, &place), &application, (wanted, &entry.at("secrets"))).await
    }
}
