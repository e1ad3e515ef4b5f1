//! What must be alone on an installation is told who is there.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::house::{Installation, write_secret};

#[tokio::test]
async fn the_master_key_is_not_replaced_under_a_running_service() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let mut server = installation.start();
    write_secret(&installation.path("new.key"), "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
    let new = installation.path("new.key").display().to_string();
    let replace = ["master-key", "replace", "--new-key-file", &new];

    let refused = installation.run(&replace);
    assert_eq!(refused.status.code(), Some(1));
    let refused = String::from_utf8_lossy(&refused.stderr);
    let serving = format!("in use by serve, process {}", server.process());
    assert!(refused.contains("master-key must be alone") && refused.contains(&serving), "{refused}");
    assert_eq!(server.operator("/readyz").await.0, 200, "it goes on");

    server.signal("TERM");
    assert_eq!(server.ended().await, Some(0));
    assert!(installation.run(&replace).status.success());
}

#[tokio::test]
async fn a_backup_is_checked_while_the_service_runs() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let _server = installation.start();
    let file = installation.path("today.pvb").display().to_string();

    assert!(installation.run(&["backup", "--to", &file]).status.success());
    let checked = installation.run(&["restore", "--check", "--from", &file]);
    let restored = installation.run(&["restore", "--from", &file]);

    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(String::from_utf8_lossy(&restored.stderr).contains("restore must be alone"), "{restored:?}");
}

#[tokio::test]
async fn a_second_development_server_leaves_the_data_of_the_first_alone() {
    let installation = Installation::new().await;
    let folder = installation.path("dev").display().to_string();
    let port = 20_000 + std::process::id() % 20_000;
    let (one, other) = (port.to_string(), (port + 8).to_string());
    let start = |port: &str| installation.command(&["dev", "--json", "--data-dir", &folder, "--port", port]);
    let mut first = start(&one).stdout(Stdio::piped()).spawn().unwrap();
    let mut report = String::new();
    BufReader::new(first.stdout.take().unwrap()).read_line(&mut report).unwrap();

    let second = start(&other).arg("--reset").output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    let there = format!("in use by dev, process {}", first.id());
    assert!(told.contains(&there) && told.contains("--data-dir"), "{told} {report}");
    assert!(installation.path("dev/portvakt.db").exists(), "nothing was reset");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_not_ready() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let full = "CREATE TRIGGER full BEFORE UPDATE ON installation
        BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END";
    rusqlite::Connection::open(installation.path("portvakt.db")).unwrap().execute_batch(full).unwrap();
    let server = installation.start();
    let (status, told) = server.operator("/readyz").await;
    assert_eq!(status, 503);
    assert!(told.starts_with("the database cannot be written: ") && told.contains("full"), "{told}");
}
