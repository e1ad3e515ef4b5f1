//! `portvakt apply`, and what `portvakt serve --declaration-file` does before it listens.

mod document;
mod references;

use std::path::{Path, PathBuf};

use authority::{Caller, Permission};
use clap::Args;
use console::{Console, Declined, Plan};
use model::Timestamp;
use texts::AdminMessage;

use super::{
    AtTheDesk, ConfigLocation, Desk, LOCALE,
    command_error::CommandResult,
    import::read,
    planned::{self, How},
    words::shown,
};
use crate::permits;
use document::Document;

/// The largest file, in bytes.
const LARGEST: usize = 1_000_000;

/// What can be said to `portvakt apply`.
#[derive(Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    place: ConfigLocation,
    /// The declaration, as docs/guide/moving-in.md describes it; - reads standard input.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    how: How,
    /// Takes away what is in the declared domains and not in the file, however it was made.
    #[arg(long)]
    prune: bool,
}

/// Reads a text of at most so many bytes.
fn read_text(path: &Path, most: usize) -> Result<String, AdminMessage> {
    let bytes = read(path, most)?;
    if bytes.len() > most {
        return Err(AdminMessage::PathTooLarge { path: shown(path), most: most.into() });
    }
    String::from_utf8(bytes).map_err(|_| AdminMessage::PathNotUtf8 { path: shown(path) })
}

/// Reads a declaration, with what lies in files and in the environment put in its place.
fn load(path: &Path) -> CommandResult<Document> {
    let text = read_text(path, LARGEST)?;
    let mut document = Document::parse(&path.display().to_string(), &text)?;
    let base = path.parent().filter(|_| path != Path::new("-")).unwrap_or_else(|| Path::new(""));
    references::resolve(&mut document, base);
    Ok(document)
}

impl AtTheDesk for Apply {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let document = load(&self.file)?;
        let permit = desk.installation(Permission::Declare)?;
        let plan = async || {
            let planned = desk.console.plan_declaration(&permit, document.value(), self.prune, desk.now);
            document.judge(planned.await)
        };
        planned::settle(desk, plan, |fault| document.words(fault), self.how).await
    }
}

/// Sees to it that the installation is what the file declares; gives what was different, and what the
/// reader should know.
///
/// # Errors
/// What is wrong, for the person who starts it.
pub(crate) async fn apply(
    console: &Console,
    (path, caller): (&Path, &Caller),
    now: Timestamp,
) -> Result<(Vec<String>, Vec<String>), String> {
    let document = load(path).map_err(|error| error.line(LOCALE))?;
    let permit = permits::installation(console, caller, Permission::Declare);
    let permit = permit.map_err(|refusal| refusal.to_string())?;
    let plan = async || document.judge(console.plan_declaration(&permit, document.value(), false, now).await);
    let settled = console.settle(caller, plan, now).await;
    let settled = settled.map(|(plan, _)| {
        let notes = plan.notes().iter().map(|it| it.line(LOCALE)).collect();
        (differences(&plan), notes)
    });
    settled.map_err(|why| match why {
        // The file is not to blame.
        Declined::Refusal(refusal) => format!("what is declared was not written: {refusal}"),
        Declined::Faults(faults) => {
            let lines: Vec<String> = faults.iter().map(|fault| document.words(fault)).collect();
            format!("the declaration is wrong, and nothing was written:\n{}", lines.join("\n"))
        }
    })
}

fn differences(plan: &Plan) -> Vec<String> {
    let changed = plan.changes().iter().filter(|it| it.verb != console::Verb::Unchanged);
    changed.map(|it| format!("{} {} {}", it.verb.as_str(), it.kind, it.name)).collect()
}

#[cfg(test)]
mod tests;
