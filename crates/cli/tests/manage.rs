//! What an operator does from the terminal, with the words of the guide.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::house::{HOST, Installation, ask, get, until};

/// Runs a command that works, and gives what it printed as JSON.
fn json(installation: &Installation, words: &[&str]) -> Value {
    let output = installation.run(&[words, &["--json", "--config", "portvakt.toml"]].concat());
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a command that is refused, and gives what it said.
fn refused(installation: &Installation, words: &[&str]) -> String {
    let output = installation.run(&[words, &["--config", "portvakt.toml"]].concat());
    assert!(!output.status.success(), "{words:?} should have been refused");
    String::from_utf8(output.stderr).unwrap()
}

async fn configured() -> Installation {
    let installation = Installation::new().await;
    installation.configure("");
    installation
}

const SHOP: [&str; 10] = [
    "applications",
    "create",
    "--domain",
    HOST,
    "--client-id",
    "shop",
    "--name",
    "Shop",
    "--redirect-uri",
    "https://shop.example/cb",
];

#[tokio::test]
async fn from_nothing_to_an_application_in_four_commands() {
    let it = configured().await;
    json(&it, &["tenants", "create", "Acme"]);
    let made = ["domains", "create", "--tenant", "Acme", "login.acme.example", "--environment", "test"];
    assert_eq!(json(&it, &made)["issuer"], "https://login.acme.example");
    let domain = ["--domain", "login.acme.example"];
    let source = [
        "identity-sources",
        "set",
        "no-bankid",
        "--environment",
        "test",
        "--client-id",
        "us",
        "--generate-key",
    ];
    let source = json(&it, &[&source[..], &domain].concat());
    assert_eq!(source["callback"], "https://login.acme.example/callback/no-bankid");
    assert_eq!(source["jwks"]["keys"][0]["alg"], "ES256");
    assert!(source["jwks"]["keys"][0].get("d").is_none(), "the private half stays here");
    let shop = json(&it, &[&SHOP[..2], &domain, &SHOP[4..]].concat());
    assert_eq!(shop["client_secret"].as_str().unwrap().len(), 43);
    let listed = json(&it, &[&["applications", "list"][..], &domain].concat());
    assert_eq!(
        (listed[0]["client_id"].as_str(), listed[0]["state"].as_str()),
        (Some("shop"), Some("enabled"))
    );
}

#[tokio::test]
async fn secrets_are_shown_once_rotated_with_an_overlap_and_retired() {
    let it = configured().await;
    let first = json(&it, &SHOP);
    let second = json(&it, &["applications", "rotate-secret", "shop", "--domain", HOST, "--overlap", "2d"]);
    assert_ne!(first["client_secret"], second["client_secret"]);
    let show = ["applications", "show", "shop", "--domain", HOST];
    let shown = json(&it, &show);
    assert!(!shown.to_string().contains(first["client_secret"].as_str().unwrap()));
    assert!(shown["secrets"][0]["ends_at"].is_string() && shown["secrets"][1]["ends_at"].is_null());
    let id = shown["secrets"][0]["id"].as_str().unwrap();
    json(&it, &["applications", "retire-secret", "shop", id, "--domain", HOST]);
    assert_eq!(json(&it, &show)["secrets"][0]["state"], "ended");
}

#[tokio::test]
async fn rule_24_a_setting_that_does_not_exist_is_refused_and_nothing_changes() {
    let it = configured().await;
    json(&it, &SHOP);
    let change = ["applications", "change", "shop", "--domain", HOST, "--set"];
    let said = refused(&it, &[&change[..], &["admin=true"]].concat());
    assert!(said.contains("there is no member \"admin\": use one of kind, "), "{said}");
    refused(&it, &[&change[..], &["redirect_uris=[\"javascript:alert(1)\"]"]].concat());
    let changed = json(&it, &[&change[..], &["minimum_level=high"]].concat());
    assert_eq!(changed["settings"]["minimum_level"], "high");
    fs::write(it.path("settings.json"), format!("{{\"jwks\":{}", "[".repeat(100_000))).unwrap();
    let file = ["applications", "change", "shop", "--domain", HOST, "--settings-file", "settings.json"];
    assert!(refused(&it, &file).contains("recursion limit"), "NEG-30");
}

#[tokio::test]
async fn a_setting_that_is_misspelt_is_named_with_the_one_that_was_probably_meant() {
    let it = configured().await;
    json(&it, &SHOP);
    let change = ["applications", "change", "shop", "--domain", HOST, "--set"];
    let said = refused(&it, &[&change[..], &["minimum_levels=high"]].concat());
    assert!(said.contains("no member \"minimum_levels\" here: did you mean `minimum_level`?"), "{said}");
    let said = refused(&it, &[&change[..], &["compatible.null_claim=true"]].concat());
    assert!(
        said.contains("compatible: there is no member \"null_claim\" here: did you mean `null_claims`?"),
        "{said}"
    );
}

#[tokio::test]
async fn the_first_fault_of_an_application_hid_the_others() {
    let it = configured().await;
    json(&it, &SHOP);
    let more = [
        "--redirect-uri",
        "https://*.example/cb",
        "--set",
        "admin=true",
        "--color",
        "red",
        "--kind",
        "wab",
        "--logo-file",
        "none.png",
    ];
    let said = refused(&it, &[&SHOP[..], &more].concat());
    for wanted in ["client_id: ", "redirect_uris[1]: ", "\"admin\"", "brand.color: ", "--kind", "none.png"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let change =
        ["applications", "change", "shop", "--domain", HOST, "--name", " ", "--remove-origin", "null"];
    let more = ["--add", "pkce=off", "--logo-file", "none.png", "--set", "eids=[]", "--client-id", "other"];
    let said = refused(&it, &[&change[..], &more].concat());
    for wanted in ["name: ", "origins: ", "pkce", "none.png", "eids: ", "client_id: "] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert_eq!(said.lines().count(), 6, "{said}");
}

#[tokio::test]
async fn lists_are_added_to_and_taken_from_instead_of_replaced_whole() {
    let it = configured().await;
    json(&it, &SHOP);
    let change = ["applications", "change", "shop", "--domain", HOST];
    let both = ["--add-redirect-uri", "https://new.example/cb", "--remove-eid", "no-vipps"];
    let changed = json(&it, &[&change[..], &both].concat());
    assert_eq!(changed["settings"]["redirect_uris"][1], "https://new.example/cb");
    assert_eq!(changed["settings"]["eids"], serde_json::json!(["no-bankid"]));
    let again = json(&it, &[&change[..], &both[..2]].concat());
    assert_eq!((&again["settings"], &again["version"]), (&changed["settings"], &changed["version"]));
    let said = refused(&it, &[&change[..], &["--remove-redirect-uri", "https://shop.example"]].concat());
    assert!(said.contains("https://shop.example/cb, https://new.example/cb"), "{said}");
    let stale = ["--remove-redirect-uri", "https://new.example/cb", "--if-version", "1"];
    assert!(refused(&it, &[&change[..], &stale].concat()).contains("somebody else changed"));
    let domain = ["domains", "change", HOST, "--add-single-sign-on"];
    json(&it, &[&domain[..], &["no-bankid"]].concat());
    let two = json(&it, &[&domain[..], &["no-vipps", "--remove-single-sign-on", "no-bankid"]].concat());
    assert_eq!(two["single_sign_on"], serde_json::json!(["no-vipps"]));
}

#[tokio::test]
async fn a_domain_is_renamed_and_neither_its_host_nor_a_client_id_ever_changes() {
    let it = configured().await;
    json(&it, &SHOP);
    assert_eq!(json(&it, &["domains", "change", HOST, "--name", "Acme"])["name"], "Acme");
    let application = ["applications", "change", "shop", "--domain", HOST];
    assert_eq!(json(&it, &[&application[..], &["--name", "Butikk"]].concat())["name"], "Butikk");
    for words in [["--client-id", "store"], ["--set", "client_id=store"]] {
        let said = refused(&it, &[&application[..], &words].concat());
        assert!(said.contains("the client id of an application never changes"), "{said}");
    }
    let said = refused(&it, &["domains", "change", HOST, "--host", "id.example"]);
    assert!(said.contains("the host of a domain never changes"), "{said}");
}

#[tokio::test]
async fn a_tenant_is_renamed_and_found_by_its_new_name() {
    let it = configured().await;
    assert_eq!(json(&it, &["tenants", "rename", "tenant", "Acme AS"])["version"], 2);
    assert_eq!(json(&it, &["domains", "list", "--tenant", "Acme AS"])[0]["host"], HOST);
    assert!(refused(&it, &["tenants", "rename", "tenant", "Other"]).contains("there is no such tenant"));
    let stale = ["tenants", "rename", "Acme AS", "Other", "--if-version", "1"];
    assert!(refused(&it, &stale).contains("it is now \"Acme AS\""));
    let said = refused(&it, &["tenants", "create", "ACME AS"]);
    assert!(said.contains("there is \"Acme AS\" already: choose another one"), "{said}");
    let twice = ["domains", "create", "id.example", "--environment", "test", "--name", "TEST"];
    assert!(refused(&it, &twice).contains("this domain name is taken: there is \"test\" already"));
}

#[tokio::test]
async fn a_test_login_changes_nothing_of_the_application_and_its_link_goes_with_the_command() {
    let it = configured().await;
    json(&it, &SHOP);
    let show = ["applications", "show", "shop", "--domain", HOST];
    let before = json(&it, &show);
    let words = ["test", "login", "--client", "shop", "--json", "--config", "portvakt.toml"];
    let mut child = it.command(&words).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let open: Value = serde_json::from_str(&line).unwrap();
    assert!(open["open"].as_str().unwrap().starts_with(&format!("https://{HOST}/trial/")), "{open}");
    let trials = || {
        let database = rusqlite::Connection::open(it.path("portvakt.db")).unwrap();
        database.query_row("SELECT count(*) FROM trials", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(trials(), 1);
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!((child.wait().unwrap().code(), trials()), (Some(1), 0));
    assert_eq!(json(&it, &show), before);
}

#[tokio::test]
async fn a_test_login_with_a_word_that_does_not_exist_is_told_those_that_do() {
    let it = configured().await;
    json(&it, &SHOP);
    let said = refused(&it, &["test", "login", "--client", "shop", "--with", "bankid"]);
    assert!(said.contains("bankid-biometrics"), "{said}");
}

#[tokio::test]
async fn a_backup_is_nobody_elses_to_read_and_is_not_written_through_a_link() {
    use std::os::unix::fs::PermissionsExt;

    let it = configured().await;
    fs::write(it.path("dear"), "dear").unwrap();
    std::os::unix::fs::symlink(it.path("dear"), it.path("all.backup.part")).unwrap();
    json(&it, &["backup", "--file", "all.backup"]);
    assert_eq!(fs::read_to_string(it.path("dear")).ok().as_deref(), Some("dear"));
    let meta = fs::symlink_metadata(it.path("all.backup")).unwrap();
    assert_eq!((meta.is_file(), meta.permissions().mode() & 0o777), (true, 0o600));
}

#[tokio::test]
async fn keys_are_rotated_now_and_withdrawn() {
    let it = Installation::new().await;
    it.configure("[keys]\npublish_ahead = \"1ms\"");
    let rotate = |words: &[&str]| json(&it, &[&["keys", "rotate", "--domain", HOST], words].concat());
    let states = |keys: &Value| -> Vec<String> {
        keys.as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&rotate(&[])), ["next", "current"]);
    let now = rotate(&["--now"]);
    assert_eq!(states(&now), ["next", "current", "retired"]);
    let stolen = now[1]["kid"].as_str().unwrap();
    let mut after = states(&rotate(&["--compromised", stolen]));
    after.sort();
    assert_eq!(after, ["current", "next", "retired", "withdrawn"]);
    for unknown in ["x", "-BeHOa1P4Un"] {
        // A thumbprint may begin with a hyphen, and is no option then.
        let said = refused(&it, &["keys", "rotate", "--domain", HOST, "--compromised", unknown]);
        assert!(said.contains("no such signing key"), "{said}");
    }
}

#[tokio::test]
async fn keys_rotate_says_whether_anything_happened() {
    let it = configured().await;
    json(&it, &SHOP);
    let said = |words: &[&str]| {
        let words = [&["keys", "rotate", "--domain", HOST, "--config", "portvakt.toml"], words].concat();
        String::from_utf8(it.run(&words).stderr).unwrap()
    };
    let first = said(&[]);
    assert!(
        first.starts_with("A new RS256 key was published: ") && first.contains(". It signs from 2"),
        "{first}"
    );
    let second = said(&[]);
    assert!(second.starts_with("No RS256 key was published: the next one, "), "{second}");
    let stolen = json(&it, &["keys", "list", "--domain", HOST])[0]["kid"].as_str().unwrap().to_owned();
    assert!(said(&["--compromised", &stolen]).starts_with(&format!("{stolen} is withdrawn: ")));
    assert!(
        said(&["--compromised", &stolen])
            .starts_with(&format!("Nothing was changed: {stolen} was withdrawn"))
    );
    let now = said(&["--now"]);
    assert!(
        now.contains(" was published just now and signs from ") || now.contains(" signs from now on."),
        "{now}"
    );
}

#[tokio::test]
async fn every_change_is_in_the_trail_and_a_row_changed_by_hand_is_found() {
    let it = configured().await;
    let secret = json(&it, &SHOP)["client_secret"].as_str().unwrap().to_owned();
    let listed = json(&it, &["audit", "list"]);
    let actions: Vec<&str> =
        listed.as_array().unwrap().iter().map(|link| link["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["tenant.created", "domain.created", "application.created", "client_secret.created"]);
    assert!(!listed.to_string().contains(&secret), "NEG-26");
    let verified = json(&it, &["audit", "verify"]);
    assert_eq!((verified[1]["state"].as_str(), verified[1]["links"].as_i64()), (Some("holds"), Some(4)));
    let export = it.run(&["audit", "export", "--config", "portvakt.toml"]).stdout;
    assert_eq!(String::from_utf8(export).unwrap().lines().count(), 4);
}

#[tokio::test]
async fn the_trail_is_listed_by_time_action_and_name_a_page_at_a_time() {
    let it = configured().await;
    json(&it, &SHOP);
    let actions = |words: &[&str]| -> Vec<String> {
        let listed = json(&it, &[&["audit", "list"], words].concat());
        listed.as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions(&["--object", "shop"]), ["application.created", "client_secret.created"]);
    assert_eq!(actions(&["--object", HOST, "--action", "domain"]), ["domain.created"]);
    assert!(actions(&["--until", "2020-01-01"]).is_empty() && actions(&["--since", "9998-01-01"]).is_empty());
    let page = it.run(&["audit", "list", "--limit", "1", "--config", "portvakt.toml"]);
    let (table, aside) = (String::from_utf8(page.stdout).unwrap(), String::from_utf8(page.stderr).unwrap());
    assert!(table.contains("client_secret.created  shop"), "{table}");
    let before = aside.trim().rsplit(' ').next().unwrap();
    assert_eq!(actions(&["--limit", "2", "--before", before]), ["domain.created", "application.created"]);
    for wrong in
        [["--since", "2026-02-30"], ["--until", "2026-01-01T24:00:00Z"], ["--action", "applications"]]
    {
        assert!(refused(&it, &[&["audit", "list"][..], &wrong].concat()).contains("say "), "{wrong:?}");
    }
}

#[tokio::test]
async fn what_one_command_changed_has_one_trace_in_the_trail() {
    let it = configured().await;
    json(&it, &SHOP);
    let listed = json(&it, &["audit", "list"]);
    let traces: Vec<Option<&str>> =
        listed.as_array().unwrap().iter().map(|link| link["trace"].as_str()).collect();
    assert_eq!(traces[2], traces[3], "an application and its secret");
    assert_eq!(traces[2].map(str::len), Some(32));
    assert!(listed.as_array().unwrap().iter().all(|link| link["layout"] == 2));
    // What is done on the host comes from no address.
    let erased = it.run(&["audit", "erase", "3", "--config", "portvakt.toml"]);
    assert!(!erased.status.success());
}

#[tokio::test]
async fn a_backup_restores_into_an_empty_directory_and_overwrites_nothing() {
    let it = configured().await;
    json(&it, &SHOP);
    json(&it, &["backup", "--file", "b.pvb"]);
    assert!(refused(&it, &["backup", "--file", "b.pvb"]).contains("is there already"));
    assert!(refused(&it, &["restore", "--file", "b.pvb"]).contains("not empty"));
    let text = fs::read_to_string(it.path("portvakt.toml")).unwrap();
    fs::write(it.path("other.toml"), text.replace("portvakt.db", "other.db")).unwrap();
    let other = it.run(&["restore", "--file", "b.pvb", "--config", "other.toml"]);
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
    let listed = it.run(&["applications", "list", "--domain", HOST, "--json", "--config", "other.toml"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["client_id"], "shop");
}

#[tokio::test]
async fn after_the_master_key_is_replaced_only_the_new_one_opens() {
    let it = configured().await;
    let new = it.run(&["config", "new-master-key"]).stdout;
    crate::house::write_secret(&it.path("new.key"), &String::from_utf8(new).unwrap());
    assert_eq!(json(&it, &["master-key", "replace", "--new-key-file", "new.key"])["tenants"], 1);
    assert!(refused(&it, &["tenants", "list"]).contains("master key"));
    fs::rename(it.path("new.key"), it.path("master.key")).unwrap();
    assert_eq!(json(&it, &["audit", "verify"])[0]["state"], "holds");
}

#[tokio::test]
async fn what_does_not_exist_is_said_with_what_to_do() {
    let it = configured().await;
    let unknown = refused(&it, &["applications", "list", "--domain", "nowhere.example"]);
    assert!(unknown.contains("no such domain") && unknown.contains("portvakt domains list"), "{unknown}");
    assert!(refused(&it, &["explain", "0123"]).contains("nothing is known of \"0123\""));
    assert!(refused(&it, &["explain"]).contains("<TRACE>"));
    let production = ["domains", "create", "p.example", "--environment", "production"];
    let said = refused(&it, &production);
    assert!(said.contains("controller: a production domain has to say who the data controller is"), "{said}");
    let controller = ["--controller", "Acme AS", "--contact", "personvern@acme.example"];
    json(&it, &[&production[..], &controller].concat());
    let cleared = refused(&it, &["domains", "change", "p.example", "--contact", ""]);
    assert!(cleared.contains("a production domain has to say"), "{cleared}");
    let sandbox =
        ["identity-sources", "set", "no-bankid", "--environment", "sandbox", "--domain", "p.example"];
    assert!(refused(&it, &sandbox).contains("may not serve this domain"));
}

#[tokio::test]
async fn a_notice_is_plain_text_and_can_be_taken_away() {
    let it = configured().await;
    json(&it, &["identity-sources", "set", "no-vipps", "--environment", "sandbox", "--domain", HOST]);
    let notice = ["identity-sources", "notice", "no-vipps", "--domain", HOST];
    let set = json(&it, &[&notice[..], &["--nb", "Vipps er nede til kl. 12."]].concat());
    assert_eq!(set["notice"]["nb"], "Vipps er nede til kl. 12.");
    assert!(refused(&it, &[&notice[..], &["--nb", "<b>"]].concat()).contains("plain text"));
    assert_eq!(json(&it, &[&notice[..], &["--clear"]].concat()), serde_json::json!({}));
}

#[tokio::test]
async fn what_an_eid_may_be_asked_for_is_set_and_cleared_and_never_beyond_what_it_can_do() {
    let it = configured().await;
    json(&it, &["identity-sources", "set", "no-vipps", "--environment", "sandbox", "--domain", HOST]);
    let change = ["identity-sources", "change", "no-vipps", "--domain", HOST];
    let ground = ["--nin-allowed", "false", "--nin-legal-ground", "hvitvaskingsloven § 12"];
    let set = json(&it, &[&change[..], &["--display-name", "Vipps", "--scopes", "email"], &ground].concat());
    assert_eq!(
        set,
        serde_json::json!({"display_name": "Vipps", "scopes": ["email"], "nin_allowed": false,
            "nin_legal_ground": "hvitvaskingsloven § 12"})
    );
    let told = refused(&it, &[&change[..], &["--minimum-level", "high"]].concat());
    assert!(told.contains("never reaches that level"), "{told}");
    let told = refused(&it, &[&change[..], &["--scopes", "nin"]].concat());
    assert!(told.contains("profile, email, phone"), "{told}");
    let clear = ["--display-name", "", "--all-scopes", "--nin-allowed", "true", "--nin-legal-ground", ""];
    assert_eq!(json(&it, &[&change[..], &clear].concat()), serde_json::json!({}));
}

#[tokio::test]
async fn a_script_that_had_seen_an_older_version_overwrote_the_newer_one() {
    let it = configured().await;
    json(&it, &SHOP);
    let shop = ["applications", "show", "--domain", HOST, "shop"];
    assert_eq!(json(&it, &shop)["version"], 1);
    let change = ["applications", "change", "--domain", HOST, "shop", "--if-version", "1", "--name"];
    assert_eq!(json(&it, &[&change[..], &["Butikk"]].concat())["version"], 2);

    let said = refused(&it, &[&change[..], &["Sjappe"]].concat());
    assert!(said.contains("its version is now 2"), "{said}");
    assert!(said.contains(r#"name: it is now "Butikk", you wanted "Sjappe""#), "{said}");
    let disable = ["applications", "disable", "--domain", HOST, "shop", "--if-version", "1"];
    assert!(refused(&it, &disable).contains("its version is now 2"));
    assert_eq!(
        (&json(&it, &shop)["name"], &json(&it, &shop)["state"]),
        (&"Butikk".into(), &"enabled".into())
    );
}

#[tokio::test]
async fn tables_are_for_people() {
    let it = configured().await;
    let shown = it.run(&["domains", "show", HOST, "--config", "portvakt.toml"]).stdout;
    let shown = String::from_utf8(shown).unwrap();
    let shown: Vec<&str> = shown.lines().filter(|line| !line.starts_with("id ")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    host                      login.example
    tenant                    tenant
    environment               test
    issuer                    https://login.example
    name                      test
    state                     enabled
    automation                false
    created at                2023-11-14T22:13:20Z
    disabled at               -
    require par               false
    session absolute minutes  480
    session idle minutes      30
    single sign on            -
    version                   1
    ");
}

#[tokio::test]
async fn a_domain_that_nobody_could_reach_is_refused_with_the_reason() {
    let it = Installation::new().await;
    it.configure("[sandbox]\nhost = \"sandbox.example\"");
    let create =
        |host| refused(&it, &["domains", "create", "--tenant", "tenant", host, "--environment", "test"]);
    assert!(create("sandbox.example").contains("is the host of the sandbox"));
    assert!(create("login.acme.example:443").contains("browsers leave it out"));
}

#[tokio::test]
async fn a_refusal_tells_programs_its_id_its_field_and_what_to_do() {
    let it = configured().await;
    json(&it, &SHOP);
    let change = ["applications", "change", "shop", "--domain", HOST, "--set", "eids=[]", "--json"];
    let output = it.run(&[&change[..], &["--config", "portvakt.toml"]].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let error = &answer["errors"][0];
    assert_eq!((&error["id"], &error["field"]), (&"eids-empty".into(), &"eids".into()), "{answer}");
    assert_eq!(error["what_to_do"], "Name one in eids.");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "portvakt: eids: at least one eID must be allowed: name one in eids\n");
}

#[tokio::test]
async fn an_application_that_loses_the_only_secret_it_needs_is_told() {
    let it = configured().await;
    let made = json(&it, &SHOP);
    let secret = made["secret_id"].as_str().unwrap();
    let retire =
        ["applications", "retire-secret", "--domain", HOST, "shop", secret, "--config", "portvakt.toml"];
    let output = it.run(&retire);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success()
            && said.starts_with("warning: shop: this application authenticates with a secret"),
        "{said}"
    );
}

#[tokio::test]
async fn what_happened_last_is_listed_without_a_trace() {
    let it = Installation::new().await;
    it.configure("trusted_proxies = [\"127.0.0.1\"]");
    let none = it.run(&["explain", "--recent", "--config", "portvakt.toml"]);
    assert!(String::from_utf8(none.stdout).unwrap().contains("No event of a login is known"));
    let server = it.start();
    let wrong = get("/oauth2/authorize?client_id=unknown", &[("host", HOST), ("x-forwarded-proto", "https")]);
    let answer = ask(server.plain().await, false, wrong).await;
    let trace = answer.headers()["trace-id"].to_str().unwrap().to_owned();
    until(async || json(&it, &["explain", "--recent"])[0]["trace"] == trace.as_str()).await;
    let many = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1100)
        INSERT INTO login_events SELECT 'f' || printf('%031x', n), tenant_id, domain_id, application_id, NULL,
        printf('%032x', n), 'started', NULL, NULL, happened_at + 1, expires_at, NULL FROM login_events, number";
    rusqlite::Connection::open(it.path("portvakt.db")).unwrap().execute_batch(many).unwrap();
    assert_eq!(json(&it, &["explain", "--recent"])[0]["cause"], Value::Null, "others came later");
    assert_eq!(json(&it, &["explain", "--recent", "--errors"])[0]["cause"], "client-unknown");
    assert_eq!(json(&it, &["explain", &trace[..5], &trace[5..10]])[0]["trace"], trace.as_str());
    assert_eq!(json(&it, &["explain", "--recent", "--client", "other"]), Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_name_that_was_mistyped_is_answered_with_the_one_that_was_meant() {
    let it = configured().await;
    let typo = HOST.replacen('l', "", 1);
    let said = refused(&it, &["domains", "show", &typo]);
    assert!(said.contains(&format!("did you mean `{HOST}`?")), "{said}");
    json(&it, &["tenants", "create", "Acme"]);
    let said = refused(&it, &["domains", "list", "--tenant", "Acne"]);
    assert!(said.contains("did you mean `Acme`?"), "{said}");
    let said = refused(&it, &["domains", "show", "nothing-like-it.example"]);
    assert!(!said.contains("did you mean"), "{said}");
}

#[tokio::test]
async fn a_shell_is_told_how_to_complete_commands_and_help_is_a_command() {
    let it = configured().await;
    for shell in ["bash", "zsh", "fish"] {
        let told = it.run(&["completions", shell]);
        assert!(told.status.success() && String::from_utf8_lossy(&told.stdout).contains("rotate-secret"));
    }
    let help = it.run(&["help", "applications", "create"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("--redirect-uri"));
}

#[tokio::test]
async fn a_test_login_did_not_say_which_client_was_probably_meant() {
    let it = configured().await;
    json(&it, &SHOP);
    let said = refused(&it, &["test", "login", "--client", "shpo"]);
    assert!(said.contains("did you mean `shop`?"), "{said}");
    let said = refused(&it, &["test", "login", "--client", "shop", "--domain", "log.example"]);
    assert!(said.contains("login.example"), "{said}");
}

#[tokio::test]
async fn a_host_without_its_port_is_told_with_it() {
    let it = configured().await;
    json(&it, &["domains", "create", "id.acme.example:8443", "--environment", "test"]);
    let said = refused(&it, &["applications", "list", "--domain", "id.acme.example"]);
    assert!(said.contains("id.acme.example:8443"), "{said}");
}
