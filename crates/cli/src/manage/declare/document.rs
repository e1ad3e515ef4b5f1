//! A declaration as text: TOML becomes JSON, and every place in it remembers its line.

use std::collections::BTreeMap;

use console::{InputError, Problem, member_path};
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::config::{hint, line_of};

/// A declaration that was read.
pub(super) struct Document {
    name: String,
    value: Value,
    /// By the path of what stands there.
    lines: BTreeMap<String, usize>,
}

struct Reader<'t> {
    text: &'t str,
    lines: BTreeMap<String, usize>,
    faults: Vec<(usize, String)>,
}

impl Reader<'_> {
    fn table(&mut self, table: DeTable<'_>, path: &str) -> Value {
        let mut members = Map::new();
        for (key, value) in table {
            let line = line_of(self.text, key.span().start);
            let path = member_path(path, key.get_ref());
            self.lines.insert(path.clone(), line);
            let read = self.value(value.into_inner(), &path, line);
            members.insert(key.into_inner().into_owned(), read);
        }
        Value::Object(members)
    }

    fn value(&mut self, value: DeValue<'_>, path: &str, line: usize) -> Value {
        match value {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Boolean(it) => it.into(),
            DeValue::Integer(it) => i64::from_str_radix(it.as_str(), it.radix())
                .map_or_else(|_| self.odd(path, line), Value::from),
            DeValue::Float(it) => {
                let read = it.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                read.map_or_else(|| self.odd(path, line), Value::Number)
            }
            DeValue::Datetime(_) => self.odd(path, line),
            DeValue::Array(items) => {
                let mut read = Vec::new();
                for item in items {
                    let (line, path) =
                        (line_of(self.text, item.span().start), format!("{path}[{}]", read.len()));
                    self.lines.insert(path.clone(), line);
                    read.push(self.value(item.into_inner(), &path, line));
                }
                Value::Array(read)
            }
            DeValue::Table(table) => self.table(table, path),
        }
    }

    fn odd(&mut self, path: &str, line: usize) -> Value {
        self.faults
            .push((line, format!("{path}: neither this number nor dates mean anything here: write a text")));
        Value::Null
    }
}

impl Document {
    /// Reads TOML. `name`: what the file is called in messages.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            format!("{name}:{line}: this is not TOML: {}", error.message().replace('\n', ", "))
        })?;
        let mut reader = Reader { text, lines: BTreeMap::new(), faults: Vec::new() };
        let value = reader.table(table.into_inner(), "");
        if reader.faults.is_empty() {
            return Ok(Self { name: name.to_owned(), value, lines: reader.lines });
        }
        let faults = reader.faults.into_iter().map(|(line, text)| format!("{name}:{line}: {text}"));
        Err(faults.collect::<Vec<_>>().join("\n"))
    }

    pub(super) const fn value(&self) -> &Value {
        &self.value
    }

    pub(super) const fn value_mut(&mut self) -> &mut Value {
        &mut self.value
    }

    /// Lets what stands at `to` have the line of `from`.
    pub(super) fn stands_at(&mut self, to: &str, from: &str) {
        if let Some(line) = self.lines.get(from).copied() {
            self.lines.insert(to.to_owned(), line);
        }
    }

    /// Where a path is, or what is around it.
    pub(super) fn place(&self, path: &str) -> String {
        let mut rest = path;
        loop {
            if let Some(line) = self.lines.get(rest) {
                return format!("{}:{line}", self.name);
            }
            match rest.rfind(['.', '[']).and_then(|at| rest.get(..at)) {
                Some(around) => rest = around,
                None => return self.name.clone(),
            }
        }
    }

    /// A fault with its file and line.
    pub(super) fn words(&self, fault: &InputError) -> String {
        let place = self.place(&fault.path);
        match &fault.problem {
            Problem::Wrong(text) if fault.path.is_empty() => format!("{place}: {text}"),
            Problem::Wrong(text) => format!("{place}: {}: {text}", fault.path),
            Problem::Unknown(name, known) => {
                let hint = hint(name, known.iter().map(String::as_str));
                format!(
                    "{place}: there is no key {:?} here; {hint}",
                    name.chars().take(60).collect::<String>()
                )
            }
        }
    }
}
