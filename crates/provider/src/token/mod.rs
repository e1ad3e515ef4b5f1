//! The endpoints where applications authenticate: who asks, what for, and what a code or token proves.

mod authorization_code;
mod client;
mod endpoint;
mod introspect;
mod refresh;
mod revoke;

pub use authorization_code::{OwnCode, OwnLogin};
pub(crate) use client::{Client, Jti, assertion_reused};
