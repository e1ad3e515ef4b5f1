//! The only crate that knows SQL: it remembers, and never decides.
//!
//! A module is a noun. Its functions take a transaction first and `now` last, and use few verbs: `get` (must
//! exist), `find`, `list`, `insert`, `save`, `remove`, `consume` (once); jobs add `claim`, `complete`, `retry`, `give_up`
//! and `revive`. What `get` read in a write stays as it is until the write ends; across requests `save` compares the
//! row's version.
//!
//! **Invariant:** no function without a tenant, except the operator's (a domain by its host, a plan or a letter by its id,
//! tenants, the bin, the sweep, a worker's claim). Secrets arrive sealed or digested; nothing here can read them. No `.await` fits between two
//! statements.

mod announcements;
mod counters;
mod error;
mod lock;
mod migrate;
mod pg_listener;
mod pg_threads;
mod postgres;
mod postgres_tls;
mod presence;
mod private_file;
mod settings;
mod snapshot;
mod sql;
mod sqlite;
mod statements;
mod store;
mod store_command;
mod threads;
mod value;
mod writer;

pub mod access_tokens;
pub mod applications;
pub mod approval_requests;
pub mod audit_events;
pub mod awaiting_consents;
pub mod backup;
pub mod bin;
pub mod brands;
pub mod browser_sessions;
pub mod certificates;
pub mod client_secrets;
pub mod console_sessions;
pub mod counted_events;
pub mod declared_objects;
pub mod deletions;
pub mod domains;
pub mod eid_orders;
pub mod entry_links;
pub mod failed_attempts;
pub mod grants;
pub mod identity_sources;
pub mod imported_subjects;
pub mod installation;
pub mod invitations;
pub mod issuers;
pub mod jobs;
pub mod kept_answers;
pub mod letters;
pub mod login_events;
pub mod member_roles;
pub mod members;
pub mod order_documents;
pub mod order_people;
pub mod order_secrets;
pub mod order_templates;
pub mod orders;
pub mod parked_requests;
pub mod phone_codes;
pub mod plans;
pub mod refresh_tokens;
pub mod registry_answers;
pub mod sandbox_people;
pub mod schema;
pub mod section_links;
pub mod signing_keys;
pub mod source_checks;
pub mod source_generations;
pub mod spent_values;
pub mod subject_keys;
pub mod sweep;
pub mod tenants;
pub mod test_users;
pub mod trials;

pub use announcements::{Announcement, Announcements};
pub use error::StoreError;
pub use migrate::migrations;
pub use presence::{Access, EnterError, Presence};
pub use private_file::give_to_directory_owner;
pub use settings::{DatabaseLocation, Settings};
pub use snapshot::Snapshot;
pub use sql::{ReadTx, Tx, WriteTx};
pub use statements::Shape;
pub use store::Store;
