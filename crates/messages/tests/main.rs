//! Letters from the outbox to a mail server, which is a few lines of a test.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

mod outbox;
mod sending;
mod server;
