//! Calls over real sockets to servers that are not to be believed.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

mod tls;
