//! The checks can fail: each finds a violation that is invented here.

use std::path::PathBuf;

use architecture::{
    arrows, binds, libraries, loops, manifest, shown_by,
    source::{File, take_apart},
    statements,
    workspace::{Crate, Dependency, Kind},
};

fn a_crate(name: &str, dependencies: &[(&str, Kind)]) -> Crate {
    let dependencies =
        dependencies.iter().map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: *kind });
    Crate {
        name: name.to_owned(),
        directory: PathBuf::new(),
        manifest: "[lints]\nworkspace = true\n".to_owned(),
        dependencies: dependencies.collect(),
    }
}

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

/// The plan with these crates only.
fn plan(names: &[&str]) -> Vec<arrows::Room> {
    arrows::PLAN.iter().filter(|room| names.contains(&room.name)).copied().collect()
}

#[test]
fn an_arrow_up_in_the_plan_is_found() {
    let plan = [
        arrows::Room { name: "model", floor: 3, may_use: &["store"] },
        arrows::Room { name: "store", floor: 4, may_use: &["attic"] },
    ];
    assert_eq!(
        arrows::faults_of_plan(&plan),
        [
            "`model` (floor 3) may not use `store` (floor 4): arrows go down",
            "the plan has no room `attic`, which `store` uses",
        ]
    );
}

#[test]
fn an_arrow_that_is_not_in_the_plan_is_found() {
    let house =
        [a_crate("oidc", &[("model", Kind::Product), ("serde", Kind::Product)]), a_crate("model", &[])];
    assert_eq!(arrows::violations(&plan(&["oidc", "model"]), &house), ["`oidc` may not use `model`"]);
}

#[test]
fn a_test_may_use_what_is_below_but_the_sandbox_stays_alone() {
    let below = a_crate("eid", &[("sandbox", Kind::Test)]);
    let above = a_crate("oidc", &[("eid", Kind::Test)]);
    let sandbox = a_crate("sandbox", &[("oidc", Kind::Test)]);
    let found = arrows::violations(&plan(&["eid", "oidc", "sandbox"]), &[below, above, sandbox]);
    assert_eq!(found, ["`oidc` may not use `eid`", "`sandbox` may not use `oidc`"]);
}

#[test]
fn a_crate_without_a_place_and_a_place_without_a_crate_are_found() {
    let found = arrows::violations(&plan(&["texts"]), &[a_crate("helpers", &[])]);
    assert_eq!(
        found,
        ["the plan has a room `texts` that does not exist", "`helpers` has no place in the plan"]
    );
}

#[test]
fn a_library_away_from_home_is_found_in_tests_too() {
    let named = [("axum", Kind::Product), ("rusqlite", Kind::Test), ("moka", Kind::Product)];
    let house = [a_crate("provider", &named)];
    let found = libraries::violations(libraries::HOMES, libraries::GUESTS, &house);
    assert_eq!(
        found,
        [
            "`provider` may not name `axum`: it lives in web",
            "`provider` may not name `rusqlite`: it lives in store"
        ]
    );
}

#[test]
fn a_guest_of_the_tests_is_not_one_of_the_product() {
    let house = [
        a_crate("web", &[("tracing-subscriber", Kind::Test)]),
        a_crate("web", &[("tracing-subscriber", Kind::Product)]),
        a_crate("provider", &[("tracing-subscriber", Kind::Test)]),
    ];
    let found = libraries::violations(libraries::HOMES, libraries::GUESTS, &house);
    assert_eq!(
        found,
        [
            "`web` may not name `tracing-subscriber`: it lives in cli",
            "`provider` may not name `tracing-subscriber`: it lives in cli"
        ]
    );
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "[workspace.dependencies]\n# -- web\nmodel = { path = \"x\" }\n# the framework\naxum = \"0.8\"\nhyper = \"1\"\n\n[profile.dev]\ndebug = 1\n";
    assert_eq!(manifest::without_reason(manifest), ["`hyper` has no reason above it"]);
}

#[test]
fn a_crate_of_its_own_will_is_found() {
    let mut wilful = a_crate("wilful", &[]);
    wilful.manifest = "[dependencies]\nserde.workspace = true\nhyper = \"1\"\n".to_owned();
    assert_eq!(
        manifest::violations(&[wilful]),
        [
            "`wilful` does not take this from the workspace: hyper = \"1\"",
            "`wilful` does not have the workspace's lints"
        ]
    );
}

#[test]
fn a_loop_of_modules_is_found_through_the_face_of_the_crate() {
    let files = [
        file(
            "lib.rs",
            "mod key;\nmod sign;\npub use key::Key;\npub use sign::{Algorithm, sign as put_name};",
        ),
        file("key.rs", "use crate::Algorithm;\npub struct Key;"),
        file("sign.rs", "use crate::{Key, b64};\npub enum Algorithm {}"),
        file(
            "b64.rs",
            "//! Used by [`crate::Key`] in words only.\n#[cfg(test)]\nmod tests { use crate::Key; }",
        ),
    ];
    assert_eq!(loops::loops(&files), ["key, sign"]);
}

#[test]
fn a_loop_is_found_by_a_path_in_the_code_and_in_a_folder() {
    let files = [
        file("lib.rs", "mod flow;"),
        file("flow/mod.rs", "mod step;\nmod end;\npub(crate) use end::End;"),
        file("flow/step.rs", "pub(crate) fn go() { super::end::finish() }"),
        file("flow/end.rs", "use super::{step::go as walk, third};\npub(crate) struct End;"),
        file("flow/third.rs", "use super::End; // third → end, end → third"),
    ];
    assert_eq!(loops::loops(&files), ["flow::end, flow::step, flow::third"]);
}

#[test]
fn a_loop_of_methods_of_one_type_in_several_files_is_found() {
    let files = [
        file("lib.rs", "mod desk;\nmod write;\nmod judge;\nmod read;\npub struct Desk;"),
        file("write.rs", "impl crate::Desk { fn put(&self) { self.judge(1) } }"),
        file(
            "judge.rs",
            "impl<'a> Desk {\n  async fn judge(&self, it: u8) { self.again(); Self::pure() }\n  fn again(&self) {}\n}\n\
             fn step(desk: &'a mut Desk, other: Other) { desk.put(); other.look() }",
        ),
        file(
            "read.rs",
            "impl Desk { fn look(&self) { self.put() } }\nimpl fmt::Debug for Desk { fn fmt(&self) {} }",
        ),
        file("desk.rs", "struct Other; impl Other { fn judge(&self) { self.look() } fn look(&self) {} }"),
    ];
    assert_eq!(loops::loops(&files), ["judge, write"], "`read` only goes down");
}

#[test]
fn modules_that_only_go_down_are_no_loop() {
    let files = [
        file("lib.rs", "mod a;\nmod b;\nuse b::B;\npub use a::A;\npub struct Root(B);"),
        file("a.rs", "use crate::b::{self, B};\nuse std::fmt;\npub struct A(B);"),
        file("b.rs", "pub struct B; // never crate::A, says \"crate::A\""),
    ];
    assert_eq!(loops::loops(&files), [""; 0]);
}

#[test]
fn a_statement_that_forgets_the_tenant_is_found() {
    let tables = statements::tables_of_tenants(
        "CREATE TABLE tenants (id TEXT);\nCREATE TABLE grants (\n id TEXT,\n tenant_id TEXT NOT NULL\n);",
    );
    assert_eq!(tables.iter().collect::<Vec<_>>(), ["grants"]);
    let text = r#"
        const GET: &str = "SELECT tenant_id, id FROM grants WHERE id = $1";
        const KEPT: &str = "SELECT id FROM grants WHERE tenant_id = $1 AND id = $2";
        const INSERT: &str = "INSERT INTO grants (id) VALUES ($1)";
        const MOVE: &str = "UPDATE grants SET tenant_id = $1
            WHERE id = $2";
        const SWEEP: &str = "DELETE FROM grants WHERE expires_at <= $1";
        const TENANT: &str = "SELECT id FROM tenants WHERE id = $1";
        // const OLD: &str = "SELECT id FROM grants";
    "#;
    let found = statements::violations(&tables, &[("grants.rs", "SWEEP")], &[file("grants.rs", text)]);
    assert_eq!(
        found,
        [
            "grants.rs GET: SELECT tenant_id, id FROM grants WHERE id = $1",
            "grants.rs INSERT: INSERT INTO grants (id) VALUES ($1)",
            "grants.rs MOVE: UPDATE grants SET tenant_id = $1 WHERE id = $2",
        ]
    );
}

#[test]
fn a_swapped_pair_of_values_is_found() {
    let text = r#"
const INSERT: &str = "INSERT INTO grants (tenant_id, created_at, expires_at) VALUES ($1, $2, $3)";
const EXTEND: &str = "UPDATE grants SET expires_at = $1 WHERE tenant_id = $2 AND created_at < $3";
pub fn insert(tx: &mut WriteTx<'_>, grant: &Grant) -> Result<(), StoreError> {
    let values = [grant.tenant_id.into(), grant.expires_at.into(), grant.created_at.into()];
    tx.put(INSERT, &values)
}
pub fn extend(tx: &mut WriteTx<'_>, tenant_id: TenantId, now: Timestamp) -> Result<(), StoreError> {
    tx.put(EXTEND, &[now.into(), tenant_id.into()])
}
"#;
    let (looked_at, found) = binds::violations(&[file("grants.rs", text)]);
    assert_eq!(looked_at, 2);
    assert_eq!(
        found,
        [
            "grants.rs INSERT: $2 is created_at, but expires_at is bound to it",
            "grants.rs INSERT: $3 is expires_at, but created_at is bound to it",
            "grants.rs EXTEND: 2 values for 3 parameters",
        ]
    );
}

#[test]
fn source_is_taken_apart_where_it_is_hard() {
    let (code, literals) = take_apart(
        "fn f<'a>(x: &'a str) -> char { '\"' } /* \"no /* more */ \" */ const A: &str = r#\"a \"b\" c\"#; // \"x\"\nlet y = \"\\\"\";",
    );
    assert_eq!(code, "fn f<'a>(x: &'a str) -> char { ' ' }  const A: &str = \"\"; \nlet y = \"\";");
    let texts: Vec<_> = literals.iter().map(|it| (it.constant.as_str(), it.text.as_str())).collect();
    assert_eq!(texts, [("A", "a \"b\" c"), ("", "\\\"")]);
}

#[test]
fn a_test_that_a_page_names_and_that_has_another_name_is_found() {
    let page = "A paragraph names one: `web/tests/a.rs`:\n`a_gone_one`.\n\n\
        | question | `not_a_test` | `web/tests/a.rs`: `a_test_that_is_there`, `another_one` (is not); `e2e/b.test.mjs`: \"a sentence\" and \"no test\"; `web/tests/c.rs` |\n";
    let read = |path: &str| match path {
        "crates/web/tests/a.rs" => Some("async fn a_test_that_is_there() {}".to_owned()),
        "e2e/b.test.mjs" => Some("test(`a sentence`, () => {});".to_owned()),
        _ => None,
    };
    assert_eq!(
        shown_by::violations(page, read),
        [
            "crates/web/tests/a.rs has no a_gone_one",
            "crates/web/tests/a.rs has no another_one",
            "e2e/b.test.mjs has no \"no test\"",
            "crates/web/tests/c.rs is not there",
        ]
    );
}
