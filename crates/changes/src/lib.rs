//! Changes: for each kind there is one function that makes its rows and its audit event (docs/adr/0033).
//!
//! A function takes the transaction and a permit, checks what is wanted, and writes. What takes long (signing keys,
//! stretched passwords) is made before the write by the functions beside it. The caller decides when, and what the
//! caller must have seen ([`Seen`]).
//!
//! **Invariant:** rows of tenants, domains, applications, client secrets, identity sources, test users, issuers and texts of orders'
//! documents are made here and nowhere else. Secrets are sealed or digested here, before the store sees them.

pub mod applications;
pub mod bin;
pub mod certificates;
pub mod client_secrets;
pub mod domains;
pub mod identity_sources;
pub mod issuers;
pub mod members;
pub mod order_templates;
pub mod signing_keys;
pub mod source_checks;
pub mod subjects;
pub mod tenants;
pub mod test_users;
pub mod trials;

mod brands;
mod difference;
mod name;
mod refusal;
mod seen;

pub use difference::difference;
pub use name::{Alike, check_name};
pub use refusal::{LiveSecret, Refusal};
pub use seen::{ChangedMeanwhile, Seen, SettingDifference};
