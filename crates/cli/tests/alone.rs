//! What must be alone on an installation is told who is there.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Stdio},
    sync::atomic::{AtomicU32, Ordering},
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

/// Starts `portvakt dev`, and gives what it prints.
pub(crate) fn development(
    installation: &Installation,
    port: u32,
    more: &[&str],
) -> (Development, serde_json::Value) {
    let (folder, port) = (installation.path("dev").display().to_string(), port.to_string());
    let words = [&["dev", "--json", "--data-dir", &folder, "--port", &port], more].concat();
    let mut child = installation.command(&words).stdout(Stdio::piped()).spawn().unwrap();
    let mut report = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut report).unwrap();
    (Development(child), serde_json::from_str(&report).unwrap())
}

pub(crate) struct Development(Child);

impl Drop for Development {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Gives the first of four ports in a row that nobody uses and no other test of this process was given. Below those that the
/// system gives to outgoing connections.
pub(crate) fn port() -> u32 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: u32| TcpListener::bind(("127.0.0.1", u16::try_from(port).unwrap())).is_ok();
    let mut blocks = std::iter::repeat_with(|| {
        let block = std::process::id() * 8 + GIVEN.fetch_add(1, Ordering::SeqCst);
        20_000 + (block % 3_000) * 4
    });
    blocks.find(|first| (*first..first + 4).all(is_free)).unwrap()
}

#[tokio::test]
async fn a_restart_of_development_undid_what_was_changed_and_stumbled_over_a_renamed_domain() {
    let installation = Installation::new().await;
    let (first, report) = development(&installation, port(), &[]);
    let host = report["issuer"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let folder = installation.path("dev").display().to_string();
    let at = ["--data-dir", &folder, "--domain", &host];
    let change = ["applications", "change", "demo-shop", "--set", "require_par=true"];
    assert!(installation.run(&[&change[..], &at].concat()).status.success());
    let tenant = ["tenants", "rename", "demo", "Butikken", "--data-dir", &folder];
    assert!(installation.run(&tenant).status.success());
    drop(first);
    let renamed = "UPDATE domains SET name = 'renamed'";
    rusqlite::Connection::open(installation.path("dev/portvakt.db")).unwrap().execute_batch(renamed).unwrap();

    let more = ["--redirect-uri", "http://localhost:3000/cb", "--refresh-tokens"];
    let first_port = port();
    let (_second, report) = development(&installation, first_port, &more);
    let host = report["issuer"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let show = ["applications", "show", "demo-shop", "--json", "--data-dir", &folder, "--domain", &host];
    let shown: serde_json::Value = serde_json::from_slice(&installation.run(&show).stdout).unwrap();
    let shown = &shown["settings"];
    assert_eq!((&shown["require_par"], &shown["refresh_tokens"]), (&true.into(), &true.into()), "{shown}");
    let sample = format!("http://sample.localhost:{}/callback", first_port + 1);
    assert_eq!(shown["redirect_uris"], serde_json::json!([sample, "http://localhost:3000/cb"]), "{shown}");
    let brand = &shown["brand"];
    assert_eq!(
        (&brand["color"], &brand["logo"]["width"]),
        (&"#3d3a8c".into(), &440.into()),
        "the shop has a face"
    );
}

#[tokio::test]
async fn a_backup_is_checked_while_the_service_runs() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let _server = installation.start();
    let file = installation.path("today.pvb").display().to_string();

    assert!(installation.run(&["backup", "--file", &file]).status.success());
    let checked = installation.run(&["restore", "--check", "--file", &file]);
    let restored = installation.run(&["restore", "--file", &file]);

    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(String::from_utf8_lossy(&restored.stderr).contains("restore must be alone"), "{restored:?}");
}

#[tokio::test]
async fn a_second_development_server_leaves_the_data_of_the_first_alone() {
    let installation = Installation::new().await;
    let (first, report) = development(&installation, port(), &[]);
    let (folder, other) = (installation.path("dev").display().to_string(), port().to_string());
    let second = installation.run(&["dev", "--json", "--data-dir", &folder, "--port", &other, "--reset"]);
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    let there = format!("in use by dev, process {}", first.0.id());
    assert!(told.contains(&there) && told.contains("--data-dir"), "{told} {report}");
    assert!(installation.path("dev/portvakt.db").exists(), "nothing was reset");
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

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "told to write the help instead of comparing it")]
async fn the_help_of_dev_needs_no_build() {
    let installation = Installation::new().await;
    let help = String::from_utf8(installation.run(&["dev", "--help"]).stdout).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/dev-help.txt");
    if std::env::var("PORTVAKT_WRITE_DOCS").is_ok() {
        std::fs::write(path, &help).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == help, "scripts/dev-help.txt is out of date: run `just docs`");
}

#[tokio::test]
async fn development_did_not_start_after_its_domain_was_deleted() {
    let installation = Installation::new().await;
    let (first, report) = development(&installation, port(), &[]);
    drop(first);
    let folder = installation.path("dev").display().to_string();
    let host = report["issuer"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    for words in [
        &["applications", "delete", "demo-shop", "--domain", &host][..],
        &["domains", "delete", &host][..],
        &["tenants", "delete", "demo"][..],
    ] {
        let done = installation.run(&[words, &["--yes", "--data-dir", &folder]].concat());
        assert!(done.status.success(), "{done:?}");
    }

    let (_second, again) = development(&installation, port(), &[]);
    let host = again["issuer"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let list = ["applications", "list", "--json", "--data-dir", &folder, "--domain", &host];
    let listed = String::from_utf8(installation.run(&list).stdout).unwrap();
    assert!(listed.contains("demo-shop"), "{listed}");
}

#[tokio::test]
async fn the_command_that_development_prints_for_trace_ids_works_as_printed() {
    let installation = Installation::new().await;
    let (_server, report) = development(&installation, port(), &[]);
    let printed = report["explain"].as_str().unwrap().replace("TRACE-ID", "--recent");
    let mut shell = std::process::Command::new("sh");

    let told = shell.args(["-c", &printed]).current_dir("/").output().unwrap();

    assert!(told.status.success(), "{printed}: {told:?}");
}
