//! Letters from the outbox to a mail server, which is a few lines of a test.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod outbox;
mod sending;
mod server;
