//! The settings of an identity source, section by section, on its page.

use console::{Refusal, SourceView};
use model::{Environment, IdentitySourceSettings, Level, LoginMethod, SettingsError};
use pages::console::Block;
use serde_json::{Value, json};
use texts::Noun;

use super::{
    settings::{Entry, Members, Refused, Section, Setting, Sheet, section, seen, wanted},
    visit::Visit,
};

/// All sections are on the page of the source.
const TAB: &str = "";

const fn on(word: &'static str, title: &'static str, lead: &'static str) -> Section {
    Section { word, tab: TAB, title, lead }
}

const SECTIONS: &[Section] = &[
    on("people", "console-section-source-people", "console-section-source-people-lead"),
    on("asked", "console-section-source-asked", "console-section-source-asked-lead"),
    on("number", "console-section-source-number", "console-section-source-number-lead"),
];

macro_rules! set {
    ($section:literal, $name:literal, $entry:expr, $key:literal) => {
        Setting {
            name: $name,
            section: $section,
            entry: $entry,
            label: concat!("console-setting-source-", $key),
            help: concat!("console-setting-source-", $key, "-help"),
        }
    };
}

/// The words and texts of the levels that an application can demand, too.
macro_rules! levels {
    ($($word:literal),+) => {
        &[$((
            $word,
            concat!("console-setting-minimum-level-", $word),
            concat!("console-setting-source-minimum-level-", $word, "-help"),
        )),+]
    };
}

const LEVEL: Setting = set!(
    "asked",
    "minimum_level",
    Entry::Choice(levels!("none", "low", "substantial", "high")),
    "minimum-level"
);
const SCOPES: Setting = set!(
    "asked",
    "scopes",
    Entry::Several(&[
        ("profile", "console-setting-source-scopes-profile"),
        ("email", "console-setting-source-scopes-email"),
        ("phone", "console-setting-source-scopes-phone"),
        ("address", "console-setting-source-scopes-address"),
    ]),
    "scopes"
);
const NAME: Setting = set!("people", "display_name", Entry::Line(40), "display-name");
const NOTICE_NB: Setting = set!("people", "notice.nb", Entry::Line(280), "notice-nb");
const NOTICE_NN: Setting = Setting { help: "", ..set!("people", "notice.nn", Entry::Line(280), "notice-nn") };
const NOTICE_EN: Setting = Setting { help: "", ..set!("people", "notice.en", Entry::Line(280), "notice-en") };
const BUTTON: Setting = set!("people", "own_button", Entry::Switch, "own-button");
const NUMBER: Setting = set!("number", "nin_allowed", Entry::Switch, "nin-allowed");
const GROUND: Setting = set!("number", "nin_legal_ground", Entry::Line(500), "nin-legal-ground");

/// What can be set of a source of this eID: what has no effect there is left out.
fn settings_of(eid: LoginMethod) -> Vec<Setting> {
    let mut all = vec![NAME, NOTICE_NB, NOTICE_NN, NOTICE_EN];
    all.extend(eid.button().map(|_| BUTTON));
    all.extend((eid.highest() > Level::None).then_some(LEVEL));
    all.extend((!eid.scopes().is_empty()).then_some(SCOPES));
    all.extend([NUMBER, GROUND]);
    all
}

/// The words of everything that the eID can be asked for.
fn all_scopes(eid: LoginMethod) -> Value {
    eid.scopes().iter().map(|it| it.as_str()).collect()
}

/// The settings as the forms have them: what is not set stands as what it means.
fn members(source: &SourceView) -> Members {
    let settings = IdentitySourceSettings::parse(&source.settings).unwrap_or_default();
    let mut members: Members = serde_json::from_str(&settings.to_text()).unwrap_or_default();
    members.entry("scopes").or_insert_with(|| all_scopes(source.eid));
    members.entry("minimum_level").or_insert_with(|| json!(settings.minimum_level));
    members.entry("nin_allowed").or_insert_with(|| json!(settings.nin_allowed));
    members
}

/// The settings that the forms mean.
fn settings(mut members: Members, eid: LoginMethod) -> Result<IdentitySourceSettings, Refusal> {
    if members.get("scopes") == Some(&all_scopes(eid)) {
        members.remove("scopes");
    }
    if members.get("notice").and_then(Value::as_object).is_some_and(Members::is_empty) {
        members.remove("notice");
    }
    let parsed = IdentitySourceSettings::parse(&Value::Object(members).to_string());
    parsed.map_err(|error| SettingsError::IdentitySource(error).into())
}

/// The source whose settings are shown or changed.
pub(super) struct SourceSheet<'a> {
    pub(super) source: &'a SourceView,
    pub(super) environment: Environment,
    /// The address of its page.
    pub(super) base: &'a str,
    /// Whether the reader may change settings.
    pub(super) may_change: bool,
}

/// The sections, as forms, or to read for whoever may not change them.
pub(super) fn blocks(visit: &Visit, it: &SourceSheet<'_>, refused: Option<&Refused<'_>>) -> Vec<Block> {
    let sheet = Sheet {
        settings: &settings_of(it.source.eid),
        sections: SECTIONS,
        members: &members(it.source),
        version: it.source.version,
        environment: it.environment,
        base: &format!("{}/settings", it.base),
        may_change: it.may_change,
        refused,
    };
    sheet.blocks(visit, TAB)
}

/// The section of this address.
pub(super) fn section_of(word: &str) -> Result<&'static Section, Refusal> {
    section(SECTIONS, word).ok_or(Refusal::NotFound(Noun::Object))
}

/// Saves a section of a source as it was looked at; gives the word for the message.
pub(super) async fn saved(
    visit: &Visit,
    source: &SourceView,
    section: &Section,
) -> Result<&'static str, Refusal> {
    let wanted = wanted(&settings_of(source.eid), section.word, (&members(source), &visit.form))?;
    let settings = settings(wanted, source.eid)?;
    let at = (source.domain, source.eid, &seen(visit));
    visit.site.console.set_source_settings(visit.permit()?, at, &settings, visit.now()).await?;
    Ok(if settings.to_text() == source.settings { "unchanged" } else { "saved" })
}

#[cfg(test)]
mod tests {
    use model::{IdentitySourceSettings, IdentitySourceSettingsError as Error, LoginMethod, SettingsError};
    use texts::{Locale, UNTRANSLATED};

    use super::{Entry, SECTIONS, settings_of};

    #[test]
    fn whatever_the_command_line_can_set_of_a_source_can_be_set_here() {
        let all: Vec<_> = LoginMethod::eids().flat_map(settings_of).collect();
        let Err(Error::Malformed(told)) = IdentitySourceSettings::parse(r#"{"?":0}"#) else { panic!() };
        for name in SettingsError::Unreadable(told).unknown_field().unwrap().1 {
            let is_it = |it: &str| it == name || it.starts_with(&format!("{name}."));
            assert!(all.iter().any(|it| is_it(it.name)), "{name}");
        }
        for setting in &all {
            assert!(SECTIONS.iter().any(|it| it.word == setting.section), "{}", setting.name);
            let words = match setting.entry {
                Entry::Choice(words) => words.iter().flat_map(|it| [it.1, it.2]).collect(),
                Entry::Several(words) => words.iter().map(|it| it.1).collect(),
                _ => Vec::new(),
            };
            let texts = words.into_iter().chain([setting.label, setting.help]).filter(|it| !it.is_empty());
            for key in texts {
                assert!(!texts::say(Locale::En, key, &[]).contains(UNTRANSLATED), "{key}");
            }
        }
    }
}
