//! What a check found, and how it is shown.

use serde_json::{Value, json};

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
    /// What is so, and what to do where it is not fine.
    pub(crate) text: String,
}

impl Finding {
    fn new(topic: impl Into<String>, verdict: Verdict, text: impl Into<String>) -> Self {
        Self { topic: topic.into(), verdict, text: text.into() }
    }

    pub(crate) fn fine(topic: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(topic, Verdict::Fine, text)
    }

    pub(crate) fn warning(topic: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(topic, Verdict::Warning, text)
    }

    pub(crate) fn trouble(topic: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(topic, Verdict::Trouble, text)
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
    let one = |it: &Finding| json!({"topic": it.topic, "verdict": it.verdict.word(), "text": it.text});
    findings.iter().map(one).collect()
}
