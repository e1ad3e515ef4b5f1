//! What an OpenID Provider does: authorization, tokens, userinfo, logout, discovery.
//!
//! **Invariant:** knows no HTTP type, no HTML and no order. Every single-use value is spent in the write that
//! inserts what it pays for, and signing happens after that write. Nothing here waits for the network inside a
//! transaction (it would not compile).

mod admission;
mod answers;
mod application;
mod authorize;
mod brand;
mod client_discovery;
mod client_request;
mod clock_jump;
mod cors;
mod counters;
mod discovery;
mod eid_watch;
mod eids;
mod event_queue;
mod events;
mod failed_authentications;
mod forget;
mod hint;
mod issuer;
mod limits;
mod load_application;
mod load_issuer;
mod load_registered_origins;
mod logout;
mod mint;
mod order_desk;
mod permitted;
mod provider;
mod refusal;
mod registered;
mod request_context;
mod sealed_layout;
mod session;
mod session_cookie;
mod settings;
mod source_keys;
mod subject;
mod sweep;
mod token;
mod trial_tokens;
mod ttl_cache;
mod userinfo;

pub use application::Application;
pub use authorize::{
    AppPrompt, Arrival, BrowserCookies, BrowserRequest, Choice, ConsentAsk, CookieChange, Ended, LoginAction,
    LoginCookie, LoginResponse, PasswordPrompt, Pushed, Selection, SharedClaim, Step, TroubleAt,
};
pub use brand::Shown;
pub use client_request::{ClientRequest, DpopHeader};
pub use counters::EventCounters;
pub use eids::OfferedEid;
pub use issuer::Issuer;
pub use limits::{Limits, Seat, neighbourhood};
pub use load_issuer::DomainsSeen;
pub use logout::{LoggedOut, LogoutStep};
pub use model::ORDER_DESK;
pub use provider::Provider;
pub use refusal::{InternalError, Refusal, Refused, RefusedDetails};
pub use request_context::{RequestContext, TraceId};
pub use session_cookie::SessionCookie;
pub use settings::Settings;
pub use token::{OwnCode, OwnLogin};
pub use userinfo::{Userinfo, UserinfoBody};
