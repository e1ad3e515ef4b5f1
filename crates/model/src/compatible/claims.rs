//! The claims about the person.

use oidc::{Scope, Scopes};
use serde_json::Value;

use super::{CompatibleSettings, PropertyFormat, rule::Rule, scopes::given, tables::table};
use crate::{Grant, LoginMethod, Payload, Proof};

/// The names of a rule in a format: the legacy or long one first, then the standard one where it is another.
fn names_of(rule: &Rule, format: PropertyFormat) -> impl Iterator<Item = &'static str> + use<> {
    let first = match format {
        PropertyFormat::Compact => rule.legacy,
        PropertyFormat::Uri => rule.long,
    };
    let standard = rule.standard.filter(|it| *it != first);
    std::iter::once(first).chain(standard)
}

/// In long names, which are texts everywhere, an object is its JSON.
fn value_of(name: &str, value: &Value) -> Value {
    let is_long = name.contains("://");
    if is_long && value.is_object() { value.to_string().into() } else { value.clone() }
}

/// Adds the claims about the person that a grant releases.
pub(super) fn add(payload: &mut Payload, grant: &Grant, settings: &CompatibleSettings) {
    let rules = table(grant.proof.eid).rules.iter();
    for rule in rules.filter(|rule| rule.always || grant.scopes.has(rule.scope)) {
        let Some(value) = (rule.read)(&grant.proof).or(settings.null_claims.then_some(Value::Null)) else {
            continue;
        };
        for name in names_of(rule, settings.property_format) {
            payload.push(name, value_of(name, &value));
        }
    }
}

/// The names of all claims about a person that tokens of these eIDs can have.
pub(super) fn names(eids: &[LoginMethod], format: PropertyFormat) -> Vec<&'static str> {
    let mut all = Vec::new();
    for name in eids.iter().flat_map(|method| table(*method).rules).flat_map(|rule| names_of(rule, format)) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// The proof cut down to what tokens of its eID will show.
#[must_use]
pub fn cut(mut proof: Proof, scopes: Scopes) -> Proof {
    let shown = given(proof.eid, scopes);
    let keep_subject = shown.has(Scope::EidSubject);
    let keep_birthdate = shown.has(Scope::Birthdate);
    proof.person = proof.person.only(shown, &oidc::ClaimsRequest::default());
    proof.person.more = None;
    if !keep_birthdate {
        proof.person.birthdate = None;
    }
    if !keep_subject {
        proof.stable_id.clear();
    }
    proof
}
