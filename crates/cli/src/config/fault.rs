//! What is wrong with a configuration: everything at once, each in a line that says where and what to do.

use std::fmt;

/// All that is wrong, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults(Vec<(usize, String)>);

impl Faults {
    /// One fault that stands in no line.
    pub(crate) fn one(text: impl Into<String>) -> Self {
        Self(vec![(usize::MAX, text.into())])
    }

    /// Adds a fault of a line; what is in no line of the file comes last.
    pub(crate) fn push(&mut self, line: Option<usize>, text: String) {
        self.0.push((line.unwrap_or(usize::MAX), text));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Gives `value` when nothing is wrong.
    pub(crate) fn unless_any<T>(mut self, value: Option<T>) -> Result<T, Self> {
        self.0.sort_by_key(|(line, _)| *line);
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.0.iter().map(|(_, text)| text.as_str()).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl From<Faults> for String {
    fn from(faults: Faults) -> Self {
        faults.to_string()
    }
}
