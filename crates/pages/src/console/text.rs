//! What is said on a page of the console: a sentence of `texts`, or what somebody entered.

use texts::say;

use crate::page::Speaker;

/// A text. What is entered (names, addresses, ids) is plain and has no language of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// A sentence by its key.
    Key(&'static str),
    /// A sentence by its key, with what varies in it: name and value.
    With(&'static str, Vec<(&'static str, String)>),
    /// As it is.
    Plain(String),
    /// As it is, and a name of the computer's: an id, an address, a key.
    Code(String),
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Text {
    /// A text as it is.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// A name of the computer's.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    /// A sentence with one thing that varies.
    pub fn with(key: &'static str, name: &'static str, value: impl Into<String>) -> Self {
        Self::With(key, vec![(name, value.into())])
    }

    pub(crate) const fn is_code(&self) -> bool {
        matches!(self, Self::Code(_))
    }
}

impl Speaker {
    /// What a text says.
    pub(crate) fn text(self, text: &Text) -> String {
        match text {
            Text::Key(key) => self.say(key),
            Text::With(key, values) => {
                let values: Vec<(&str, &str)> =
                    values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                say(self.locale(), key, &values)
            }
            Text::Plain(text) | Text::Code(text) => text.clone(),
        }
    }
}
