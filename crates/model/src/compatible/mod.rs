//! The compatible profile: tokens as customers of Idura (formerly Criipto) know them.
//!
//! What an eID gives is one table: names, scope, and how each claim is read. ID token and userinfo are made from the
//! same table, so a new eID adds a file with its table here and a line in
//! `tables`.
//! Spec: the vendor's public documentation (criipto/docs, edition of 2026-03-12) and what its SDKs read.

mod automation;
mod claims;
mod no_bankid;
mod no_vipps;
mod rule;
mod scopes;
mod settings;
mod tables;
mod token;

pub use claims::cut;
pub use scopes::{given, wanted_scopes};
pub use settings::{CompatibleSettings, Profile, PropertyFormat};
pub use token::{Issued, id_token, names, session_of_hint, userinfo};
