//! How a section of the file is described once, and read and documented from that description.
//!
//! Every key is read on its own, so that everything that is wrong is said at once.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, value::UnitDeserializer};
use texts::{AdminMessage, FieldMessage};
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use super::fault::Faults;
use crate::nearest::nearest;

/// The default of a key, as TOML.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given {
    /// This.
    Default(&'static str),
    /// Nothing; the text is an example of what it could be.
    Unset(&'static str),
    /// It must be set; the text is an example.
    Required(&'static str),
}

/// A key of a section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static [&'static str],
    pub(crate) given: Given,
}

/// A section as it is documented.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    /// As between the brackets.
    pub(crate) path: &'static str,
    pub(crate) doc: &'static [&'static str],
    pub(crate) keys: &'static [Key],
    /// Tables of which there may be several.
    pub(crate) tables: &'static [Self],
}

/// A section of the file.
pub(crate) trait Section: Sized {
    const ABOUT: About;

    /// Takes every key out of `table`; `None` when one of them cannot be read (the document has the fault).
    fn read<'a>(document: &mut Document<'a>, table: Table<'a>) -> Option<Self>;
}

/// Describes a section: a struct, its documentation and how it is read, all from one text.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident [$path:literal] {
            $( $(#[doc = $doc:literal])+ $key:ident: $type:ty = $given:expr; )*
            $( tables { $( $table:ident: $of:ident; )+ } )?
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            $( $(#[doc = $doc])+ pub(crate) $key: $type, )*
            $( $( pub(crate) $table: Vec<$of>, )+ )?
        }

        impl Section for $name {
            const ABOUT: About = About {
                path: $path,
                doc: &[$($about),+],
                keys: &[$( Key { name: stringify!($key), doc: &[$($doc),+], given: $given } ),*],
                tables: &[$( $( $of::ABOUT ),+ )?],
            };

            fn read<'a>(document: &mut Document<'a>, mut table: Table<'a>) -> Option<Self> {
                let mut keys = Self::ABOUT.keys.iter();
                $( let $key = keys.next().and_then(|key| document.key::<$type>(&mut table, key)); )*
                $( $( let $table = document.tables::<$of>(&mut table, stringify!($table)); )+ )?
                document.nothing_else(&table, &Self::ABOUT);
                Some(Self { $( $key: $key?, )* $( $( $table: $table?, )+ )? })
            }
        }
    };
}
pub(crate) use section;

/// Stands for a value that cannot be read, so that the rest is looked at all the same. The configuration is refused.
fn in_place_of<T: DeserializeOwned>(key: &Key) -> Option<T> {
    match key.given {
        Given::Default(text) => parse_value(text),
        Given::Unset(_) => unset(),
        Given::Required(_) => None,
    }
}

/// One section's values that are still to be read.
#[derive(Default)]
pub(crate) struct Table<'a> {
    path: &'static str,
    /// Where it begins, if it is in the file.
    line: Option<usize>,
    values: BTreeMap<String, (usize, Spanned<DeValue<'a>>)>,
    /// Only sections of which there is one can be set from the environment.
    is_single: bool,
}

/// The file and the environment, and what was found wrong in them.
pub(crate) struct Document<'a> {
    name: String,
    text: &'a str,
    root: BTreeMap<String, (usize, Spanned<DeValue<'a>>)>,
    /// Names that begin with `PORTVAKT__`.
    environment: BTreeMap<String, String>,
    pub(crate) faults: Faults,
}

/// The line that a byte is in, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|it| *it == b'\n').count() + 1
}

fn values<'a>(text: &str, table: DeTable<'a>) -> BTreeMap<String, (usize, Spanned<DeValue<'a>>)> {
    let with_line = |(key, value): (Spanned<std::borrow::Cow<'a, str>>, _)| {
        let line = line_of(text, key.span().start);
        (key.into_inner().into_owned(), (line, value))
    };
    table.into_iter().map(with_line).collect()
}

impl<'a> Document<'a> {
    /// Takes the file apart. `name`: what the file is called in messages.
    pub(crate) fn parse(
        name: String,
        text: &'a str,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, Faults> {
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let detail = error.message().replace('\n', ", ").into();
            let mut faults = Faults::default();
            faults.push_at((&name, line), AdminMessage::TomlUnreadable { detail });
            faults
        })?;
        let root = values(text, root.into_inner());
        Ok(Self { name, text, root, environment, faults: Faults::default() })
    }

    fn fault(&mut self, line: usize, message: impl Into<FieldMessage>) {
        self.faults.push_at((&self.name, line), message);
    }

    /// Reads a section; one that is not there has its defaults.
    pub(crate) fn section<S: Section>(&mut self) -> Option<S> {
        let path = S::ABOUT.path;
        let (line, values) = match self.root.remove(path) {
            None => (None, BTreeMap::new()),
            Some((line, value)) => match value.into_inner() {
                DeValue::Table(table) => (Some(line), values(self.text, table)),
                _ => {
                    self.fault(line, AdminMessage::ConfigSectionExpected { section: path.into() }.at(path));
                    (Some(line), BTreeMap::new())
                }
            },
        };
        S::read(self, Table { path, line, values, is_single: true })
    }

    /// Reads the tables of a name; none when there are none.
    pub(crate) fn tables<S: Section>(&mut self, table: &mut Table<'a>, name: &str) -> Option<Vec<S>> {
        let path = S::ABOUT.path;
        let Some((line, value)) = table.values.remove(name) else { return Some(Vec::new()) };
        let DeValue::Array(array) = value.into_inner() else {
            self.fault(line, AdminMessage::ConfigTablesExpected { section: path.into() }.at(path));
            return None;
        };
        let mut read = Vec::new();
        for item in array {
            let line = line_of(self.text, item.span().start);
            let DeValue::Table(inner) = item.into_inner() else {
                self.fault(line, AdminMessage::ConfigTablesExpected { section: path.into() }.at(path));
                return None;
            };
            let values = values(self.text, inner);
            // Of one that cannot be read it was said why.
            read.extend(S::read(self, Table { path, line: Some(line), values, is_single: false }));
        }
        Some(read)
    }

    /// Reads a key: from the environment, from the file, or its default.
    pub(crate) fn key<T: DeserializeOwned>(&mut self, table: &mut Table<'a>, key: &Key) -> Option<T> {
        let variable = format!("PORTVAKT__{}__{}", table.path, key.name).to_uppercase();
        let written = table.values.remove(key.name);
        let said = if table.is_single { self.environment.remove(&variable) } else { None };
        if let Some(text) = said {
            return self.read_variable(&variable, &text).or_else(|| in_place_of(key));
        }
        if let Some((line, value)) = written {
            let span = value.span();
            return match T::deserialize(ValueDeserializer::from(value)) {
                Ok(value) => Some(value),
                Err(error) => {
                    let line = line_of(self.text, error.span().unwrap_or(span).start).max(line);
                    let detail = error.message().replace('\n', ", ").into();
                    let field = format!("{}.{}", table.path, key.name);
                    self.fault(line, AdminMessage::ConfigValueInvalid { detail }.at(field));
                    in_place_of(key)
                }
            };
        }
        match key.given {
            Given::Default(text) => parse_value(text),
            Given::Unset(_) => unset(),
            Given::Required(example) => {
                let message = AdminMessage::ConfigKeyMissing { example: example.into() }
                    .at(format!("{}.{}", table.path, key.name));
                match table.line {
                    Some(line) => self.fault(line, message),
                    None => self.faults.merge(Faults::one(message)),
                }
                None
            }
        }
    }

    /// A variable holds TOML, or a bare text, or bare texts with commas between them.
    fn read_variable<T: DeserializeOwned>(&mut self, variable: &str, text: &str) -> Option<T> {
        let quoted = |it: &str| toml_string(it.trim());
        let list = format!("[{}]", text.split(',').map(quoted).collect::<Vec<_>>().join(", "));
        let bare = toml_string(text);
        if let Some(value) = parse_value(text).or_else(|| parse_value(&bare)).or_else(|| parse_value(&list)) {
            return Some(value);
        }
        // A secret may be in it, so the value is not repeated.
        let name = variable.into();
        self.faults.merge(Faults::one(AdminMessage::EnvironmentVariableInvalid { name }));
        None
    }

    pub(crate) fn nothing_else(&mut self, table: &Table<'a>, about: &About) {
        let inner = about.tables.iter().filter_map(|it| it.path.rsplit('.').next());
        let names = about.keys.iter().map(|it| it.name).chain(inner);
        for (name, (line, _)) in &table.values {
            let section = about.path.into();
            let message = match nearest(name, names.clone()) {
                Some(near) => {
                    AdminMessage::ConfigKeyMistyped { name: name.into(), section, near: near.into() }
                }
                None => {
                    let known = names.clone().collect();
                    AdminMessage::ConfigKeyUnknown { name: name.into(), section, known }
                }
            };
            self.fault(*line, message.at(format!("{}.{name}", about.path)));
        }
    }

    /// Refuses sections and variables that were not read. To be called last.
    pub(crate) fn nothing_left(&mut self, sections: &[About]) {
        let paths = sections.iter().map(|it| it.path);
        for (name, (line, value)) in std::mem::take(&mut self.root) {
            let is_section = matches!(value.get_ref(), DeValue::Table(_));
            let message = match nearest(&name, paths.clone()).filter(|_| is_section) {
                Some(near) => AdminMessage::ConfigSectionMistyped { name: name.into(), near: near.into() },
                None if is_section => {
                    AdminMessage::ConfigSectionUnknown { name: name.into(), known: paths.clone().collect() }
                }
                None => {
                    let known = paths.clone().collect();
                    AdminMessage::ConfigKeyOutsideSection { name: name.into(), known }
                }
            };
            self.fault(line, message);
        }
        let variables: Vec<String> = sections
            .iter()
            .flat_map(|it| {
                it.keys.iter().map(|key| format!("PORTVAKT__{}__{}", it.path, key.name).to_uppercase())
            })
            .collect();
        for name in std::mem::take(&mut self.environment).into_keys() {
            let message = match nearest(&name, variables.iter().map(String::as_str)) {
                Some(near) => {
                    let near = near.to_owned().into();
                    AdminMessage::EnvironmentVariableMistyped { name: name.into(), near }
                }
                None => AdminMessage::EnvironmentVariableUnused { name: name.into() },
            };
            self.faults.merge(Faults::one(message));
        }
    }
}

/// A text as a TOML string; JSON's are a part of TOML's.
fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn parse_value<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(ValueDeserializer::parse(text).ok()?).ok()
}

/// The default of a key of this type: nothing, for an `Option`.
fn unset<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(UnitDeserializer::<serde::de::value::Error>::new()).ok()
}
