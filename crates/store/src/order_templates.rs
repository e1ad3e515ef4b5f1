//! The operator's texts of the documents of an order, of the whole installation: versions that are never changed.

use model::{TemplateKind, TemplateLanguage, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO order_templates (kind, language, version, body, made_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT kind, language, version, body, made_by, created_at FROM order_templates
    WHERE kind = $1 AND language = $2 ORDER BY version DESC LIMIT 1";
const FIND_VERSION: &str = "SELECT kind, language, version, body, made_by, created_at FROM order_templates
    WHERE kind = $1 AND language = $2 AND version = $3";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, FIND_VERSION];

/// A version of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTemplate {
    /// Of which document.
    pub kind: TemplateKind,
    /// In which language.
    pub language: TemplateLanguage,
    /// Counts from 1.
    pub version: i64,
    /// The text.
    pub body: String,
    /// Who made it, as in audit events.
    pub made_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// Adds a version.
///
/// # Errors
/// [`StoreError::Conflict`]: there is one of this number. [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, it: &OrderTemplate) -> Result<(), StoreError> {
    let OrderTemplate { kind, language, version, body, made_by, created_at } = it;
    let values = [
        kind.as_str().into(),
        language.as_str().into(),
        (*version).into(),
        body.into(),
        made_by.into(),
        (*created_at).into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Finds the newest version of a text.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    (kind, language): (TemplateKind, TemplateLanguage),
) -> Result<Option<OrderTemplate>, StoreError> {
    let found = tx.find(FIND, &[kind.as_str().into(), language.as_str().into()])?;
    found.map(read).transpose()
}

/// Finds a version of a text.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_version(
    tx: &mut impl Tx,
    (kind, language): (TemplateKind, TemplateLanguage),
    version: i64,
) -> Result<Option<OrderTemplate>, StoreError> {
    let values = [kind.as_str().into(), language.as_str().into(), version.into()];
    tx.find(FIND_VERSION, &values)?.map(read).transpose()
}

fn read(row: Row) -> Result<OrderTemplate, StoreError> {
    let mut row = row.of("order_templates");
    Ok(OrderTemplate {
        kind: row.word("kind", TemplateKind::parse)?,
        language: row.word("language", TemplateLanguage::parse)?,
        version: row.int("version")?,
        body: row.text("body")?,
        made_by: row.text("made_by")?,
        created_at: row.time("created_at")?,
    })
}
