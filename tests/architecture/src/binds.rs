//! SQL parameters: what is bound to `$3` is what the text uses `$3` for.
//!
//! Types do not tell two instants or two ids apart, so a swapped pair compiles. But columns, fields and arguments have
//! the same name here: a parameter that is bound to the name of *another* column of its statement is a mistake.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, take_apart};

/// Finds calls whose values do not fit the parameters of their SQL text; and how many calls were looked at.
pub fn violations(files: &[File]) -> (usize, Vec<String>) {
    let (mut looked_at, mut found) = (0, Vec::new());
    for file in files {
        let (code, literals) = take_apart(&file.text);
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        for literal in literals.iter().filter(|it| it.text.contains("$1")) {
            let (columns, sql) = (columns_of(&literal.text), &literal.constant);
            for values in calls(&code, sql) {
                looked_at += 1;
                found.extend(faults(&columns, &values).map(|fault| format!("{} {sql}: {fault}", file.path)));
            }
        }
    }
    (looked_at, found)
}

/// The columns that each parameter is assigned to or compared with.
fn columns_of(sql: &str) -> BTreeMap<usize, BTreeSet<String>> {
    let mut columns: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let spaced = sql.replace(['(', ')', ','], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let Some(number) = parameter(word) else { continue };
        let of = columns.entry(number).or_default();
        let (operator, column) = (at.checked_sub(1), at.checked_sub(2));
        let before = |at: Option<usize>| at.and_then(|it| words.get(it)).copied().unwrap_or_default();
        if ["=", "<", ">", "<=", ">="].contains(&before(operator)) {
            of.insert(last_name(before(column)));
        }
    }
    if let Some((names, values)) = inserted(sql) {
        for (name, value) in names.iter().zip(values) {
            if let Some(number) = parameter(&value) {
                columns.entry(number).or_default().insert(name.clone());
            }
        }
    }
    columns
}

fn parameter(word: &str) -> Option<usize> {
    word.strip_prefix('$')?.parse().ok()
}

/// The columns and the values of an `INSERT`.
fn inserted(sql: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (head, tail) = sql.trim_start().strip_prefix("INSERT")?.split_once("VALUES")?;
    let list = |text: &str| -> Option<Vec<String>> {
        let inside = text.split_once('(')?.1.split_once(')')?.0;
        Some(inside.split(',').map(|it| it.trim().to_owned()).collect())
    };
    Some((list(head)?, list(tail)?))
}

/// The lists of values that this text is sent with: written in the call, or as `values` before it in its function.
fn calls(code: &str, constant: &str) -> Vec<Vec<String>> {
    let mut lists = Vec::new();
    for (at, _) in code.match_indices(&format!("({constant}, ")) {
        let (before, after) = code.split_at(at);
        let rest = after.split_once(", ").map_or("", |(_, rest)| rest);
        let list = match rest.strip_prefix("&[") {
            Some(list) => Some(list),
            None if rest.starts_with("&values)") => {
                let body = before.rfind(" fn ").unwrap_or_default();
                let values = before.rfind("let values = [").filter(|it| *it > body);
                values.and_then(|it| before.get(it + "let values = [".len()..))
            }
            None => None,
        };
        lists.extend(list.map(elements));
    }
    lists
}

/// The elements of a list, up to its end.
fn elements(text: &str) -> Vec<String> {
    let (mut depth, mut all, mut current) = (0_usize, Vec::new(), String::new());
    for it in text.chars() {
        match it {
            ']' if depth == 0 => break,
            ',' if depth == 0 => all.push(std::mem::take(&mut current)),
            _ => {
                depth += usize::from("([{".contains(it));
                depth -= usize::from(")]}".contains(it));
                current.push(it);
            }
        }
    }
    all.push(current);
    all.into_iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

fn faults(
    columns: &BTreeMap<usize, BTreeSet<String>>,
    values: &[String],
) -> impl Iterator<Item = String> + use<> {
    let highest = columns.keys().max().copied().unwrap_or_default();
    let mut faults = Vec::new();
    if highest > values.len() {
        faults.push(format!("{} values for {highest} parameters", values.len()));
    }
    let all: BTreeSet<&String> = columns.values().flatten().collect();
    for (number, value) in (1..).zip(values) {
        let Some(own) = columns.get(&number).filter(|it| !it.is_empty()) else { continue };
        let names: BTreeSet<String> = words(value).map(str::to_owned).collect();
        let says_own = own.iter().any(|it| names.contains(it));
        if !says_own && let Some(other) = names.iter().find(|it| all.contains(it)) {
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            faults.push(format!("${number} is {}, but {other} is bound to it", own.join(" or ")));
        }
    }
    faults.into_iter()
}

fn last_name(word: &str) -> String {
    word.rsplit('.').next().unwrap_or_default().to_owned()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !(it.is_alphanumeric() || it == '_')).filter(|word| !word.is_empty())
}
