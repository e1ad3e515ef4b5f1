//! Declarations as text: lines, names that are nearly right, and secrets that lie elsewhere.

use std::{fs, path::Path};

use texts::{AdminMessage, Locale};

use super::{document::Document, references};

const TEXT: &str = "declaration = \"d\"
[[tenants]]
name = \"acme\"
[[tenants.domains]]
host = \"login.acme.example\"
[[tenants.domains.applications]]
client_id = \"shop\"
redirect_uris = [
  \"https://a.example\",
  \"b\",
]
";

fn document(text: &str) -> Document {
    Document::parse("d.toml", text).unwrap()
}

#[test]
fn a_fault_has_its_line_or_that_of_what_is_around_it() {
    let it = document(TEXT);
    for (path, line) in [
        ("tenants[0].domains[0].applications[0].redirect_uris[1]", 10),
        ("tenants[0].domains[0].applications[0].name", 6),
        ("tenants[0].name", 3),
    ] {
        assert_eq!(it.place(path), format!("d.toml:{line}"), "{path}");
    }
    assert_eq!(it.place("nowhere"), "d.toml");
}

#[test]
fn a_name_that_is_nearly_right_is_named() {
    let (name, known) = ("name_\u{1b}".into(), ["host", "name"].into());
    let fault = AdminMessage::MemberUnknown { name, known }.at("tenants[0].name_");
    let words = document(TEXT).words(&fault);
    assert_eq!(words, "d.toml:2: there is no member \"name_\\u{1b}\" here: did you mean `name`?");
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let wrong = |text: &str| Document::parse("d.toml", text).err().unwrap().line(Locale::En);
    assert!(wrong("a = 1\na = 2\n").starts_with("d.toml:2: this is not TOML"));
    assert!(wrong("a = 1\nb =\n").starts_with("d.toml:2: "));
    let odd = |text: &str| {
        let it = document(text);
        it.words(it.faults().first().unwrap())
    };
    assert!(odd("a = 1979-05-27\n").contains("write a text"));
    assert!(odd("a = 99999999999999999999\n").starts_with("d.toml:1: "));
    assert!(Document::parse("d.toml", &format!("a = {}", "[".repeat(100_000))).is_err());
}

fn resolved(folder: &Path, application: &str) -> Result<String, String> {
    let mut it = document(&format!("{TEXT}{application}\n"));
    references::resolve(&mut it, folder);
    if let Some(fault) = it.faults().first() {
        return Err(it.words(fault));
    }
    Ok(it.value()["tenants"][0]["domains"][0]["applications"][0]["client_secret"]
        .as_str()
        .unwrap()
        .to_owned())
}

#[test]
fn a_secret_is_read_from_where_it_lies_and_never_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("s"), " hunter2\n").unwrap();
    fs::write(folder.path().join("empty"), "\n").unwrap();
    fs::write(folder.path().join("large"), vec![b'x'; 30_000]).unwrap();
    let read = |text: &str| resolved(folder.path(), text);
    assert_eq!(read("client_secret_file = \"s\"").unwrap(), "hunter2");
    assert!(read("client_secret_env = \"PATH\"").is_ok());
    for (text, why) in [
        ("client_secret = \"hunter2\"", "does not belong into this file"),
        ("client_secret_file = \"none\"", "No such file"),
        ("client_secret_file = \"empty\"", "nothing in it"),
        ("client_secret_file = \"large\"", "too long"),
        ("client_secret_file = 5", "a text is expected"),
        ("client_secret_env = \"PORTVAKT_NOT_SET\"", "no variable"),
        ("client_secret_file = \"s\"\nclient_secret_env = \"PATH\"", "more than once"),
    ] {
        let said = read(text).unwrap_err();
        assert!(said.contains(why) && said.contains(": tenants[0]"), "{text}: {said}");
        assert!(said.starts_with("d.toml:12: ") || said.starts_with("d.toml:6: "), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
