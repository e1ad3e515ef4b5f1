//! Rows on their way into a backup and out of it, alike for both engines. The operator's.
//!
//! A page is some rows of one table as bytes: for each value a kind (0 nothing, 1 text, 2 number, 3 bytes) and, but for
//! nothing, what follows: 8 bytes of a number, or 4 bytes of length and the value. All big-endian.

use crate::{
    StoreError, WriteTx,
    snapshot::Snapshot,
    sql::Statements as _,
    value::{Row, Value},
};

/// How many rows a page has at most.
const ROWS: u32 = 500;

/// A table of a backup.
struct Table {
    name: &'static str,
    page: &'static str,
    insert: &'static str,
    columns: usize,
    /// Where the columns of the key are, and what sorts before every key.
    key: &'static [(usize, Start)],
}

#[derive(Clone, Copy)]
enum Start {
    Text,
    Int,
    Bytes,
}

macro_rules! tables {
    ($($name:literal: $columns:literal, [$($at:literal $kind:ident),+], $count:literal, $key:literal > $first:literal, by $order:literal, limit $limit:literal, values $values:literal;)+) => {
        const TABLES: &[Table] = &[$(Table {
            name: $name,
            page: concat!("SELECT ", $columns, " FROM ", $name, " WHERE ", $key, " > ", $first, " ORDER BY ", $order, " LIMIT ", $limit),
            insert: concat!("INSERT INTO ", $name, " (", $columns, ") VALUES (", $values, ")"),
            columns: $count,
            key: &[$(($at, Start::$kind)),+],
        }),+];

        pub(crate) const ALL: &[&str] = &[$(
            concat!("SELECT ", $columns, " FROM ", $name, " WHERE ", $key, " > ", $first, " ORDER BY ", $order, " LIMIT ", $limit),
            concat!("INSERT INTO ", $name, " (", $columns, ") VALUES (", $values, ")"),
        )+];
    };
}

// A row comes after what it refers to.
tables! {
    "installation": "name, value", [0 Text], 2, "name" > "$1", by "name", limit "$2", values "$1, $2";
    "tenants": "id, name, sealed_data_key, version, created_at, disabled_at, deleted_at, deleted_by, destroying_at",
        [0 Text], 9, "id" > "$1", by "id", limit "$2", values "$1, $2, $3, $4, $5, $6, $7, $8, $9";
    "domains": "tenant_id, id, host, scheme, environment, name, settings, version, created_at, disabled_at, deleted_at, deleted_by, destroying_at",
        [0 Text, 1 Text], 13, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13";
    "applications": "tenant_id, id, domain_id, client_id, name, settings, version, created_at, disabled_at, deleted_at, deleted_by, destroying_at",
        [0 Text, 1 Text], 12, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12";
    "client_secrets": "tenant_id, id, application_id, secret_digest, created_at, expires_at, retired_at, last_used_at",
        [0 Text, 1 Text], 8, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3", values "$1, $2, $3, $4, $5, $6, $7, $8";
    "identity_sources": "tenant_id, id, domain_id, eid, environment, settings, sealed_credentials, credentials_version, version, created_at, disabled_at",
        [0 Text, 1 Text], 11, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11";
    "source_generations": "tenant_id, source_id, generation, environment, sealed_credentials, credentials_version, set_at",
        [0 Text, 1 Text, 2 Text], 7, "(tenant_id, source_id, generation)" > "($1, $2, $3)",
        by "tenant_id, source_id, generation", limit "$4", values "$1, $2, $3, $4, $5, $6, $7";
    "subject_keys": "tenant_id, environment, sealed_key, created_at", [0 Text, 1 Text], 4,
        "(tenant_id, environment)" > "($1, $2)", by "tenant_id, environment", limit "$3", values "$1, $2, $3, $4";
    "signing_keys": "domain_id, id, tenant_id, algorithm, public_jwk, sealed_private_key, published_at, active_at, retired_at, withdrawn_at",
        [0 Text, 1 Text], 10, "(domain_id, id)" > "($1, $2)", by "domain_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10";
    "audit_heads": "tenant_id, sequence, digest, mac", [0 Text], 4, "tenant_id" > "$1", by "tenant_id", limit "$2",
        values "$1, $2, $3, $4";
    "audit_events": "tenant_id, sequence, happened_at, actor, action, object, details, digest, layout, trace, approver, personal_digest",
        [0 Text, 1 Int], 12, "(tenant_id, sequence)" > "($1, $2)", by "tenant_id, sequence", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12";
    "audit_personal": "tenant_id, sequence, salt, address, name", [0 Text, 1 Int], 5,
        "(tenant_id, sequence)" > "($1, $2)", by "tenant_id, sequence", limit "$3", values "$1, $2, $3, $4, $5";
    "sandbox_people": "tenant_id, id, person, created_at", [0 Text, 1 Text], 4, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id",
        limit "$3", values "$1, $2, $3, $4";
    "login_events": "tenant_id, id, domain_id, application_id, login, trace, kind, eid, cause, happened_at, expires_at, sealed_details",
        [0 Text, 1 Text], 12, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12";
    "imported_subjects": "tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at",
        [0 Text, 1 Text, 2 Text, 3 Bytes], 7, "(tenant_id, environment, sector, person_digest)" > "($1, $2, $3, $4)",
        by "tenant_id, environment, sector, person_digest", limit "$5", values "$1, $2, $3, $4, $5, $6, $7";
    "test_users": "tenant_id, id, domain_id, username, password_digest, sealed_claims, version, created_at",
        [0 Text, 1 Text], 8, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8";
    "declared_objects": "tenant_id, kind, object_id, declaration, created_at, removed_at", [0 Text, 1 Text, 2 Text], 6,
        "(tenant_id, kind, object_id)" > "($1, $2, $3)", by "tenant_id, kind, object_id", limit "$4",
        values "$1, $2, $3, $4, $5, $6";
    "brands": "tenant_id, owner_id, domain_id, color, logo_digest, logo", [0 Text, 1 Text], 6,
        "(tenant_id, owner_id)" > "($1, $2)", by "tenant_id, owner_id", limit "$3", values "$1, $2, $3, $4, $5, $6";
    "certificates": "tenant_id, domain_id, chain, sealed_key, not_after, set_at", [0 Text, 1 Text], 6,
        "(tenant_id, domain_id)" > "($1, $2)", by "tenant_id, domain_id", limit "$3", values "$1, $2, $3, $4, $5, $6";
    "members": "id, name, version, created_at, seen_at, sealed_contact", [0 Text], 6, "id" > "$1", by "id",
        limit "$2", values "$1, $2, $3, $4, $5, $6";
    "member_credentials": "credential_digest, member_id, eid, environment, created_at", [0 Bytes], 5,
        "credential_digest" > "$1", by "credential_digest", limit "$2", values "$1, $2, $3, $4, $5";
    "member_roles": "tenant_id, member_id, role, granted_by, created_at, confirmed_at", [0 Text, 1 Text, 2 Text], 6,
        "(tenant_id, member_id, role)" > "($1, $2, $3)", by "tenant_id, member_id, role", limit "$4",
        values "$1, $2, $3, $4, $5, $6";
    "orders": "tenant_id, id, domain_id, eid, handover, state, held_state, version, submission, document_digest, was_sent, sealed_answers, created_at, changed_at, since, expires_at, entered_version, issuer_id, declaration_digest, agreement_state, supersedes",
        [0 Text, 1 Text], 21, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21";
    "issuers": "id, settings, version, created_at, declared_by", [0 Text], 5, "id" > "$1", by "id", limit "$2",
        values "$1, $2, $3, $4, $5";
    "order_templates": "kind, language, version, body, made_by, created_at", [0 Text, 1 Text, 2 Int], 6,
        "(kind, language, version)" > "($1, $2, $3)", by "kind, language, version", limit "$4",
        values "$1, $2, $3, $4, $5, $6";
    "order_steps": "tenant_id, order_id, position, event, state, actor, sealed_note, happened_at",
        [0 Text, 1 Text, 2 Int], 8, "(tenant_id, order_id, position)" > "($1, $2, $3)",
        by "tenant_id, order_id, position", limit "$4", values "$1, $2, $3, $4, $5, $6, $7, $8";
    "order_people": "tenant_id, id, order_id, submission, part, state, generation, sealed_person, sealed_evidence, person_digest, member_id, decided_at",
        [0 Text, 1 Text], 12, "(tenant_id, id)" > "($1, $2)", by "tenant_id, id", limit "$3",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12";
    "order_secrets": "tenant_id, order_id, kind, sealed_secret, created_at",
        [0 Text, 1 Text, 2 Text], 5, "(tenant_id, order_id, kind)" > "($1, $2, $3)",
        by "tenant_id, order_id, kind", limit "$4", values "$1, $2, $3, $4, $5";
    "order_documents": "tenant_id, order_id, submission, kind, digest, sealed_document, created_at",
        [0 Text, 1 Text, 2 Int, 3 Text], 7, "(tenant_id, order_id, submission, kind)" > "($1, $2, $3, $4)",
        by "tenant_id, order_id, submission, kind", limit "$5", values "$1, $2, $3, $4, $5, $6, $7";
    "jobs": "tenant_id, kind, id, sealed_payload, created_at, due_at, attempts, lease_holder, lease_ends_at, last_error, stuck_at",
        [0 Text, 1 Text, 2 Text], 11, "(tenant_id, kind, id)" > "($1, $2, $3)", by "tenant_id, kind, id", limit "$4",
        values "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11";
}

/// Where reading a table goes on; [`Cursor::default`] begins.
#[derive(Clone, Default)]
pub struct Cursor(Option<Vec<Value<'static>>>);

/// Some rows of a table.
pub struct Page {
    /// As bytes.
    pub bytes: Vec<u8>,
    /// How many they are.
    pub rows: u32,
    /// Where to go on; `None` after the last.
    pub next: Option<Cursor>,
}

/// The tables of a backup, in its order.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name)
}

fn table(name: &str) -> Result<&'static Table, StoreError> {
    let found = TABLES.iter().find(|table| table.name == name);
    found.ok_or_else(|| StoreError::Failed(format!("{name} is no table of a backup")))
}

/// Reads the next rows of a table, by its key.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn page(tx: &mut Snapshot<'_, '_>, name: &str, cursor: &Cursor) -> Result<Page, StoreError> {
    let table = table(name)?;
    let start = table.key.iter().map(|(_, kind)| match kind {
        Start::Text => Value::Text("".into()),
        Start::Int => Value::Int(i64::MIN),
        Start::Bytes => Value::Bytes(Vec::new().into()),
    });
    let mut values: Vec<Value<'static>> = cursor.0.clone().unwrap_or_else(|| start.collect());
    values.push(ROWS.into());
    let rows = tx.list(table.page, &values)?;
    let next = rows.last().filter(|_| rows.len() >= ROWS as usize).map(|Row(last)| {
        Cursor(Some(table.key.iter().filter_map(|(at, _)| last.get(*at).cloned()).collect()))
    });
    let mut bytes = Vec::new();
    for Row(values) in &rows {
        values.iter().for_each(|value| encode(value, &mut bytes));
    }
    Ok(Page { bytes, rows: u32::try_from(rows.len()).unwrap_or(u32::MAX), next })
}

/// Adds the rows of a page; gives how many.
///
/// # Errors
/// [`StoreError::Failed`] for bytes that are no page of this table; [`StoreError::Conflict`] for a row that is there.
pub fn insert(tx: &mut WriteTx<'_>, name: &str, bytes: &[u8]) -> Result<u32, StoreError> {
    let table = table(name)?;
    let mut rest = bytes;
    let mut rows = 0;
    while !rest.is_empty() {
        let mut values = Vec::with_capacity(table.columns);
        for _ in 0..table.columns {
            let malformed = || StoreError::Failed(format!("the rows of {name} are malformed"));
            values.push(decode(&mut rest).ok_or_else(malformed)?);
        }
        // The last of a page is waited for, so that a large backup does not pile up on its way to PostgreSQL.
        if rest.is_empty() {
            tx.execute(table.insert, &values).map(drop)?
        } else {
            tx.put(table.insert, &values)?
        }
        rows += 1;
    }
    Ok(rows)
}

/// Counts the rows of a page.
///
/// # Errors
/// [`StoreError::Failed`] for bytes that are no page of this table.
pub fn count(name: &str, bytes: &[u8]) -> Result<u32, StoreError> {
    let table = table(name)?;
    let malformed = || StoreError::Failed(format!("the rows of {name} are malformed"));
    let mut rest = bytes;
    let mut values = 0;
    while !rest.is_empty() {
        decode(&mut rest).ok_or_else(malformed)?;
        values += 1;
    }
    let whole = values % table.columns == 0;
    u32::try_from(values / table.columns).ok().filter(|_| whole).ok_or_else(malformed)
}

fn encode(value: &Value<'_>, to: &mut Vec<u8>) {
    let (kind, bytes) = match value {
        Value::Null => return to.push(0),
        Value::Int(number) => {
            to.push(2);
            return to.extend_from_slice(&number.to_be_bytes());
        }
        Value::Text(text) => (1, text.as_bytes()),
        Value::Bytes(bytes) => (3, bytes.as_ref()),
    };
    to.push(kind);
    to.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    to.extend_from_slice(bytes);
}

fn decode(rest: &mut &[u8]) -> Option<Value<'static>> {
    let (kind, after) = rest.split_first()?;
    *rest = after;
    match kind {
        0 => Some(Value::Null),
        2 => {
            let (number, after) = rest.split_first_chunk::<8>()?;
            *rest = after;
            Some(Value::Int(i64::from_be_bytes(*number)))
        }
        1 | 3 => {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (bytes, after) = after.split_at_checked(length)?;
            *rest = after;
            if *kind == 3 {
                return Some(Value::Bytes(bytes.to_vec().into()));
            }
            String::from_utf8(bytes.to_vec()).ok().map(|text| Value::Text(text.into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::value::Value;

    #[test]
    fn values_read_back_and_what_is_cut_does_not() {
        let values: [Value<'_>; 5] =
            ["å".into(), (-5_i64).into(), Value::Bytes(vec![0, 1].into()), Value::Null, "".into()];
        let mut bytes = Vec::new();
        values.iter().for_each(|value| encode(value, &mut bytes));
        let mut rest = bytes.as_slice();
        for value in &values {
            assert!(decode(&mut rest).as_ref() == Some(value));
        }
        assert!(rest.is_empty() && decode(&mut rest).is_none());
        for at in [2, 4, 12, 14] {
            let mut cut = &bytes[..at];
            let read: Vec<_> = std::iter::from_fn(|| decode(&mut cut)).collect();
            assert!(read.len() < 4, "cut at {at}");
        }
    }
}
