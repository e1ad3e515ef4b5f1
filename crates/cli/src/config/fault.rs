//! What is wrong with a configuration: everything at once, each in a line that says where and what to do.

use std::fmt;

use texts::{FieldMessage, Locale};

/// A fault, and the file and line that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    /// What is in no line of the file comes last.
    line: usize,
    /// `portvakt.toml:3`, where it is in the file.
    place: Option<String>,
    message: FieldMessage,
}

/// All that is wrong, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// One fault that is in no line.
    pub(crate) fn one(message: impl Into<FieldMessage>) -> Self {
        Self(vec![Fault { line: usize::MAX, place: None, message: message.into() }])
    }

    /// Adds a fault of a line of the file `name`.
    pub(crate) fn push_at(&mut self, (name, line): (&str, usize), message: impl Into<FieldMessage>) {
        self.0.push(Fault { line, place: Some(format!("{name}:{line}")), message: message.into() });
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Gives `value` when nothing is wrong.
    pub(crate) fn unless_any<T>(mut self, value: Option<T>) -> Result<T, Self> {
        self.0.sort_by_key(|it| it.line);
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }

    /// Every fault, in the order of the file.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &FieldMessage> {
        self.0.iter().map(|it| &it.message)
    }

    /// Says all of them, each in a line.
    pub(crate) fn lines(&self, locale: Locale) -> String {
        let line = |it: &Fault| match &it.place {
            Some(place) => format!("{place}: {}", it.message.line(locale)),
            None => it.message.line(locale),
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Logs and the terminal read English.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines(Locale::En))
    }
}

impl From<Faults> for String {
    fn from(faults: Faults) -> Self {
        faults.to_string()
    }
}
