//! Texts of the documents of orders that a declaration names. A version is never taken away: a text that is not named any
//! more stays as it is.

use std::collections::HashSet;

use authority::InstallationPermit;
use changes::order_templates::checked;
use model::{INSTALLATION, TemplateKind, TemplateLanguage};
use serde_json::json;
use store::order_templates;
use texts::AdminMessage;

use super::{compared::Object, entry::Entry, plan::Verb, planner::Planner, register_write::RegisterWrite};
use crate::Refusal;

impl Planner<'_> {
    /// Plans the texts that a file names.
    pub(crate) async fn templates(
        &mut self,
        permit: &InstallationPermit,
        entries: Vec<Entry<'_>>,
    ) -> Result<(), Refusal> {
        let mut named = HashSet::new();
        for entry in entries {
            let path = entry.path.clone();
            let Some((kind, language, body)) = self.said_template(entry) else { continue };
            if !named.insert((kind, language)) {
                let value = shown(kind, language).into();
                self.faults.wrong(&path, AdminMessage::ValueRepeated { value });
                continue;
            }
            self.template(permit, (kind, language), body).await?;
        }
        Ok(())
    }

    fn said_template(&mut self, mut entry: Entry<'_>) -> Option<(TemplateKind, TemplateLanguage, String)> {
        let kinds = (TemplateKind::parse, TemplateKind::ALL.map(TemplateKind::as_str));
        let kind = entry.word("kind", (kinds.0, &kinds.1), &mut self.faults);
        let languages = (TemplateLanguage::parse, TemplateLanguage::ALL.map(TemplateLanguage::as_str));
        let language = entry.word("language", (languages.0, &languages.1), &mut self.faults);
        let body = entry.required("body", &mut self.faults);
        entry.nothing_else(&mut self.faults);
        // What is wrong with a text of any document is said, even where it is not clear of which.
        match checked(kind.unwrap_or(TemplateKind::Number), body?) {
            Ok(body) => Some((kind?, language?, body)),
            Err(refusal) => {
                self.faults.push(refusal.message().inside(&entry.path));
                None
            }
        }
    }

    async fn template(
        &mut self,
        permit: &InstallationPermit,
        (kind, language): (TemplateKind, TemplateLanguage),
        body: String,
    ) -> Result<(), Refusal> {
        let found = self.console.store.read(move |tx| order_templates::find(tx, (kind, language))).await?;
        let seen = found.as_ref().map_or(0, |it| it.version);
        let name = shown(kind, language);
        let object = Object::Template(kind, language);
        self.plan.compare(INSTALLATION, object, name.clone(), Some(seen.to_string()));
        let before = found.map(|it| it.body);
        if before.as_ref() == Some(&body) {
            self.plan.unchanged("template", name);
            return Ok(());
        }
        let details = json!({
            "version": {"from": seen, "to": seen + 1}, "body": {"from": before, "to": body},
        });
        self.plan.change(Verb::Change, "template", name, details);
        self.register_step(permit, RegisterWrite::SetTemplate { kind, language, seen, body })
    }
}

/// How a text is shown.
fn shown(kind: TemplateKind, language: TemplateLanguage) -> String {
    format!("{} {}", kind.as_str(), language.as_str())
}
