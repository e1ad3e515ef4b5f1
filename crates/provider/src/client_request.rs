//! A request to one of the endpoints where applications authenticate.

use oidc::Params;

use crate::RequestContext;

/// What an application sent. Proofs of possession (RFC 9449, RFC 8705) will be members of it.
#[derive(Clone, Copy)]
pub struct ClientRequest<'a> {
    /// The form.
    pub params: &'a Params,
    /// The `Authorization` header, when there is one.
    pub authorization: Option<&'a str>,
    /// When and from where it came.
    pub context: &'a RequestContext,
}
