//! Promises of storage: every test runs on SQLite (a file) and, when `PORTVAKT_TEST_POSTGRES` holds a
//! connection string, on PostgreSQL too. `e2e/with-postgres cargo test -p store` brings one.
#![expect(clippy::unwrap_used, reason = "the test's own setting fails loudly")]

mod access_tokens;
mod announcements;
mod applications;
mod audit_events;
mod awaiting_consents;
mod backup;
mod bin;
mod brands;
mod browser_sessions;
mod client_secrets;
mod declared_objects;
mod domains;
mod eid_orders;
mod failed_attempts;
mod grants;
mod identity_sources;
mod imported_subjects;
mod installation;
mod jobs;
mod letters;
mod login_events;
mod migrations;
mod parked_requests;
mod places;
mod plans;
mod postgres;
mod postgres_tls;
mod presence;
mod refresh_tokens;
mod sandbox_people;
mod schema;
mod signing_keys;
mod source_checks;
mod source_generations;
mod spent_values;
mod statements;
mod subject_keys;
mod sweep;
mod tenants;
mod test_users;
mod transactions;
