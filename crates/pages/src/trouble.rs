//! The pages of a login that does not go well.

use texts::{Locale, Names, Trouble, TroubleText};

use crate::Frame;
use crate::page::page;

/// What happened, why, and what the person can do.
#[derive(Debug, Clone)]
pub struct TroublePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which trouble.
    pub trouble: Trouble,
    /// Name of the application, if known.
    pub application: Option<String>,
    /// Name of the eID, if one was chosen.
    pub eid: Option<String>,
    /// Where "try again" leads, with new state, nonce and verifier.
    pub try_again_href: Option<String>,
    /// Where "choose another eID" leads, when there is another.
    pub choose_another_href: Option<String>,
    /// Where "back to the application" leads; delivers the error to it.
    pub back_href: Option<String>,
    /// What support can find this login by.
    pub trace_id: String,
}

impl TroublePage {
    fn text(&self, locale: Locale) -> TroubleText {
        self.trouble.text(locale, names(self.application.as_ref(), self.eid.as_ref()))
    }
}

/// Refuses a request that cannot be trusted, and links nowhere that the request names.
#[derive(Debug, Clone)]
pub struct RefusalPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which trouble: one that has a text for developers.
    pub trouble: Trouble,
    /// Name of the application, only if the request identified a registered one.
    pub application: Option<String>,
    /// For the developer: code and short ASCII description, as an application would be told.
    pub code: String,
    /// What support can find this request by.
    pub trace_id: String,
}

impl RefusalPage {
    fn text(&self, locale: Locale) -> TroubleText {
        self.trouble.text(locale, names(self.application.as_ref(), None))
    }

    fn developer_text(&self, locale: Locale) -> Option<String> {
        self.trouble.developer_text(locale)
    }
}

fn names<'a>(application: Option<&'a String>, eid: Option<&'a String>) -> Names<'a> {
    Names { application: application.map(String::as_str), eid: eid.map(String::as_str) }
}

page!(TroublePage, "login/trouble.html");
page!(RefusalPage, "login/refusal.html");
