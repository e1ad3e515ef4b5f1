//! The pages of a login that does not go well, and the catalogue of causes behind them.

use texts::{Cause, CauseText, Fixer, Locale, Names};

use crate::page::page;
use crate::{Form, Frame};

/// What happened, why, and what the person can do.
#[derive(Debug, Clone)]
pub struct TroublePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Why.
    pub cause: Cause,
    /// Name of the application, if known.
    pub application: Option<String>,
    /// Name of the eID, if one was chosen.
    pub eid: Option<String>,
    /// Where "try again" leads, with new state, nonce and verifier.
    pub try_again_href: Option<String>,
    /// Where "continue" leads: to the same login, which goes on elsewhere.
    pub continue_href: Option<String>,
    /// Where "choose another eID" leads, when there is another.
    pub choose_another_href: Option<String>,
    /// Where "back to the application" leads; delivers the error to it.
    pub back_href: Option<String>,
    /// What support can find this login by.
    pub trace_id: String,
}

impl TroublePage {
    /// Says whether there is anything to press but the way back.
    fn has_other_actions(&self) -> bool {
        self.try_again_href.is_some() || self.continue_href.is_some() || self.choose_another_href.is_some()
    }

    fn has_actions(&self) -> bool {
        self.has_other_actions() || self.back_href.is_some()
    }

    fn text(&self, locale: Locale) -> CauseText {
        self.cause.text(locale, names(self.application.as_ref(), self.eid.as_ref()))
    }
}

/// What a request said that was refused, and what would have been accepted; for its developer.
#[derive(Debug, Clone, Default)]
pub struct RequestFacts {
    /// Name and client id of the application that it names.
    pub client: Option<String>,
    /// The client id as it was sent, where no application has it.
    pub sent_client_id: Option<String>,
    /// The return address as it was sent, without its query.
    pub sent_uri: Option<String>,
    /// The addresses that would have been accepted, a few of them.
    pub registered: Vec<String>,
}

/// Refuses a request that cannot be trusted, and links nowhere that the request names.
#[derive(Debug, Clone)]
pub struct RefusalPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Why.
    pub cause: Cause,
    /// Name of the application, only if the request identified a registered one.
    pub application: Option<String>,
    /// What support can find this request by.
    pub trace_id: String,
    /// What the request said, for its developer.
    pub facts: RequestFacts,
    /// Where "log out here" is posted (`decision` = `logout`), on the refusal of a request to log out.
    pub log_out: Option<Form>,
}

impl RefusalPage {
    fn text(&self, locale: Locale) -> CauseText {
        self.cause.text(locale, names(self.application.as_ref(), None))
    }

    fn developer_text(&self, locale: Locale) -> Option<String> {
        self.cause.developer_text(locale)
    }

    /// Says whether the request itself was wrong, rather than its address or its time.
    fn is_rejected(&self) -> bool {
        let elsewhere = matches!(self.cause, Cause::NotFound | Cause::MethodNotAllowed);
        !elsewhere && self.cause.error().is_some_and(|it| it.starts_with("invalid_request"))
    }

    /// What an application would be told.
    fn told(&self) -> String {
        match self.cause.error() {
            Some(error) => format!("{error}: {}", self.cause.description()),
            None => self.cause.description().to_owned(),
        }
    }
}

fn names<'a>(application: Option<&'a String>, eid: Option<&'a String>) -> Names<'a> {
    Names { application: application.map(String::as_str), eid: eid.map(String::as_str) }
}

/// Every cause there is, by who can fix it, each with a link to its own page (input `q`).
#[derive(Debug, Clone, Default)]
pub struct CauseList {
    /// What surrounds the page.
    pub frame: Frame,
    /// What is searched for; empty shows all.
    pub query: String,
}

/// The causes that somebody can fix.
struct CauseGroup {
    fixer: String,
    /// Name, and why.
    causes: Vec<(&'static str, String)>,
}

/// One cause: why, what to do, and who can.
#[derive(Debug, Clone)]
pub struct CausePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which one.
    pub cause: Cause,
}

impl CauseList {
    /// The query in a direction of its own, so that it does not turn the sentence around that says it.
    fn isolated_query(&self) -> String {
        format!("\u{2068}{}\u{2069}", self.query)
    }

    /// What is searched for, by who can do most about it; groups with nothing found are left out.
    fn groups(&self, locale: Locale) -> Vec<CauseGroup> {
        let words: Vec<String> = self.query.split_whitespace().map(str::to_lowercase).collect();
        let found = |cause: &Cause| {
            let CauseText { title, why, remedy } = cause.text(locale, Names::default());
            let told = (cause.error().unwrap_or_default(), cause.description());
            let all = format!("{} {title} {why} {remedy} {} {}", cause.id(), told.0, told.1).to_lowercase();
            words.iter().all(|word| all.contains(word)).then_some((cause.id(), why))
        };
        let of = |fixer: Fixer| CauseGroup {
            fixer: fixer.name(locale),
            causes: Cause::ALL
                .iter()
                .filter(|it| it.fixers().first() == Some(&fixer))
                .filter_map(found)
                .collect(),
        };
        Fixer::ALL.into_iter().map(of).filter(|group| !group.causes.is_empty()).collect()
    }
}

impl CausePage {
    fn text(&self, locale: Locale) -> CauseText {
        self.cause.text(locale, Names::default())
    }
}

page!(CauseList, "errors/list.html");
page!(CausePage, "errors/cause.html");
page!(TroublePage, "login/trouble.html");
page!(RefusalPage, "login/refusal.html");
