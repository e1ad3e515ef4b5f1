//! What a table of claims consists of, and what several have in common.

use oidc::Scope;
use serde_json::{Value, json};

use crate::Proof;

/// A claim: its names, when it is given, and how it is read.
pub(crate) struct Rule {
    /// The short name of old.
    pub(super) legacy: &'static str,
    /// The long name.
    pub(super) long: &'static str,
    /// The standard name that comes with either.
    pub(super) standard: Option<&'static str>,
    /// What kind of information it is.
    pub(super) scope: Scope,
    /// Given whether that was asked for or not.
    pub(super) always: bool,
    pub(super) read: fn(&Proof) -> Option<Value>,
}

/// What the tokens of one eID look like.
pub(crate) struct Table {
    pub(super) identityscheme: &'static str,
    pub(super) authenticationmethod: &'static str,
    pub(super) rules: &'static [Rule],
}

/// What the vendor's published tokens say, whatever the person used.
pub(super) const SOFTWARE_PKI: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:SoftwarePKI";

/// A text of the person.
pub(super) fn text(value: Option<&String>) -> Option<Value> {
    value.map(|it| json!(it))
}

/// The family name; names are given always.
pub(super) const SURNAME: Rule = Rule {
    legacy: "surname",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    standard: Some("family_name"),
    scope: Scope::Profile,
    always: true,
    read: |it| text(it.person.family_name.as_ref()),
};

/// The given names.
pub(super) const GIVENNAME: Rule = Rule {
    legacy: "givenname",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    standard: Some("given_name"),
    scope: Scope::Profile,
    always: true,
    read: |it| text(it.person.given_name.as_ref()),
};

/// The full name.
pub(super) const NAME: Rule = Rule {
    legacy: "name",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    standard: Some("name"),
    scope: Scope::Profile,
    always: true,
    read: |it| text(it.person.name.as_ref()),
};

/// The country of a Norwegian eID.
pub(super) const COUNTRY: Rule = Rule {
    legacy: "country",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/country",
    standard: None,
    scope: Scope::Profile,
    always: true,
    read: |_| Some(json!("NO")),
};

/// The birth date, given by scope or always.
pub(super) const fn birthdate(always: bool) -> Rule {
    Rule {
        legacy: "dateofbirth",
        long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/dateofbirth",
        standard: Some("birthdate"),
        scope: Scope::Birthdate,
        always,
        read: |it| text(it.person.birthdate.as_ref()),
    }
}

/// The Norwegian national identity number.
pub(super) const SOCIALNO: Rule = Rule {
    legacy: "socialno",
    long: "http://schemas.grean.id/claims/no/socialno",
    standard: None,
    scope: Scope::Nin,
    always: false,
    read: |it| it.person.nin.as_ref().map(|nin| json!(nin.digits())),
};
