//! Vipps MobilePay.

use oidc::Scope;
use serde_json::{Map, Value, json};

use super::rule::{COUNTRY, GIVENNAME, NAME, Rule, SOCIALNO, SOFTWARE_PKI, SURNAME, Table, birthdate, text};
use crate::{Address, Proof};

/// The post town is `region`, as Vipps itself has it.
fn object(address: &Address) -> Value {
    let members = [
        ("street_address", &address.street_address),
        ("postal_code", &address.postal_code),
        ("region", &address.locality),
        ("country", &address.country),
        ("formatted", &address.formatted),
    ];
    let given =
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))));
    given.collect::<Map<_, _>>().into()
}

fn address(proof: &Proof) -> Option<Value> {
    proof.person.address.as_ref().map(object)
}

pub(super) const ADDRESS: Rule = Rule {
    legacy: "address",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/streetaddress",
    standard: Some("address"),
    scope: Scope::Address,
    always: false,
    read: address,
};

pub(super) const EMAIL: Rule = Rule {
    legacy: "emailaddress",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    standard: Some("email"),
    scope: Scope::Email,
    always: false,
    read: |it| text(it.person.email.as_ref()),
};

pub(super) const PHONE: Rule = Rule {
    legacy: "mobilephone",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/mobilephone",
    standard: Some("phone_number"),
    scope: Scope::Phone,
    always: false,
    // Country code first and no plus.
    read: |it| it.person.phone_number.as_deref().map(|it| json!(it.trim_start_matches('+'))),
};

pub(crate) static TABLE: Table = Table {
    identityscheme: "novippslogin",
    authenticationmethod: SOFTWARE_PKI,
    rules: &[ADDRESS, birthdate(false), EMAIL, PHONE, SOCIALNO, SURNAME, GIVENNAME, NAME, COUNTRY],
};
