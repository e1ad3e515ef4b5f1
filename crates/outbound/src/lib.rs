//! The only crate that opens a connection to somebody else.
//!
//! **Invariant:** no other crate can reach the network, and an address that somebody outside configured cannot
//! reach our own network: https only, public addresses only, no redirects, bounded in time and size. The
//! operator's allow-list (in `portvakt dev` the simulators' ports) is the one exception.

mod client;
mod error;
mod guard;
mod name;

pub use client::{ClientCertificate, Method, Outbound, Request, Response, Settings};
pub use error::{OutboundError, OutboundProblem};
pub use guard::Allowed;
