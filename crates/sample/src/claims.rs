//! A JSON object whose members keep the order of the wire.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::Value;

use crate::short::short;

/// The members of a JSON object as they came, none of them twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims(Vec<(String, Value)>);

impl Claims {
    /// Gives a claim's value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Gives a claim that is a string and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).filter(|it| !it.is_empty())
    }

    /// Goes through the claims in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Writes the object over several lines, in the order in which it came.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The object with the given members' texts cut short.
    pub(crate) fn shortened(&self, names: &[&str]) -> Self {
        let cut = |(name, value): &(String, Value)| match value {
            Value::String(text) if names.contains(&name.as_str()) => {
                (name.clone(), Value::String(short(text)))
            }
            other => (name.clone(), other.clone()),
        };
        Self(self.0.iter().map(cut).collect())
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Claims;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
        let mut claims = Claims::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if claims.get(&name).is_some() {
                return Err(A::Error::custom("a member stands there twice"));
            }
            claims.0.push((name, value));
        }
        Ok(claims)
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::Claims;

    #[test]
    fn claims_keep_the_order_of_the_wire() {
        let wire = r#"{"sub":"1","acr":"x","address":{"b":1,"a":2}}"#;
        let claims: Claims = serde_json::from_str(wire).unwrap();
        assert_eq!(claims.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["sub", "acr", "address"]);
        assert!(claims.pretty().starts_with("{\n  \"sub\""));
    }

    #[test]
    fn a_claim_that_comes_twice_is_refused() {
        assert!(serde_json::from_str::<Claims>(r#"{"sub":"1","sub":"2"}"#).is_err());
        assert!(serde_json::from_str::<Claims>("[]").is_err());
    }
}
