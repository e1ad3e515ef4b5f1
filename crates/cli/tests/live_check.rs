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
    let (_running, report) = development(&installation, port(), &[]);
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
    let refused = installation.run(&set);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && told.contains("the new credentials are not used"), "{told}");
    assert!(told.contains("Vipps refuses the credentials: invalid_client"), "{told}");
    assert!(check(&installation, "no-vipps", &at).1, "what was in use is in use");

    let (vipps, ok) = check(&installation, "no-vipps", &[&at[..], &["--candidate"]].concat());
    assert!(!ok && vipps["state"] == "bad" && state(&vipps, "credentials") == "bad", "{vipps}");
    assert_eq!((state(&vipps, "redirect-uri"), vipps["of"].as_str()), ("good", Some("candidate")));
    assert!(!vipps.to_string().contains("no-such-secret"));

    let run =
        |words: &[&str]| installation.run(&[&["identity-sources"], words, &at].concat()).status.success();
    assert!(!run(&["activate", "no-vipps"]) && run(&["activate", "no-vipps", "--use-anyway"]));
    assert!(!check(&installation, "no-vipps", &at).1, "the wrong secret is in use");
    let shown = installation.run(&[&["identity-sources", "list"][..], &at].concat());
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("good") && shown.contains("bad"), "{shown}");
    assert!(run(&["restore-credentials", "no-vipps"]) && check(&installation, "no-vipps", &at).1);
    assert!(!run(&["discard-candidate", "no-vipps"]), "there is none any more");
}
