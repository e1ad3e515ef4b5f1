//! The words of OAuth 2.0 and OpenID Connect. Pure: no I/O, no clock, knows no tenant.
//!
//! **Invariant:** used by the provider and by the connectors alike, so a rule of a specification is written
//! down once.

mod authorization;
mod claims;
mod client_auth;
mod error;
mod id_token;
mod keys;
mod login_hint;
mod logout;
mod metadata;
mod numeric_date;
mod params;
mod pkce;
mod returned;
mod scope;
mod token;

pub use authorization::{
    AuthorizationParams, AuthorizationResponse, PUSHED, Prompt, ResponseMode, ReturnAddress,
};
pub use claims::{ClaimsRequest, Individual};
pub use client_auth::{ClientCredentials, MalformedCredentials, Pair};
pub use error::ErrorCode;
pub use id_token::{Expected, IdTokenError, verify_id_token, verify_userinfo};
pub use keys::{KeyChoiceError, KeySet};
pub use login_hint::{BankidHint, LoginHint};
pub use logout::LogoutParams;
pub use metadata::{MetadataError, UpstreamMetadata};
pub use numeric_date::numeric_date;
pub use params::{Params, ParamsError};
pub use pkce::{Challenge, is_verifier};
pub use returned::Returned;
pub use scope::{Scope, Scopes};
pub use token::{ExpiresIn, TokenParams, TokenResponse};
