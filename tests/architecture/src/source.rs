//! Rust source, taken apart as far as the checks need it: code without comments, and string literals.

/// A file of a crate's `src`.
#[derive(Debug, Clone)]
pub struct File {
    /// Relative to `src`, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A string literal, and the constant that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// `NAME` of the `const NAME` before it, or empty.
    pub constant: String,
    /// What stands between the quotes.
    pub text: String,
}

/// Gives the code without comments, with empty strings, and without the tests at the bottom; and the literals.
pub fn take_apart(text: &str) -> (String, Vec<Literal>) {
    let mut code = String::new();
    let mut literals = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| rest.get(end..).unwrap_or_default());
        } else if rest.starts_with("/*") {
            rest = after_block_comment(rest);
        } else if let Some((literal, after)) = string(rest, &code) {
            if code.contains("#[cfg(test)]\nmod ") {
                break;
            }
            literals.push(Literal { constant: constant_before(&code), text: literal.to_owned() });
            code.push_str("\"\"");
            rest = after;
        } else if let Some(after) = character(rest) {
            code.push_str("' '");
            rest = after;
        } else {
            code.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    if let Some(tests) = code.find("#[cfg(test)]\nmod ") {
        code.truncate(tests);
    }
    (code, literals)
}

fn after_block_comment(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && !rest.is_empty()
    {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return text.get(at..).unwrap_or_default();
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    ""
}

/// A string literal at the beginning of `text`, plain or raw: its content, and what follows.
fn string<'a>(text: &'a str, code: &str) -> Option<(&'a str, &'a str)> {
    let in_a_word = code.chars().last().is_some_and(|it| it.is_alphanumeric() || it == '_');
    if let Some(raw) = text.strip_prefix('r').filter(|_| !in_a_word) {
        let hashes = raw.chars().take_while(|it| *it == '#').count();
        if let Some(body) = raw.get(hashes..)?.strip_prefix('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            return body.split_once(close.as_str());
        }
    }
    let body = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, it) in body.char_indices() {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((body.get(..at)?, body.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// A character literal at the beginning of `text` (not a lifetime): what follows it.
fn character(text: &str) -> Option<&str> {
    let body = text.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        let skipped = escape.chars().next()?.len_utf8();
        return escape.get(skipped..)?.split_once('\'').map(|(_, after)| after);
    }
    let length = body.chars().next()?.len_utf8();
    body.get(length..)?.strip_prefix('\'')
}

fn constant_before(code: &str) -> String {
    let statement = code.rsplit([';', '}']).next().unwrap_or_default();
    let name = statement.rsplit_once("const ").map_or("", |(_, after)| after);
    name.split(':').next().unwrap_or_default().trim().to_owned()
}
