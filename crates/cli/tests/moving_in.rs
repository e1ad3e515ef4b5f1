//! Moving in from the terminal, with the complete examples of the guide.

use std::{fs, path::Path, process::Output};

use serde_json::Value;

use crate::house::{Installation, write_secret};

/// The first block of this language in the guide.
fn example(language: &str) -> String {
    example_of("moving-in.md", language)
}

fn example_of(guide: &str, language: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide").join(guide);
    let guide = fs::read_to_string(path).unwrap();
    let (_, rest) = guide.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn run(it: &Installation, words: &[&str]) -> Output {
    it.run(&[words, &["--config", "portvakt.toml"]].concat())
}

fn json(it: &Installation, words: &[&str]) -> Value {
    let output = run(it, &[words, &["--json"]].concat());
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(it: &Installation, words: &[&str]) -> String {
    let output = run(it, words);
    assert!(!output.status.success(), "{words:?} should have been refused");
    String::from_utf8(output.stderr).unwrap()
}

fn actions(answer: &Value) -> Vec<&str> {
    let all = answer["changes"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap());
    all.filter(|it| *it != "unchanged").collect()
}

async fn configured() -> Installation {
    let it = Installation::new().await;
    it.configure("");
    fs::create_dir(it.path("secrets")).unwrap();
    write_secret(&it.path("secrets/vipps"), "a secret of Vipps\n");
    it
}

/// A tenant with a domain, and the import that the guide has.
async fn with_the_import_of_the_guide() -> Installation {
    let it = configured().await;
    json(&it, &["tenants", "create", "acme"]);
    let domain =
        ["domains", "create", "--tenant", "acme", "login.acme.example", "--environment", "production"];
    let controller = ["--controller", "Acme AS", "--contact", "personvern@acme.example"];
    json(&it, &[&domain[..], &controller].concat());
    fs::write(it.path("acme.json"), example("json")).unwrap();
    it
}

#[tokio::test]
async fn the_import_of_the_guide_is_shown_made_and_then_changes_nothing() {
    let it = with_the_import_of_the_guide().await;
    let words = ["import", "--file", "acme.json", "--tenant", "acme"];

    let dry = json(&it, &[&words[..], &["--dry-run"]].concat());
    assert_eq!((actions(&dry).len(), dry["client_secrets"].as_array().unwrap().len()), (6, 0));
    let made = json(&it, &words);
    assert_eq!(actions(&made), actions(&dry));
    assert_eq!(made["client_secrets"][0]["client_id"], "urn:my:application:identifier:5678");
    assert!(made["notes"][0].as_str().unwrap().contains("PKCE is off"));
    let output = run(&it, &words);
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("Nothing changes.\n"));
}

#[tokio::test]
async fn an_import_that_somebody_else_had_to_look_at_first_could_not_wait() {
    let it = with_the_import_of_the_guide().await;
    let words = ["import", "--file", "acme.json", "--tenant", "acme", "--plan"];
    let kept = json(&it, &words);
    let id = kept["plan"].as_str().unwrap();
    let listed = json(&it, &["plans", "list"]);
    assert_eq!((&listed[0]["id"], &listed[0]["state"]), (&kept["plan"], &"waiting".into()));
    assert_eq!(listed[0]["tenant"], "acme");
    assert_eq!(json(&it, &["plans", "show", id])["changes"], kept["changes"]);
    fs::remove_file(it.path("acme.json")).unwrap();

    let confirmed = json(&it, &["plans", "confirm", id]);
    assert_eq!(confirmed["changes"], kept["changes"]);
    assert_eq!(
        (kept["client_secrets"][0].is_null(), confirmed["client_secrets"].as_array().unwrap().len()),
        (true, 1)
    );
    assert!(refused(&it, &["plans", "confirm", id]).contains("confirmed already"));
    assert!(refused(&it, &["plans", "show", &"0".repeat(32)]).contains("there is no such plan"));
    assert_eq!(json(&it, &["plans", "list"])[0]["state"], "confirmed");
}

#[tokio::test]
async fn a_declaration_is_kept_discarded_and_no_longer_confirmed() {
    let it = configured().await;
    fs::write(it.path("d.toml"), "declaration = \"d\"\n[[tenants]]\nname = \"globex\"\n").unwrap();
    let words = ["apply", "-f", "d.toml", "--plan", "--config", "portvakt.toml"];
    let shown = String::from_utf8(it.run(&words).stdout).unwrap();
    let (_, id) = shown.trim_end().rsplit_once(' ').unwrap();
    assert!(shown.starts_with("create   tenant globex\nNothing was changed yet."), "{shown}");
    json(&it, &["plans", "discard", id]);
    assert!(refused(&it, &["plans", "confirm", id]).contains("was discarded"));
    assert!(!json(&it, &["tenants", "list"]).to_string().contains("globex"));
    let nothing = json(&it, &["tenants", "create", "globex"]);
    assert_eq!(nothing["name"], "globex");
    let empty = it.run(&words).stdout;
    assert!(String::from_utf8(empty).unwrap().contains("Nothing changes."), "an empty plan is not kept");
    assert_eq!(json(&it, &["plans", "list"]).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_import_that_is_wrong_says_everything_and_leaves_nothing() {
    let it = configured().await;
    let text = example("json")
        .replace("https://shop.acme.example/callback", "ftp://shop")
        .replace("\"kind\"", "\"kin\"");
    fs::write(it.path("acme.json"), text).unwrap();
    let said = refused(&it, &["import", "--file", "acme.json"]);
    assert!(
        said.contains("nothing was written") && said.contains("tenant: the file is for the tenant"),
        "{said}"
    );
    assert!(said.contains("applications[0].domain"), "{said}");
    fs::write(it.path("large.json"), vec![b' '; 10_000_001]).unwrap();
    assert!(refused(&it, &["import", "--file", "large.json"]).contains("larger than 10000000 bytes"));
    assert_eq!(json(&it, &["applications", "list", "--domain", crate::house::HOST]), serde_json::json!([]));
}

#[tokio::test]
async fn programs_get_every_fault_of_a_file_from_the_catalogue() {
    let it = configured().await;
    fs::write(it.path("wrong.json"), r#"{"portvakt_import": 1, "application": []}"#).unwrap();
    let output = run(&it, &["import", "--file", "wrong.json", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fault = &answer["errors"][0];
    assert_eq!(
        (&fault["id"], &fault["field"]),
        (&"member-unknown".into(), &"application".into()),
        "{answer}"
    );
    assert_eq!(fault["message"], "There is no member \"application\".");
    assert_eq!(fault["what_to_do"], "Use one of portvakt_import, tenant, applications, subjects.");
    assert_eq!(fault["path"], fault["field"]);
    assert!(fault["problem"].as_str().unwrap().starts_with("there is no member"), "{answer}");
}

#[tokio::test]
async fn of_several_tenants_the_one_that_the_file_names_moves_in() {
    let it = configured().await;
    let import = |tenant: &str| {
        let text = format!(r#"{{"portvakt_import": 1, "tenant": "{tenant}", "applications": []}}"#);
        fs::write(it.path("acme.json"), text).unwrap();
    };
    json(&it, &["tenants", "create", "acme"]);
    import("acme");
    assert!(actions(&json(&it, &["import", "--file", "acme.json"])).is_empty());
    json(&it, &["tenants", "create", "other"]);
    let said = refused(&it, &["import", "--file", "acme.json", "--tenant", "other"]);
    assert!(said.contains("tenant: the file is for the tenant \"acme\""), "{said}");
    import("nobody");
    let said = refused(&it, &["import", "--file", "acme.json"]);
    assert!(said.contains("the file is for the tenant \"nobody\", and there is no such tenant: "), "{said}");
    fs::write(it.path("acme.json"), r#"{"portvakt_import": 1}"#).unwrap();
    assert!(refused(&it, &["import", "--file", "acme.json"]).contains("say which with --tenant"));
}

#[tokio::test]
async fn the_declaration_of_the_guide_is_shown_made_and_then_changes_nothing() {
    let it = configured().await;
    fs::write(it.path("installation.toml"), example("toml")).unwrap();
    let words = ["apply", "-f", "installation.toml"];
    let dry = json(&it, &[&words[..], &["--dry-run"]].concat());
    let made = json(&it, &words);
    assert_eq!(actions(&made), actions(&dry));
    assert_eq!(actions(&made).len(), 8, "{made}");
    let output = run(&it, &words);
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("Nothing changes.\n"));

    let user = json(&it, &["test-users", "show", "tuva", "--domain", "login-test.acme.example"]);
    assert_eq!(user["claims"].as_object().unwrap().len(), 19, "every standard claim but sub");
}

#[tokio::test]
async fn serve_is_what_is_declared_before_it_answers_and_refuses_a_wrong_declaration() {
    let it = configured().await;
    fs::write(it.path("installation.toml"), example("toml")).unwrap();
    let server = it.start_with(&["--declaration-file", "installation.toml"]);
    drop(server);
    let listed = json(&it, &["applications", "list", "--domain", "login-test.acme.example"]);
    assert_eq!(listed[0]["client_id"], "shop");
    assert_eq!(actions(&json(&it, &["apply", "-f", "installation.toml"])), Vec::<&str>::new());

    let wrong = example("toml").replace("redirect_uris", "redirect_uri").replace("username", "usernam");
    fs::write(it.path("installation.toml"), wrong).unwrap();
    let said = it.refusal_with(&["--declare", "installation.toml"]);
    assert!(
        said.contains("did you mean `redirect_uris`?") && said.contains("did you mean `username`?"),
        "{said}"
    );
    assert!(said.contains("installation.toml:3"), "{said}");
}

#[tokio::test]
async fn test_users_are_managed_from_the_terminal() {
    let it = configured().await;
    let domain = ["--domain", crate::house::HOST];
    let add = [
        "test-users",
        "add",
        "tuva",
        "--new-password",
        "--claim",
        "name=Tuva",
        "--claim",
        "email_verified=true",
    ];
    assert_eq!(json(&it, &[&add[..], &domain].concat())["password"].as_str().unwrap().len(), 43);
    json(&it, &[&["test-users", "change", "tuva", "--claim", "nickname=T"][..], &domain].concat());
    let shown = json(&it, &[&["test-users", "show", "tuva"][..], &domain].concat());
    assert_eq!(shown["claims"], serde_json::json!({"name": "Tuva", "email_verified": true, "nickname": "T"}));
    json(&it, &[&["test-users", "remove", "tuva"][..], &domain].concat());
    assert_eq!(json(&it, &[&["test-users", "list"][..], &domain].concat()), serde_json::json!([]));
}

#[tokio::test]
async fn the_declaration_of_the_certification_guide_is_applied() {
    let it = configured().await;
    for name in ["first", "second", "post"] {
        write_secret(
            &it.path(&format!("secrets/suite-{name}")),
            "a secret that is long enough for anybody\n",
        );
    }
    fs::write(it.path("certification.toml"), example_of("certification.md", "toml")).unwrap();
    let made = json(&it, &["apply", "-f", "certification.toml"]);
    assert_eq!(actions(&made).len(), 9, "{made}");
    let shown = json(&it, &["applications", "show", "suite-first", "--domain", "op.example"]);
    assert_eq!(shown["settings"]["pkce"], "off");
}

#[tokio::test]
async fn nodes_that_start_at_once_with_one_declaration_all_start() {
    let it = configured().await;
    fs::write(it.path("installation.toml"), example("toml")).unwrap();
    std::thread::scope(|scope| {
        let start = || drop(it.start_with(&["--declare", "installation.toml"]));
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        for node in nodes {
            node.join().unwrap();
        }
    });
    assert_eq!(actions(&json(&it, &["apply", "-f", "installation.toml"])), Vec::<&str>::new());
}

#[tokio::test]
async fn a_secret_that_is_not_there_hid_everything_else_that_is_wrong_in_a_declaration() {
    let it = Installation::new().await;
    it.configure("");
    let text = "declaration = \"d\"\nsince = 2026-01-01\n[[tenants]]\nname = \"new\"\n[[tenants.domains]]\n\
        host = \"new.example\"\n[[tenants.domains.applications]]\nclient_id = \"shop\"\nname = \"Shop\"\n\
        kind = \"web\"\nredirect_uris = [\"javascript:1\"]\nclient_secret_env = \"PORTVAKT_NOT_SET\"\n\
        [[tenants.domains.identity_sources]]\neid = \"no-bankid\"\nenvironment = \"test\"\nclient_id = \"us\"\n\
        private_key_file = \"none.pem\"\n";
    fs::write(it.path("d.toml"), text).unwrap();
    let output = it.run(&["apply", "--config", "portvakt.toml", "-f", "d.toml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    for wanted in ["d.toml:2: since", "environment", "redirect_uris[0]", "PORTVAKT_NOT_SET", "none.pem"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert_eq!(said.lines().filter(|it| it.contains("d.toml:")).count(), 5, "{said}");
}
