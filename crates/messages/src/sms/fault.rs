//! What is wrong with the description of a gateway.

/// What is wrong with the description of a gateway, each with the part of it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsFault {
    /// A name in braces that is no placeholder.
    UnknownPlaceholder(String),
    /// A placeholder that cannot stand there.
    Misplaced(String),
    /// Neither the address nor the body has this placeholder.
    Lacks(&'static str),
    /// It is no address that can be called.
    Address,
    /// The outbound rules do not let it be called.
    NotAllowed,
    /// It is no header, or one that is not the operator's to set.
    Header(String),
    /// With its placeholders filled in, the body is no JSON; in English.
    NotJson(String),
    /// With its placeholders filled in, the body is no form.
    NotForm,
    /// A call of this method has no body.
    BodyNotTaken,
    /// A call of this method needs a body.
    BodyMissing,
    /// A secret is given, and nothing uses it.
    SecretUnused,
    /// The secret is used, and none is given.
    SecretMissing,
    /// The secret is empty, or has characters that a header cannot have.
    SecretUnusable,
}

/// Where in the description it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsPart {
    /// The address.
    Url,
    /// The headers.
    Headers,
    /// The body.
    Body,
    /// The file of the secret.
    Secret,
    /// Several of them together.
    All,
}
