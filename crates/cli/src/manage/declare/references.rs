//! Secrets of a declaration lie elsewhere: `…_file` names a file, `…_env` a variable of the environment. A logo is a file, and the
//! text of a document may be one.

use std::path::Path;

use console::json_noun;
use images::LARGEST_FILE;
use model::LONGEST_TEMPLATE;
use serde_json::{Map, Value};
use texts::{AdminMessage, FieldMessage};

use super::{
    super::{import::read, words::shown},
    document::Document,
    read_text,
};

/// The longest secret, in bytes.
const LONGEST: usize = 20_000;
/// The longest file with the text of a document, in bytes: room for white space around the longest text.
const LONGEST_TEXT: usize = 8 * LONGEST_TEMPLATE;

/// A list of a domain, a secret that its entries have, and whether it may stand in the file itself.
const SECRETS: &[(&str, &str, bool)] = &[
    ("applications", "client_secret", false),
    ("identity_sources", "client_secret", false),
    ("identity_sources", "private_key", false),
    // Test users are synthetic people.
    ("test_users", "password", true),
];

#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads what a reference names.
fn secret(reference: &str, by_file: bool, base: &Path) -> Result<String, AdminMessage> {
    let text = if by_file {
        let path = base.join(reference);
        let bytes = read(&path, LONGEST)?;
        String::from_utf8(bytes).map_err(|_| AdminMessage::PathNotUtf8 { path: shown(&path) })?
    } else {
        let missing = || AdminMessage::VariableMissing { name: reference.into() };
        variable(reference).ok_or_else(missing)?
    };
    let secret = text.trim();
    match secret.len() {
        0 => Err(AdminMessage::ReferenceEmpty { reference: reference.into() }),
        length if length > LONGEST => {
            Err(AdminMessage::ReferenceTooLong { reference: reference.into(), most: LONGEST.into() })
        }
        _ => Ok(secret.to_owned()),
    }
}

/// Puts the secret `name` of an entry in its place; gives the member that named it.
fn resolve_one(
    entry: &mut Map<String, Value>,
    (name, may_stand): (&'static str, bool),
    base: &Path,
) -> Result<Option<String>, FieldMessage> {
    let clear = entry.contains_key(name);
    let (file, env) = (format!("{name}_file"), format!("{name}_env"));
    let said: Vec<(String, Value)> =
        [file, env].into_iter().filter_map(|it| entry.remove(&it).map(|value| (it, value))).collect();
    if clear && !may_stand {
        return Err(AdminMessage::SecretInFile { name: name.into() }.at(name));
    }
    match (said.as_slice(), clear) {
        ([], _) => Ok(None),
        ([(member, value)], false) => {
            let text = value
                .as_str()
                .ok_or_else(|| AdminMessage::TextExpected { found: json_noun(value) }.at(member.as_str()))?;
            let read = secret(text, member.ends_with("_file"), base).map_err(|it| it.at(member.as_str()))?;
            entry.insert(name.to_owned(), Value::String(read));
            Ok(Some(member.clone()))
        }
        _ => Err(AdminMessage::SecretGivenTwice { name: name.into() }.at(name)),
    }
}

fn items(value: Option<&mut Value>) -> impl Iterator<Item = (usize, &mut Map<String, Value>)> {
    let items = value.and_then(Value::as_array_mut).into_iter().flatten();
    items.enumerate().filter_map(|(at, item)| Some((at, item.as_object_mut()?)))
}

/// Puts the file that a brand names as its logo in the place of its path, as base64.
fn logo(owner: &mut Map<String, Value>, base: &Path) -> Result<(), FieldMessage> {
    let logo = owner.get_mut("brand").and_then(|it| it.get_mut("logo"));
    let Some(logo) = logo else { return Ok(()) };
    let Value::String(path) = &*logo else { return Ok(()) };
    let file = read(&base.join(path), LARGEST_FILE).map_err(|it| it.at("brand.logo"));
    // One that cannot be read is as if it had not been said, while it is looked for what else is wrong.
    *logo = file.as_deref().map_or(Value::Null, |it| Value::String(crypto::b64::encode_standard(it)));
    file.map(drop)
}

/// Puts every logo in its place.
fn logos(document: &mut Document, base: &Path, faults: &mut Vec<(String, FieldMessage)>) {
    for (tenant_at, tenant) in items(document.value_mut().get_mut("tenants")) {
        for (domain_at, domain) in items(tenant.get_mut("domains")) {
            let path = format!("tenants[{tenant_at}].domains[{domain_at}]");
            if let Some(settings) = domain.get_mut("settings").and_then(Value::as_object_mut)
                && let Err(why) = logo(settings, base)
            {
                let path = format!("{path}.settings");
                faults.push((format!("{path}.brand.logo"), why.inside(&path)));
            }
            for (at, entry) in items(domain.get_mut("applications")) {
                if let Err(why) = logo(entry, base) {
                    let path = format!("{path}.applications[{at}]");
                    faults.push((format!("{path}.brand.logo"), why.inside(&path)));
                }
            }
        }
    }
}

/// Puts the file that a template names in the place of its path; says whether it names one.
fn body(template: &mut Map<String, Value>, base: &Path) -> Result<bool, FieldMessage> {
    let Some(file) = template.remove("body_file") else { return Ok(false) };
    if template.contains_key("body") {
        return Err(AdminMessage::TextGivenTwice { name: "body".into() }.at("body"));
    }
    let expected = || AdminMessage::TextExpected { found: json_noun(&file) }.at("body_file");
    let path = base.join(file.as_str().ok_or_else(expected)?);
    let text = read_text(&path, LONGEST_TEXT).map_err(|it| it.at("body_file"))?;
    template.insert("body".to_owned(), Value::String(text));
    Ok(true)
}

/// Puts the text of every template in its place.
fn bodies(document: &mut Document, base: &Path) {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (at, template) in items(document.value_mut().get_mut("templates")) {
        let path = format!("templates[{at}]");
        match body(template, base) {
            Ok(false) => {}
            Ok(true) => found.push(path),
            Err(why) => {
                template.insert("body".to_owned(), Value::String(UNREAD.to_owned()));
                faults.push((format!("{path}.body"), why.inside(&path)));
            }
        }
    }
    for path in found {
        document.stands_at(&format!("{path}.body"), &format!("{path}.body_file"));
    }
    for (path, fault) in faults {
        document.wrong(path, fault);
    }
}

/// Stands for a secret or a text that cannot be read, while it is looked for what else is wrong. The file is refused.
const UNREAD: &str = "a-secret-that-could-not-be-read-and-is-none";

/// Puts every secret, logo and text in its place; what cannot be read is noted as wrong.
pub(super) fn resolve(document: &mut Document, base: &Path) {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (tenant_at, tenant) in items(document.value_mut().get_mut("tenants")) {
        for (domain_at, domain) in items(tenant.get_mut("domains")) {
            for (list, name, may_stand) in SECRETS {
                for (at, entry) in items(domain.get_mut(*list)) {
                    let path = format!("tenants[{tenant_at}].domains[{domain_at}].{list}[{at}]");
                    match resolve_one(entry, (name, *may_stand), base) {
                        Ok(None) => {}
                        Ok(Some(member)) => {
                            found.push((format!("{path}.{name}"), format!("{path}.{member}")))
                        }
                        Err(why) => {
                            entry.insert((*name).to_owned(), Value::String(UNREAD.to_owned()));
                            faults.push((format!("{path}.{name}"), why.inside(&path)));
                        }
                    }
                }
            }
        }
    }
    bodies(document, base);
    logos(document, base, &mut faults);
    for (to, from) in found {
        document.stands_at(&to, &from);
    }
    for (path, fault) in faults {
        document.wrong(path, fault);
    }
}
