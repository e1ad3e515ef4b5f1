//! JSON from somebody else: no member twice, no deep nesting.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use texts::AdminMessage;

use super::fault::{Faults, member};

/// How deep it may be nested.
const DEEPEST: usize = 16;

struct Strict<'f> {
    path: String,
    depth: usize,
    faults: &'f RefCell<Faults>,
}

impl Strict<'_> {
    fn inner<E: Error>(&self, path: String) -> Result<Self, E> {
        if self.depth >= DEEPEST {
            return Err(E::custom(format!("nested deeper than {DEEPEST}")));
        }
        Ok(Strict { path, depth: self.depth + 1, faults: self.faults })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
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
        Ok(it.into())
    }

    fn visit_string<E: Error>(self, it: String) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        loop {
            let inner = self.inner(format!("{}[{}]", self.path, all.len()))?;
            match items.next_element_seed(inner)? {
                Some(item) => all.push(item),
                None => return Ok(Value::Array(all)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = member(&self.path, &name);
            let value = members.next_value_seed(self.inner(path.clone())?)?;
            if all.insert(name, value).is_some() {
                self.faults.borrow_mut().wrong(&path, AdminMessage::MemberRepeated);
            }
        }
        Ok(Value::Object(all))
    }
}

/// Reads JSON. What is wrong with it is added to `faults`; `None` when nothing can be read.
pub(crate) fn read(text: &[u8], faults: &mut Faults) -> Option<Value> {
    let found = RefCell::new(std::mem::take(faults));
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = Strict { path: String::new(), depth: 0, faults: &found }.deserialize(&mut deserializer);
    let read = read.and_then(|value| deserializer.end().map(|()| value));
    *faults = found.into_inner();
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            faults.wrong("", AdminMessage::JsonUnreadable { detail: error.to_string().into() });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Faults, read};
    use serde_json::json;
    use texts::Locale;

    fn faults(text: &str) -> Vec<String> {
        let mut faults = Faults::default();
        read(text.as_bytes(), &mut faults);
        faults.into_all().iter().map(|it| it.line(Locale::En)).collect()
    }

    #[test]
    fn what_is_fine_is_read_as_it_stands() {
        let mut faults = Faults::default();
        let text = br#"{"a":[1,-1,1.5,true,null,"x"],"b":{}}"#;
        assert_eq!(read(text, &mut faults), Some(json!({"a":[1,-1,1.5,true,null,"x"],"b":{}})));
        assert_eq!(faults.count(), 0);
    }

    #[test]
    fn a_member_that_stands_twice_is_named_wherever_it_is() {
        let found = faults(r#"{"a":[{"b":1,"b":2}],"c":1,"c":1}"#);
        assert!(found[0].starts_with("a[0].b: this member appears twice"), "{found:?}");
        assert!(found[1].starts_with("c: "));
    }

    #[test]
    fn what_is_deep_cut_or_more_than_one_is_not_read() {
        assert!(faults(&"[".repeat(100_000))[0].contains("nested deeper than 16"));
        for text in ["", "{", "{} {}", "{\"a\":\"\u{0}\"}", "\u{feff}{}"] {
            assert_eq!(faults(text).len(), 1, "{text:?}");
        }
    }
}
