//! `portvakt operator …`: links into the console, made on the host.

use authority::Permission;
use clap::{Args, Subcommand};
use serde_json::json;
use texts::{AdminMessage, Outcome};

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
    Invite,
    /// Prints a link that lets an operator in who cannot sign in any more: good for half an hour, and once. All operators get
    /// a letter.
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
        let (path, key) = match &self.what {
            OperatorCommand::Invite => ("setup", desk.console.make_setup_link(&permit, desk.now).await?),
            OperatorCommand::Recover { operator } => {
                ("recover", desk.console.make_recovery_link(&permit, operator, desk.now).await?)
            }
        };
        let link = format!("{origin}/{path}/{}", key.expose());
        desk.done(&format!("{}\n{link}", said(&Outcome::EntryLinkMade)), &json!({"link": link}));
        Ok(())
    }
}
