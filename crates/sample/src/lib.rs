//! The sample application of `portvakt dev`: a real relying party.
//!
//! **Invariant:** it sees nothing of ours but the wire. What it knows of the issuer it has read in the
//! discovery document, as any other application would; it shares no code with the provider.
//!
//! 1. [`Sample::start`]: discovery, then an authorization request with state, nonce and PKCE
//! 2. the browser goes to the issuer and comes back
//! 3. [`Sample::finish`]: check the answer, redeem the code, verify the ID token, ask userinfo

mod application;
mod claims;
mod config;
mod error;
mod exchange;
mod id_token;
mod login;
mod memo;
mod returned;
mod short;
mod userinfo;
mod wire;

pub use application::{Begun, Finished, Sample};
pub use claims::Claims;
pub use config::Config;
pub use error::SampleError;
pub use exchange::{Leg, Step};
pub use id_token::IdTokenProblem;
pub use userinfo::{NoUserinfo, Userinfo};
