//! Norwegian BankID. `certsubject` and `certissuer` are not among what BankID gives since its version 4.

use oidc::Scope;
use serde_json::json;

use super::rule::{COUNTRY, GIVENNAME, NAME, Rule, SOCIALNO, SOFTWARE_PKI, SURNAME, Table, birthdate};

const UNIQUEUSERID: Rule = Rule {
    legacy: "uniqueuserid",
    long: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/x500distinguishedname/uniqueuserid",
    standard: None,
    scope: Scope::EidSubject,
    always: true,
    // What BankID calls the PID is what it gives as `bankid_altsub`.
    read: |it| (!it.stable_id.is_empty()).then(|| json!(it.stable_id)),
};

pub(crate) static TABLE: Table = Table {
    identityscheme: "nobankid-oidc",
    authenticationmethod: SOFTWARE_PKI,
    rules: &[UNIQUEUSERID, birthdate(true), SOCIALNO, SURNAME, GIVENNAME, NAME, COUNTRY],
};
