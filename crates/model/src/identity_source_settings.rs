//! What an identity source is told beside its credentials.

use serde::{Deserialize, Serialize};

use crate::entered::{is_hidden, is_visible};

/// The longest notice in one language, in characters.
pub(crate) const LONGEST_NOTICE: usize = 280;

/// The settings of an identity source, as they stand in its row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySourceSettings {
    /// What people are told where they choose the eID, whether it works or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// The tenant has confirmed that its agreement lets it use the eID's own button. In the sandbox it is used anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_button: bool,
}

/// A plain text in the languages that somebody wrote it in; at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Bokmål.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nb: Option<String>,
    /// Nynorsk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nn: Option<String>,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

/// Why settings cannot be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentitySourceSettingsError {
    /// Not the JSON object that it must be; names the field.
    Malformed(String),
    /// No language has a text.
    Empty,
    /// A text is too long.
    TooLong(&'static str),
    /// A text has line breaks, control characters or angle brackets.
    NotPlain(&'static str),
}

impl Notice {
    fn all(&self) -> [(&'static str, Option<&str>); 3] {
        [("nb", self.nb.as_deref()), ("nn", self.nn.as_deref()), ("en", self.en.as_deref())]
    }

    /// The text for a reader of `language` (`nb`, `nn`, `en`), or else in the first language that it has; with its
    /// language.
    pub fn in_language(&self, language: &str) -> Option<(&'static str, &str)> {
        let texts = || self.all().into_iter().filter_map(|(name, text)| Some((name, text?)));
        texts().find(|(name, _)| *name == language).or_else(|| texts().next())
    }

    fn check(&self) -> Result<(), IdentitySourceSettingsError> {
        if self.all().iter().all(|(_, text)| text.is_none()) {
            return Err(IdentitySourceSettingsError::Empty);
        }
        for (name, text) in self.all() {
            let Some(text) = text else { continue };
            if !is_visible(text) {
                return Err(IdentitySourceSettingsError::Empty);
            }
            if text.chars().count() > LONGEST_NOTICE {
                return Err(IdentitySourceSettingsError::TooLong(name));
            }
            if text.chars().any(|it| it.is_control() || matches!(it, '<' | '>') || is_hidden(it)) {
                return Err(IdentitySourceSettingsError::NotPlain(name));
            }
        }
        Ok(())
    }
}

impl IdentitySourceSettings {
    /// Reads and checks settings as they stand in the database, or as somebody wrote them.
    ///
    /// # Errors
    /// [`IdentitySourceSettingsError`]: refuse the change; of a row that exists, tell the operator.
    pub fn parse(json: &str) -> Result<Self, IdentitySourceSettingsError> {
        let settings: Self = serde_json::from_str(json)
            .map_err(|error| IdentitySourceSettingsError::Malformed(error.to_string()))?;
        settings.check()?;
        Ok(settings)
    }

    /// Checks settings before they are saved.
    ///
    /// # Errors
    /// The first [`IdentitySourceSettingsError`].
    pub fn check(&self) -> Result<(), IdentitySourceSettingsError> {
        self.notice.as_ref().map_or(Ok(()), Notice::check)
    }

    /// Writes them for the database.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{IdentitySourceSettings, IdentitySourceSettingsError as Error};

    #[test]
    fn a_notice_is_short_plain_text() {
        let parse = |text: &str| {
            IdentitySourceSettings::parse(&serde_json::json!({"notice": {"en": text}}).to_string())
        };
        assert!(parse(&"å".repeat(280)).is_ok());
        assert_eq!(parse(&"å".repeat(281)), Err(Error::TooLong("en")));
        for other in ["<b>BankID</b>", "two\nlines", "a\u{2028}b", "\u{7}", "a\u{202e}b"] {
            assert_eq!(parse(other), Err(Error::NotPlain("en")), "{other:?}");
        }
        assert_eq!((parse("  "), parse("\u{200b}")), (Err(Error::Empty), Err(Error::Empty)));
        assert_eq!(IdentitySourceSettings::parse(r#"{"notice": {}}"#), Err(Error::Empty));
        assert!(IdentitySourceSettings::parse(r#"{"notise": {"nb": "x"}}"#).is_err());
    }

    #[test]
    fn whoever_reads_another_language_is_told_all_the_same() {
        let settings = IdentitySourceSettings::parse(r#"{"notice": {"nn": "Nede", "en": "Down"}}"#).unwrap();
        let notice = settings.notice.as_ref().unwrap();
        assert_eq!(notice.in_language("en"), Some(("en", "Down")));
        assert_eq!(notice.in_language("nb"), Some(("nn", "Nede")));
        assert_eq!(IdentitySourceSettings::parse(&settings.to_text()), Ok(settings.clone()));
        assert_eq!(IdentitySourceSettings::parse("{}"), Ok(IdentitySourceSettings::default()));
    }
}
