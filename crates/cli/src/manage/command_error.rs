//! Why a command did not do what was asked, for people and for programs.

use console::Refusal;
use model::{ClaimError, MalformedId, SettingsError};
use serde_json::{Value, json};
use texts::{AdminMessage, FieldMessage, Locale};

use crate::config::Faults;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// A message of the catalogue.
    Message(Box<FieldMessage>),
    /// Several.
    Messages(Vec<FieldMessage>),
    /// Everything that is wrong in a file.
    Faults {
        /// Each fault.
        messages: Vec<FieldMessage>,
        /// All of them with their lines in the file, for people.
        text: String,
    },
    /// Trouble of this host that concerns no object, such as a port that is taken; in English.
    Host(String),
}

/// What a command answers.
pub(crate) type CommandResult<T = ()> = Result<T, CommandError>;

impl From<FieldMessage> for CommandError {
    fn from(message: FieldMessage) -> Self {
        Self::Message(Box::new(message))
    }
}

impl From<AdminMessage> for CommandError {
    fn from(message: AdminMessage) -> Self {
        FieldMessage::from(message).into()
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        refusal.message().into()
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        error.message().into()
    }
}

impl From<ClaimError> for CommandError {
    fn from(error: ClaimError) -> Self {
        error.message().into()
    }
}

impl From<MalformedId> for CommandError {
    fn from(error: MalformedId) -> Self {
        error.message().into()
    }
}

impl From<Faults> for CommandError {
    fn from(faults: Faults) -> Self {
        Self::Faults {
            text: faults.to_string(),
            messages: faults.told(Locale::En).map(|(_, it)| it.clone()).collect(),
        }
    }
}

impl From<String> for CommandError {
    fn from(text: String) -> Self {
        Self::Host(text)
    }
}

/// A message as a member of an answer in JSON. `path` and `problem` are the same as `field` and the line of a terminal;
/// programs of before read them.
pub(crate) fn value(message: &FieldMessage, locale: Locale) -> Value {
    let text = message.text(locale);
    json!({
        "path": text.field.as_deref().unwrap_or_default(),
        "problem": message.message.line(locale),
        "id": text.id,
        "field": text.field,
        "message": text.message,
        "what_to_do": text.what_to_do,
    })
}

impl CommandError {
    /// Refuses for everything that was found wrong; does nothing where that is nothing.
    pub(crate) fn unless_none(mut messages: Vec<FieldMessage>) -> CommandResult {
        match messages.len() {
            0 => Ok(()),
            1 => Err(messages.remove(0).into()),
            _ => Err(Self::Messages(messages)),
        }
    }

    /// Appends `options` to the commands that it names.
    pub(crate) fn with_options(self, options: &str) -> Self {
        let with = |it: FieldMessage| FieldMessage { message: it.message.with_options(options), ..it };
        match self {
            Self::Message(message) => Self::Message(Box::new(with(*message))),
            Self::Messages(all) => Self::Messages(all.into_iter().map(with).collect()),
            other => other,
        }
    }

    /// Says it on a terminal.
    pub(crate) fn line(&self, locale: Locale) -> String {
        match self {
            Self::Message(message) => message.line(locale),
            Self::Messages(all) => all.iter().map(|it| it.line(locale)).collect::<Vec<_>>().join("\n"),
            Self::Faults { text, .. } | Self::Host(text) => text.clone(),
        }
    }

    /// Gives it for programs: `{"errors": […]}`. `None` for trouble of this host.
    pub(crate) fn errors(&self, locale: Locale) -> Option<Value> {
        let messages = match self {
            Self::Message(message) => std::slice::from_ref(&**message),
            Self::Messages(all) => all,
            Self::Faults { messages, .. } => messages,
            Self::Host(_) => return None,
        };
        let all: Vec<Value> = messages.iter().map(|it| value(it, locale)).collect();
        Some(json!({"errors": all}))
    }
}

#[cfg(test)]
mod tests {
    use super::CommandError;
    use texts::{AdminMessage, Locale};

    #[test]
    fn a_refusal_is_a_line_for_people_and_members_for_programs() {
        let error = CommandError::from(AdminMessage::JwksMissing.at("jwks"));
        assert!(error.line(Locale::En).starts_with("jwks: private_key_jwt needs a JWKS"));
        let errors = error.errors(Locale::Nb).unwrap();
        let first = &errors["errors"][0];
        assert_eq!((&first["id"], &first["field"]), (&"jwks-missing".into(), &"jwks".into()));
        assert_eq!(first["path"], first["field"]);
        assert_eq!(first["what_to_do"], "Oppgi de offentlige nøklene til applikasjonen i jwks.");
    }
}
