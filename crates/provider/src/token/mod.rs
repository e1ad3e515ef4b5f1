//! The token endpoint: who asks, what for, and what the code proved.

mod authorization_code;
mod client;
mod endpoint;
