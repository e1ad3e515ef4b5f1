//! What administrators do, on SQLite in a temporary directory.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the test's own setting fails loudly")]

mod house;

mod applications;
mod audit;
mod backup;
mod bin;
mod client_secrets;
mod declaration;
mod domains;
mod identity_sources;
mod import;
mod kept_plans;
mod letters;
mod master_key;
mod names;
mod one_builder;
mod registers;
mod seen;
mod signing_keys;
mod source_checks;
mod source_generations;
mod test_users;
