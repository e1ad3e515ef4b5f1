//! Tests that a page names: each is there by that name, in the file that the page names before it.
//!
//! A row of a table names them in its last cell: `` `web/tests/orders.rs`: `a_name_of_a_function` `` or, of the browser's tests,
//! `` `e2e/orders/orders.test.mjs`: "a sentence" ``. What is no row is read as a paragraph.

/// A thing that a page marks.
enum Mark<'a> {
    Code(&'a str),
    Quote(&'a str),
}

/// Gives what is named and not there. `read`: the text of a file, by its path from the root; `None`: there is none.
pub fn violations(page: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    pieces(page).iter().flat_map(|it| missing(it, &read)).collect()
}

/// The last cell of each row, and each paragraph as one line.
fn pieces(page: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut paragraph = String::new();
    for line in page.lines() {
        if let Some(row) = line.strip_prefix('|') {
            pieces.extend(row.trim_end_matches('|').rsplit('|').next().map(str::to_owned));
        } else if line.is_empty() {
            pieces.push(std::mem::take(&mut paragraph));
        } else {
            paragraph.push_str(line);
            paragraph.push(' ');
        }
    }
    pieces.push(paragraph);
    pieces
}

fn marks(mut text: &str) -> Vec<Mark<'_>> {
    let mut found = Vec::new();
    while let Some(begin) = text.find(['`', '"']) {
        let (_, rest) = text.split_at(begin);
        let is_code = rest.starts_with('`');
        let Some((inside, after)) =
            rest.get(1..).and_then(|it| it.split_once(if is_code { '`' } else { '"' }))
        else {
            break;
        };
        found.push(if is_code { Mark::Code(inside) } else { Mark::Quote(inside) });
        text = after;
    }
    found
}

fn path_of(word: &str) -> Option<String> {
    let is_file = word.ends_with(".rs") || word.ends_with(".mjs");
    is_file.then(|| if word.starts_with("e2e/") { word.to_owned() } else { format!("crates/{word}") })
}

fn missing(piece: &str, read: &impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut file: Option<(String, String)> = None;
    for mark in marks(piece) {
        match (mark, &file) {
            (Mark::Code(word), _) if path_of(word).is_some() => {
                let path = path_of(word).unwrap_or_default();
                match read(&path) {
                    Some(text) => file = Some((path, text)),
                    None => found.push(format!("{path} is not there")),
                }
            }
            (Mark::Code(name), Some((path, text))) if is_function(name) && !has_function(text, name) => {
                found.push(format!("{path} has no {name}"));
            }
            (Mark::Quote(it), Some((path, text))) if path.ends_with(".mjs") && !has_sentence(text, it) => {
                found.push(format!("{path} has no \"{it}\""));
            }
            _ => {}
        }
    }
    found
}

fn has_function(text: &str, name: &str) -> bool {
    text.contains(&format!("fn {name}("))
}

fn has_sentence(text: &str, sentence: &str) -> bool {
    ['"', '`'].iter().any(|it| text.contains(&format!("test({it}{sentence}{it}")))
}

fn is_function(word: &str) -> bool {
    word.contains('_') && word.chars().all(|it| it == '_' || it.is_ascii_lowercase() || it.is_ascii_digit())
}
