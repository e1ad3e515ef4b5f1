//! Test users, who sign in with a password. Nothing at Idura is like this; what they have looks as an eID's does.

use super::{
    no_vipps::{ADDRESS, EMAIL, PHONE},
    rule::{GIVENNAME, NAME, SOCIALNO, SURNAME, Table, birthdate},
};

pub(crate) static TABLE: Table = Table {
    identityscheme: "portvakt-automation",
    authenticationmethod: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    rules: &[ADDRESS, birthdate(false), EMAIL, PHONE, SOCIALNO, SURNAME, GIVENNAME, NAME],
};
