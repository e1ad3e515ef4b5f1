//! The doors of a domain.

pub(crate) mod assets;
pub(crate) mod authorize;
pub(crate) mod discovery;
pub(crate) mod eids;
pub(crate) mod errors;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod statements;
pub(crate) mod token;
pub(crate) mod turn;
pub(crate) mod userinfo;
