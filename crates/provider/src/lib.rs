//! What an OpenID Provider does: authorization, tokens, userinfo, logout, discovery.
//!
//! **Invariant:** knows no HTTP type, no HTML and no order. Every single-use value is spent in the write that
//! inserts what it pays for, and signing happens after that write. Nothing here waits for the network inside a
//! transaction (it would not compile).

mod admission;
mod answers;
mod application;
mod authorize;
mod call;
mod clock_jump;
mod cors;
mod discovery;
mod discovery_of;
mod eid_watch;
mod eids;
mod events;
mod failed_authentications;
mod hint;
mod issuer;
mod limits;
mod load_application;
mod load_issuer;
mod load_registered;
mod logout;
mod mint;
mod noted;
mod packed;
mod permitted;
mod provider;
mod refusal;
mod registered;
mod remembered;
mod session;
mod session_cookie;
mod settings;
mod subject;
mod sweep;
mod tally;
mod token;
mod userinfo;

pub use application::Application;
pub use authorize::{
    Arrival, Brought, Choice, ConsentAsk, CookieChange, Ended, LoginAction, LoginCookie, Pushed, Selection,
    SharedClaim, SignInAsk, Step, TroubleAt, Turn,
};
pub use call::{Call, TraceId};
pub use eids::OfferedEid;
pub use issuer::Issuer;
pub use limits::{Limits, Seat, neighbourhood};
pub use logout::{LoggedOut, LogoutStep};
pub use provider::Provider;
pub use refusal::{Fault, Refusal, Refused};
pub use session_cookie::SessionCookie;
pub use settings::Settings;
pub use tally::Tally;
pub use userinfo::{Userinfo, UserinfoBody};
