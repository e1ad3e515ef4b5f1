//! SQL: every text that touches a tenant's table names the tenant.

use std::collections::BTreeSet;

use crate::source::{File, take_apart};

/// What the operator does across tenants: a file of the store, and a constant in it or `*`.
pub const OF_THE_OPERATOR: &[(&str, &str)] = &[
    // Tenants themselves.
    ("tenants.rs", "*"),
    // The sweep removes what has expired, whosever it is.
    ("access_tokens.rs", "SWEEP"),
    ("awaiting_consents.rs", "SWEEP"),
    ("browser_sessions.rs", "SWEEP"),
    ("certificates.rs", "LIST_SERVED"),
    ("counted_events.rs", "SWEEP"),
    ("eid_orders.rs", "SWEEP"),
    ("approval_requests.rs", "SWEEP"),
    ("phone_codes.rs", "SWEEP"),
    ("order_people.rs", "FIND_BY_ID"),
    ("section_links.rs", "FIND_BY_ID"),
    ("section_links.rs", "SWEEP"),
    ("registry_answers.rs", "SWEEP"),
    ("issuers.rs", "HAS_ORDERS"),
    ("orders.rs", "LIST_GONE"),
    ("order_people.rs", "SWEEP"),
    ("order_secrets.rs", "SWEEP"),
    ("orders.rs", "LIST_BY_STATE"),
    ("orders.rs", "LIST_EXPIRED"),
    ("failed_attempts.rs", "SWEEP"),
    ("grants.rs", "SWEEP"),
    ("kept_answers.rs", "SWEEP"),
    ("letters.rs", "SWEEP"),
    ("letters.rs", "SWEEP_JOBS"),
    ("login_events.rs", "SWEEP"),
    ("parked_requests.rs", "SWEEP"),
    ("plans.rs", "SWEEP"),
    ("plans.rs", "SWEEP_CONTENTS"),
    ("refresh_tokens.rs", "SWEEP"),
    ("refresh_tokens.rs", "SWEEP_SUCCESSORS"),
    ("source_generations.rs", "SWEEP"),
    ("spent_values.rs", "SWEEP"),
    ("trials.rs", "SWEEP"),
    // A backup is of everybody.
    ("backup.rs", "*"),
    // The host says which tenant a request belongs to.
    ("deletions.rs", "LIST"),
    ("domains.rs", "FIND_BY_HOST"),
    ("domains.rs", "FIND_BY_HOST_WITH_BIN"),
    // Whoever confirms a plan says its id; the tenant is opened for them afterwards.
    ("plans.rs", "FIND_BY_ID"),
    ("login_events.rs", "LIST_BY_TRACE"),
    ("counted_events.rs", "LIST_SINCE"),
    // A worker does the work of everybody.
    ("jobs.rs", "LIST_CLAIMABLE"),
    ("jobs.rs", "LIST_STUCK"),
    // A session or a link says whom it is of; what that is in a tenant follows.
    ("member_roles.rs", "LIST_BY_MEMBER"),
    ("invitations.rs", "FIND_BY_ID"),
    ("invitations.rs", "SWEEP"),
    // An operator looks after the letters of everybody.
    ("letters.rs", "FIND_BY_ID"),
    ("letters.rs", "LIST"),
    ("letters.rs", "LIST_STUCK"),
];

/// Reads the migrations for the tables that have a `tenant_id`.
pub fn tables_of_tenants(migrations: &str) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for definition in migrations.split("CREATE TABLE ").skip(1) {
        let body = definition.split(");").next().unwrap_or_default();
        if let Some((name, columns)) = body.split_once('(')
            && columns.split_whitespace().any(|word| word == "tenant_id")
        {
            tables.insert(name.trim().to_owned());
        }
    }
    tables
}

/// Finds SQL texts on tenants' tables that do not name the tenant.
///
/// An `INSERT` names it among its columns; everything else compares it with a parameter, an `UPDATE` after its
/// `WHERE`.
pub fn violations(tables: &BTreeSet<String>, operator: &[(&str, &str)], files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for literal in take_apart(&file.text).1 {
            let of_operator = operator
                .iter()
                .any(|(path, name)| *path == file.path && (*name == "*" || *name == literal.constant));
            if !of_operator && touches(tables, &literal.text) && !names_the_tenant(&literal.text) {
                found.push(format!("{} {}: {}", file.path, literal.constant, one_line(&literal.text)));
            }
        }
    }
    found
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|it: char| !(it.is_alphanumeric() || it == '_')).filter(|word| !word.is_empty())
}

fn touches(tables: &BTreeSet<String>, sql: &str) -> bool {
    const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
    let first = words(sql).next().unwrap_or_default();
    VERBS.contains(&first) && words(sql).any(|word| tables.contains(word))
}

fn names_the_tenant(sql: &str) -> bool {
    let sql = one_line(sql);
    if sql.starts_with("INSERT") {
        let columns = sql.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        return columns.is_some_and(|(columns, _)| words(columns).any(|word| word == "tenant_id"));
    }
    sql.split_once(" WHERE ").is_some_and(|(_, condition)| condition.contains("tenant_id = $"))
}
