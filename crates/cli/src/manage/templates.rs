//! `portvakt templates …`

use std::path::PathBuf;

use authority::Permission;
use clap::{Args, Subcommand};
use model::{TemplateKind, TemplateLanguage};
use ordering::TemplateView;
use serde_json::{Value, json};
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    show::{instant, print, said},
    words::unusable,
};

/// What can be said to `portvakt templates`.
#[derive(Args)]
pub(crate) struct Templates {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: TemplatesCommand,
}

#[derive(Subcommand)]
enum TemplatesCommand {
    /// Lists the texts with the version of each that counts; version 0 is the sample that is built in.
    List,
    /// Shows a text.
    Show {
        #[command(flatten)]
        of: Of,
        /// A version that it had; by default the one that counts.
        #[arg(long, value_name = "N")]
        version: Option<i64>,
    },
    /// Writes a new version of a text, for orders that are submitted from then on.
    Set {
        #[command(flatten)]
        of: Of,
        /// The text: paragraphs with a blank line between; {company}, {number}, {host} and {eid} are filled in.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
}

/// Which text.
#[derive(Args, Clone, Copy)]
struct Of {
    /// Of which document: order, contacts, number.
    #[arg(long, value_name = "WORD", value_parser = kind)]
    kind: TemplateKind,
    /// In which language: nb, en.
    #[arg(long, value_name = "WORD", value_parser = language)]
    language: TemplateLanguage,
}

fn kind(text: &str) -> Result<TemplateKind, String> {
    TemplateKind::parse(text).ok_or_else(|| format!("`{text}` is none of order, contacts, number"))
}

fn language(text: &str) -> Result<TemplateLanguage, String> {
    TemplateLanguage::parse(text).ok_or_else(|| format!("`{text}` is none of nb, en"))
}

fn view(it: &TemplateView) -> Value {
    json!({
        "kind": it.kind.as_str(), "language": it.language.as_str(), "version": it.version,
        "is_sample": it.version == 0, "made_by": it.made_by, "created_at": it.created_at.map(instant),
        "body": it.body,
    })
}

impl AtTheDesk for Templates {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let reading = desk.installation(Permission::ReadInstallation)?;
        match self.what {
            TemplatesCommand::List => {
                let all = desk.orders.templates(&reading).await?;
                let rows: Vec<Value> = all.iter().map(view).collect();
                let columns = ["kind", "language", "version", "is_sample", "made_by", "created_at"];
                desk.list(&columns, &rows, &Outcome::NoOrder);
            }
            TemplatesCommand::Show { of, version } => {
                let found = desk.orders.template(&reading, (of.kind, of.language), version).await?;
                if desk.json { desk.one(&[], &view(&found)) } else { print(&format!("{}\n", found.body)) }
            }
            TemplatesCommand::Set { of, file } => {
                let text = std::fs::read_to_string(&file).map_err(|error| unusable(&file, &error))?;
                let seen = desk.orders.template(&reading, (of.kind, of.language), None).await?;
                let permit = desk.installation(Permission::ManageTemplates)?;
                let version = desk.orders.set_template(&permit, &seen, &text, desk.now).await?;
                let outcome = Outcome::TemplateSet {
                    kind: of.kind.as_str().into(),
                    language: of.language.as_str().into(),
                    version: version.to_string().into(),
                };
                desk.done(&said(&outcome), &json!({"version": version}));
            }
        }
        Ok(())
    }
}
