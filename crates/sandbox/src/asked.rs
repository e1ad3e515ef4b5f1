//! What is asked of a simulator, and what a login there is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Person;

/// The parameters of a request, none of them twice.
pub(crate) type Parameters = BTreeMap<String, String>;

/// What a client is asking a person for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedClaim {
    /// National identity number.
    Nin,
    /// Name.
    Name,
    /// Birth date.
    Birthdate,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// Postal address.
    Address,
}

/// What was decided on the page of the simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the person does.
    pub outcome: Outcome,
    /// What the eID does wrong.
    pub fault: Option<SimulatedFault>,
}

/// What the person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Approves: with the code device.
    ApproveDevice,
    /// Approves: with the app.
    ApproveApp,
    /// Approves: with biometrics (level substantial).
    ApproveBiometrics,
    /// Goes back.
    Cancel,
    /// Keeps the national identity number.
    RefuseNumber,
    /// Does nothing until time runs out.
    TimeOut,
}

/// What the simulator does wrong on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SimulatedFault {
    /// Another nonce in the ID token.
    WrongNonce,
    /// Another audience.
    WrongAudience,
    /// Another issuer.
    WrongIssuer,
    /// Expired long ago.
    ExpiredToken,
    /// Signed by an unknown key.
    BadSignature,
    /// The token endpoint does not answer.
    SlowBody,
    /// The token endpoint answers for ever.
    EndlessBody,
    /// The token endpoint answers 500.
    Http500,
    /// No `acr` in the ID token.
    MissingAcr,
    /// A lower level than was asked.
    LowerLevel,
}

/// A key of a client, for `private_key_jwt`.
pub type ClientKey = Value;

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// The name that people see.
    pub name: String,
    /// Its secret, for `client_secret_basic` and `client_secret_post`.
    pub secret: Option<String>,
    /// Its public key as a JWK, for `private_key_jwt`.
    pub key: Option<ClientKey>,
    /// Exact addresses.
    pub redirect_uris: Vec<String>,
    /// May have the national identity number.
    pub may_have_nin: bool,
}

/// What a code or an access token stands for; it travels in them, sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Issued {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) scope: Vec<String>,
    pub(crate) person: Person,
    pub(crate) outcome: Outcome,
    pub(crate) fault: Option<SimulatedFault>,
    pub(crate) at: i64,
}
