//! `portvakt identity-sources check`, against the simulators of a running `portvakt dev`.

use serde_json::Value;

use crate::{
    alone::{development, port},
    house::{Installation, write_secret},
};

/// What `check` found, and whether it ended well.
fn check(installation: &Installation, eid: &str, at: &[&str]) -> (Value, bool) {
    let output = installation.run(&[&["identity-sources", "check", eid, "--json"], at].concat());
    // The second line of a failure is its message.
    let first = output.stdout.split(|it| *it == b'\n').next().unwrap();
    (serde_json::from_slice(first).unwrap(), output.status.success())
}

fn state<'a>(check: &'a Value, line: &str) -> &'a str {
    let lines = check["lines"].as_array().unwrap();
    lines.iter().find(|it| it["line"] == line).unwrap()["state"].as_str().unwrap()
}

#[tokio::test]
async fn a_wrong_secret_is_found_from_the_terminal_before_anybody_logs_in() {
    let installation = Installation::new().await;
    let (_running, report) = development(&installation, port(10_000), &[]);
    let host = report["issuer"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let folder = installation.path("dev").display().to_string();
    let at = ["--data-dir", &folder, "--domain", &host];
    let (bankid, ok) = check(&installation, "no-bankid", &at);
    assert!(ok && bankid["state"] == "good" && state(&bankid, "national-number") == "good", "{bankid}");
    assert!(check(&installation, "no-vipps", &at).1);

    write_secret(&installation.path("secret"), "no-such-secret");
    let set =
        ["identity-sources", "set", "no-vipps", "--environment", "sandbox", "--client-id", "portvakt-demo"];
    let set = [&set[..], &["--secret-file", "secret"], &at].concat();
    assert!(installation.run(&set).status.success());
    let (vipps, ok) = check(&installation, "no-vipps", &at);
    assert!(!ok && vipps["state"] == "bad" && state(&vipps, "credentials") == "bad", "{vipps}");
    assert_eq!((state(&vipps, "redirect-uri"), state(&vipps, "discovery")), ("good", "good"));
    assert!(!vipps.to_string().contains("no-such-secret"));

    let shown = installation.run(&[&["identity-sources", "list"][..], &at].concat());
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("good") && shown.contains("bad"), "{shown}");
    let told = installation.run(&[&["identity-sources", "check", "no-vipps"][..], &at].concat());
    let told = format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(
        told.contains("Vipps refuses the credentials: invalid_client")
            && told.contains("set the credentials again")
    );
}
