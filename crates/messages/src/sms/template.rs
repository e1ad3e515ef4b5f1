//! A text of the operator with places for what is sent: checked once, and filled so that what is put in stays a value.

use super::fault::SmsFault;

/// What can be put into a template.
pub(super) const PLACEHOLDERS: &[&str] = &["to", "to_digits", "text", "id", "secret"];

/// What is put in.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) to: &'a str,
    pub(super) text: &'a str,
    pub(super) id: &'a str,
    pub(super) secret: &'a str,
}

impl Values<'_> {
    fn of(&self, name: &str) -> &str {
        match name {
            "to" => self.to,
            "to_digits" => self.to.trim_start_matches('+'),
            "text" => self.text,
            "id" => self.id,
            _ => self.secret,
        }
    }
}

/// How a value is written where it is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Within a string of JSON.
    Json,
    /// In a form or an address: everything but letters, digits and `-._~` is percent-encoded.
    Percent,
    /// As it is: for headers, whose values were checked.
    Plain,
}

impl Encoding {
    fn write(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
            Self::Percent => value.bytes().fold(String::new(), |mut all, it| {
                match it {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        all.push(char::from(it));
                    }
                    other => all.push_str(&format!("%{other:02X}")),
                }
                all
            }),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(&'static str),
}

/// A text with places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
    encoding: Encoding,
}

impl Template {
    /// Reads a text. A name in braces is a placeholder; every other brace is text, as JSON has many.
    pub(super) fn parse(text: &str, encoding: Encoding) -> Result<Self, SmsFault> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find('{') {
            let (before, braced) = rest.split_at(at);
            plain.push_str(before);
            let inside = braced.get(1..).unwrap_or_default();
            let name = inside.split('}').next().filter(|it| inside.len() > it.len() && is_name(it));
            let Some(name) = name else {
                plain.push('{');
                rest = inside;
                continue;
            };
            let known = PLACEHOLDERS.iter().find(|it| **it == name);
            let known = known.ok_or_else(|| SmsFault::UnknownPlaceholder(name.to_owned()))?;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Place(known));
            rest = inside.get(name.len() + 1..).unwrap_or_default();
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self { parts, encoding })
    }

    pub(super) fn uses(&self, name: &str) -> bool {
        self.parts.iter().any(|it| matches!(it, Part::Place(place) if *place == name))
    }

    pub(super) fn fill(&self, values: Values<'_>) -> String {
        let part = |it: &Part| match it {
            Part::Text(text) => text.clone(),
            Part::Place(name) => self.encoding.write(values.of(name)),
        };
        self.parts.iter().map(part).collect()
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Template, Values};
    use crate::sms::fault::SmsFault;

    const HARD: Values<'_> =
        Values { to: "+4790000001", text: "æ\"\\\n&={to}", id: "01", secret: "s&3cret\"" };

    #[test]
    fn what_is_put_into_json_stays_within_its_string() {
        let template = r#"{"a":{},"to":"{to}","text":"{text}","key":"{secret}"}"#;
        let filled = Template::parse(template, Encoding::Json).unwrap().fill(HARD);
        let read: serde_json::Value = serde_json::from_str(&filled).unwrap();
        assert_eq!((&read["text"], &read["key"]), (&HARD.text.into(), &HARD.secret.into()));
        assert_eq!(read["to"], "+4790000001");
    }

    #[test]
    fn what_is_put_into_a_form_or_an_address_begins_no_other_field() {
        let template = Template::parse("to={to_digits}&text={text}", Encoding::Percent).unwrap();
        assert_eq!(template.fill(HARD), "to=4790000001&text=%C3%A6%22%5C%0A%26%3D%7Bto%7D");
    }

    #[test]
    fn a_placeholder_that_is_mistyped_is_named() {
        let refused = Template::parse(r#"{"to":"{too}"}"#, Encoding::Json).unwrap_err();
        assert_eq!(refused, SmsFault::UnknownPlaceholder("too".to_owned()));
    }
}
