//! Issuers that a declaration names: the operator's register, which belongs to no tenant.

use authority::InstallationPermit;
use changes::{
    difference,
    issuers::{CheckedIssuer, IssuerView, MOST_ISSUERS, all, too_many},
};
use model::{INSTALLATION, IssuerId, IssuerSettings, name_key};
use serde_json::{Map, Value, json};
use store::issuers::has_orders;
use texts::AdminMessage;

use super::{
    compared::{Object, state_of_issuer},
    entry::Entry,
    plan::{Verb, unlike},
    planner::Planner,
    register_write::RegisterWrite,
    settings::{Kind, merged},
};
use crate::Refusal;

/// What of an issuer there is, and what is wanted.
struct Planned {
    found: Option<IssuerView>,
    wanted: CheckedIssuer,
}

/// Says whether an entry makes its issuer the default.
fn is_default(entry: &Entry<'_>) -> bool {
    entry.rest().get("is_default") == Some(&Value::Bool(true))
}

fn find<'r>(register: &'r [IssuerView], name: &str) -> Option<&'r IssuerView> {
    register.iter().find(|it| name_key(&it.settings.name) == name_key(name))
}

impl Planner<'_> {
    /// Plans the issuers that a file names.
    pub(crate) async fn issuers(
        &mut self,
        permit: &InstallationPermit,
        entries: Vec<Entry<'_>>,
    ) -> Result<(), Refusal> {
        let register = self.console.store.read(|tx| all(tx)).await?;
        let mut defaults = entries.iter().filter(|it| is_default(it));
        let has_default = defaults.next().is_some();
        for another in defaults {
            self.faults.wrong(&another.at("is_default"), AdminMessage::IssuerDefaultTwice);
        }
        let mut planned = Vec::new();
        for entry in entries {
            planned.extend(self.issuer(&register, entry, has_default));
        }
        if has_default {
            planned.extend(self.former_default(&register));
        }
        let added = planned.iter().filter(|it| it.found.is_none()).count();
        if register.len() + added > MOST_ISSUERS {
            self.faults.wrong("issuers", too_many());
        }
        // The default comes last, so that there are never two.
        planned.sort_by_key(|it| it.wanted.settings().is_default);
        planned.into_iter().try_for_each(|it| self.save_issuer(permit, it))
    }

    /// Reads what a file says of an issuer. `has_default`: the file says which one is the default.
    fn issuer(
        &mut self,
        register: &[IssuerView],
        mut entry: Entry<'_>,
        has_default: bool,
    ) -> Option<Planned> {
        let name = entry.required("name", &mut self.faults);
        let found = name.and_then(|name| find(register, name));
        if let Some(name) = name
            && !self.issuers.insert(name_key(name))
        {
            self.faults.wrong(&entry.at("name"), AdminMessage::ValueRepeated { value: name.into() });
        }
        if name.is_some() && found.is_none() && !entry.has("address") {
            self.faults.wrong(&entry.at("address"), AdminMessage::MemberMissing);
        }
        let mut base = found.map_or_else(IssuerSettings::default, |it| it.settings.clone());
        base.is_default &= !has_default;
        let mut members = entry.rest();
        members.extend(name.map(|it| ("name".to_owned(), json!(it))));
        let wanted = self.issuer_settings(&base, &members, &entry)?;
        Some(Planned { found: found.cloned(), wanted })
    }

    fn issuer_settings(
        &mut self,
        base: &IssuerSettings,
        members: &Map<String, Value>,
        entry: &Entry<'_>,
    ) -> Option<CheckedIssuer> {
        let means = self.console.issuer_means();
        let kind = Kind {
            parse: IssuerSettings::parse,
            check: &|it: &IssuerSettings| match CheckedIssuer::of(it.clone(), means) {
                Ok(_) => Ok(()),
                Err(refusal) => Err(refusal.message()),
            },
            to_text: IssuerSettings::to_text,
            together: &["agreement", "agreement_url"],
        };
        let settings = merged(&kind, base, members, entry, &mut self.faults)?;
        CheckedIssuer::of(settings, means).ok()
    }

    /// The issuer that is the default no more, where the file does not name it.
    fn former_default(&self, register: &[IssuerView]) -> Option<Planned> {
        let is_it =
            |it: &&IssuerView| it.settings.is_default && !self.issuers.contains(&name_key(&it.settings.name));
        let found = register.iter().find(is_it)?;
        let settings = IssuerSettings { is_default: false, ..found.settings.clone() };
        let wanted = CheckedIssuer::of(settings, self.console.issuer_means()).ok()?;
        Some(Planned { found: Some(found.clone()), wanted })
    }

    fn compare_issuer(&mut self, name: &str, found: Option<&IssuerView>) {
        let object = Object::Issuer(name_key(name));
        self.plan.compare(INSTALLATION, object, name, found.and_then(state_of_issuer));
    }

    fn save_issuer(&mut self, permit: &InstallationPermit, planned: Planned) -> Result<(), Refusal> {
        let Planned { found, wanted } = planned;
        let (name, text) = (wanted.settings().name.clone(), wanted.settings().to_text());
        let settings = Box::new(wanted.settings().clone());
        self.compare_issuer(&name, found.as_ref());
        let Some((id, found)) = found.and_then(|it| Some((it.id?, it))) else {
            let details = unlike(&IssuerSettings::default().to_text(), &text);
            self.plan.change(Verb::Create, "issuer", name, Value::Object(details));
            let id = IssuerId::new(&self.console.random, self.now);
            return self.register_step(permit, RegisterWrite::AddIssuer { id, settings });
        };
        let details = difference(&found.settings.to_text(), &text);
        if details.as_object().is_none_or(Map::is_empty) {
            self.plan.unchanged("issuer", name);
            return Ok(());
        }
        self.plan.change(Verb::Change, "issuer", name, details);
        let version = found.version;
        self.register_step(permit, RegisterWrite::ChangeIssuer { id, version, settings })
    }

    /// Plans the end of the issuers that this declaration added and no longer names.
    pub(crate) async fn vanished_issuers(&mut self, permit: &InstallationPermit) -> Result<(), Refusal> {
        for it in self.console.store.read(|tx| all(tx)).await? {
            let is_own = it.declared_by.is_some() && it.declared_by == self.declaration;
            let Some(id) = it.id.filter(|_| is_own) else { continue };
            if self.issuers.contains(&name_key(&it.settings.name)) {
                continue;
            }
            let name = it.settings.name.clone();
            if self.console.store.read(move |tx| has_orders(tx, id)).await? {
                self.faults.wrong("issuers", AdminMessage::DeclaredIssuerHasOrders { name: name.into() });
                continue;
            }
            self.compare_issuer(&name, Some(&it));
            self.plan.change(Verb::Remove, "issuer", name, json!({}));
            self.register_step(permit, RegisterWrite::RemoveIssuer { id })?;
        }
        Ok(())
    }
}
