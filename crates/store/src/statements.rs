//! All statements in one list, for whoever wants to check them.

use crate::{
    StoreError, access_tokens, applications, audit_events, awaiting_consents, backup, browser_sessions,
    client_secrets, counted_events, declared_objects, domains, failed_attempts, grants, identity_sources,
    imported_subjects, installation, login_events, parked_requests, refresh_tokens, sandbox_people,
    signing_keys, spent_values, sql::ReadTx, subject_keys, sweep, tenants, test_users,
};

/// By module.
const MODULES: &[&[&str]] = &[
    tenants::ALL,
    domains::ALL,
    applications::ALL,
    client_secrets::ALL,
    identity_sources::ALL,
    subject_keys::ALL,
    signing_keys::ALL,
    spent_values::ALL,
    parked_requests::ALL,
    awaiting_consents::ALL,
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
    sweep::ALL,
    backup::ALL,
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
    use super::{MODULES, backup, counted_events, domains, installation, login_events, sweep, tenants};

    #[test]
    fn every_statement_that_finds_rows_of_a_tenant_names_the_tenant() {
        let operator: Vec<_> = [
            tenants::ALL,
            sweep::ALL,
            installation::ALL,
            backup::ALL,
            &[domains::FIND_BY_HOST, login_events::LIST_BY_TRACE, counted_events::LIST_SINCE],
        ]
        .concat();
        for sql in MODULES.iter().copied().flatten().filter(|sql| !operator.contains(sql)) {
            let named = if sql.starts_with("INSERT") { "tenant_id," } else { "tenant_id = $" };
            assert!(sql.contains(named), "{sql}");
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
