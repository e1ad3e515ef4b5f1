//! `portvakt import`

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use authority::Permission;
use clap::Args;
use console::{LARGEST_IMPORT, Refusal, Tenant};
use serde::Deserialize;
use texts::AdminMessage;

use super::{
    AtTheDesk, ConfigLocation, Desk, LOCALE,
    command_error::CommandResult,
    planned::{self, How},
    words::unusable,
};
use crate::permits;

/// What can be said to `portvakt import`.
#[derive(Args)]
pub(crate) struct Import {
    #[command(flatten)]
    place: ConfigLocation,
    /// The file, as docs/guide/moving-in.md describes it; - reads standard input.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// The tenant that moves in; by default the only one there is, or the one that the file names.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    #[command(flatten)]
    how: How,
}

/// Reads what may be a file that never ends; one byte more than allowed is enough to know.
pub(super) fn read(path: &Path, most: usize) -> Result<Vec<u8>, AdminMessage> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| unusable(path, &error))?;
    Ok(bytes)
}

/// What says whose a file is.
#[derive(Deserialize)]
struct Named {
    tenant: Option<String>,
}

/// Finds the tenant that the file names, where there is more than one.
async fn of_file(desk: &Desk, text: &[u8]) -> CommandResult<Tenant> {
    let named: Option<Named> = serde_json::from_slice(text).ok();
    let Some(name) = named.and_then(|it| it.tenant) else { return desk.tenant(None).await };
    match desk.console.tenant(&desk.caller, &name).await {
        Err(Refusal::NotFound(_)) => {
            Err(AdminMessage::ImportTenantUnknown { name: name.into() }.at("tenant").into())
        }
        found => Ok(found?),
    }
}

impl AtTheDesk for Import {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let text = read(&self.file, LARGEST_IMPORT)?;
        let tenant = match desk.tenant(self.tenant.as_deref()).await {
            Err(_) if self.tenant.is_none() => of_file(desk, &text).await,
            found => found,
        }?;
        let permit = permits::may(&tenant, Permission::Import)?;
        let plan = async || desk.console.plan_import(&permit, &text, desk.now).await;
        planned::settle(desk, plan, |fault| fault.line(LOCALE), self.how).await
    }
}
