//! A request to one of the endpoints where applications authenticate.

use oidc::Params;

use crate::RequestContext;

/// What an application sent.
///
/// Proofs of possession are carried and not looked at: nothing is bound to a key yet, every token is a bearer token, and
/// discovery says so. What will be bound has its place in `cnf` of grants and tokens.
#[derive(Clone, Copy)]
pub struct ClientRequest<'a> {
    /// The form.
    pub params: &'a Params,
    /// The `Authorization` header, when there is one.
    pub authorization: Option<&'a str>,
    /// The `DPoP` header (RFC 9449).
    pub dpop: DpopHeader<'a>,
    /// The client certificate that TLS verified possession of (RFC 8705), as DER; `None` where none was asked for.
    pub certificate: Option<&'a [u8]>,
    /// When and from where it came.
    pub context: &'a RequestContext,
}

/// The `DPoP` header as it came.
///
/// Spec: RFC 9449 §4.3 check 1, "there is not more than one DPoP HTTP request header field"
/// <https://www.rfc-editor.org/rfc/rfc9449#section-4.3>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DpopHeader<'a> {
    /// There is none.
    #[default]
    Absent,
    /// There is one.
    One(&'a [u8]),
    /// There are several, of which none may be taken for the proof: whoever checks proofs refuses the request.
    Several,
}

impl<'a> DpopHeader<'a> {
    /// Takes the values of the header together.
    pub fn of(mut values: impl Iterator<Item = &'a [u8]>) -> Self {
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(one), None) => Self::One(one),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DpopHeader;

    #[test]
    fn of_two_proofs_none_is_taken() {
        let of = |values: &[&'static str]| DpopHeader::of(values.iter().map(|it| it.as_bytes()));
        assert_eq!(of(&[]), DpopHeader::Absent);
        assert_eq!(of(&["a.b.c"]), DpopHeader::One(b"a.b.c"));
        assert_eq!(of(&["a.b.c", "a.b.c"]), DpopHeader::Several);
    }
}
