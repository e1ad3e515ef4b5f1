//! Letters from the outbox to a mail server, and text messages to a gateway; both are a few lines of a test.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

mod gateway;
mod outbox;
mod sending;
mod server;
mod texting;
