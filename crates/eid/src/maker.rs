//! What the catalogue needs to know of an eID.

use crypto::Algorithm;
use model::{EidEnvironment, LoginMethod};
use oidc::Scopes;

use crate::{Connector, relying_party::RelyingParty};

/// Where a kind of connector finds its eID, and how it is made of a registered client.
pub(crate) struct Maker {
    pub(crate) eid: LoginMethod,
    pub(crate) test_issuer: &'static str,
    pub(crate) production_issuer: &'static str,
    /// The algorithms agreed with this eID.
    pub(crate) algorithms: &'static [Algorithm],
    /// What it is asked with for these, as `scope` on its wire.
    pub(crate) scope: fn(Scopes) -> String,
    pub(crate) make: fn(RelyingParty, EidEnvironment) -> Connector,
}
