//! `portvakt keys …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::{KeyState, KeyView};
use model::Timestamp;
use serde_json::{Value, json};
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    desk::AtDomain,
    show::{instant, maybe_instant, print_aside, said},
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

/// What has happened to the keys that are published ahead.
fn about_next(keys: &[KeyView], now: Timestamp) -> Vec<Outcome> {
    let next = keys.iter().filter(|key| key.state == KeyState::Next);
    let about = |key: &KeyView| {
        let (kid, algorithm) = (key.kid.clone().into(), key.algorithm.clone().into());
        let at = instant(key.times.active_at).into();
        if key.times.published_at == now {
            Outcome::KeyPublished { kid, algorithm, at }
        } else {
            Outcome::KeyThere { kid, algorithm, at }
        }
    };
    next.map(about).collect()
}

/// From when a key signs that was to sign now.
fn signs((kid, at): (String, Timestamp), now: Timestamp) -> Outcome {
    let kid = kid.into();
    if at > now {
        Outcome::KeySignsLater { kid, at: instant(at).into() }
    } else {
        Outcome::KeySignsNow { kid }
    }
}

/// What has happened to a key that was to be withdrawn.
fn about_withdrawn(keys: &[KeyView], kid: &str, now: Timestamp) -> Option<Outcome> {
    let at = keys.iter().find(|key| key.kid == kid)?.times.withdrawn_at?;
    let kid = kid.to_owned().into();
    Some(if at == now {
        Outcome::KeyWithdrawn { kid }
    } else {
        Outcome::KeyWithdrawnBefore { kid, at: instant(at).into() }
    })
}

impl AtTheDesk for Keys {
    fn place(&self) -> &ConfigLocation {
        &self.at.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain) = self.at.find(desk).await?;
        let (console, id, schedule) = (&desk.console, domain.id, desk.schedule);
        let mut signing = Vec::new();
        match &self.what {
            KeysCommand::List => {}
            KeysCommand::Rotate { compromised: Some(kid), .. } => {
                let permit = permits::may(&tenant, Permission::WithdrawKeys)?;
                console.withdraw_key(&permit, (id, kid), schedule, desk.now).await?;
            }
            KeysCommand::Rotate { now, .. } => {
                let permit = permits::may(&tenant, Permission::RotateKeys)?;
                if *now {
                    signing = console.rotate_keys_now(&permit, id, schedule, desk.now).await?;
                } else {
                    console.turn_keys(&permit, id, schedule, desk.now).await?;
                }
            }
        }
        let keys =
            console.signing_keys(&permits::may(&tenant, Permission::ReadSettings)?, id, desk.now).await?;
        let outcomes = match &self.what {
            KeysCommand::List => Vec::new(),
            KeysCommand::Rotate { compromised: Some(kid), .. } => {
                about_withdrawn(&keys, kid, desk.now).into_iter().collect()
            }
            KeysCommand::Rotate { now: true, .. } => {
                signing.into_iter().map(|it| signs(it, desk.now)).collect()
            }
            KeysCommand::Rotate { .. } => about_next(&keys, desk.now),
        };
        for outcome in &outcomes {
            print_aside(&format!("{}\n", said(outcome)));
        }
        let rows: Vec<Value> = keys.iter().map(view).collect();
        let columns =
            ["kid", "algorithm", "state", "published_at", "active_at", "retired_at", "withdrawn_at"];
        desk.list(&columns, &rows, &Outcome::NoKey);
        Ok(())
    }
}
