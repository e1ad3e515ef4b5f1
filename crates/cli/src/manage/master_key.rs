//! `portvakt master-key …`

use std::path::PathBuf;

use authority::Permission;
use clap::{Args, Subcommand};
use crypto::{SealKey, b64};
use serde_json::json;
use store::Access;
use texts::{AdminMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    show::said,
    words::{secret, shown},
};

/// What can be said to `portvakt master-key`.
#[derive(Args)]
pub(crate) struct MasterKey {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: MasterKeyCommand,
}

#[derive(Subcommand)]
enum MasterKeyCommand {
    /// Puts every tenant's data key under a new master key, in one write. Stop the service first, and start it with
    /// the new key.
    Replace {
        /// A file with the new key, as `portvakt config new-master-key` prints it; - reads standard input.
        #[arg(long, value_name = "FILE")]
        new_key_file: PathBuf,
    },
}

impl AtTheDesk for MasterKey {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    fn access(&self) -> Access {
        Access::Alone
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let MasterKeyCommand::Replace { new_key_file } = self.what;
        let text = secret(&new_key_file)?;
        let new = b64::decode(text.expose()).as_deref().and_then(SealKey::from_slice);
        let new = new.ok_or_else(|| AdminMessage::PathNotMasterKey { path: shown(&new_key_file) })?;
        let count = desk.console.rewrap(&desk.installation(Permission::RewrapKeys)?, &new, desk.now).await?;
        let done = Outcome::KeysRewrapped { count: count.to_string().into() };
        desk.done(&said(&done), &json!({"tenants": count}));
        Ok(())
    }
}
