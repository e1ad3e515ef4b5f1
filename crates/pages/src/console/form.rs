//! Forms of the console.

use super::Text;

/// A form.
#[derive(Debug, Clone, Default)]
pub struct ConsoleForm {
    /// Address that it is posted to.
    pub action: String,
    /// Hidden fields: name and value.
    pub hidden: Vec<(String, String)>,
    /// Its fields.
    pub fields: Vec<ConsoleField>,
    /// What the button says.
    pub submit: Text,
    /// The id of the button.
    pub submit_id: &'static str,
    /// Whether it takes something away.
    pub is_danger: bool,
    /// Where to go back to without doing it.
    pub cancel_href: Option<String>,
    /// Whether it is saved while it is filled in, where there is script.
    pub saves_itself: bool,
    /// What is wrong with the form as a whole.
    pub error: Option<Text>,
}

impl ConsoleForm {
    /// Whether it has a file.
    pub(crate) fn has_files(&self) -> bool {
        self.fields.iter().any(|it| matches!(it.kind, FieldKind::File(_)))
    }

    /// The fields that are wrong, for the summary.
    pub(crate) fn wrong(&self) -> Vec<(&str, &Text)> {
        self.fields.iter().filter_map(|it| Some((it.name.as_str(), it.error.as_ref()?))).collect()
    }
}

/// A field, with its rule beside it.
#[derive(Debug, Clone)]
pub struct ConsoleField {
    /// Its name, and the id of its element.
    pub name: String,
    /// The label.
    pub label: Text,
    /// The rule, in a sentence.
    pub help: Option<Text>,
    /// What is entered; never of a secret. One option of a choice; a line each of several.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<Text>,
    /// What kind of field it is.
    pub kind: FieldKind,
    /// Whether the browser insists on it.
    pub is_required: bool,
}

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text of at most so many characters.
    Line(u16),
    /// A name of the computer's: no spelling, no capitals.
    Identifier(u16),
    /// A line of text of at most so many characters, with names that are offered while it is typed.
    Search(u16, Vec<&'static str>),
    /// A day.
    Date,
    /// A secret: never shown again.
    Secret(u16),
    /// Several lines, so many shown.
    Lines(u8),
    /// Several lines for a computer, such as JSON, so many shown.
    Code(u8),
    /// Addresses, one a line, so many shown; checked while they are typed where there is script.
    Addresses(u8),
    /// One of a few, all shown.
    Radio(Vec<FieldOption>),
    /// One of many.
    Select(Vec<FieldOption>),
    /// Any of a few; the values that are chosen are lines of the field's value.
    Checkboxes(Vec<FieldOption>),
    /// A file, of one of these types; the form is sent as `multipart/form-data`.
    File(&'static str),
    /// Yes or no; "yes" is the value when ticked.
    Checkbox,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOption {
    /// The value.
    pub value: String,
    /// What it is called.
    pub label: Text,
    /// More about it.
    pub help: Option<Text>,
}

impl FieldOption {
    /// Without more about it.
    pub fn new(value: impl Into<String>, label: Text) -> Self {
        Self { value: value.into(), label, help: None }
    }
}

impl ConsoleField {
    /// A field without help.
    pub fn new(name: impl Into<String>, label: Text, value: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label,
            help: None,
            value: value.into(),
            error: None,
            kind,
            is_required: false,
        }
    }

    /// The same with its rule.
    #[must_use]
    pub fn with_help(self, help: Text) -> Self {
        Self { help: Some(help), ..self }
    }

    /// The same where it must be filled in.
    #[must_use]
    pub fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The same with what is wrong with it, if anything is.
    #[must_use]
    pub fn wrong(self, error: Option<Text>) -> Self {
        Self { error, ..self }
    }

    /// Whether an option is chosen.
    pub(crate) fn has(&self, option: &FieldOption) -> bool {
        self.value.lines().any(|it| it == option.value)
    }

    /// Whether a computer reads it: no capitals, no spelling.
    pub(crate) const fn is_identifier(&self) -> bool {
        matches!(self.kind, FieldKind::Identifier(_) | FieldKind::Code(_) | FieldKind::Addresses(_))
    }

    /// Whether its lines are addresses.
    pub(crate) const fn has_addresses(&self) -> bool {
        matches!(self.kind, FieldKind::Addresses(_))
    }

    /// The id of an option; the first has the field's, so that links to the field find it.
    pub(crate) fn option_id(&self, position: &usize) -> String {
        if *position == 0 { self.name.clone() } else { format!("{}-{}", self.name, position + 1) }
    }

    /// The ids of what describes it.
    pub(crate) fn described_by(&self) -> String {
        let help = self.help.as_ref().map(|_| format!("{}-help", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        help.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}
