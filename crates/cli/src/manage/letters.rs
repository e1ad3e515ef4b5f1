//! `portvakt letters …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::ListedLetter;
use model::{INSTALLATION, LetterId};
use serde_json::{Value, json};
use texts::{AdminMessage, Locale, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    show::{instant, maybe_instant, said},
};

/// What can be said to `portvakt letters`.
#[derive(Args)]
pub(crate) struct Letters {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: LettersCommand,
}

#[derive(Subcommand)]
enum LettersCommand {
    /// Lists the letters that wait, those that could not be sent, and those of the last days; without addresses.
    List {
        /// Only those that were given up, with the reason.
        #[arg(long)]
        stuck: bool,
    },
    /// Tries a letter again that was given up.
    Retry {
        /// Its id, as `list` shows it.
        #[arg(value_parser = letter)]
        id: LetterId,
    },
    /// Removes a letter that was not sent.
    Discard {
        /// Its id, as `list` shows it.
        #[arg(value_parser = letter)]
        id: LetterId,
    },
    /// Writes a test letter, or a text message, which the running service sends.
    Test {
        /// To whom: an e-mail address, or a phone number such as +4790000001.
        address: String,
        /// The language: nb, nn or en.
        #[arg(long, default_value = "en", value_parser = language)]
        lang: Locale,
    },
}

fn letter(text: &str) -> Result<LetterId, String> {
    LetterId::parse(text).map_err(|_| "a letter's id has 32 hexadecimal digits".to_owned())
}

pub(super) fn language(text: &str) -> Result<Locale, String> {
    Locale::parse(text).ok_or_else(|| "say nb, nn or en".to_owned())
}

fn view(letter: &ListedLetter) -> Value {
    let state = match (letter.sent_at, letter.stuck_at) {
        (Some(_), _) => "sent",
        (None, Some(_)) => "stuck",
        (None, None) => "waiting",
    };
    let tenant = (letter.tenant_id != INSTALLATION).then(|| letter.tenant_id.to_string());
    // A letter that was given up is never due.
    let due_at = letter.due_at.filter(|_| state == "waiting");
    json!({
        "id": letter.id.to_string(),
        "kind": letter.kind,
        "state": state,
        "tenant": tenant,
        "created_at": instant(letter.created_at),
        "due_at": maybe_instant(due_at),
        "sent_at": maybe_instant(letter.sent_at),
        "stuck_at": maybe_instant(letter.stuck_at),
        "attempts": letter.attempts,
        "why": letter.last_error,
        "kept_until": instant(letter.expires_at),
    })
}

impl AtTheDesk for Letters {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        match self.what {
            LettersCommand::List { stuck } => list(desk, stuck).await?,
            LettersCommand::Retry { id } => {
                let permit = desk.installation(Permission::ManageLetters)?;
                desk.console.retry_letter(&permit, id, desk.now).await?;
                let state = json!({"id": id.to_string(), "state": "waiting"});
                desk.done(&said(&Outcome::LetterRetried), &state);
            }
            LettersCommand::Discard { id } => {
                let permit = desk.installation(Permission::ManageLetters)?;
                desk.console.discard_letter(&permit, id, desk.now).await?;
                let state = json!({"id": id.to_string(), "state": "discarded"});
                desk.done(&said(&Outcome::LetterDiscarded), &state);
            }
            LettersCommand::Test { address, lang } => {
                match address.starts_with('+') && !address.contains('@') {
                    true if !desk.has_sms => return Err(AdminMessage::SmsUnset.into()),
                    false if !desk.has_mail => return Err(AdminMessage::MailUnset.into()),
                    _ => {}
                }
                let permit = desk.installation(Permission::ManageLetters)?;
                let (id, due_at) = desk.console.write_test_letter(&permit, &address, lang, desk.now).await?;
                let outcome =
                    Outcome::LetterWritten { id: id.to_string().into(), at: instant(due_at).into() };
                let state = json!({"id": id.to_string(), "state": "waiting", "due_at": instant(due_at)});
                desk.done(&said(&outcome), &state);
            }
        }
        Ok(())
    }
}

async fn list(desk: &Desk, stuck: bool) -> CommandResult {
    if !desk.has_mail {
        Desk::warn(&AdminMessage::MailUnset.into());
    }
    let permit = desk.installation(Permission::ReadInstallation)?;
    let mut all: Vec<ListedLetter> = Vec::new();
    loop {
        let page = desk.console.letters(&permit, stuck, all.last().map(|it| it.id)).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let rows: Vec<Value> = all.iter().map(view).collect();
    let columns = ["id", "kind", "state", "tenant", "created_at", "due_at", "attempts", "why"];
    desk.list(&columns, &rows, &Outcome::NoLetter);
    Ok(())
}
