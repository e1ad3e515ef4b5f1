//! The steps of a login. Each takes the login and what came in, and returns what should happen. None writes, and none
//! calls another: that is for `dispatch`.

mod act;
mod answered;
mod begin;
mod consented;
mod go_on;
mod grant;
mod judge;
mod look;
mod returned;
mod send_to;
mod signed_in;

pub use act::LoginAction;
