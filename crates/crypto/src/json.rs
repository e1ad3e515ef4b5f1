//! JSON as somebody else signed or published it: tokens, their headers, key sets.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Members whose text may have several lines (OpenID Connect Core 1.0 §5.1.1), and one that is never used.
const WITH_LINES: [&str; 3] = ["formatted", "street_address", "error_description"];

/// The text is not JSON, has a member twice, or has a control character in a name or a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not JSON in which every member stands once and no text has control characters")]
pub struct JsonError;

/// Reads JSON in which two readers cannot see two things: every member stands once, at every depth, and no text
/// has control characters. Line breaks are accepted in the members of an address that may have several lines.
///
/// # Errors
/// [`JsonError`]: do not believe the document.
///
/// Spec: RFC 7519 §4 <https://www.rfc-editor.org/rfc/rfc7519#section-4>, RFC 7515 §4, RFC 7517 §4 and §5 (names
/// "MUST be unique")
pub fn read_json(text: &[u8]) -> Result<Value, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict { with_lines: false }.deserialize(&mut deserializer).map_err(|_| JsonError)?;
    deserializer.end().map_err(|_| JsonError)?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict {
    with_lines: bool,
}

impl Strict {
    fn accepts(self, text: &str) -> bool {
        !text.chars().any(|it| it.is_control() && !(self.with_lines && matches!(it, '\r' | '\n')))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Value, E> {
        if self.accepts(it) { Ok(it.into()) } else { Err(E::custom(JsonError)) }
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let with_lines = WITH_LINES.contains(&name.as_str());
            let value = members.next_value_seed(Self { with_lines })?;
            let named = Self { with_lines: false }.accepts(&name);
            if !named || all.insert(name, value).is_some() {
                return Err(A::Error::custom(JsonError));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonError, read_json};
    use serde_json::json;

    #[test]
    fn what_is_unambiguous_is_read_as_it_stands() {
        let text = br#"{"a":[1,-1,1.5,true,null,"x\u00e6"],"address":{"formatted":"Gata 1\r\n0150 Oslo"}}"#;
        let read = json!({"a":[1,-1,1.5,true,null,"xæ"],"address":{"formatted":"Gata 1\r\n0150 Oslo"}});
        assert_eq!(read_json(text), Ok(read));
    }

    #[test]
    fn of_a_member_that_stands_twice_the_last_one_does_not_win() {
        for text in [r#"{"sub":"a","sub":"b"}"#, r#"{"sub":"a","s\u0075b":"a"}"#, r#"[{"a":{"b":1,"b":1}}]"#]
        {
            assert_eq!(read_json(text.as_bytes()), Err(JsonError), "{text}");
        }
    }

    #[test]
    fn control_characters_stand_in_no_name_and_no_value() {
        for text in [
            r#"{"sub":"a\u0000"}"#,
            r#"{"sub":"a\n"}"#,
            r#"{"a\u007f":1}"#,
            r#"["\u0085"]"#,
            r#"{"formatted":"a\u0000"}"#,
            r#"{"formatted":{"sub":"a\n"}}"#,
        ] {
            assert_eq!(read_json(text.as_bytes()), Err(JsonError), "{text}");
        }
    }

    #[test]
    fn what_is_cut_deep_or_followed_by_more_is_not_read() {
        for text in ["", "{", "{} {}", "{}x", &"[".repeat(10_000), "\u{feff}{}", "1e400"] {
            assert_eq!(read_json(text.as_bytes()), Err(JsonError), "{text:.20}");
        }
    }
}
