//! `portvakt completions`: what a shell needs to complete commands and options.

use std::io::Write as _;

use clap::Args;
use clap_complete::Shell;

/// What can be said to `portvakt completions`.
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Prints the completions of `program`.
    pub(crate) fn print(&self, program: &mut clap::Command) {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, program, "portvakt", &mut script);
        // Whoever reads may have seen enough.
        let _ = std::io::stdout().write_all(&script);
    }
}
