//! The configuration: one file, no guesses.
//!
//! `file` is what the operator writes, `schema` how it is read and described, `resolve` what each part of the program is
//! given. Everything that is wrong is said at once, with its line.

#![expect(dead_code, unused_imports, reason = "serve, doctor and the management commands come next")]

mod command;
mod fault;
mod file;
mod page;
mod resolve;
mod schema;
mod secret;
mod value;

pub(crate) use command::{ConfigArguments, Where, run};
pub(crate) use fault::Faults;
pub(crate) use file::{Format, Level};
pub(crate) use resolve::{Config, Keys, Listen, Pair, load};
pub(crate) use value::{Lasting, Net};

#[cfg(test)]
mod tests;
