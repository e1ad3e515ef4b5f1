//! Nouns and rules of Portvakt. Pure: no I/O, no async, no clock; every function can be tested with literals.

mod id;
mod time;

pub use id::{ApplicationId, DomainId, GrantId, IdentitySourceId, MalformedId, SecretId, TenantId};
pub use time::Timestamp;
