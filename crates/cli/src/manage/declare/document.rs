//! A declaration as text: TOML becomes JSON, and every place in it remembers its line.

use std::collections::BTreeMap;

use console::{Declined, Plan, member_path};
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
    /// What is wrong in the file itself, by path: values that cannot be, secrets that are not where they should be. What else
    /// is wrong is looked for all the same, and told with it.
    faults: Vec<FieldMessage>,
    /// Paths of which nothing is known, so that nothing else is said of them.
    unknown: Vec<String>,
}

struct Reader<'t> {
    text: &'t str,
    lines: BTreeMap<String, usize>,
    faults: Vec<FieldMessage>,
    unknown: Vec<String>,
}

impl Reader<'_> {
    fn table(&mut self, table: DeTable<'_>, path: &str) -> Value {
        let mut members = Map::new();
        for (key, value) in table {
            let line = line_of(self.text, key.span().start);
            let path = member_path(path, key.get_ref());
            self.lines.insert(path.clone(), line);
            let read = self.value(value.into_inner(), &path);
            members.insert(key.into_inner().into_owned(), read);
        }
        Value::Object(members)
    }

    fn value(&mut self, value: DeValue<'_>, path: &str) -> Value {
        match value {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Boolean(it) => it.into(),
            DeValue::Integer(it) => {
                i64::from_str_radix(it.as_str(), it.radix()).map_or_else(|_| self.odd(path), Value::from)
            }
            DeValue::Float(it) => {
                let read = it.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                read.map_or_else(|| self.odd(path), Value::Number)
            }
            DeValue::Datetime(_) => self.odd(path),
            DeValue::Array(items) => {
                let mut read = Vec::new();
                for item in items {
                    let (line, path) =
                        (line_of(self.text, item.span().start), format!("{path}[{}]", read.len()));
                    self.lines.insert(path.clone(), line);
                    read.push(self.value(item.into_inner(), &path));
                }
                Value::Array(read)
            }
            DeValue::Table(table) => self.table(table, path),
        }
    }

    fn odd(&mut self, path: &str) -> Value {
        self.faults.push(AdminMessage::ValueUnsupported.at(path));
        self.unknown.push(path.to_owned());
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
        let mut reader = Reader { text, lines: BTreeMap::new(), faults: Vec::new(), unknown: Vec::new() };
        let value = reader.table(table.into_inner(), "");
        let Reader { lines, faults, unknown, .. } = reader;
        Ok(Self { name: name.to_owned(), value, lines, faults, unknown })
    }

    /// Notes that something is wrong at `fault`'s field, so that nothing is known of `path`.
    pub(super) fn wrong(&mut self, path: String, fault: FieldMessage) {
        self.faults.push(fault);
        self.unknown.push(path);
    }

    /// What is wrong in the file itself.
    #[cfg(test)]
    pub(super) fn faults(&self) -> &[FieldMessage] {
        &self.faults
    }

    /// A plan that was made of the file, unless something is wrong in the file itself: then everything is told at once, in
    /// the order of the lines.
    pub(super) fn judge(&self, planned: Result<Plan, Declined>) -> Result<Plan, Declined> {
        if self.faults.is_empty() {
            return planned;
        }
        let mut all = self.faults.clone();
        if let Err(Declined::Faults(more)) = planned {
            let is_known = |it: &FieldMessage| {
                let field = it.field.as_deref().unwrap_or_default();
                !self.unknown.iter().any(|path| field.starts_with(path.as_str()))
            };
            all.extend(more.into_iter().filter(is_known));
        }
        all.sort_by_key(|it| self.line(it.field.as_deref().unwrap_or_default()));
        Err(Declined::Faults(all))
    }

    /// The line of a path, or of what is around it; what is nowhere comes last.
    fn line(&self, path: &str) -> usize {
        let mut rest = path;
        loop {
            if let Some(line) = self.lines.get(rest) {
                return *line;
            }
            match rest.rfind(['.', '[']).and_then(|at| rest.get(..at)) {
                Some(around) => rest = around,
                None => return usize::MAX,
            }
        }
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
        match self.line(path) {
            usize::MAX => self.name.clone(),
            line => format!("{}:{line}", self.name),
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
fn refused(faults: Vec<(String, FieldMessage)>) -> CommandError {
    let lines: Vec<String> =
        faults.iter().map(|(place, fault)| format!("{place}: {}", fault.line(LOCALE))).collect();
    let messages = faults.into_iter().map(|(_, fault)| fault).collect();
    CommandError::Faults { messages, text: lines.join("\n") }
}
