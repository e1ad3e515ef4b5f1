//! Authorization: from the application's request to its answer, by way of an eID.
//!
//! 1. `request`: check what the application asks; understand it ([`model::Wanted`])
//! 2. `next_step`: where does this login stand, and what comes next? Every step returns here
//! 3. `upstream`: to the eID and back
//! 4. `consent`: the proved person is asked
//! 5. `respond`: mint a code, or say why not
//!
//! A login in flight lives sealed in a cookie of its own (`jar`); only what must happen once is written.

mod consent;
mod ended;
mod jar;
mod kept_answer;
mod next_step;
mod push;
mod request;
mod respond;
mod resume;
mod sign_in;
mod start;
mod turn;
mod upstream;

pub use jar::{Brought, CookieChange, LoginCookie};
pub use next_step::LoginAction;
pub use push::Pushed;
pub use start::Arrival;
pub(crate) use start::Work;
pub use turn::{Choice, ConsentAsk, Ended, Selection, SharedClaim, SignInAsk, Step, TroubleAt, Turn};
