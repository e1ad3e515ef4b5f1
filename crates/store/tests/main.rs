//! Promises of storage: every test runs on SQLite (a file) and, when `PORTVAKT_TEST_POSTGRES` holds a
//! connection string, on PostgreSQL too. `e2e/with-postgres cargo test -p store` brings one.
#![expect(clippy::unwrap_used, reason = "the test's own setting fails loudly")]

mod places;

mod access_tokens;
mod applications;
mod awaiting_consents;
mod client_secrets;
mod domains;
mod grants;
mod identity_sources;
mod migrations;
mod parked_requests;
mod postgres;
mod postgres_tls;
mod signing_keys;
mod spent_values;
mod statements;
mod subject_keys;
mod sweep;
mod tenants;
mod transactions;
