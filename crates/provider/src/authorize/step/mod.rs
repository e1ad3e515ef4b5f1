//! The steps of a login. Each takes the login and what came in, and returns what should happen. None writes, and none
//! calls another: that is for `dispatch`.

mod act;
mod answered;
mod begin;
mod collect;
mod consented;
mod go_on;
mod grant;
mod judge;
mod leave_order;
mod look;
mod outcome;
mod returned;
mod send_to;
mod signed_in;
mod wait;

pub use act::LoginAction;
