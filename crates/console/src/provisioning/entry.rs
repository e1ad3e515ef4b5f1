//! One object of a file that somebody brings, read member by member, so that everything wrong in it is said at once.

use serde_json::{Map, Value};
use texts::{AdminMessage, Noun};

use super::fault::{Faults, member};

/// An object, and which of its members were asked for.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'v> {
    pub(crate) path: String,
    members: &'v Map<String, Value>,
    asked: Vec<&'static str>,
}

/// Names the kind of a value.
pub const fn noun(value: &Value) -> Noun {
    match value {
        Value::Null => Noun::JsonNull,
        Value::Bool(_) => Noun::JsonBool,
        Value::Number(_) => Noun::JsonNumber,
        Value::String(_) => Noun::JsonText,
        Value::Array(_) => Noun::JsonList,
        Value::Object(_) => Noun::JsonObject,
    }
}

impl<'v> Entry<'v> {
    pub(crate) fn of(value: &'v Value, path: impl Into<String>, faults: &mut Faults) -> Option<Self> {
        let path = path.into();
        match value.as_object() {
            Some(members) => Some(Self { path, members, asked: Vec::new() }),
            None => {
                faults.wrong(&path, AdminMessage::ObjectExpected { found: noun(value) });
                None
            }
        }
    }

    pub(crate) fn at(&self, name: &str) -> String {
        member(&self.path, name)
    }

    /// Says whether there is such a member, whatever it is.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A member, whatever it is.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        self.asked.push(name);
        self.members.get(name)
    }

    pub(crate) fn text(&mut self, name: &'static str, faults: &mut Faults) -> Option<&'v str> {
        let value = self.value(name)?;
        let text = value.as_str();
        if text.is_none() {
            faults.wrong(&self.at(name), AdminMessage::TextExpected { found: noun(value) });
        }
        text
    }

    pub(crate) fn required(&mut self, name: &'static str, faults: &mut Faults) -> Option<&'v str> {
        if !self.members.contains_key(name) {
            self.asked.push(name);
            faults.wrong(&self.at(name), AdminMessage::MemberMissing);
            return None;
        }
        self.text(name, faults)
    }

    /// A text that `parse` knows; otherwise says what there is.
    pub(crate) fn word<T>(
        &mut self,
        name: &'static str,
        (parse, expected): (impl Fn(&str) -> Option<T>, &[&'static str]),
        faults: &mut Faults,
    ) -> Option<T> {
        let text = self.required(name, faults)?;
        let word = parse(text);
        if word.is_none() {
            let known = expected.into();
            faults.wrong(&self.at(name), AdminMessage::WordUnknown { value: text.into(), known });
        }
        word
    }

    /// The items of a list, each with its path; none where it is absent.
    pub(crate) fn list(&mut self, name: &'static str, faults: &mut Faults) -> Vec<(&'v Value, String)> {
        let Some(value) = self.value(name) else { return Vec::new() };
        let path = self.at(name);
        let Some(items) = value.as_array() else {
            faults.wrong(&path, AdminMessage::ListExpected { found: noun(value) });
            return Vec::new();
        };
        items.iter().enumerate().map(|(at, item)| (item, format!("{path}[{at}]"))).collect()
    }

    /// The objects of a list.
    pub(crate) fn entries(&mut self, name: &'static str, faults: &mut Faults) -> Vec<Self> {
        let items = self.list(name, faults);
        items.into_iter().filter_map(|(item, path)| Entry::of(item, path, faults)).collect()
    }

    /// An object, if it is there.
    pub(crate) fn object(&mut self, name: &'static str, faults: &mut Faults) -> Option<Self> {
        let value = self.value(name)?;
        Entry::of(value, self.at(name), faults)
    }

    /// The members that were not read.
    pub(crate) fn rest(&self) -> Map<String, Value> {
        let rest = self.members.iter().filter(|(name, _)| !self.asked.contains(&name.as_str()));
        rest.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The names that were asked for.
    pub(crate) fn known(&self) -> Vec<String> {
        self.asked.iter().map(|it| (*it).to_owned()).collect()
    }

    /// Refuses every member that was not read. To be called last.
    pub(crate) fn nothing_else(&self, faults: &mut Faults) {
        for name in self.rest().keys() {
            faults.unknown(&self.at(name), name, self.known());
        }
    }
}
