//! This process says that it works on an installation, and with whom it may not.

use std::path::Path;

use console::Refusal;
use store::{Access, EnterError, Presence, Store};
use texts::{AdminMessage, FieldMessage, Word};

/// What `portvakt dev` has for itself: its data directory.
const DEVELOPMENT: &str = "dev";
/// What every process works on.
const INSTALLATION: &str = "installation";

/// How others see this process, in the 63 bytes that PostgreSQL keeps.
fn named(what: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let mut name = format!("{what}, process {}", std::process::id());
    if !host.trim().is_empty() {
        name.push_str(&format!(" on {}", host.trim()));
    }
    name.chars().filter(char::is_ascii).take(63).collect()
}

/// Those who are there, in a list; the program itself where they cannot be named.
fn who(names: &[String]) -> Word {
    if names.is_empty() { "portvakt".into() } else { names.join("; ").into() }
}

/// Says why it is not known who is there.
fn unknown(error: EnterError) -> FieldMessage {
    match error {
        EnterError::File { path, why } => {
            AdminMessage::LockFileUnusable { path: path.display().to_string().into(), detail: why.into() }
                .into()
        }
        EnterError::Store(error) => Refusal::from(error).message().inside("the lock on the installation"),
        EnterError::Occupied(names) => AdminMessage::InstallationOccupied { who: who(&names) }.into(),
    }
}

/// Says that this process works on the installation, until the answer is dropped. `what`: the command.
///
/// # Errors
/// Who else is there and must not be.
pub(crate) async fn enter(
    store: &Store,
    access: Access,
    what: &'static str,
) -> Result<Presence, FieldMessage> {
    let entered = store.enter(INSTALLATION, access, &named(what)).await;
    entered.map_err(|error| match (error, access) {
        (EnterError::Occupied(names), Access::Alone) => {
            AdminMessage::InstallationNotAlone { command: what.into(), who: who(&names) }.into()
        }
        (error, _) => unknown(error),
    })
}

/// Says that `portvakt dev` works on this data directory.
///
/// # Errors
/// Who else does.
pub(crate) fn enter_development(folder: &Path) -> Result<Presence, FieldMessage> {
    let database = folder.join("portvakt.db");
    let entered = Presence::beside(&database, DEVELOPMENT, Access::Alone, &named("dev"));
    entered.map_err(|error| match error {
        EnterError::Occupied(names) => {
            let path = folder.display().to_string().into();
            AdminMessage::DataDirectoryOccupied { path, who: who(&names) }.into()
        }
        other => unknown(other),
    })
}
