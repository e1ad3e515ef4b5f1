//! The doors of a domain.

pub(crate) mod assets;
pub(crate) mod authorize;
pub(crate) mod brand;
pub(crate) mod criipto_configuration;
pub(crate) mod discovery;
pub(crate) mod eids;
pub(crate) mod errors;
pub(crate) mod json_answer;
pub(crate) mod login;
pub(crate) mod login_response;
pub(crate) mod logout;
pub(crate) mod mobile;
pub(crate) mod post_message;
pub(crate) mod statements;
pub(crate) mod token;
pub(crate) mod userinfo;
