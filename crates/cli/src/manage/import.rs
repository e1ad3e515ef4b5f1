//! `portvakt import`

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;
use console::LARGEST_IMPORT;

use super::{AtTheDesk, Desk, Place, planned};

/// What can be said to `portvakt import`.
#[derive(Args)]
pub(crate) struct Import {
    #[command(flatten)]
    place: Place,
    /// The file, as docs/guide/moving-in.md describes it; - reads standard input.
    file: PathBuf,
    /// The tenant that moves in; the only one there is by default.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Says what would change, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Reads what may be a file that never ends; one byte more than allowed is enough to know.
pub(super) fn read(path: &Path, most: usize) -> Result<Vec<u8>, String> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(bytes)
}

impl AtTheDesk for Import {
    fn place(&self) -> &Place {
        &self.place
    }

    async fn run(self, desk: &Desk) -> Result<(), String> {
        let tenant = desk.tenant(self.tenant.as_deref()).await?;
        let text = read(&self.file, LARGEST_IMPORT)?;
        let plan = desk.console.plan_import(&tenant, &text, desk.now).await;
        let plan = plan.map_err(|why| planned::declined(desk, &why, ToString::to_string))?;
        planned::carry_out(desk, plan, self.dry_run).await
    }
}
