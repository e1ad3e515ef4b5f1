//! Values on their way into a statement, and rows on their way out; alike for both engines.

use std::borrow::Cow;

use crypto::Digest;
use model::{
    ApplicationId, DomainId, GrantId, IdentitySourceId, IssuerId, LeaseId, LetterId, LinkId, LoginEventId,
    MalformedId, MemberId, OrderId, PlanId, SecretId, SessionId, TenantId, TestUserId, Timestamp,
};

use crate::StoreError;

/// One of the three kinds of column that exist, or nothing. Has no `Debug`: values are not printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Bytes(Cow<'a, [u8]>),
    Null,
}

impl Value<'_> {
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Int(number) => Value::Int(number),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Null => Value::Null,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Digest> for Value<'a> {
    fn from(digest: &'a Digest) -> Self {
        Self::Bytes(Cow::Borrowed(digest.as_bytes()))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(instant: Timestamp) -> Self {
        Self::Int(instant.micros())
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids {
    ($($name:ident),*) => {$(
        impl From<$name> for Value<'_> {
            fn from(id: $name) -> Self {
                Self::Text(Cow::Owned(id.to_string()))
            }
        }
    )*};
}
ids!(
    ApplicationId,
    DomainId,
    GrantId,
    IdentitySourceId,
    LeaseId,
    LetterId,
    LinkId,
    IssuerId,
    LoginEventId,
    MemberId,
    OrderId,
    PlanId,
    SecretId,
    SessionId,
    TenantId,
    TestUserId
);

/// One row of a result, owned.
pub struct Row(pub(crate) Vec<Value<'static>>);

impl Row {
    /// Starts reading the columns from the first to the last; `table` is named when one of them is impossible.
    pub(crate) fn of(self, table: &'static str) -> Columns {
        Columns { table, values: self.0, next: 0 }
    }
}

/// Reads a row's columns in the order of the statement. The first is the row's id, or its tenant's.
pub(crate) struct Columns {
    table: &'static str,
    values: Vec<Value<'static>>,
    next: usize,
}

impl Columns {
    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        let id = match self.values.first() {
            Some(Value::Text(text)) => text.clone().into_owned(),
            _ => String::new(),
        };
        StoreError::Corrupt { table: self.table, column, id }
    }

    const fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn take(&mut self) -> Value<'static> {
        let at = self.step();
        self.values.get_mut(at).map_or(Value::Null, |value| std::mem::replace(value, Value::Null))
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        match self.take() {
            Value::Text(text) => Ok(text.into_owned()),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn maybe_text(&mut self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self.take() {
            Value::Text(text) => Ok(Some(text.into_owned())),
            Value::Null => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn int(&mut self, column: &'static str) -> Result<i64, StoreError> {
        match self.take() {
            Value::Int(number) => Ok(number),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn maybe_int(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.take() {
            Value::Int(number) => Ok(Some(number)),
            Value::Null => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.maybe_bytes(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn maybe_bytes(&mut self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        match self.take() {
            Value::Bytes(bytes) => Ok(Some(bytes.into_owned())),
            Value::Null => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp::from_micros)
    }

    pub(crate) fn maybe_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        match self.take() {
            Value::Int(number) => Ok(Some(Timestamp::from_micros(number))),
            Value::Null => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn digest(&mut self, column: &'static str) -> Result<Digest, StoreError> {
        let bytes = self.bytes(column)?;
        Digest::from_slice(&bytes).ok_or_else(|| self.corrupt(column))
    }

    /// Reads an id with its own `parse`. Leaves the text in place, so that `corrupt` can name the row.
    pub(crate) fn id<T>(
        &mut self,
        column: &'static str,
        parse: fn(&str) -> Result<T, MalformedId>,
    ) -> Result<T, StoreError> {
        self.word(column, |text| parse(text).ok())
    }

    /// Reads an id that may be absent.
    pub(crate) fn maybe_digest(&mut self, column: &'static str) -> Result<Option<Digest>, StoreError> {
        let Some(bytes) = self.maybe_bytes(column)? else { return Ok(None) };
        Digest::from_slice(&bytes).map(Some).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn maybe_id<T>(
        &mut self,
        column: &'static str,
        parse: fn(&str) -> Result<T, MalformedId>,
    ) -> Result<Option<T>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| parse(&text).map_err(|_| self.corrupt(column))).transpose()
    }

    /// Reads one of a closed set of words.
    pub(crate) fn word<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let at = self.step();
        match self.values.get(at) {
            Some(Value::Text(text)) => parse(text),
            _ => None,
        }
        .ok_or_else(|| self.corrupt(column))
    }
}

impl From<model::Environment> for Value<'_> {
    fn from(word: model::Environment) -> Self {
        Self::Text(Cow::Borrowed(word.as_str()))
    }
}

impl From<model::EidEnvironment> for Value<'_> {
    fn from(word: model::EidEnvironment) -> Self {
        Self::Text(Cow::Borrowed(word.as_str()))
    }
}

/// Makes an enum whose values are words in a column.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$about])* $variant,)*
        }

        impl $name {
            /// Gives the word that stands in the column.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads what [`Self::as_str`] gives; `None` for any other word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<$name> for $crate::value::Value<'_> {
            fn from(word: $name) -> Self {
                Self::Text(std::borrow::Cow::Borrowed(word.as_str()))
            }
        }
    };
}
pub(crate) use words;
