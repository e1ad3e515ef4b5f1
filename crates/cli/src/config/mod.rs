//! The configuration: one file, no guesses.
//!
//! `file` is what the operator writes, `schema` how it is read and described, `resolve` what each part of the program is
//! given. Everything that is wrong is said at once, with its line.

mod command;
mod fault;
mod file;
mod page;
mod resolve;
mod schema;
mod secret;
mod value;

pub(crate) use command::{ConfigArguments, Where, run};
pub(crate) use file::{Format, Level};
pub(crate) use resolve::{Config, Listen, Pair, load};
pub(crate) use value::Lasting;

#[cfg(test)]
mod tests;
