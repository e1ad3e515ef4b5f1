//! The house as it stands keeps to its plan.

use std::fs;

use architecture::{arrows, binds, libraries, loops, manifest, shown_by, statements, tuples, workspace};

/// Libraries away from home, with the move that would bring each back. As with loops, the list only gets shorter.
const KNOWN_STRAYS: &[&str] = &[];

/// Loops that are there, with the move that would end each. A new one fails; so does one that is listed here and
/// gone, so that the list only gets shorter.
const KNOWN_LOOPS: &[(&str, &str)] = &[];

#[test]
fn the_plan_has_only_arrows_that_go_down() {
    assert_eq!(arrows::faults_of_plan(arrows::PLAN), [""; 0]);
}

#[test]
fn crates_use_only_what_the_plan_lets_them() {
    assert_eq!(arrows::violations(arrows::PLAN, &workspace::crates().unwrap()), [""; 0]);
}

#[test]
fn the_plan_permits_no_arrow_that_no_crate_uses() {
    assert_eq!(arrows::unused(arrows::PLAN, &workspace::crates().unwrap()), [""; 0]);
}

#[test]
fn no_library_has_a_home_that_it_has_left() {
    let crates = workspace::crates().unwrap();
    assert_eq!(libraries::stale(libraries::HOMES, libraries::GUESTS, &crates), [""; 0]);
}

#[test]
fn a_library_is_named_only_in_its_home() {
    let crates = workspace::crates().unwrap();
    assert_eq!(libraries::violations(libraries::HOMES, libraries::GUESTS, &crates), KNOWN_STRAYS);
}

#[test]
fn every_dependency_has_a_reason_above_it() {
    let manifest = fs::read_to_string(workspace::root().join("Cargo.toml")).unwrap();
    assert_eq!(manifest::without_reason(&manifest), [""; 0]);
}

#[test]
fn crates_take_lints_and_versions_from_the_workspace() {
    assert_eq!(manifest::violations(&workspace::crates().unwrap()), [""; 0]);
}

#[test]
fn modules_of_a_crate_do_not_use_each_other_in_circles() {
    let mut found = Vec::new();
    for it in workspace::crates().unwrap() {
        let files = workspace::sources(&it.directory.join("src")).unwrap();
        found.extend(loops::loops(&files).into_iter().map(|group| (it.name.clone(), group)));
    }
    found.sort();
    let mut known: Vec<_> =
        KNOWN_LOOPS.iter().map(|(name, group)| ((*name).to_owned(), (*group).to_owned())).collect();
    known.sort();
    assert_eq!(found, known);
}

#[test]
fn every_sql_text_on_a_tenants_table_names_the_tenant() {
    let store = workspace::root().join("crates/store");
    let mut migrations = String::new();
    for entry in fs::read_dir(store.join("migrations")).unwrap() {
        migrations += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let tables = statements::tables_of_tenants(&migrations);
    assert!(tables.contains("grants") && !tables.contains("tenants"), "{tables:?}");
    let files = workspace::sources(&store.join("src")).unwrap();
    assert_eq!(statements::violations(&tables, statements::OF_THE_OPERATOR, &files), [""; 0]);
}

#[test]
fn what_is_bound_to_a_parameter_is_what_the_sql_text_uses_it_for() {
    let files = workspace::sources(&workspace::root().join("crates/store/src")).unwrap();
    let (looked_at, found) = binds::violations(&files);
    assert_eq!(found, [""; 0]);
    assert!(looked_at > 90, "only {looked_at} calls were found");
}

/// Use cases of the console that need no permit: they come before anybody acts, or call what takes one.
const WITHOUT_PERMIT: &[&str] = &[
    "check_master_key",
    "enter_by_link",
    "invitation_of_link",
    "look_at_entry_link",
    "make_plan",
    "own_domain",
    "session",
    "sign_in",
    "sign_out",
    "try_master_key",
];

#[test]
fn what_an_administrator_reads_or_changes_takes_a_permit() {
    let mut without = Vec::new();
    for file in workspace::sources(&workspace::root().join("crates/console/src")).unwrap() {
        for function in file.text.split("pub async fn ").skip(1) {
            let (name, rest) = function.split_once(['(', '<']).unwrap();
            let arguments = rest.split(" -> ").next().unwrap();
            // Whoever opens a tenant says who they are, and gets it only if they act there.
            let leave = ["&Permit", "&InstallationPermit", "&MembersPermit", "&Caller", "&Session"];
            if !leave.iter().any(|it| arguments.contains(it)) {
                without.push(name.to_owned());
            }
        }
    }
    without.sort();
    assert_eq!(without, WITHOUT_PERMIT);
}

/// Changes of objects that administrators set up: each has one function.
const BUILT_ONCE: &[&str] = &[
    "TenantCreated",
    "DomainCreated",
    "DomainChanged",
    "ApplicationCreated",
    "ApplicationChanged",
    "ApplicationDisabled",
    "ApplicationEnabled",
    "SecretCreated",
    "SecretRetired",
    "SourceCreated",
    "SourceChanged",
    "SourceCredentialsSet",
    "SourceDisabled",
    "SourceEnabled",
    "TestUserCreated",
    "TestUserChanged",
    "TestUserRemoved",
    "SubjectsImported",
    "KeyPublished",
    "IssuerAdded",
    "IssuerChanged",
    "IssuerRemoved",
    "OrderTemplateSet",
];

#[test]
fn what_a_change_is_was_written_down_by_each_way_to_make_it() {
    let mut places: Vec<(String, String)> = Vec::new();
    for it in workspace::crates().unwrap().iter().filter(|it| !["model", "store"].contains(&&*it.name)) {
        for file in workspace::sources(&it.directory.join("src")).unwrap() {
            for name in BUILT_ONCE {
                let count = file.text.matches(&format!("Action::{name}")).count();
                places.extend((0..count).map(|_| ((*name).to_owned(), it.name.clone())));
            }
        }
    }
    places.sort();
    let mut wanted: Vec<_> =
        BUILT_ONCE.iter().map(|name| ((*name).to_owned(), "changes".to_owned())).collect();
    wanted.sort();
    assert_eq!(places, wanted);
}

#[test]
fn only_authority_appends_audit_rows_and_names_the_columns_of_sealed_values() {
    for it in workspace::crates().unwrap().iter().filter(|it| !["authority", "store"].contains(&&*it.name)) {
        for file in workspace::sources(&it.directory.join("src")).unwrap() {
            for word in ["audit_events::append", "\"sealed_"] {
                assert!(!file.text.contains(word), "{word} in {} of {}", file.path, it.name);
            }
        }
    }
}

#[test]
fn a_login_is_carried_by_cookies_in_one_place_only() {
    let files = workspace::sources(&workspace::root().join("crates/provider/src/authorize")).unwrap();
    let free =
        |path: &str| path.starts_with("step/") || ["settle.rs", "decision.rs", "dispatch.rs"].contains(&path);
    let free: Vec<_> = files.iter().filter(|file| free(&file.path)).collect();
    assert!(free.len() > 12, "the steps are there");
    for file in free {
        for word in ["Jar", "jar::", "CookieChange", "BrowserCookies"] {
            assert!(!file.text.contains(word), "{}: {word}", file.path);
        }
    }
}

#[test]
fn every_test_that_the_page_of_answers_names_is_there() {
    let page = fs::read_to_string(workspace::root().join("docs/reference/ordering-answers.md")).unwrap();
    let found = shown_by::violations(&page, |path| fs::read_to_string(workspace::root().join(path)).ok());
    assert_eq!(found, [""; 0]);
}

/// Functions whose tuple is what belongs together: mostly a key of two or three parts (an object and the version that was
/// seen, a domain and its eID).
/// As with loops, the list only gets shorter.
const KEYS_IN_TUPLES: &[&str] = &[
    "changes/applications.rs: change",
    "changes/identity_sources.rs: record",
    "changes/test_users.rs: create",
    "cli/manage/identity_source_settings.rs: change_settings",
    "console/applications.rs: change_application",
    "console/applications.rs: switch_application",
    "console/client_secrets.rs: retire_client_secret",
    "console/domains.rs: change_domain",
    "console/identity_sources.rs: set_source_settings",
    "console/identity_sources.rs: switch_identity_source",
    "console/provisioning/applications.rs: changed_application",
    "console/provisioning/domains.rs: said",
    "console/provisioning/sources.rs: save_source",
    "console/provisioning/subjects.rs: sector",
    "console/signing_keys.rs: withdraw_key",
    "console/test_users.rs: change_test_user",
    "console/test_users.rs: remove_test_user",
    "provider/load_issuer.rs: source",
    "sandbox/people.rs: number",
    "store/browser_sessions.rs: list",
    "store/failed_attempts.rs: count",
    "store/imported_subjects.rs: list_of",
    "store/parked_requests.rs: present",
];

#[test]
fn no_tuple_hides_an_argument() {
    let mut found = Vec::new();
    for it in workspace::crates().unwrap() {
        let files = workspace::sources(&it.directory.join("src")).unwrap();
        found.extend(tuples::hidden_arguments(&files).into_iter().map(|one| format!("{}/{one}", it.name)));
    }
    found.sort();
    assert_eq!(found, KEYS_IN_TUPLES);
}
