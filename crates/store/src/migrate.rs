//! Brings a database to the state that this version needs, in one transaction, and refuses what it does not know.

use crypto::Digest;

use crate::{
    StoreError,
    lock::Lock,
    postgres::Session,
    sqlite::Sqlite,
    value::{Row, Value},
};

/// What changes a database, in the order in which it was written. Never edit one that was released; add one.
pub(crate) const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_foundation", include_str!("../migrations/0001_foundation.sql")),
    ("0002_operation", include_str!("../migrations/0002_operation.sql")),
    ("0003_refresh_tokens", include_str!("../migrations/0003_refresh_tokens.sql")),
    ("0004_moving_in", include_str!("../migrations/0004_moving_in.sql")),
    ("0005_repeated_answers", include_str!("../migrations/0005_repeated_answers.sql")),
    ("0006_counted_events", include_str!("../migrations/0006_counted_events.sql")),
    ("0007_credentials_version", include_str!("../migrations/0007_credentials_version.sql")),
    ("0008_jobs", include_str!("../migrations/0008_jobs.sql")),
    ("0009_audit_layout_2", include_str!("../migrations/0009_audit_layout_2.sql")),
    ("0010_confirmation", include_str!("../migrations/0010_confirmation.sql")),
    ("0011_plans", include_str!("../migrations/0011_plans.sql")),
    ("0012_brands", include_str!("../migrations/0012_brands.sql")),
    ("0013_bin", include_str!("../migrations/0013_bin.sql")),
    ("0014_trials", include_str!("../migrations/0014_trials.sql")),
    ("0015_source_checks", include_str!("../migrations/0015_source_checks.sql")),
    ("0016_letters", include_str!("../migrations/0016_letters.sql")),
    ("0017_console", include_str!("../migrations/0017_console.sql")),
    ("0018_destruction", include_str!("../migrations/0018_destruction.sql")),
    ("0019_eid_orders", include_str!("../migrations/0019_eid_orders.sql")),
    ("0020_trial_returns", include_str!("../migrations/0020_trial_returns.sql")),
    ("0021_orders", include_str!("../migrations/0021_orders.sql")),
    ("0022_certificates", include_str!("../migrations/0022_certificates.sql")),
    ("0023_order_secrets", include_str!("../migrations/0023_order_secrets.sql")),
    ("0024_audit_times", include_str!("../migrations/0024_audit_times.sql")),
    ("0025_order_entry", include_str!("../migrations/0025_order_entry.sql")),
    ("0026_member_addresses", include_str!("../migrations/0026_member_addresses.sql")),
    ("0027_text_messages", include_str!("../migrations/0027_text_messages.sql")),
    ("0028_order_desk", include_str!("../migrations/0028_order_desk.sql")),
    ("0029_section_links", include_str!("../migrations/0029_section_links.sql")),
    ("0031_order_templates", include_str!("../migrations/0031_order_templates.sql")),
    ("0032_declarations", include_str!("../migrations/0032_declarations.sql")),
    ("0033_declared_issuers", include_str!("../migrations/0033_declared_issuers.sql")),
    ("0034_ordered_again", include_str!("../migrations/0034_ordered_again.sql")),
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    position BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, text_digest BYTEA NOT NULL)";
const LIST: &str = "SELECT name, text_digest FROM schema_migrations ORDER BY position";
const INSERT: &str = "INSERT INTO schema_migrations (position, name, text_digest) VALUES ($1, $2, $3)";

/// Names the migrations that this version knows, in their order.
pub fn migrations() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().map(|(name, _)| *name)
}

/// A connection inside a transaction that excludes other migrations.
pub(crate) trait Migrating {
    fn apply(&mut self, text: &str) -> Result<(), StoreError>;
    fn ask(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;
}

/// Applies what is missing, if it may.
///
/// # Errors
/// [`StoreError::Unsuitable`] for a database that a newer version has migrated, or with other texts;
/// [`StoreError::NotMigrated`] for one that lacks what may not be applied.
pub(crate) fn migrate(database: &mut impl Migrating, may: bool) -> Result<(), StoreError> {
    database.apply(TABLE)?;
    let mut applied = Vec::new();
    for row in database.ask(LIST, &[])? {
        let mut row = row.of("schema_migrations");
        applied.push((row.text("name")?, row.digest("text_digest")?));
    }
    for ((name, text), (found, digest)) in MIGRATIONS.iter().zip(&applied) {
        if name != found || Digest::of(text.as_bytes()) != *digest {
            let text =
                format!("the database was migrated with another text of {name}: use the version that did it");
            return Err(StoreError::Unsuitable(text));
        }
    }
    if let Some((name, _)) = applied.get(MIGRATIONS.len()) {
        let text = format!("the database is newer than this version of portvakt: it has {name}");
        return Err(StoreError::Unsuitable(text));
    }
    if let (false, Some((name, _))) = (may, MIGRATIONS.get(applied.len())) {
        let text =
            format!("the database does not have {name} yet; the next start of `portvakt serve` applies it");
        return Err(StoreError::NotMigrated(text));
    }
    for (position, (name, text)) in MIGRATIONS.iter().enumerate().skip(applied.len()) {
        database.apply(text)?;
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        let digest = Digest::of(text.as_bytes());
        database.ask(INSERT, &[position.into(), (*name).into(), (&digest).into()])?;
        tracing::info!(migration = name, "the database was migrated");
    }
    Ok(())
}

impl Migrating for &Sqlite {
    fn apply(&mut self, text: &str) -> Result<(), StoreError> {
        self.batch(text)
    }

    fn ask(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values)
    }
}

/// Migrates a SQLite file. Another process waits for the write lock.
pub(crate) fn migrate_sqlite(mut connection: &Sqlite, may: bool) -> Result<(), StoreError> {
    connection.control("BEGIN IMMEDIATE")?;
    migrate(&mut connection, may)?;
    connection.control("COMMIT")
}

impl Migrating for Session {
    fn apply(&mut self, text: &str) -> Result<(), StoreError> {
        self.batch(text)
    }

    fn ask(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values, Lock::No)
    }
}

/// What a database must be, as three texts: its encoding, its collation, and whether that sorts by bytes
/// (the name alone says nothing when the provider is ICU).
const CHARACTER: &str = "SELECT pg_encoding_to_char(encoding)::text, datcollate::text,
    CASE WHEN 'Z' < 'a' AND 'a' < 'ä' AND 'a-c' < 'aab' THEN 'bytes' ELSE 'words' END
    FROM pg_database WHERE datname = current_database()";

/// "portvakt" in ASCII: the lock that a migrating node holds.
const LOCK: &str = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;
    SELECT pg_advisory_xact_lock(8101260441034876788)";

/// Migrates a PostgreSQL database. Another node waits for the lock until this one has ended.
pub(crate) fn migrate_postgres(session: &mut Session, may: bool) -> Result<(), StoreError> {
    let found: Vec<String> = match session.rows(CHARACTER, &[], Lock::No)?.pop() {
        Some(row) => {
            let mut row = row.of("pg_database");
            vec![row.text("encoding")?, row.text("datcollate")?, row.text("sorts")?]
        }
        None => Vec::new(),
    };
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    if !matches!(found.as_slice(), ["UTF8", "C" | "POSIX" | "C.UTF-8" | "C.utf8", "bytes"]) {
        let text = format!(
            "the PostgreSQL database must have encoding UTF8 and collation C or C.UTF-8, and has {}: create it \
             with TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
            found.join(", ")
        );
        return Err(StoreError::Encoding(text));
    }
    session.batch("BEGIN")?;
    session.batch(LOCK)?;
    migrate(session, may)?;
    session.batch("COMMIT")
}
