//! `portvakt operator …`: links into the console, made on the host.

use authority::Permission;
use clap::{Args, Subcommand};
use console::OperatorsTold;
use serde_json::json;
use texts::{AdminMessage, Locale, Outcome};

use super::{AtTheDesk, ConfigLocation, Desk, command_error::CommandResult, show::said};

/// What can be said to `portvakt operator`.
#[derive(Args)]
pub(crate) struct Operator {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: OperatorCommand,
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Prints a link that sets the console up, while it has no operator yet: good for an hour, and once.
    Invite {
        /// Where letters to the first operator go: that an operator was recovered, for example. They can change it in the
        /// console. Nothing is sent now.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// The language of those letters: nb, nn or en.
        #[arg(long, default_value = "en", value_parser = super::letters::language)]
        lang: Locale,
    },
    /// Prints a link that lets an operator in who cannot sign in any more: good for half an hour, and once. All operators get
    /// a letter now, and another one when it is used.
    Recover {
        /// The operator, by name or id.
        #[arg(long = "as", value_name = "NAME")]
        operator: String,
    },
}

impl AtTheDesk for Operator {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let origin = desk.console_origin.as_ref().ok_or(AdminMessage::ConsoleNotConfigured)?;
        let permit = desk.installation(Permission::ManageOperators)?;
        let link = |path: &str, key: &str| format!("{origin}/{path}/{key}");
        match &self.what {
            OperatorCommand::Invite { email, lang } => {
                let email = email.as_deref().map(|it| (it, *lang));
                let key = desk.console.make_setup_link(&permit, email, desk.now).await?;
                let link = link("setup", key.expose());
                desk.done(&format!("{}\n{link}", said(&Outcome::EntryLinkMade)), &json!({"link": link}));
            }
            OperatorCommand::Recover { operator } => {
                let (key, told) = desk.console.make_recovery_link(&permit, operator, desk.now).await?;
                let link = link("recover", key.expose());
                if !desk.has_mail {
                    Desk::warn(&AdminMessage::MailUnset.into());
                }
                let OperatorsTold { written, missed } = told;
                let outcome = Outcome::OperatorsTold { written: written.into(), missed: missed.into() };
                let text = format!("{}\n{link}\n{}", said(&Outcome::EntryLinkMade), said(&outcome));
                let told =
                    json!({"link": link, "letters_written": written, "operators_without_letter": missed});
                desk.done(&text, &told);
            }
        }
        Ok(())
    }
}
