//! Tuples in the place of arguments: five arguments are the limit, and a tuple of unrelated values only hides the sixth.

use crate::source::{File, take_apart};

/// The most arguments, `self` counted, as in clippy.toml.
const MOST: usize = 5;

/// Functions that take more than five values once their tuples are taken apart, as `file: function`.
pub fn hidden_arguments(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let (code, _) = take_apart(&file.text);
        for (name, arguments) in functions(&code) {
            let count: usize = arguments.iter().map(|it| values(it)).sum();
            if count > MOST {
                found.push(format!("{}: {name}", file.path));
            }
        }
    }
    found
}

/// How many values an argument has: of a tuple that is taken apart in its pattern, each.
fn values(argument: &str) -> usize {
    let Some(inside) = argument.strip_prefix('(') else { return 1 };
    inside.split_once(')').map_or(1, |(names, _)| split(names).len())
}

/// The names of functions, with their arguments.
fn functions(code: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for rest in code.split("fn ").skip(1) {
        let name: String = rest.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
        let Some(after) = rest.get(name.len()..).filter(|_| !name.is_empty()) else { continue };
        let Some(list) = without_generics(after).and_then(|it| it.strip_prefix('(')) else { continue };
        if let Some(end) = closing(list) {
            found.push((name, split(list.get(..end).unwrap_or_default())));
        }
    }
    found
}

/// What follows `<…>`, if that comes first.
fn without_generics(text: &str) -> Option<&str> {
    if !text.starts_with('<') {
        return Some(text);
    }
    let (mut depth, mut before) = (0, ' ');
    for (at, it) in text.char_indices() {
        match it {
            '<' => depth += 1,
            // Not the arrow of a function type.
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(at + 1..);
        }
        before = it;
    }
    None
}

/// Where the list that is open ends.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, it) in text.char_indices() {
        match it {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The parts between commas that stand in no bracket.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth, mut before) = (Vec::new(), String::new(), 0, ' ');
    for it in text.chars() {
        match it {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if it == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(it);
        }
        before = it;
    }
    parts.push(part);
    parts.into_iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{File, hidden_arguments};

    #[test]
    fn a_sixth_argument_in_a_tuple_is_found() {
        let file = |text: &str| File { path: "a.rs".to_owned(), text: text.to_owned() };
        let found = |text| hidden_arguments(&[file(text)]);
        assert_eq!(found("fn f(a: A, (b, c): (B, C), d: D, e: E, g: G) {}"), ["a.rs: f"]);
        assert_eq!(found("fn f<T: Fn(A) -> B>(self, a: T, (b, c): (B, C), d: D) {}"), [""; 0]);
        assert_eq!(found("fn f(a: (A, B, C, D, E, F)) {}"), [""; 0], "a value of its own");
    }
}
