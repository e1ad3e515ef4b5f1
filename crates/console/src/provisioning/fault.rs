//! What is wrong in what somebody wants to bring: all of it at once, each with its place and what to do.

use texts::{AdminMessage, FieldMessage, quoted};

/// The longest name that is plain, in bytes.
const LONGEST: usize = 60;

/// The path of a member; a name that is not plain is quoted.
pub fn member(path: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name.len() <= LONGEST
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
    match (path.is_empty(), plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{}]", quoted(name)),
    }
}

/// Everything that was found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldMessage>);

impl Faults {
    /// Notes what is wrong at a path; an empty path is the whole.
    pub(crate) fn wrong(&mut self, path: &str, message: AdminMessage) {
        self.push(message.at(path));
    }

    pub(crate) fn unknown(&mut self, path: &str, name: &str, known: Vec<String>) {
        self.wrong(path, AdminMessage::MemberUnknown { name: name.into(), known: known.into() });
    }

    pub(crate) fn push(&mut self, fault: FieldMessage) {
        // The same member may be looked at twice; only what was said just now can be the same.
        if !self.0.iter().rev().take(64).any(|it| *it == fault) {
            self.0.push(fault);
        }
    }

    /// Says whether something inside this member is wrong.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        let inside = |it: &FieldMessage| {
            let rest = it.field.as_deref().and_then(|it| it.strip_prefix(path));
            rest.is_some_and(|rest| rest.starts_with('['))
        };
        self.0.iter().rev().take(1_000).any(inside)
    }

    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_all(self) -> Vec<FieldMessage> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::member;

    #[test]
    fn rule_23_a_path_cannot_move_a_cursor() {
        assert_eq!(member("a[0]", "b"), "a[0].b");
        assert_eq!(member("a", "b\n"), r#"a["b\n"]"#);
    }
}
