//! This process says that it works on an installation, and with whom it may not.

use std::path::Path;

use store::{Access, EnterError, Presence, Store};

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

/// Says that this process works on the installation, until the answer is dropped. `what`: the command.
///
/// # Errors
/// Who else is there and must not be, in words.
pub(crate) async fn enter(store: &Store, access: Access, what: &str) -> Result<Presence, String> {
    let entered = store.enter(INSTALLATION, access, &named(what)).await;
    entered.map_err(|error| match (error, access) {
        (error @ EnterError::Occupied(_), Access::Alone) => {
            format!(
                "{what} must be alone on this installation, which is {error}; stop that first, then try again"
            )
        }
        (error @ EnterError::Occupied(_), Access::Shared) => {
            format!("this installation is {error}, which must be alone; try again when that has ended")
        }
        (EnterError::Store(error), _) => format!("the lock on the installation: {error}"),
    })
}

/// Says that `portvakt dev` works on this data directory.
///
/// # Errors
/// Who else does, in words.
pub(crate) fn enter_development(folder: &Path) -> Result<Presence, String> {
    let database = folder.join("portvakt.db");
    let entered = Presence::beside(&database, DEVELOPMENT, Access::Alone, &named("dev"));
    entered.map_err(|error| {
        format!(
            "the data directory {} is {error}; stop that first, or choose another with --data-dir",
            folder.display()
        )
    })
}
