//! Forms: labelled fields with help and errors, and the summary of what is wrong. `layout/form.html` shows them, so that
//! every form here labels, describes and announces in the same way (WCAG 2.2, 1.3.1, 3.3.1 to 3.3.3, 1.3.5).

/// Where a form is posted to, and its hidden fields.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Address that the form is posted to.
    pub action: String,
    /// Hidden fields: name and value, in order.
    pub hidden: Vec<(String, String)>,
}

/// A field for a line of text. What is not set is as [`Field::new`] has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    /// Its name in the form, and the id of its element.
    pub(crate) name: &'static str,
    /// Key of the label.
    pub(crate) label: &'static str,
    /// Key of the help above it.
    pub(crate) help: Option<&'static str>,
    /// What was typed, to be shown again; never of a password.
    pub(crate) value: &'a str,
    /// Key of what is wrong with it.
    pub(crate) error: Option<&'static str>,
    /// The field below which the error of both stands, where several are wrong together.
    pub(crate) error_at: Option<&'static str>,
    /// Whether screen readers announce the error by itself: where the form has no summary.
    pub(crate) is_announced: bool,
    /// `type`: `text`, `password`.
    pub(crate) kind: &'static str,
    /// `autocomplete`: a token of HTML, or `off`.
    pub(crate) autocomplete: &'static str,
    /// The most characters that it takes.
    pub(crate) longest: u16,
    /// Whether the browser insists on it.
    pub(crate) is_required: bool,
    /// Whether it is a name of the computer's: no capital letter, no spelling.
    pub(crate) is_identifier: bool,
}

impl<'a> Field<'a> {
    /// An optional text that browsers do not complete.
    pub(crate) const fn new(name: &'static str, label: &'static str, value: &'a str, longest: u16) -> Self {
        Self {
            name,
            label,
            help: None,
            value,
            error: None,
            error_at: None,
            is_announced: false,
            kind: "text",
            autocomplete: "off",
            longest,
            is_required: false,
            is_identifier: false,
        }
    }

    pub(crate) const fn is_wrong(&self) -> bool {
        self.error.is_some() || self.error_at.is_some()
    }

    /// The ids of what describes it.
    pub(crate) fn described_by(&self) -> String {
        let help = self.help.map(|_| format!("{}-help", self.name));
        let at = self.error_at.or(self.error.map(|_| self.name));
        let error = at.map(|at| format!("{at}-error"));
        help.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// An entry of the summary of what is wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldError {
    /// The field.
    pub(crate) name: &'static str,
    /// Key of what is wrong with it.
    pub(crate) key: &'static str,
}
