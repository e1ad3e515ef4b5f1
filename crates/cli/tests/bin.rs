//! Deleting and disabling from the terminal.

use std::fs;

use serde_json::{Value, json};

use crate::house::{HOST, Installation};

async fn configured() -> Installation {
    let installation = Installation::new().await;
    installation.configure("");
    installation
}

fn done(it: &Installation, words: &[&str]) -> Value {
    let output = it.run(&[words, &["--json", "--config", "portvakt.toml"]].concat());
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(it: &Installation, words: &[&str]) -> String {
    let output = it.run(&[words, &["--config", "portvakt.toml"]].concat());
    assert!(!output.status.success(), "{words:?} should have been refused");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_domain_was_deleted_without_anybody_confirming_it() {
    let it = configured().await;
    let said = refused(&it, &["domains", "delete", HOST]);
    assert!(said.contains("the deletion was not confirmed") && said.contains("--yes"), "{said}");
    assert_eq!(done(&it, &["domains", "list"])[0]["host"], HOST);
}

#[tokio::test]
async fn what_is_deleted_is_listed_with_its_last_day_and_restored_by_name() {
    let it = configured().await;
    let deleted = done(&it, &["domains", "delete", HOST, "--yes"]);
    assert_eq!(deleted["restore"], format!("portvakt domains restore {HOST} --config portvakt.toml"));
    assert_eq!(done(&it, &["domains", "list"]), json!([]));
    let bin = done(&it, &["domains", "bin"]);
    assert_eq!((&bin[0]["name"], &bin[0]["state"]), (&json!(HOST), &json!("deleted")));
    assert!(bin[0]["deleted_by"].as_str().unwrap().starts_with("operator:"));
    assert!(bin[0]["destroyed_at"].as_str().unwrap() > bin[0]["deleted_at"].as_str().unwrap());
    let said = refused(&it, &["domains", "create", HOST, "--environment", "test"]);
    assert!(said.contains("is in the bin until") && said.contains("portvakt domains restore"), "{said}");
    let doctor = it.run(&["doctor", "--config", "portvakt.toml"]);
    assert!(
        String::from_utf8_lossy(&doctor.stdout).contains("is in the bin and is destroyed on"),
        "{doctor:?}"
    );

    assert_eq!(done(&it, &["domains", "restore", HOST])["name"], HOST);
    assert_eq!(done(&it, &["domains", "bin"]), json!([]));
    assert!(refused(&it, &["domains", "restore", HOST]).contains("is not in the bin"));
}

#[tokio::test]
async fn domains_and_tenants_could_not_be_disabled() {
    let it = configured().await;
    for (words, list) in
        [(["domains", "disable", HOST], "domains"), (["tenants", "disable", "tenant"], "tenants")]
    {
        assert_eq!(done(&it, &words)["state"], "disabled");
        assert_eq!(done(&it, &[list, "list"])[0]["state"], "disabled");
        let doctor = it.run(&["doctor", "--config", "portvakt.toml"]);
        assert!(String::from_utf8_lossy(&doctor.stdout).contains(&format!("`portvakt {list} enable")));
        assert_eq!(done(&it, &[words[0], "enable", words[2]])["state"], "enabled");
    }
}

#[tokio::test]
async fn a_restored_backup_needs_the_list_of_deletions_that_lies_beside_the_database() {
    let it = configured().await;
    done(&it, &["backup", "--file", "all.backup"]);
    done(&it, &["tenants", "delete", "tenant", "--yes"]);
    let list = fs::read_to_string(it.path("portvakt.db.deletions")).unwrap();
    assert!(list.contains(r#""kind":"tenant""#) && !list.contains(HOST), "{list}");
    for name in ["portvakt.db", "portvakt.db-wal", "portvakt.db-shm"] {
        let _ = fs::remove_file(it.path(name));
    }
    fs::write(it.path("damaged"), "x\n").unwrap();
    let restore = ["restore", "--file", "all.backup"];
    let said = refused(&it, &[&restore[..], &["--deletions-file", "damaged"]].concat());
    assert!(said.contains("the list of deletions damaged cannot be used"), "{said}");
    assert_eq!(done(&it, &restore)["deleted_again"], 1);
    assert_eq!(done(&it, &["tenants", "list"]), json!([]));
    assert_eq!(done(&it, &["tenants", "bin"])[0]["name"], "tenant");
}

#[tokio::test]
async fn commands_that_were_printed_reached_another_installation() {
    let it = configured().await;
    done(&it, &["tenants", "delete", "tenant", "--yes"]);
    let restore = "portvakt tenants restore \"tenant\" --config portvakt.toml";
    assert!(refused(&it, &["tenants", "create", "Tenant"]).contains(restore));
    assert!(
        refused(&it, &["tenants", "restore", "other"])
            .contains("`portvakt tenants bin --config portvakt.toml`")
    );
    let doctor = it.run(&["doctor", "--config", "portvakt.toml"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains(restore), "{doctor:?}");
}

#[tokio::test]
async fn the_bin_of_a_domain_that_is_not_there_looked_empty() {
    let it = configured().await;
    for words in [&["applications", "bin"][..], &["applications", "restore", "shop"]] {
        let said = refused(&it, &[words, &["--domain", "logon.example"]].concat());
        assert!(said.contains("logon.example") && said.contains(HOST), "{said}");
    }
    done(&it, &["domains", "delete", HOST, "--yes"]);
    assert_eq!(done(&it, &["applications", "bin", "--domain", HOST]), json!([]));
}
