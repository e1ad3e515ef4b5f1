//! What is different between two texts of settings.

use serde_json::{Map, Value, json};

/// Compares two JSON objects: gives each changed member with its old and new value.
pub fn difference(from: &str, to: &str) -> Value {
    let read = |text| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let (from, to) = (read(from), read(to));
    let names = from.keys().chain(to.keys().filter(|name| !from.contains_key(*name)));
    let changed = names.filter(|name| from.get(*name) != to.get(*name)).map(|name| {
        let old = from.get(name).cloned().unwrap_or_default();
        let new = to.get(name).cloned().unwrap_or_default();
        (name.clone(), json!({"from": old, "to": new}))
    });
    Value::Object(changed.collect())
}

/// The same, with a name that is kept beside the settings.
pub(crate) fn with_name(mut details: Value, from: &str, to: &str) -> Value {
    if let (true, Some(members)) = (from != to, details.as_object_mut()) {
        members.insert("name".to_owned(), json!({"from": from, "to": to}));
    }
    details
}

/// Says whether a comparison found nothing.
pub(crate) fn is_empty(details: &Value) -> bool {
    details.as_object().is_none_or(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_difference_names_what_changed_and_nothing_else() {
        let (from, to) = (r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"b":5,"d":6}"#);
        let wanted = r#"{"b":{"from":2,"to":5},"c":{"from":3,"to":null},"d":{"from":null,"to":6}}"#;
        assert_eq!(difference(from, to).to_string(), wanted);
    }
}
