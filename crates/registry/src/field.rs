//! Reads JSON by name, and knows where it is: an answer that cannot be read is reported with the field.

use model::{Date, RegistryCode};
use serde_json::Value;

/// The path of the field that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) String);

/// A value and the path to it.
pub(crate) struct Field<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Field<'a> {
    /// The whole document.
    pub(crate) const fn of(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    pub(crate) fn unreadable(&self) -> Unreadable {
        Unreadable(self.path.clone())
    }

    fn path_to(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A member; `None` where it is missing or null.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Self>, Unreadable> {
        let members = self.value.as_object().ok_or_else(|| self.unreadable())?;
        let value = members.get(name).filter(|it| !it.is_null());
        Ok(value.map(|value| Self { value, path: self.path_to(name) }))
    }

    /// A member that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<Self, Unreadable> {
        self.get(name)?.ok_or_else(|| Unreadable(self.path_to(name)))
    }

    /// A text without surrounding blanks. Control characters, also line breaks, become blanks.
    pub(crate) fn text(&self) -> Result<String, Unreadable> {
        let text = self.value.as_str().ok_or_else(|| self.unreadable())?;
        let text: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        Ok(text.trim().to_owned())
    }

    /// A text of several lines, without other control characters.
    pub(crate) fn lines(&self) -> Result<String, Unreadable> {
        let text = self.value.as_str().ok_or_else(|| self.unreadable())?;
        let kept = |it: &char| *it == '\n' || !it.is_control();
        Ok(text.chars().filter(kept).collect::<String>().trim().to_owned())
    }

    /// A member's text; empty where it is missing.
    pub(crate) fn text_of(&self, name: &str) -> Result<String, Unreadable> {
        self.get(name)?.map_or_else(|| Ok(String::new()), |it| it.text())
    }

    /// A member's text that must have something in it.
    pub(crate) fn need_text(&self, name: &str) -> Result<String, Unreadable> {
        let field = self.need(name)?;
        let text = field.text()?;
        if text.is_empty() { Err(field.unreadable()) } else { Ok(text) }
    }

    /// A truth value, or the text of one.
    pub(crate) fn flag(&self) -> Result<bool, Unreadable> {
        match (self.value, self.value.as_str()) {
            (Value::Bool(it), _) => Ok(*it),
            (_, Some("true")) => Ok(true),
            (_, Some("false")) => Ok(false),
            _ => Err(self.unreadable()),
        }
    }

    /// A member's truth value; false where it is missing.
    pub(crate) fn flag_of(&self, name: &str) -> Result<bool, Unreadable> {
        self.get(name)?.map_or(Ok(false), |it| it.flag())
    }

    /// A member's day; `None` where it is missing or empty.
    pub(crate) fn date_of(&self, name: &str) -> Result<Option<Date>, Unreadable> {
        let Some(field) = self.get(name)? else { return Ok(None) };
        let text = field.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        Date::parse(&text).map(Some).ok_or_else(|| field.unreadable())
    }

    /// A member's items; none where it is missing.
    pub(crate) fn items_of(&self, name: &str) -> Result<Vec<Self>, Unreadable> {
        let Some(field) = self.get(name)? else { return Ok(Vec::new()) };
        let items = field.value.as_array().ok_or_else(|| field.unreadable())?;
        let item = |(index, value)| Self { value, path: format!("{}[{index}]", field.path) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// Says whether this is null: lists have such items.
    pub(crate) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// Says whether this is a list.
    pub(crate) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Says whether there is a list or an object, with something in it, beside the members of these names.
    pub(crate) fn has_more_than(&self, names: &[&str]) -> bool {
        let has_content = |value: &Value| match value {
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => false,
        };
        let members = self.value.as_object().into_iter().flatten();
        members.filter(|(name, _)| !names.contains(&name.as_str())).any(|(_, value)| has_content(value))
    }

    /// A code and its words, which stand under another name in each service.
    pub(crate) fn code(&self, words: &str) -> Result<RegistryCode, Unreadable> {
        Ok(RegistryCode { code: self.need_text("kode")?, words: self.text_of(words)? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Field, Unreadable};

    #[test]
    fn what_cannot_be_read_is_named_by_its_path() {
        let value = json!({"a": {"b": [{"c": "x"}, {"c": 7}]}, "n": null, "e": " "});
        let whole = Field::of(&value);
        let items = whole.need("a").unwrap().items_of("b").unwrap();
        assert_eq!(items[0].need_text("c"), Ok("x".into()));
        assert_eq!(items[1].need_text("c"), Err(Unreadable("a.b[1].c".into())));
        assert_eq!(items[1].need_text("d"), Err(Unreadable("a.b[1].d".into())));
        assert_eq!(whole.need_text("n"), Err(Unreadable("n".into())));
        assert_eq!(whole.need_text("e"), Err(Unreadable("e".into())));
        assert_eq!(whole.items_of("a").err(), Some(Unreadable("a".into())));
        assert_eq!(Field::of(&json!([])).get("a").err(), Some(Unreadable(String::new())));
    }

    #[test]
    fn a_text_has_no_control_characters() {
        let value = json!({"a": " x\u{0}y\n", "b": "x\r\ny\u{7}"});
        assert_eq!(Field::of(&value).text_of("a"), Ok("x y".into()));
        assert_eq!(Field::of(&value).need("b").unwrap().lines(), Ok("x\ny".into()));
    }
}
