//! What a check found, and how it is shown.

use serde_json::{Value, json};
use texts::{AdminText, DoctorTopic, FieldMessage, Locale, Outcome};

use crate::config::Faults;

/// The language of the terminal.
const LOCALE: Locale = Locale::En;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Fine,
    /// It works, and will not for long, or not for everybody.
    Warning,
    /// It does not work.
    Trouble,
}

/// What a check found.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) topic: String,
    pub(crate) verdict: Verdict,
    /// What is so, and what to do where it is not fine; in a line of the terminal's language.
    pub(crate) text: String,
    /// What programs get of what is not fine.
    message: Option<AdminText>,
}

impl Finding {
    pub(crate) fn fine(topic: &DoctorTopic, outcome: &Outcome) -> Self {
        Self { topic: topic.say(LOCALE), verdict: Verdict::Fine, text: outcome.say(LOCALE), message: None }
    }

    fn wrong(topic: &DoctorTopic, verdict: Verdict, message: impl Into<FieldMessage>) -> Self {
        let message = message.into();
        let (text, message) = (message.line(LOCALE), Some(message.text(LOCALE)));
        Self { topic: topic.say(LOCALE), verdict, text, message }
    }

    pub(crate) fn warning(topic: &DoctorTopic, message: impl Into<FieldMessage>) -> Self {
        Self::wrong(topic, Verdict::Warning, message)
    }

    pub(crate) fn trouble(topic: &DoctorTopic, message: impl Into<FieldMessage>) -> Self {
        Self::wrong(topic, Verdict::Trouble, message)
    }

    /// Trouble of each fault of the configuration, with its line in the file.
    pub(crate) fn faults(topic: &DoctorTopic, faults: &Faults) -> Vec<Self> {
        let one =
            |(text, message): (String, &FieldMessage)| Self { text, ..Self::trouble(topic, message.clone()) };
        faults.told(LOCALE).map(one).collect()
    }
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Trouble => "trouble",
        }
    }
}

/// A table for people.
pub(crate) fn table(findings: &[Finding]) -> String {
    let width = findings.iter().map(|it| it.topic.chars().count()).max().unwrap_or_default();
    let line = |it: &Finding| {
        format!("{:<8} {:<width$}  {}\n", it.verdict.word(), it.topic, it.text.replace('\n', "; "))
    };
    findings.iter().map(line).collect()
}

/// An array for machines.
pub(crate) fn list(findings: &[Finding]) -> Value {
    let one = |it: &Finding| {
        let mut one = json!({"topic": it.topic, "verdict": it.verdict.word(), "text": it.text});
        if let (Some(members), Some(message)) = (one.as_object_mut(), &it.message) {
            members.insert("id".to_owned(), message.id.into());
            members.insert("field".to_owned(), message.field.clone().into());
            members.insert("message".to_owned(), message.message.clone().into());
            members.insert("what_to_do".to_owned(), message.what_to_do.clone().into());
        }
        one
    };
    findings.iter().map(one).collect()
}
