//! `portvakt letters …`, `[mail]` without a mail server, and `[sms]` with a gateway.

use std::{
    process::Output,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::house::{Installation, until, write_secret};

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

/// A gateway of one test: it takes whatever comes, and keeps it.
async fn gateway() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<String>>>::default());
    let told = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 8_192];
            let count = stream.read(&mut buffer).await.unwrap_or_default();
            let call = String::from_utf8_lossy(buffer.get(..count).unwrap_or_default()).into_owned();
            told.lock().unwrap().push(call);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    });
    (port, heard)
}

// The commands are waited for on this thread, and the gateway answers them on another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_message_goes_to_the_gateway_that_the_configuration_describes() {
    let (installation, (port, heard)) = (Installation::new().await, gateway().await);
    write_secret(&installation.path("sms-secret"), "hunter2\n");
    installation.configure(&format!(
        "[outbound]\nallowed = [\"localhost:{port}\"]\n[sms]\nurl = \"http://localhost:{port}/send?key={{secret}}&to={{to}}&text={{text}}\"\n\
         method = \"GET\"\nsecret_file = \"sms-secret\""
    ));
    let findings = installation.run(&["doctor", "--config", "portvakt.toml", "--json"]);
    let found = json(&findings);
    let found = found.as_array().unwrap().iter().find(|it| it["topic"] == "SMS").unwrap();
    assert_eq!(found["verdict"], "ok", "{found}");
    assert!(!String::from_utf8_lossy(&findings.stdout).contains("hunter2"));
    assert!(heard.lock().unwrap().iter().all(|it| it.starts_with("GET / ")), "the doctor sends nothing");
    assert_eq!(json(&letters(&installation, &["test", "kari@example.com"]))["errors"][0]["id"], "mail-unset");
    assert_eq!(json(&letters(&installation, &["test", "+4790000001"]))["state"], "waiting");
    let _server = installation.start();
    until(async || heard.lock().unwrap().iter().any(|it| it.starts_with("GET /send"))).await;
    let call = heard.lock().unwrap().last().unwrap().clone();
    assert!(call.starts_with("GET /send?key=hunter2&to=%2B4790000001&text=Test%20message"), "{call}");
    until(async || json(&letters(&installation, &["list"]))[0]["state"] == "sent").await;
}

#[tokio::test]
async fn without_a_gateway_a_test_message_is_refused() {
    let installation = Installation::new().await;
    installation.configure("");
    let refused = letters(&installation, &["test", "+4790000001"]);
    assert_eq!(json(&refused)["errors"][0]["id"], "sms-unset");
}
