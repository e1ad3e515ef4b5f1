//! What operators write themselves in the documents of an order: texts with versions.

use serde::{Deserialize, Serialize};

/// A document whose text operators write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateKind {
    /// Order and authority.
    Order,
    /// Contacts and authorisations.
    Contacts,
    /// Declaration on the national identity number.
    Number,
}

impl TemplateKind {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Order, Self::Contacts, Self::Number];

    /// The word in tables, addresses and commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Contacts => "contacts",
            Self::Number => "number",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// A language of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateLanguage {
    /// Bokmål.
    Nb,
    /// English.
    En,
}

impl TemplateLanguage {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Nb, Self::En];

    /// The word in tables, addresses and commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nb => "nb",
            Self::En => "en",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// The language of the documents of an order whose letters are in this one.
    pub fn of(language: &str) -> Self {
        if language == "en" { Self::En } else { Self::Nb }
    }
}

/// The placeholders that a text may have.
pub const TEMPLATE_PLACEHOLDERS: [&str; 4] = ["{company}", "{number}", "{host}", "{eid}"];

/// The longest text, in characters.
pub const LONGEST_TEMPLATE: usize = 6_000;

/// Why a text cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// Nothing was written.
    Empty,
    /// Too long, with markup, or with characters that nobody sees.
    Text,
    /// A brace that begins or ends none of the placeholders; as it stands there.
    Placeholder(String),
    /// What was ordered and the authority are paragraphs of their own.
    OneParagraph,
}

/// The paragraphs of a text; lines without a blank one between belong together.
pub fn template_paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    let mut all = vec![String::new()];
    for line in lines {
        match all.last_mut() {
            Some(last) if !line.is_empty() && !last.is_empty() => *last = format!("{last} {line}"),
            Some(last) if last.is_empty() => line.clone_into(last),
            _ => all.push(String::new()),
        }
    }
    all.retain(|it| !it.is_empty());
    all
}

/// Takes a text, in the way in which it is kept: paragraphs with a blank line between.
///
/// # Errors
/// [`TemplateError`]
pub fn checked_template(kind: TemplateKind, text: &str) -> Result<String, TemplateError> {
    let paragraphs = template_paragraphs(text);
    let is_odd = |it: char| it.is_control() || matches!(it, '<' | '>');
    if paragraphs.iter().any(|it| crate::has_hidden(it) || it.contains(is_odd)) {
        return Err(TemplateError::Text);
    }
    if paragraphs.is_empty() {
        return Err(TemplateError::Empty);
    }
    let kept = paragraphs.join("\n\n");
    if kept.chars().count() > LONGEST_TEMPLATE {
        return Err(TemplateError::Text);
    }
    if let Some(unknown) = unknown_placeholder(&kept) {
        return Err(TemplateError::Placeholder(unknown));
    }
    if kind == TemplateKind::Order && paragraphs.len() < 2 {
        return Err(TemplateError::OneParagraph);
    }
    Ok(kept)
}

/// The first brace that is part of no placeholder, with what follows up to its end.
fn unknown_placeholder(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        rest = rest.get(at..)?;
        let known = TEMPLATE_PLACEHOLDERS.iter().find_map(|it| rest.strip_prefix(it));
        let Some(after) = known else {
            let shown: String = rest.chars().take_while(|it| !it.is_whitespace()).take(30).collect();
            let closed = shown.split_inclusive('}').next();
            return closed.map(str::to_owned);
        };
        rest = after;
    }
    None
}

/// With what a text is filled in.
#[derive(Clone, Copy, Debug)]
pub struct TemplateValues<'a> {
    /// The company's name.
    pub company: &'a str,
    /// Its number.
    pub number: &'a str,
    /// The host of the domain.
    pub host: &'a str,
    /// What the eID is called.
    pub eid: &'a str,
}

/// Fills in a paragraph once: what a value has in braces stays as it is.
pub fn filled_template(paragraph: &str, values: TemplateValues<'_>) -> String {
    let TemplateValues { company, number, host, eid } = values;
    let (mut filled, mut rest) = (String::new(), paragraph);
    while let Some((before, from)) = rest.find('{').map(|at| rest.split_at(at)) {
        filled.push_str(before);
        let known = TEMPLATE_PLACEHOLDERS.iter().zip([company, number, host, eid]);
        let found = known.into_iter().find_map(|(name, value)| Some((value, from.strip_prefix(name)?)));
        let (value, after) = found.unwrap_or_else(|| ("{", from.strip_prefix('{').unwrap_or_default()));
        filled.push_str(value);
        rest = after;
    }
    filled + rest
}

/// The version of a text that a submission was made with, and the text itself: what is approved and sealed is the same, whatever
/// the register has by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedTemplate {
    /// Of which document.
    pub kind: TemplateKind,
    /// Which version.
    pub version: i64,
    /// What it says.
    pub body: String,
}

/// The texts that a submission was made with; a document without one has the sample text that is built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UsedTemplates {
    /// What the eID is called in them.
    pub eid: String,
    /// The operator's texts.
    pub all: Vec<UsedTemplate>,
}

impl UsedTemplates {
    /// The operator's text of a document.
    pub fn of(&self, kind: TemplateKind) -> Option<&UsedTemplate> {
        self.all.iter().find(|it| it.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        LONGEST_TEMPLATE, TemplateError, TemplateKind, TemplateValues, checked_template, filled_template,
    };

    const VALUES: TemplateValues<'_> = TemplateValues {
        company: "Fjord {host} AS",
        number: "399000114",
        host: "shop.example",
        eid: "BankID",
    };

    #[test]
    fn a_text_is_kept_as_paragraphs_whatever_its_lines_end_with() {
        let kept = checked_template(TemplateKind::Order, "\r\n One \r\ntwo.\r\n\r\n\r\nThree.\r\n");
        assert_eq!(kept.unwrap(), "One two.\n\nThree.");
    }

    #[test]
    fn a_brace_outside_the_known_placeholders_is_refused_as_it_stands_there() {
        for (text, named) in [
            ("The {company} and {Company}.", "{Company}"),
            ("An {open brace", "{open"),
            ("A closed} one", "}"),
            ("{{company}}", "{{company}"),
            ("{ company }", "{"),
        ] {
            let refused = checked_template(TemplateKind::Number, text);
            assert_eq!(refused, Err(TemplateError::Placeholder(named.to_owned())), "{text}");
        }
    }

    #[test]
    fn markup_hidden_characters_too_much_and_nothing_are_refused() {
        for text in ["a <b>", "a\u{202e}b", "a\u{7}b", &"a".repeat(LONGEST_TEMPLATE + 1)] {
            assert_eq!(checked_template(TemplateKind::Contacts, text), Err(TemplateError::Text));
        }
        assert_eq!(checked_template(TemplateKind::Contacts, " \n\n "), Err(TemplateError::Empty));
        assert_eq!(checked_template(TemplateKind::Order, "One."), Err(TemplateError::OneParagraph));
    }

    #[test]
    fn a_value_is_filled_in_once_even_where_it_looks_like_a_placeholder() {
        let filled = filled_template("{company} ({number}) on {host} with {eid}.", VALUES);
        assert_eq!(filled, "Fjord {host} AS (399000114) on shop.example with BankID.");
    }
}
