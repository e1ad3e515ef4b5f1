//! `portvakt keys …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::KeyView;
use serde_json::{Value, json};
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    desk::AtDomain,
    show::{instant, maybe_instant, said},
};
use crate::permits;

/// What can be said to `portvakt keys`.
#[derive(Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    at: AtDomain,
    #[command(subcommand)]
    what: KeysCommand,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Lists the keys.
    List,
    /// Publishes the next keys if they are missing; the running service does that by itself.
    Rotate {
        /// Lets the published next keys sign, at once or as soon as no cache can still have a key set without them: five
        /// minutes after they were published. No login fails.
        #[arg(long)]
        now: bool,
        /// Withdraws a stolen key at once. Tokens that it signed are refused from now on.
        #[arg(long, value_name = "KID", conflicts_with = "now", allow_hyphen_values = true)]
        compromised: Option<String>,
    },
}

fn view(key: &KeyView) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state.as_str(),
        "published_at": instant(key.times.published_at),
        "active_at": instant(key.times.active_at),
        "retired_at": maybe_instant(key.times.retired_at),
        "withdrawn_at": maybe_instant(key.times.withdrawn_at),
    })
}

impl AtTheDesk for Keys {
    fn place(&self) -> &ConfigLocation {
        &self.at.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain) = self.at.find(desk).await?;
        let (console, id, schedule) = (&desk.console, domain.id, desk.schedule);
        match self.what {
            KeysCommand::List => {}
            KeysCommand::Rotate { compromised: Some(kid), .. } => {
                console
                    .withdraw_key(
                        &permits::may(&tenant, Permission::WithdrawKeys)?,
                        (id, &kid),
                        schedule,
                        desk.now,
                    )
                    .await?;
            }
            KeysCommand::Rotate { now: true, .. } => {
                let signing = console
                    .rotate_keys_now(&permits::may(&tenant, Permission::RotateKeys)?, id, schedule, desk.now)
                    .await?;
                for (kid, at) in signing.into_iter().filter(|(_, at)| *at > desk.now) {
                    let later = Outcome::KeySignsLater { kid: kid.into(), at: instant(at).into() };
                    eprintln!("{}", said(&later));
                }
            }
            KeysCommand::Rotate { .. } => {
                console
                    .turn_keys(&permits::may(&tenant, Permission::RotateKeys)?, id, schedule, desk.now)
                    .await?;
            }
        }
        let keys =
            console.signing_keys(&permits::may(&tenant, Permission::ReadSettings)?, id, desk.now).await?;
        let rows: Vec<Value> = keys.iter().map(view).collect();
        let columns =
            ["kid", "algorithm", "state", "published_at", "active_at", "retired_at", "withdrawn_at"];
        desk.list(&columns, &rows, &Outcome::NoKey);
        Ok(())
    }
}
