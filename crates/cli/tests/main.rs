//! The built binary, started as an operator starts it and used as the world uses it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails loudly"
)]

mod alone;
mod bin;
mod brand;
mod doctor;
mod house;
mod letters;
mod limits;
mod live_check;
mod manage;
mod moving_in;
mod operator;
mod operator_links;
mod orders;
mod proxies;
mod pushing;
mod start;
mod stop;
mod tls;
