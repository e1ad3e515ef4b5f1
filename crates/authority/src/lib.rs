//! Authority over a tenant: its opened data key, and where each sealed value belongs.
//!
//! The provider and the console stand on it, so that a tenant is opened and a value is bound to its row in one way.
//!
//! **Invariant:** it decides and seals; it changes nothing. It knows no HTTP, no page and no protocol.

mod open_tenant;
mod sealed_column;

pub use open_tenant::{OpenTenant, chain_key};
pub use sealed_column::SealedColumn;
