//! Settings that somebody names, put over those that there are. It knows no setting by name: whatever `model` reads can
//! be brought.

use model::SettingsError;
use serde_json::{Map, Value, json};
use texts::FieldMessage;

use super::{
    entry::Entry,
    fault::{Faults, member},
};

/// The most parts of a setting that are looked at one by one.
const MOST_PARTS: usize = 100;

/// A kind of settings: how it is read, checked and written.
pub(crate) struct Kind<'k, T> {
    pub(crate) parse: fn(&str) -> Result<T, SettingsError>,
    pub(crate) check: &'k dyn Fn(&T) -> Result<(), FieldMessage>,
    pub(crate) to_text: fn(&T) -> String,
    /// Members without which others cannot be judged.
    pub(crate) together: &'k [&'k str],
}

fn complain(error: &SettingsError, (path, name, known): (&str, &str, Vec<String>), faults: &mut Faults) {
    if let Some((_, settings)) = error.unknown_field() {
        return faults.unknown(path, name, known.into_iter().chain(settings).collect());
    }
    faults.wrong(path, error.message().message);
}

/// What a setting has inside, each part alone in its like, with its path and name.
fn parts(path: &str, value: &Value) -> Vec<(String, String, Value)> {
    match value {
        Value::Object(members) => {
            let part = |(name, value): (&String, &Value)| {
                (member(path, name), name.clone(), json!({name.as_str(): value}))
            };
            members.iter().take(MOST_PARTS).map(part).collect()
        }
        Value::Array(items) => {
            let part =
                |(at, value): (usize, &Value)| (format!("{path}[{at}]"), String::new(), json!([value]));
            items.iter().enumerate().take(MOST_PARTS).map(part).collect()
        }
        _ => Vec::new(),
    }
}

/// A setting of an entry.
struct Setting<'a> {
    entry: &'a Entry<'a>,
    name: &'a str,
    value: &'a Value,
}

/// Says what is wrong with each part of a setting that cannot be read; whether there was any. `read`: tries a value.
fn complain_inside(
    error: &SettingsError,
    setting: &Setting<'_>,
    read: &dyn Fn(Value) -> Option<SettingsError>,
    faults: &mut Faults,
) -> bool {
    let Setting { entry, name, value } = *setting;
    if error.unknown_field().is_some_and(|(unknown, _)| unknown == name) {
        return false;
    }
    let before = faults.count();
    for (path, inner, part) in parts(&entry.at(name), value) {
        if let Some(error) = read(part) {
            complain(&error, (&path, &inner, Vec::new()), faults);
        }
    }
    faults.count() > before
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
    // Each alone, so that everything that cannot be read is said, and then what can be, with what it depends on.
    let mut readable = Vec::new();
    for (name, value) in members {
        match with(&|it| it == name) {
            Ok(_) => readable.push(name.as_str()),
            Err(error) => {
                let read = |value: Value| {
                    let mut text = base.clone();
                    text.insert(name.clone(), value);
                    (kind.parse)(&Value::from(text).to_string()).err()
                };
                if !complain_inside(&error, &Setting { entry, name, value }, &read, faults) {
                    complain(&error, (&entry.at(name), name, entry.known()), faults);
                }
            }
        }
    }
    let fits = |names: &dyn Fn(&str) -> bool| {
        with(names).map_err(|it| it.message()).and_then(|it| (kind.check)(&it))
    };
    // What the others are judged by: all of it, or what of it goes together.
    let together: Vec<&str> = readable.iter().copied().filter(|it| kind.together.contains(it)).collect();
    let mut ground = together.clone();
    if fits(&|it| together.contains(&it)).is_err() {
        ground.clear();
        for name in together {
            if fits(&|it| it == name || ground.contains(&it)).is_ok() {
                ground.push(name);
            }
        }
    }
    // What there is may be wrong in itself: that is no error of this file.
    let judged = if fits(&|it| ground.contains(&it)).is_ok() { readable } else { Vec::new() };
    for name in &judged {
        if let Err(error) = fits(&|it| it == *name || ground.contains(&it)) {
            faults.wrong(&entry.at(name), error.message);
        }
    }
    if faults.count() > before {
        return None;
    }
    let whole = with(&|_| true).map_err(|it| it.message());
    match whole.and_then(|it| (kind.check)(&it).map(|()| it)) {
        Ok(whole) => Some(whole),
        Err(error) => {
            faults.push(error.inside(&entry.path));
            None
        }
    }
}
