//! What is wrong with a configuration: everything at once, each in a line that says where and what to do.

use std::{collections::BTreeSet, fmt};

use texts::{AdminMessage, FieldMessage, Locale};

trait OfConfiguration {
    /// The section of the field.
    fn section(&self) -> Option<String>;
    fn is_about_a_file(&self) -> bool;
}

impl OfConfiguration for FieldMessage {
    fn section(&self) -> Option<String> {
        Some(self.field.as_deref()?.split('.').next()?.to_owned())
    }

    fn is_about_a_file(&self) -> bool {
        matches!(
            self.message,
            AdminMessage::PathUnusable { .. }
                | AdminMessage::CertificateNotPem { .. }
                | AdminMessage::CertificateUnusable { .. }
                | AdminMessage::SecretFileOpen { .. }
                | AdminMessage::MasterKeyFileMissing { .. }
                | AdminMessage::MasterKeyMalformed { .. }
        )
    }
}

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

    /// The sections in which something is wrong.
    pub(crate) fn sections(&self) -> BTreeSet<String> {
        self.0.iter().filter_map(|it| it.message.section()).collect()
    }

    /// The same without what follows from values of these sections: they could not be read, and others were taken. What is
    /// wrong with a file stays.
    pub(crate) fn without(mut self, sections: &BTreeSet<String>) -> Self {
        self.0.retain(|it| {
            let is_of = it.message.section().is_some_and(|it| sections.contains(&it));
            !is_of || it.message.is_about_a_file()
        });
        self
    }

    /// Gives `value` when nothing is wrong.
    pub(crate) fn unless_any<T>(mut self, value: Option<T>) -> Result<T, Self> {
        self.0.sort_by_key(|it| it.line);
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }

    /// Says each in a line, in the order of the file.
    pub(crate) fn told(&self, locale: Locale) -> impl Iterator<Item = (String, &FieldMessage)> {
        self.0.iter().map(move |it| {
            let line = it.message.line(locale);
            let line = it.place.as_ref().map_or_else(|| line.clone(), |place| format!("{place}: {line}"));
            (line, &it.message)
        })
    }
}

/// Logs and the terminal read English.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.told(Locale::En).map(|(line, _)| line).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl From<Faults> for String {
    fn from(faults: Faults) -> Self {
        faults.to_string()
    }
}
