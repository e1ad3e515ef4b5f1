//! `portvakt letters …` and `[mail]`, without a mail server: what the commands say then.

use std::process::Output;

use serde_json::Value;

use crate::house::Installation;

const AT: [&str; 3] = ["--config", "portvakt.toml", "--json"];

fn letters(installation: &Installation, words: &[&str]) -> Output {
    installation.run(&[&["letters"], words, &AT].concat())
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[tokio::test]
async fn without_a_mail_server_a_test_letter_was_promised_and_never_sent() {
    let installation = Installation::new().await;
    installation.configure("");
    let refused = letters(&installation, &["test", "kari@example.com"]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(json(&refused)["errors"][0]["id"], "mail-unset");
    assert_eq!(json(&letters(&installation, &["list"])), Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_letter_waits_for_the_service_and_its_address_is_in_no_list() {
    let installation = Installation::new().await;
    installation
        .configure("[mail]\nhost = \"localhost\"\nport = 1\nsecurity = \"none\"\nfrom = \"p@example.com\"");
    let written = json(&letters(&installation, &["test", "kari@example.com", "--lang", "nn"]));
    let id = written["id"].as_str().unwrap();
    let list = letters(&installation, &["list"]);
    assert!(!String::from_utf8_lossy(&list.stdout).contains("kari"));
    let list = json(&list);
    assert_eq!((&list[0]["id"], &list[0]["state"]), (&id.into(), &"waiting".into()));
    assert_eq!(json(&letters(&installation, &["retry", id]))["errors"][0]["id"], "letter-not-stuck");
    assert_eq!(json(&letters(&installation, &["discard", id]))["state"], "discarded");
    assert_eq!(json(&letters(&installation, &["discard", id]))["errors"][0]["id"], "not-found");
}

#[tokio::test]
async fn the_doctor_connects_to_the_mail_server() {
    let installation = Installation::new().await;
    installation
        .configure("[mail]\nhost = \"localhost\"\nport = 1\nsecurity = \"none\"\nfrom = \"p@example.com\"");
    let findings = json(&installation.run(&["doctor", "--config", "portvakt.toml", "--json"]));
    let found = findings.as_array().unwrap().iter().find(|it| it["topic"] == "mail").unwrap();
    assert_eq!(found["verdict"], "trouble");
    let text = found["text"].as_str().unwrap();
    assert!(text.starts_with("localhost:1: the mail server cannot be reached"), "{text}");
}
