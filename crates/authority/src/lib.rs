//! Authority over a tenant: its opened data key, where each sealed value belongs, who may do what, and the leave that a
//! change and its audit row need.
//!
//! The provider and the console stand on it, so that a tenant is opened and a value is bound to its row in one way.
//!
//! **Invariant:** it decides and seals; it changes nothing but the audit trail. It knows no HTTP, no page and no protocol.
//! A [`Permit`] is made by the table's answer only, and a [`Record`] by a permit only. What is written under the master key
//! looks at the canary in that write.

mod actor;
mod canary;
mod letter_keys;
mod open_tenant;
mod permission;
mod permit;
mod sealed_column;
mod tenant;
mod trial_key;

pub use actor::{Actor, Caller, Role};
pub use canary::{MasterKeyError, canary, check_master_key, is_canary_of};
pub use letter_keys::LetterKeys;
pub use open_tenant::{OpenTenant, chain_key};
pub use permission::{Permission, table};
pub use permit::{Forbidden, InstallationPermit, InstallationRecord, Permit, Record};
pub use sealed_column::SealedColumn;
pub use tenant::{Tenant, TenantError};
pub use trial_key::{ReturnKey, TrialKey};
