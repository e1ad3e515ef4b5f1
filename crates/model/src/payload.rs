//! Claims in the order in which they are written.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A JSON object whose members keep their order. `Debug` shows names only.
#[derive(Clone, Default, PartialEq)]
pub struct Payload(Vec<(String, Value)>);

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Payload {
    /// Adds a member at the end; a name comes once.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Adds the members of another one at the end.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl From<Map<String, Value>> for Payload {
    fn from(members: Map<String, Value>) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
