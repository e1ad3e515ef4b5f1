//! The configuration: one file, no guesses.
//!
//! `file` is what the operator writes, `schema` how it is read and described, `resolve` what each part of the program is
//! given. Everything that is wrong is said at once, with its line.

mod fault;
mod file;
mod page;
mod resolve;
mod schema;
mod secret;
mod value;

use std::path::PathBuf;

use clap::Args;

pub(crate) use fault::Faults;
pub(crate) use file::{Format, Level};
pub(crate) use page::{example, reference};
pub(crate) use resolve::{Config, Listen, Pair, load};
pub(crate) use schema::{line_of, nearest};
pub(crate) use value::Lasting;

/// Where the configuration is.
#[derive(Args, Clone, Debug)]
pub(crate) struct Where {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "portvakt.toml")]
    pub(crate) config: PathBuf,
}

#[cfg(test)]
mod tests;
