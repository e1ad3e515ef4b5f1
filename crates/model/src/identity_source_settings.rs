//! What an identity source is told beside its credentials.

use oidc::{Scope, Scopes};
use serde::{Deserialize, Serialize};

use crate::{
    EnteredError, Environment, Level, LoginMethod,
    entered::{check_name, is_hidden, is_visible},
};

/// The longest notice in one language, in characters.
pub(crate) const LONGEST_NOTICE: usize = 280;
/// The longest name of an eID where people choose, in characters.
pub(crate) const LONGEST_EID_NAME: usize = 40;

/// The settings of an identity source, as they stand in its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySourceSettings {
    /// What people call the eID where they choose it; its own name where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The lowest level of a login with it, whatever an application asks for.
    #[serde(default, skip_serializing_if = "is_no_level")]
    pub minimum_level: Level,
    /// What it may be asked for beside the number; `None`: whatever an application asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The eID may be asked for the national identity number, for applications that may have it.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub nin_allowed: bool,
    /// The law and paragraph, for applications that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nin_legal_ground: Option<String>,
    /// What people are told where they choose the eID, whether it works or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// The tenant has confirmed that its agreement lets it use the eID's own button. In the sandbox it is used anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_button: bool,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_no_level(level: &Level) -> bool {
    *level == Level::None
}

impl Default for IdentitySourceSettings {
    fn default() -> Self {
        Self {
            display_name: None,
            minimum_level: Level::None,
            scopes: None,
            nin_allowed: true,
            nin_legal_ground: None,
            notice: None,
            own_button: false,
        }
    }
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
    /// The name of the eID cannot be read, or is not what it looks like.
    DisplayName(EnteredError, String),
    /// The eID cannot be asked for this; names what it can be asked for.
    Scope(String, Vec<&'static str>),
    /// The eID reaches this level at most.
    Level(Level),
    /// A legal ground is given and empty.
    LegalGround,
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
        if let Some(name) = &self.display_name {
            let is_short = name.chars().count() <= LONGEST_EID_NAME;
            let checked = if is_short { check_name(name) } else { Err(EnteredError::Name) };
            checked.map_err(|error| IdentitySourceSettingsError::DisplayName(error, name.clone()))?;
        }
        if self.nin_legal_ground.as_deref().is_some_and(|it| !is_visible(it)) {
            return Err(IdentitySourceSettingsError::LegalGround);
        }
        self.notice.as_ref().map_or(Ok(()), Notice::check)
    }

    /// The same for settings of a source of this eID.
    ///
    /// # Errors
    /// As [`IdentitySourceSettings::check`]; what the eID cannot do.
    pub fn check_for(&self, eid: LoginMethod) -> Result<(), IdentitySourceSettingsError> {
        self.check()?;
        if self.minimum_level > eid.highest() {
            return Err(IdentitySourceSettingsError::Level(eid.highest()));
        }
        let known: Vec<&str> = eid.scopes().iter().map(|it| it.as_str()).collect();
        let unknown = self.scopes.iter().flatten().find(|it| !known.contains(&it.as_str()));
        unknown.map_or(Ok(()), |it| Err(IdentitySourceSettingsError::Scope(it.clone(), known)))
    }

    /// What the eID is not asked for, although it could be.
    pub fn withheld(&self, eid: LoginMethod) -> Scopes {
        let Some(asked) = &self.scopes else { return Scopes::default() };
        let withheld = eid.scopes().iter().filter(|it| !asked.iter().any(|word| word == it.as_str()));
        let of_profile = |it: &Scope| (*it == Scope::Profile).then_some(Scope::Birthdate);
        withheld.flat_map(|it| std::iter::once(*it).chain(of_profile(it))).collect()
    }

    /// Says whether the eID may be asked for the national identity number in this environment, for an application that may
    /// have it. `has_ground`: the application names a legal ground itself.
    pub fn gives_nin(&self, environment: Environment, has_ground: bool) -> bool {
        let ground = has_ground || self.nin_legal_ground.as_deref().is_some_and(is_visible);
        self.nin_allowed && (environment == Environment::Test || ground)
    }

    /// Writes them for the database.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{IdentitySourceSettings, IdentitySourceSettingsError as Error};
    use crate::{Environment::*, Level, LoginMethod};

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

    #[test]
    fn a_source_limits_what_its_eid_is_asked_for_and_not_beyond_what_the_eid_can_do() {
        let parse = |text: &str| IdentitySourceSettings::parse(text).unwrap();
        let limited = parse(r#"{"scopes":["email"],"display_name":"Vipps"}"#);
        assert_eq!(limited.check_for(LoginMethod::NO_VIPPS), Ok(()));
        assert_eq!(limited.withheld(LoginMethod::NO_VIPPS).to_text(), "profile phone address birthdate");
        assert_eq!(parse("{}").withheld(LoginMethod::NO_VIPPS).to_text(), "");
        let of_bankid = limited.check_for(LoginMethod::NO_BANKID);
        assert_eq!(of_bankid, Err(Error::Scope("email".to_owned(), Vec::new())));
        let high = parse(r#"{"minimum_level":"high"}"#);
        assert_eq!(high.check_for(LoginMethod::NO_BANKID), Ok(()));
        assert_eq!(high.check_for(LoginMethod::NO_VIPPS), Err(Error::Level(Level::None)));
        let long = format!(r#"{{"display_name":"{}"}}"#, "a".repeat(41));
        assert!(matches!(IdentitySourceSettings::parse(&long), Err(Error::DisplayName(..))));
    }

    #[test]
    fn in_production_the_number_needs_a_legal_ground_of_the_application_or_of_the_source() {
        let parse = |text: &str| IdentitySourceSettings::parse(text).unwrap();
        let ground = parse(r#"{"nin_legal_ground":"hvitvaskingsloven § 12"}"#);
        assert!(ground.gives_nin(Production, false) && parse("{}").gives_nin(Production, true));
        assert!(!parse("{}").gives_nin(Production, false) && parse("{}").gives_nin(Test, false));
        assert!(!parse(r#"{"nin_allowed":false}"#).gives_nin(Test, true));
        assert_eq!(IdentitySourceSettings::parse(r#"{"nin_legal_ground":" "}"#), Err(Error::LegalGround));
    }
}
