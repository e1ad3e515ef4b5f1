//! An installation under load: `serve` as an operator runs it, logins at a steady rate over TLS and both HTTP
//! versions, and meanwhile everything that an operator does to a running installation. Not one login may fail.
//!
//! 1. make an installation with the management commands; 2. start it, and a second one that plays the eIDs; 3. log
//!    people in, while secrets, keys and certificates change, a backup is made and the process is restarted;
//!    4. look for secrets in everything that was written; 5. restore the backup elsewhere and log in there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a rehearsal that cannot be set up fails loudly, and what it measures is printed"
)]

mod application;
mod browser;
mod canaries;
mod director;
mod house;
mod node;
mod tally;
mod wire;
mod world;

use std::{path::PathBuf, process::ExitCode, time::Duration};

const USAGE: &str = "usage: load PORTVAKT [--seconds N] [--rate N] [--nodes N] [--postgres ADDRESS]";

/// What the run is to be.
struct Plan {
    binary: PathBuf,
    lasts: Duration,
    /// Logins a second.
    rate: u32,
    nodes: usize,
    postgres: Option<String>,
}

impl Plan {
    fn of(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let binary = words.next()?.into();
        let mut plan = Self { binary, lasts: Duration::from_secs(180), rate: 50, nodes: 1, postgres: None };
        while let Some(word) = words.next() {
            let value = words.next()?;
            match word.as_str() {
                "--seconds" => plan.lasts = Duration::from_secs(value.parse().ok()?),
                "--rate" => plan.rate = value.parse().ok().filter(|it| *it > 0)?,
                "--nodes" => plan.nodes = value.parse().ok().filter(|it| *it > 0)?,
                "--postgres" => plan.postgres = Some(value),
                _ => return None,
            }
        }
        Some(plan)
    }
}

fn main() -> ExitCode {
    let Some(plan) = Plan::of(std::env::args().skip(1)) else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    let troubles = runtime.block_on(director::rehearse(&plan));
    for trouble in &troubles {
        println!("  FAILED: {trouble}");
    }
    if troubles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
