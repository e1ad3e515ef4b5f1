//! What operators write in the documents of orders: versions that are never changed.

use authority::{InstallationPermit, Permission};
use model::{
    Action, LONGEST_TEMPLATE, TEMPLATE_PLACEHOLDERS, TemplateError, TemplateKind, TemplateLanguage,
    Timestamp, checked_template,
};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx,
    order_templates::{self, OrderTemplate},
};
use texts::AdminMessage;

use crate::Refusal;

fn refused(error: TemplateError) -> Refusal {
    let message = match error {
        TemplateError::Empty => AdminMessage::FieldMissing,
        TemplateError::Text => AdminMessage::OrderTextInvalid { most: LONGEST_TEMPLATE.to_string().into() },
        TemplateError::Placeholder(name) => AdminMessage::TemplatePlaceholder {
            name: name.into(),
            known: TEMPLATE_PLACEHOLDERS.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>().into(),
        },
        TemplateError::OneParagraph => AdminMessage::TemplateOneParagraph,
    };
    Refusal::Invalid(message.at("body"))
}

/// Takes a text, in the way in which it is kept: paragraphs with a blank line between.
///
/// # Errors
/// [`Refusal::Invalid`] at `body`.
pub fn checked(kind: TemplateKind, text: &str) -> Result<String, Refusal> {
    checked_template(kind, text).map_err(refused)
}

/// The version of a text that counts; 0: the sample that is built in.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn version(
    tx: &mut impl Tx,
    (kind, language): (TemplateKind, TemplateLanguage),
) -> Result<i64, StoreError> {
    Ok(order_templates::find(tx, (kind, language))?.map_or(0, |it| it.version))
}

/// A text that is to count from now on.
#[derive(Clone, Copy, Debug)]
pub struct NewText<'a> {
    /// Of which document.
    pub kind: TemplateKind,
    /// In which language.
    pub language: TemplateLanguage,
    /// The version that it replaces, as in [`version`].
    pub seen: i64,
    /// The text.
    pub body: &'a str,
}

/// Writes a new version of a text, which counts for orders that are submitted from then on; gives its number.
///
/// # Errors
/// [`Refusal::Invalid`] at `body`: the text cannot be one. [`StoreError::Changed`]: somebody was faster.
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn set(
    tx: &mut WriteTx<'_>,
    permit: &InstallationPermit,
    new: NewText<'_>,
    now: Timestamp,
) -> Result<i64, Refusal> {
    permit.check(Permission::ManageTemplates)?;
    let NewText { kind, language, seen, body } = new;
    let body = checked(kind, body)?;
    if version(tx, (kind, language))? != seen {
        return Err(StoreError::Changed.into());
    }
    let (version, made_by) = (seen + 1, permit.caller().actor.to_string());
    let row = OrderTemplate { kind, language, version, body, made_by, created_at: now };
    order_templates::insert(tx, &row).map_err(|error| match error {
        StoreError::Conflict => StoreError::Changed,
        error => error,
    })?;
    let object = format!("order_template {}/{}", kind.as_str(), language.as_str());
    permit.record(Action::OrderTemplateSet, object, &json!({"version": version}), now).append(tx)?;
    Ok(version)
}
