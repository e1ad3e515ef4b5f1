//! Settings that somebody names, put over those that there are. It knows no setting by name: whatever `model` reads can
//! be brought.

use model::SettingsError;
use serde_json::{Map, Value};

use super::{
    entry::Entry,
    fault::{Faults, member},
};

/// A kind of settings: how it is read, checked and written.
pub(crate) struct Kind<'k, T> {
    pub(crate) parse: fn(&str) -> Result<T, SettingsError>,
    pub(crate) check: &'k dyn Fn(&T) -> Result<(), SettingsError>,
    pub(crate) to_text: fn(&T) -> String,
    /// Members without which others cannot be judged.
    pub(crate) together: &'k [&'k str],
}

/// Takes the names out of serde's sentence about an unknown field: the unknown one, then those there are.
fn unknown_field(sentence: &str) -> Option<(String, Vec<String>)> {
    let rest = sentence.split_once("unknown field ")?.1;
    let mut names = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((names.next()?, names.collect()))
}

fn words(error: &SettingsError) -> String {
    let text = match error {
        SettingsError::Unreadable(text) => text.clone(),
        other => other.to_string(),
    };
    // Line and column are those of our own text, not of the file.
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

fn complain(error: &SettingsError, (path, name, entry): (&str, &str, &Entry<'_>), faults: &mut Faults) {
    if let SettingsError::Unreadable(text) = error
        && let Some((_, settings)) = unknown_field(text)
    {
        let known = entry.known().into_iter().chain(settings).collect();
        return faults.unknown(path, name, known);
    }
    if let SettingsError::RedirectUri(uri, error) = error {
        return faults.wrong(&member(path, name), format!("{}: {error}", super::fault::shown(uri)));
    }
    faults.wrong(&member(path, name), words(error));
}

/// Puts `members` over `base`; `None` when something is wrong, which then stands in `faults`.
pub(crate) fn merged<T>(
    kind: &Kind<'_, T>,
    base: &T,
    members: &Map<String, Value>,
    entry: &Entry<'_>,
    faults: &mut Faults,
) -> Option<T> {
    let before = faults.count();
    let base: Map<String, Value> = serde_json::from_str(&(kind.to_text)(base)).ok()?;
    let with = |names: &dyn Fn(&str) -> bool| {
        let mut text = base.clone();
        text.extend(
            members.iter().filter(|(name, _)| names(name)).map(|(name, value)| (name.clone(), value.clone())),
        );
        (kind.parse)(&Value::from(text).to_string())
    };
    // Each alone, so that everything that cannot be read is said, and then each with what it depends on.
    for name in members.keys() {
        if let Err(error) = with(&|it| it == name) {
            complain(&error, (&entry.path, name, entry), faults);
        }
    }
    if faults.count() > before {
        return None;
    }
    for name in members.keys() {
        let judged = with(&|it| it == name || kind.together.contains(&it)).and_then(|it| (kind.check)(&it));
        let alone = with(&|it| kind.together.contains(&it)).and_then(|it| (kind.check)(&it));
        if let (Err(error), true) = (judged, alone.is_ok() || kind.together.contains(&name.as_str())) {
            complain(&error, (&entry.path, name, entry), faults);
        }
    }
    let whole = with(&|_| true);
    match whole.and_then(|it| (kind.check)(&it).map(|()| it)) {
        Ok(whole) => (faults.count() == before).then_some(whole),
        Err(error) => {
            if faults.count() == before {
                faults.wrong(&entry.path, words(&error));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unknown_field;
    use model::DomainSettings;

    #[test]
    fn the_names_of_settings_come_from_the_settings_themselves() {
        let error = DomainSettings::parse(r#"{"sso":true}"#).unwrap_err().to_string();
        let (unknown, known) = unknown_field(&error).unwrap();
        assert_eq!(unknown, "sso");
        assert!(known.contains(&"single_sign_on".to_owned()), "{known:?}");
    }
}
