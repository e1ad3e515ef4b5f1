//! A declaration as text: TOML becomes JSON, and every place in it remembers its line.

use std::collections::BTreeMap;

use console::member_path;
use serde_json::{Map, Value};
use texts::{AdminMessage, FieldMessage};
use toml::de::{DeTable, DeValue};

use super::super::{
    LOCALE,
    command_error::{CommandError, CommandResult},
};
use crate::{config::line_of, nearest::with_nearest};

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
    faults: Vec<(usize, FieldMessage)>,
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
        self.faults.push((line, AdminMessage::ValueUnsupported.at(path)));
        Value::Null
    }
}

impl Document {
    /// Reads TOML. `name`: what the file is called in messages.
    pub(super) fn parse(name: &str, text: &str) -> CommandResult<Self> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let detail = error.message().replace('\n', ", ").into();
            refused(vec![(format!("{name}:{line}"), AdminMessage::TomlUnreadable { detail }.into())])
        })?;
        let mut reader = Reader { text, lines: BTreeMap::new(), faults: Vec::new() };
        let value = reader.table(table.into_inner(), "");
        if reader.faults.is_empty() {
            return Ok(Self { name: name.to_owned(), value, lines: reader.lines });
        }
        let faults = reader.faults.into_iter().map(|(line, fault)| (format!("{name}:{line}"), fault));
        Err(refused(faults.collect()))
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
    pub(super) fn words(&self, fault: &FieldMessage) -> String {
        let place = self.place(fault.field.as_deref().unwrap_or_default());
        let told = with_nearest(fault.clone());
        // The line says where a name is that is nearly right.
        if told == *fault {
            return format!("{place}: {}", fault.line(LOCALE));
        }
        format!("{place}: {}", told.message.line(LOCALE))
    }
}

/// Faults, each with its file and line.
pub(super) fn refused(faults: Vec<(String, FieldMessage)>) -> CommandError {
    let lines: Vec<String> =
        faults.iter().map(|(place, fault)| format!("{place}: {}", fault.line(LOCALE))).collect();
    let messages = faults.into_iter().map(|(_, fault)| fault).collect();
    CommandError::Faults { messages, text: lines.join("\n") }
}
