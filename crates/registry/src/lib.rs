//! The only crate that knows the wire of Brønnøysundregistrene: Enhetsregisteret (companies, sub-units, roles) and
//! Fullmakttjenesten (who may sign). Both are open and need no key.
//!
//! **Invariant:** asks only `outbound`, keeps nothing and reads no clock. Whatever comes back is an answer in the nouns of
//! `model` or a typed error; no bytes make it panic, and no text of an answer stands in an error's message.

mod address;
mod error;
mod field;
mod look_up;
mod roles;
mod signing;
mod unit;

pub use address::RegistryAddresses;
pub use error::{RegistryError, Source};
pub use look_up::{RawAnswer, Registry, RegistryAnswer};
