//! What a caller saw of an object before they wanted to change it.

use crypto::Digest;
use serde_json::{Map, Value};
use texts::{AdminMessage, Difference, Noun};

/// The version of an object that a caller saw, and what was shown with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    version: i64,
    shown: Option<Map<String, Value>>,
}

/// A setting of an object that was changed meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingDifference {
    /// The setting.
    pub name: String,
    /// What the caller saw; `None` where they said a version only.
    pub seen: Option<Value>,
    /// What it is now.
    pub now: Value,
    /// What the caller wanted.
    pub wanted: Value,
}

/// Somebody else changed an object since the caller saw it. Nothing was written.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedMeanwhile {
    /// The kind of object.
    pub object: Noun,
    /// The version that it has now.
    pub version: i64,
    /// Each setting that somebody else changed or that the caller wanted to change. Never a secret.
    pub settings: Vec<SettingDifference>,
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

impl Seen {
    /// A version alone, as a script says it: what it showed is not known any more.
    pub const fn version(version: i64) -> Self {
        Self { version, shown: None }
    }

    /// A version with what it showed: an object with a member for each setting. Never a secret.
    pub fn of(version: i64, shown: Value) -> Self {
        Self { version, shown: Some(members(shown)) }
    }

    /// Gives the version.
    pub const fn number(&self) -> i64 {
        self.version
    }

    /// Refuses a version that is not the row's. `now`: what the row shows; `wanted`: the settings that the caller names,
    /// both as in [`Seen::of`].
    ///
    /// # Errors
    /// [`ChangedMeanwhile`], for a caller that compares and tries again.
    pub fn check(
        &self,
        object: Noun,
        (version, now): (i64, Value),
        wanted: Value,
    ) -> Result<(), Box<ChangedMeanwhile>> {
        if self.version == version {
            return Ok(());
        }
        let (now, wanted) = (members(now), members(wanted));
        let of = |all: &Map<String, Value>, name: &str| all.get(name).cloned().unwrap_or_default();
        let mut names: Vec<&String> = now.keys().chain(wanted.keys()).collect();
        names.extend(self.shown.iter().flat_map(Map::keys));
        names.sort();
        names.dedup();
        let setting = |name: &String| {
            let seen = self.shown.as_ref().map(|it| of(it, name));
            let now = of(&now, name);
            let wanted = wanted.get(name).cloned().unwrap_or_else(|| seen.clone().unwrap_or(now.clone()));
            let before = seen.as_ref().unwrap_or(&now);
            let differs = *before != now || *before != wanted;
            differs.then(|| SettingDifference { name: name.clone(), seen, now, wanted })
        };
        let settings = names.into_iter().filter_map(setting).collect();
        Err(Box::new(ChangedMeanwhile { object, version, settings }))
    }
}

/// Stands for a secret in what is shown: tells two apart, and nothing of either.
pub(crate) fn marker(sealed: Option<&[u8]>) -> Value {
    let digest =
        sealed.map(|it| Digest::of(it).as_bytes().iter().take(4).map(|it| format!("{it:02x}")).collect());
    digest.map_or(Value::Null, |it: String| Value::from(format!("set ({it})")))
}

impl ChangedMeanwhile {
    /// Says each setting as it was seen, is, and was wanted.
    pub fn message(&self) -> AdminMessage {
        let difference = |it: &SettingDifference| Difference {
            name: it.name.clone().into(),
            seen: it.seen.as_ref().map(|it| it.to_string().into()),
            now: it.now.to_string().into(),
            wanted: it.wanted.to_string().into(),
        };
        AdminMessage::SettingsChangedMeanwhile {
            noun: self.object,
            version: self.version.to_string().into(),
            settings: self.settings.iter().map(difference).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;
    use serde_json::json;
    use texts::{Locale, Noun};

    #[test]
    fn what_changed_meanwhile_is_told_with_what_was_seen_and_what_was_wanted() {
        let seen = Seen::of(1, json!({"name": "A", "pkce": "off", "kind": "web"}));
        let now = json!({"name": "B", "pkce": "off", "kind": "web"});
        assert_eq!(seen.check(Noun::Application, (1, now.clone()), json!({})), Ok(()));
        let told = seen.check(Noun::Application, (2, now), json!({"pkce": "required"})).unwrap_err();
        assert_eq!(
            told.message().line(Locale::En),
            "somebody else changed this application meanwhile, so nothing was written; its version is now 2 \
             (name: you saw \"A\", it is now \"B\", you wanted \"A\"; pkce: you saw \"off\", it is now \"off\", \
             you wanted \"required\"): compare, and repeat what you still want with this version"
        );
    }

    #[test]
    fn of_a_version_alone_it_is_not_known_what_was_seen() {
        let told = Seen::version(1).check(Noun::Domain, (3, json!({"name": "B"})), json!({"name": "C"}));
        let told = told.unwrap_err();
        assert_eq!((told.version, told.settings.len(), told.settings[0].seen.as_ref()), (3, 1, None));
    }
}
