//! Log records: one line an event, on standard error, so that standard output stays the caller's.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging. `PORTVAKT_LOG` chooses what (`warn` in development, where the terminal is for the table).
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("PORTVAKT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let terminal = std::io::stderr().is_terminal();
    fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal).with_target(false).init();
}
