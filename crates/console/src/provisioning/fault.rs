//! What is wrong in what somebody wants to bring: all of it at once, each with its place and what to do.

use std::fmt;

/// The most of somebody's text that is shown again, in characters.
const SHOWN: usize = 60;

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// Where: such as `applications[3].redirect_uris[0]`; empty for the whole.
    pub path: String,
    /// What, and what to do.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no member of this name; these there are.
    Unknown(String, Vec<String>),
    /// A sentence that says what is wrong and what to do.
    Wrong(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name, known) => {
                write!(f, "there is no member {}; there are {}", shown(name), known.join(", "))
            }
            Self::Wrong(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return write!(f, "{}", self.problem);
        }
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// Somebody's text as it may be shown: in quotes, cut, nothing in it that moves a cursor or turns a line around.
pub(crate) fn shown(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}

/// The path of a member; a name that is not plain is quoted.
pub fn member(path: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name.len() <= SHOWN
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
    match (path.is_empty(), plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{}]", shown(name)),
    }
}

/// Everything that was found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<InputError>);

impl Faults {
    pub(crate) fn wrong(&mut self, path: &str, text: impl Into<String>) {
        self.push(InputError { path: path.to_owned(), problem: Problem::Wrong(text.into()) });
    }

    pub(crate) fn unknown(&mut self, path: &str, name: &str, known: Vec<String>) {
        self.push(InputError { path: path.to_owned(), problem: Problem::Unknown(name.to_owned(), known) });
    }

    fn push(&mut self, fault: InputError) {
        // The same member may be looked at twice; only what was said just now can be the same.
        if !self.0.iter().rev().take(64).any(|it| *it == fault) {
            self.0.push(fault);
        }
    }

    /// Says whether something inside this member is wrong.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        let inside = |it: &InputError| it.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('['));
        self.0.iter().rev().take(1_000).any(inside)
    }

    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_all(self) -> Vec<InputError> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{member, shown};

    #[test]
    fn rule_23_what_is_shown_again_cannot_move_a_cursor() {
        assert_eq!(shown("a\u{1b}[2Jb\n\u{202e}"), r#""a\u{1b}[2Jb\n\u{202e}""#);
        assert!(shown(&"x".repeat(1_000)).chars().count() < 70);
        assert_eq!(member("a[0]", "b"), "a[0].b");
        assert_eq!(member("a", "b\n"), r#"a["b\n"]"#);
    }
}
