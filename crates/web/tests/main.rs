//! Journeys through every layer: the real application, a fresh database, the simulators on loopback ports, a
//! fixed clock. With `PORTVAKT_TEST_POSTGRES` the database is PostgreSQL (`e2e/with-postgres cargo test -p web`).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails loudly"
)]

mod house;

mod announced;
mod at_the_eid;
mod authorize;
mod bad_input;
mod blocking;
mod browser_applications;
mod certification;
mod compatible;
mod consent;
mod console_access;
mod console_addresses;
mod console_applications;
mod console_certificates;
mod console_lists;
mod console_logos;
mod console_members;
mod console_sign_in;
mod console_sources;
mod cookies;
mod disabled;
mod discovery;
mod entrance;
mod errors;
mod explain;
mod generations;
mod imported_subjects;
mod limits;
mod live_check;
mod logout;
mod mailbox;
mod mobile;
mod order_agreement;
mod order_block_contacts;
mod order_by_letter;
mod order_colleagues;
mod order_contacts;
mod order_declaration;
mod order_desk;
mod order_filling;
mod order_phones;
mod order_sandbox;
mod order_signing;
mod order_templates;
mod order_watching;
mod orders;
mod outage;
mod overload;
mod pages_shown;
mod plans;
mod poll;
mod poll_eid;
mod public_sandbox;
mod pushed;
mod redeem_once;
mod refresh;
mod registry_simulator;
mod sdk_doors;
mod single_sign_on;
mod tenants;
mod token;
mod token_worth;
mod trial;
mod userinfo;
