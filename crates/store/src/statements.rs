//! All statements in one list, for the tests that check them.

use crate::{
    StoreError, access_tokens, applications, approval_requests, audit_events, awaiting_consents, backup, bin,
    brands, browser_sessions, certificates, client_secrets, console_sessions, counted_events,
    declared_objects, deletions, domains, eid_orders, entry_links, failed_attempts, grants, identity_sources,
    imported_subjects, installation, invitations, issuers, jobs, kept_answers, letters, login_events,
    member_roles, members, order_documents, order_people, order_secrets, order_templates, orders,
    parked_requests, phone_codes, plans, refresh_tokens, registry_answers, sandbox_people, section_links,
    signing_keys, source_checks, source_generations, spent_values, sql::ReadTx, subject_keys, tenants,
    test_users, trials,
};

/// By module.
const MODULES: &[&[&str]] = &[
    tenants::ALL,
    domains::ALL,
    applications::ALL,
    client_secrets::ALL,
    identity_sources::ALL,
    source_checks::ALL,
    source_generations::ALL,
    subject_keys::ALL,
    signing_keys::ALL,
    spent_values::ALL,
    parked_requests::ALL,
    plans::ALL,
    awaiting_consents::ALL,
    eid_orders::ALL,
    orders::ALL,
    issuers::ALL,
    order_people::ALL,
    order_documents::ALL,
    order_secrets::ALL,
    order_templates::ALL,
    registry_answers::ALL,
    section_links::ALL,
    approval_requests::ALL,
    phone_codes::ALL,
    kept_answers::ALL,
    trials::ALL,
    letters::ALL,
    grants::ALL,
    access_tokens::ALL,
    refresh_tokens::ALL,
    audit_events::ALL,
    login_events::ALL,
    counted_events::ALL,
    browser_sessions::ALL,
    failed_attempts::ALL,
    sandbox_people::ALL,
    installation::ALL,
    imported_subjects::ALL,
    test_users::ALL,
    declared_objects::ALL,
    brands::ALL,
    certificates::ALL,
    jobs::ALL,
    backup::ALL,
    bin::ALL,
    bin::DESTROY[0],
    bin::DESTROY[1],
    bin::DESTROY[2],
    bin::DESTROY[3],
    deletions::ALL,
    members::ALL,
    member_roles::ALL,
    invitations::ALL,
    console_sessions::ALL,
    entry_links::ALL,
];

/// What a database says about a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The statement's text.
    pub sql: &'static str,
    /// How many parameters it takes.
    pub parameters: usize,
    /// How many columns a row of its result has.
    pub columns: usize,
}

/// Prepares every statement.
pub(crate) fn shapes(tx: &mut ReadTx<'_>) -> Result<Vec<Shape>, StoreError> {
    let shape = |sql| tx.shape(sql).map(|(parameters, columns)| Shape { sql, parameters, columns });
    MODULES.iter().copied().flatten().copied().map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        MODULES, access_tokens, approval_requests, awaiting_consents, backup, bin, browser_sessions,
        certificates, console_sessions, counted_events, deletions, domains, eid_orders, entry_links,
        failed_attempts, grants, installation, invitations, issuers, jobs, kept_answers, letters,
        login_events, member_roles, members, order_people, order_secrets, order_templates, orders,
        parked_requests, phone_codes, plans, refresh_tokens, registry_answers, section_links,
        source_generations, spent_values, tenants, trials,
    };

    /// What the sweep runs, whosever the rows are.
    const SWEEPS: &[&str] = &[
        spent_values::SWEEP,
        parked_requests::SWEEP,
        awaiting_consents::SWEEP,
        eid_orders::SWEEP,
        approval_requests::SWEEP,
        phone_codes::SWEEP,
        order_people::SWEEP,
        order_secrets::SWEEP,
        registry_answers::SWEEP,
        section_links::SWEEP,
        kept_answers::SWEEP,
        trials::SWEEP,
        source_generations::SWEEP,
        access_tokens::SWEEP,
        refresh_tokens::SWEEP,
        refresh_tokens::SWEEP_SUCCESSORS,
        grants::SWEEP,
        login_events::SWEEP,
        counted_events::SWEEP,
        browser_sessions::SWEEP,
        failed_attempts::SWEEP,
        plans::SWEEP,
        plans::SWEEP_CONTENTS,
        letters::SWEEP,
        letters::SWEEP_JOBS,
        invitations::SWEEP,
        console_sessions::SWEEP,
        entry_links::SWEEP,
    ];

    #[test]
    fn every_statement_that_finds_rows_of_a_tenant_names_the_tenant() {
        let operator: Vec<_> = [
            tenants::ALL,
            SWEEPS,
            installation::ALL,
            backup::ALL,
            bin::ALL,
            deletions::ALL,
            members::ALL,
            console_sessions::ALL,
            entry_links::ALL,
            issuers::ALL,
            order_templates::ALL,
            &[
                certificates::LIST_SERVED,
                member_roles::LIST_BY_MEMBER,
                invitations::FIND_BY_ID,
                order_people::FIND_BY_ID,
                section_links::FIND_BY_ID,
                orders::LIST_BY_STATE,
                orders::LIST_EXPIRED,
                orders::LIST_GONE,
                domains::FIND_BY_HOST,
                domains::FIND_BY_HOST_WITH_BIN,
                plans::FIND_BY_ID,
                login_events::LIST_BY_TRACE,
                counted_events::LIST_SINCE,
                jobs::LIST_CLAIMABLE,
                jobs::LIST_STUCK,
                letters::FIND_BY_ID,
                letters::LIST,
                letters::LIST_STUCK,
            ],
        ]
        .concat();
        for sql in MODULES.iter().copied().flatten().filter(|sql| !operator.contains(sql)) {
            let named = if sql.starts_with("INSERT") { "tenant_id," } else { "tenant_id = $" };
            assert!(sql.contains(named), "{sql}");
        }
    }

    /// Statements of administrators, of `explain`, and over tables with few rows for each tenant.
    const OF_OPERATORS: [&str; 16] = [
        "FROM orders WHERE tenant_id = $1 ORDER",
        "FROM orders WHERE tenant_id = $1\n    AND state",
        "AND deleted_at >= $2 ORDER BY deleted_at",
        "sealed_letter FROM letters WHERE tenant_id = $1",
        "FROM plans WHERE tenant_id = $1 ORDER",
        "FROM plans WHERE tenant_id = $1 AND sealed_plan",
        "FROM issuers ORDER",
        "FROM declared_objects",
        "FROM sandbox_people",
        "audit_heads",
        "FROM member_roles WHERE tenant_id",
        "FROM console_sessions WHERE kind",
        "FROM entry_links WHERE kind",
        "FROM invitations WHERE tenant_id",
        "FROM browser_sessions WHERE tenant_id = $1 AND subject",
        "FROM login_events WHERE tenant_id = $1 AND login",
    ];

    /// Backups read everything, and what is destroyed after 30 days in the bin is removed a bounded number of rows at a time.
    fn of_workers(sql: &&&str) -> bool {
        backup::ALL.contains(sql)
            || bin::DESTROY.iter().any(|it| it.contains(sql))
            || bin::REMOVE.contains(sql)
    }

    #[test]
    fn no_statement_on_a_clients_path_searches_everything_that_a_tenant_has() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for (_, text) in crate::migrate::MIGRATIONS {
            database.execute_batch(text).unwrap();
        }
        for sql in MODULES.iter().copied().flatten().filter(|sql| !of_workers(sql)) {
            let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).map(Result::unwrap);
            let slow = steps.filter(|step| step.starts_with("SCAN") || step.ends_with("(tenant_id=?)"));
            let slow: Vec<String> = slow.filter(|it| !it.contains("SUBQUERY")).collect();
            let is_known = OF_OPERATORS.iter().any(|part| sql.contains(part));
            assert!(slow.is_empty() || is_known, "{slow:?}: {sql}");
        }
    }

    /// The tables that grow with a tenant's logins and people, and are not emptied within the time in the bin.
    const GROWING: [&str; 5] = [
        "DELETE FROM grants ",
        "DELETE FROM login_events ",
        "DELETE FROM refresh_tokens ",
        "DELETE FROM imported_subjects ",
        "DELETE FROM browser_sessions ",
    ];

    #[test]
    fn destroying_a_domain_or_application_read_all_that_its_tenant_has() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for (_, text) in crate::migrate::MIGRATIONS {
            database.execute_batch(text).unwrap();
        }
        let of_parts = bin::DESTROY[1..].iter().copied().flatten();
        for sql in of_parts.filter(|sql| GROWING.iter().any(|table| sql.starts_with(table))) {
            let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).map(Result::unwrap);
            let slow = |it: &String| {
                let reads_all = it.starts_with("SCAN") || it.ends_with("(tenant_id=?)");
                (reads_all && !it.contains("SUBQUERY")) || it.contains("TEMP B-TREE FOR ORDER")
            };
            let slow: Vec<String> = steps.filter(slow).collect();
            assert!(slow.is_empty(), "{slow:?}: {sql}");
        }
    }

    #[test]
    fn statements_keep_to_what_both_engines_understand() {
        for sql in MODULES.iter().copied().flatten() {
            for word in [" LIKE ", "TRUE", "FALSE", "DATETIME", "NOW(", "RANDOM", "?", "::", "\""] {
                assert!(!sql.contains(word), "{word} in {sql}");
            }
        }
    }
}
