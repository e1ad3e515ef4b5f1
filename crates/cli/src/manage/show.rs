//! Tables for people, JSON for programs.

use std::io::Write;

use model::Timestamp;
use serde_json::{Value, json};
use texts::{FieldMessage, Outcome};

use super::{Desk, LOCALE};

/// Writes to standard output. A reader that went away (`| head`) is no error of ours.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error what is beside the answer, so that a program that reads the answer gets that alone.
pub(crate) fn print_aside(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Says what was done or found.
pub(crate) fn said(outcome: &Outcome) -> String {
    outcome.say(LOCALE)
}

/// An instant for people and programs alike: RFC 3339 in UTC, to the second.
pub(crate) fn instant(at: Timestamp) -> String {
    at.to_iso_seconds()
}

/// The same, or nothing.
pub(crate) fn maybe_instant(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!(instant(at)))
}

/// One cell of a table.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) if all.is_empty() => "-".to_owned(),
        Value::Array(all) => all.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
    .chars()
    .filter(|it| !it.is_control())
    .collect()
}

/// The rows as text: a heading, and columns as wide as they must be.
fn table(columns: &[&str], rows: &[Value]) -> String {
    let cells: Vec<Vec<String>> = std::iter::once(columns.iter().map(|it| it.replace('_', " ")).collect())
        .chain(
            rows.iter()
                .map(|row| columns.iter().map(|name| cell(row.get(*name).unwrap_or(&Value::Null))).collect()),
        )
        .collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| cells.iter().filter_map(|row| row.get(at)).map(|it| it.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &cells {
        let line: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

impl Desk {
    /// Shows a list. `columns` are the members that people see; programs get all.
    pub(crate) fn list(&self, columns: &[&str], rows: &[Value], when_empty: &Outcome) {
        if self.json {
            print(&format!("{}\n", Value::from(rows)));
        } else if rows.is_empty() {
            print(&format!("{}\n", said(when_empty)));
        } else {
            print(&table(columns, rows));
        }
    }

    /// Shows one thing: each member in a line, `first` ones first.
    pub(crate) fn one(&self, first: &[&str], thing: &Value) {
        if self.json {
            return print(&format!("{thing}\n"));
        }
        let Some(members) = thing.as_object() else { return };
        let rest = members.keys().map(String::as_str).filter(|name| !first.contains(name));
        let names: Vec<&str> = first.iter().copied().chain(rest).collect();
        let width = names.iter().map(|it| it.len()).max().unwrap_or(0);
        for name in names {
            let Some(value) = members.get(name) else { continue };
            let name = name.replace('_', " ");
            match value {
                Value::Object(_) => {
                    let text = serde_json::to_string_pretty(value).unwrap_or_default();
                    print(&format!("{name}\n{text}\n"));
                }
                other => print(&format!("{name:<width$}  {}\n", cell(other))),
            }
        }
    }

    /// Says on standard error what somebody should know; what programs read stays alone on standard output.
    pub(crate) fn warn(message: &FieldMessage) {
        eprintln!("warning: {}", message.line(LOCALE).replace(char::is_control, " "));
    }

    /// Says on standard error what else there is to know about what was done.
    pub(crate) fn note(outcome: &Outcome) {
        eprintln!("{}", said(outcome).replace(char::is_control, " "));
    }

    /// Says what was done; programs get `thing`.
    pub(crate) fn done(&self, sentence: &str, thing: &Value) {
        if self.json { print(&format!("{thing}\n")) } else { print(&format!("{sentence}\n")) }
    }
}

#[cfg(test)]
mod tests {
    use super::table;
    use serde_json::json;

    #[test]
    fn rule_23_a_table_has_no_control_characters_and_aligned_columns() {
        let rows =
            [json!({"name": "a\nb\u{1b}", "client_id": null}), json!({"name": "Åse", "client_id": ["x"]})];
        assert_eq!(table(&["name", "client_id"], &rows), "name  client id\nab    -\nÅse   x\n");
    }
}
