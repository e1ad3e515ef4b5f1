//! Drafts of the two statements every domain has; the operator may link to their own instead.

use crate::Frame;
use crate::page::{Speaker, page};

/// How personal data is treated on a domain.
#[derive(Debug, Clone, Default)]
pub struct PrivacyStatement {
    /// What surrounds the page.
    pub frame: Frame,
    /// Host name of the domain.
    pub host: String,
    /// Who runs it (legal name), if the operator has said so.
    pub operator: Option<String>,
    /// E-mail address to ask, if the operator has given one.
    pub contact: Option<String>,
}

/// How accessible the pages of a domain are.
#[derive(Debug, Clone, Default)]
pub struct AccessibilityStatement {
    /// What surrounds the page.
    pub frame: Frame,
    /// Host name of the domain.
    pub host: String,
    /// Who runs it (legal name), if the operator has said so.
    pub operator: Option<String>,
    /// E-mail address to write to about obstacles, if the operator has given one.
    pub contact: Option<String>,
}

/// Who runs a test domain for which nobody is named: the one that it is shown as, or just whoever runs its host.
fn tester(frame: &Frame, host: &str, t: &Speaker) -> String {
    let shown = frame.brand.as_ref().map(|it| it.name.clone()).filter(|name| name != host);
    shown.unwrap_or_else(|| t.with("statement-test-operator", "host", host))
}

impl PrivacyStatement {
    fn tester(&self, t: &Speaker) -> String {
        tester(&self.frame, &self.host, t)
    }
}

impl AccessibilityStatement {
    fn tester(&self, t: &Speaker) -> String {
        tester(&self.frame, &self.host, t)
    }
}

page!(PrivacyStatement, "statement/privacy.html");
page!(AccessibilityStatement, "statement/accessibility.html");
