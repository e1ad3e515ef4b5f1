//! Authorization: from the application's request to its answer, by way of an eID.
//!
//! 1. The entry points (`begin`, `push`, `visit`) open the browser's cookies, find the login, and run one step.
//! 2. A step (`step`) takes the login and what came in and returns a [`decision::Decision`]. It writes nothing, and no step calls
//!    another.
//! 3. `dispatch` goes from a decision to the next step or to an effect; it is the only place that does.
//! 4. `settle` is the only place with effects on the store: it spends, inserts, seals, notes and answers.
//!
//! A login in flight lives sealed in a cookie of its own (`jar`); only what must happen once is written.

mod active_login;
mod begin;
mod browser_request;
mod decision;
mod dispatch;
mod ended;
mod jar;
mod kept_answer;
mod login_response;
mod order;
mod parked;
mod push;
mod request;
mod respond;
mod settle;
mod step;
mod take_up;
mod trial;
mod trial_answer;
mod visit;
mod waiting;

pub(crate) use active_login::ActiveLogin;
pub use begin::Arrival;
pub use browser_request::{BrowserCookies, BrowserRequest, LoginCookie};
pub use jar::CookieChange;
pub use login_response::{
    AppPrompt, Choice, ConsentAsk, Ended, LoginResponse, PasswordPrompt, Selection, SharedClaim, Step,
    TroubleAt,
};
pub use push::Pushed;
pub use step::LoginAction;
