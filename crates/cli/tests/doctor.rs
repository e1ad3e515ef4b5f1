//! `portvakt doctor`: what it finds, and what it says to do.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
};

use crypto::{Random, SealKey, b64};
use model::{INSTALLATION, JOB_LEASE, LeaseId};
use serde_json::Value;
use store::jobs::{self, Claim, JobKey};

use crate::house::{Authority, HOST, Installation, break_signing_key, meddle, write_secret};

/// Runs the doctor; gives its exit code and its findings as (verdict, topic, text).
fn examined(installation: &Installation) -> (Option<i32>, Vec<(String, String, String)>) {
    let output = installation.run(&["doctor", "--config", "portvakt.toml", "--json"]);
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let all = findings.iter().map(|it| (text(it, "verdict"), text(it, "topic"), text(it, "text")));
    (output.status.code(), all.collect())
}

fn said(findings: &[(String, String, String)], topic: &str) -> String {
    let of_topic = findings.iter().filter(|it| it.1.starts_with(topic));
    of_topic.map(|(verdict, _, text)| format!("{verdict}: {text}\n")).collect()
}

#[tokio::test]
async fn a_sound_installation_has_no_trouble_and_a_table_for_people() {
    let installation = Installation::new().await;
    installation.configure("");
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(0), "{findings:#?}");
    assert!(said(&findings, "database").starts_with("ok: SQLite, "));
    let table = installation.run(&["doctor", "--config", "portvakt.toml"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.lines().all(|it| it.starts_with("ok ") || it.starts_with("warning ")), "{table}");
    assert!(table.contains("domain login.example"), "{table}");
    assert!(said(&findings, "public address https://login.example").starts_with("warning: "), "{table}");
}

#[tokio::test]
async fn another_installations_master_key_is_told() {
    let installation = Installation::new().await;
    installation.configure("");
    let another = SealKey::generate(&Random::system());
    write_secret(&installation.path("master.key"), &b64::encode(another.expose()));
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(1));
    assert!(
        said(&findings, "master key").contains("trouble: the master key from the file "),
        "{findings:#?}"
    );
}

#[tokio::test]
async fn certificates_are_looked_at_and_domains_without_one_are_named() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    authority.sign_until(HOST, 2020).write(&installation, "a");
    let (code, findings) = examined(&installation);
    let certificate = said(&findings, "certificate ");
    assert_eq!(code, Some(1));
    assert!(certificate.starts_with("trouble: it expired at 2020-01-01T00:00:00"), "{certificate}");

    authority.sign("other.example").write(&installation, "a");
    let (_, findings) = examined(&installation);
    let domain = said(&findings, "domain login.example");
    assert!(domain.starts_with("trouble: no certificate is for this name"), "{domain}");
    assert!(said(&findings, "certificate ").starts_with("warning: valid until"), "{findings:#?}");
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_and_a_database_that_is_none_are_told() {
    let installation = Installation::new().await;
    installation.configure("address = []");
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(1));
    assert!(said(&findings, "configuration").contains("did you mean `addresses`?"), "{findings:#?}");

    installation.configure("");
    fs::write(installation.path("portvakt.db"), "not a database").unwrap();
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(1));
    assert!(said(&findings, "database").starts_with("trouble: SQLite, "), "{findings:#?}");
}

#[tokio::test]
async fn one_fault_of_the_configuration_hid_everything_else_that_was_wrong() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    let certificate = "[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"";
    installation.configure(&format!("[limits]\ndomain_share = 101\n{certificate}"));
    authority.sign_until(HOST, 2020).write(&installation, "a");
    let another = SealKey::generate(&Random::system());
    write_secret(&installation.path("master.key"), &b64::encode(another.expose()));

    let (code, findings) = examined(&installation);

    assert_eq!(code, Some(1));
    assert!(said(&findings, "configuration").contains("trouble: "), "{findings:#?}");
    assert!(said(&findings, "master key").contains("trouble: "), "{findings:#?}");
    assert!(said(&findings, "certificate").contains("trouble: it expired"), "{findings:#?}");
}

#[tokio::test]
async fn what_depends_on_a_section_that_cannot_be_read_is_not_told() {
    let installation = Installation::new().await;
    installation
        .configure("connections = \"many\"\n[mail]\nfrom = 7\n[outbound]\nextra_roots_file = \"none.pem\"");
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(1));
    assert!(said(&findings, "database").starts_with("ok: "), "{findings:#?}");
    for topic in ["public address", "listen", "mail", "eID no-"] {
        assert_eq!(said(&findings, topic), "", "{findings:#?}");
    }
}

#[tokio::test]
async fn programs_get_what_to_do_about_a_finding() {
    let installation = Installation::new().await;
    installation.configure("address = []");
    let output = installation.run(&["doctor", "--config", "portvakt.toml", "--json"]);
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong = &findings[0];
    assert_eq!((&wrong["topic"], &wrong["id"]), (&"configuration".into(), &"config-key-mistyped".into()));
    assert_eq!(wrong["field"], "listen.address", "{wrong}");
    assert_eq!(wrong["what_to_do"], "Did you mean `addresses`?");
    assert!(wrong["text"].as_str().unwrap().starts_with("portvakt.toml:"), "{wrong}");
}

#[tokio::test]
async fn looking_makes_no_database() {
    let installation = Installation::new().await;
    installation.configure("");
    for name in ["portvakt.db", "portvakt.db-wal", "portvakt.db-shm"] {
        let _ = fs::remove_file(installation.path(name));
    }
    let (code, findings) = examined(&installation);
    assert!(said(&findings, "database").starts_with("warning: "), "{findings:#?}");
    assert_eq!((code, installation.path("portvakt.db").exists()), (Some(0), false));
}

#[tokio::test]
async fn a_mock_of_a_test_eid_is_asked_in_place_of_the_eid() {
    let installation = Installation::new().await;
    // Nobody listens at port 1.
    let mock =
        "[test_eids]\nno_vipps = \"http://127.0.0.1:1/mock/\"\n[outbound]\nallowed = [\"127.0.0.1:1\"]";
    installation.configure(mock);
    write_secret(&installation.path("vipps.secret"), "a secret that an eID gave");
    let source =
        ["identity-sources", "set", "no-vipps", "--environment", "test", "--no-check", "--domain", HOST];
    let credentials = ["--client-id", "ours", "--secret-file", "vipps.secret", "--config", "portvakt.toml"];
    assert!(installation.run(&[&source[..], &credentials].concat()).status.success());
    let (_, findings) = examined(&installation);
    let found = said(&findings, "eID no-vipps, test");
    let asked = "trouble: http://127.0.0.1:1/mock/.well-known/openid-configuration: ";
    assert!(found.starts_with(asked), "{found}");
}

#[tokio::test]
async fn simulated_eids_are_no_trouble_unless_a_domain_has_their_host() {
    let installation = Installation::new().await;
    installation.configure("[sandbox]\nhost = \"sandbox.example\"");
    let source = ["identity-sources", "set", "no-bankid", "--environment", "sandbox", "--domain", HOST];
    assert!(installation.run(&[&source[..], &["--config", "portvakt.toml"]].concat()).status.success());
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(0), "{findings:#?}");
    assert!(said(&findings, "eID no-bankid, sandbox").starts_with("warning: simulated at sandbox.example"));

    installation.configure(&format!("[sandbox]\nhost = \"{HOST}\""));
    let (code, findings) = examined(&installation);
    assert!(code == Some(1) && said(&findings, "sandbox ").contains("a domain has this host too"));
    installation.configure("");
    let (_, findings) = examined(&installation);
    assert!(said(&findings, "eID no-bankid, sandbox").starts_with("trouble: no simulators run here"));
}

#[tokio::test]
async fn a_jump_of_a_nodes_clock_is_told() {
    let installation = Installation::new().await;
    installation.configure("");
    let jumped = |tx: &mut store::WriteTx<'_>, at| {
        let jump = serde_json::to_vec(&model::ClockJump { at, seconds: -7_200 }).unwrap();
        store::installation::insert_if_absent(tx, store::installation::CLOCK_JUMP, &jump)
    };
    meddle(&installation, jumped).await;
    let (_, findings) = examined(&installation);
    assert!(said(&findings, "clock").contains("that of a node jumped by -7200 s"), "{findings:#?}");
}

#[tokio::test]
async fn names_that_only_case_tells_apart_are_told_with_both() {
    let installation = Installation::new().await;
    installation.configure("");
    let twins = |tx: &mut store::WriteTx<'_>, _| {
        let tenant = store::tenants::list(tx, None, 1)?.remove(0);
        let domain = store::domains::list(tx, tenant.id, None, 1)?.remove(0);
        let (id, host, name) = (model::DomainId::from_bytes([1; 16]), "id.example".into(), "TEST".into());
        store::domains::insert(tx, &store::domains::Domain { id, host, name, ..domain })?;
        let (id, name) = (model::TenantId::from_bytes([1; 16]), "TENANT".into());
        store::tenants::insert(tx, &store::tenants::Tenant { id, name, ..tenant })
    };
    meddle(&installation, twins).await;
    let (_, findings) = examined(&installation);
    let names = said(&findings, "names");
    let (tenants, domains) = names.trim_end().split_once('\n').unwrap();
    assert!(tenants.starts_with("warning: the tenants \"TENANT\" and \"tenant\" have "), "{names}");
    assert!(domains.starts_with("warning: the domains ") && domains.contains("case, \""), "{names}");
    assert!(domains.contains(HOST) && domains.contains("id.example"), "{names}");
}

#[tokio::test]
async fn a_flood_of_logins_that_proved_nobody_is_told() {
    let installation = Installation::new().await;
    installation.configure("");
    let counted = |tx: &mut store::WriteTx<'_>, now: model::Timestamp| {
        let row = store::counted_events::CountedEvents {
            tenant_id: model::TenantId::from_bytes([1; 16]),
            domain_id: model::DomainId::from_bytes([1; 16]),
            kind: store::login_events::Kind::RequestRefused,
            cause: "client-unknown".to_owned(),
            began_at: now,
            events: 70_000,
            expires_at: now.after(std::time::Duration::from_secs(3_600)),
        };
        store::counted_events::count(tx, &row)
    };
    meddle(&installation, counted).await;
    let (_, findings) = examined(&installation);
    let told = said(&findings, "login events");
    assert!(told.starts_with("warning: 70000 events") && told.contains("client-unknown"), "{findings:#?}");
}

#[tokio::test]
async fn a_domain_whose_signing_key_cannot_be_opened_is_told() {
    let installation = Installation::new().await;
    installation.configure("");
    break_signing_key(&installation).await;
    let (code, findings) = examined(&installation);
    let told = said(&findings, &format!("domain {HOST}"));
    assert_eq!(code, Some(1));
    assert!(told.contains("trouble: it cannot answer: a signing key cannot be opened"), "{findings:#?}");
}

#[tokio::test]
async fn a_job_that_was_given_up_is_told_with_its_reason() {
    let installation = Installation::new().await;
    installation.configure("");
    let given_up = |tx: &mut store::WriteTx<'_>, now| {
        let key = JobKey { tenant_id: INSTALLATION, kind: "letters".to_owned(), id: "17".to_owned() };
        jobs::insert(tx, &key, None, (now, now))?;
        let lease = LeaseId::new(&Random::seeded(1), now);
        let claim = Claim { kind: "letters", lease, held_for: JOB_LEASE, attempts: 1, limit: 1 };
        let claimed = jobs::claim(tx, &claim, now)?;
        claimed.jobs.iter().try_for_each(|job| jobs::give_up(tx, job, "the mailbox is full", now))
    };
    meddle(&installation, given_up).await;
    let (code, findings) = examined(&installation);
    assert_eq!(code, Some(0), "{findings:#?}");
    let told = said(&findings, "jobs");
    assert!(told.starts_with("warning: 1 given up; the first is letters 17 of tenant "), "{told}");
    assert!(told.contains(", the last time: the mailbox is full: "), "{told}");
}

#[tokio::test]
async fn files_that_others_can_use_are_named_with_owner_mode_and_the_command_that_closes_them() {
    let installation = Installation::new().await;
    installation.configure("");
    let (_, findings) = examined(&installation);
    assert!(said(&findings, "files").starts_with("ok: "), "{findings:#?}");

    set_mode(&installation, "portvakt.toml", 0o666);
    set_mode(&installation, "portvakt.db", 0o644);
    set_mode(&installation, "master.key", 0o644);
    let (_, findings) = examined(&installation);
    let (configuration, database) = (said(&findings, "configuration"), said(&findings, "database"));
    assert!(
        configuration.contains(" 0666): other accounts on this machine can change it"),
        "{configuration}"
    );
    assert!(configuration.contains(": run: chmod 0644 portvakt.toml\n"), "{configuration}");
    assert!(
        database.contains("portvakt.db (owner and mode ") && database.contains(" 0644): other"),
        "{database}"
    );
    assert!(database.contains(": run: chmod 0640 /"), "{database}");
    let key = said(&findings, "master key");
    assert!(key.starts_with("trouble: ") && key.contains("run: chmod 0640 /"), "{key}");
}

#[tokio::test]
async fn files_that_the_service_cannot_use_are_named_with_the_command_that_gives_them() {
    let installation = Installation::new().await;
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    Authority::new().sign(HOST).write(&installation, "a");
    set_mode(&installation, "a.pem", 0o200);
    set_mode(&installation, "portvakt.db", 0o400);
    set_mode(&installation, "master.key", 0o200);
    // Root can use everything; it judges for the owner of the directory.
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        chown(installation.folder.path(), Some(12_345), Some(12_345)).unwrap();
        chown(installation.path("portvakt.db"), Some(12_345), Some(12_345)).unwrap();
    }
    let (code, findings) = examined(&installation);
    let (key, database) = (said(&findings, "master key"), said(&findings, "database"));
    assert_eq!(code, Some(1), "{findings:#?}");
    assert!(key.contains(" 0200): the account ") && key.contains(" cannot read it: run: chgrp "), "{key}");
    assert!(key.contains("/master.key && chmod 0640 /"), "{key}");
    let certificate = said(&findings, "certificate ");
    assert!(certificate.contains("/a.pem && chmod 0640 /"), "{certificate}");
    assert!(database.contains(" 0400): the account "), "{database}");
    assert!(database.contains(" cannot read and write it: run: chown "), "{database}");
}

fn set_mode(installation: &Installation, name: &str, mode: u32) {
    fs::set_permissions(installation.path(name), fs::Permissions::from_mode(mode)).unwrap();
}
