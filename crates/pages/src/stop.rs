//! Why a simulator or the sample application cannot go on.

use crate::{Frame, page::page};

/// Why it stops here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// There is no such page.
    NotFound,
    /// No login is waiting for what came, or it is not one of a test domain.
    NoRequest,
    /// The form was not sent from a page here.
    FromElsewhere,
    /// What is needed cannot be read or kept at present.
    Later,
}

impl StopReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NotFound, Self::NoRequest, Self::FromElsewhere, Self::Later];

    /// Its word in keys and in the document.
    pub const fn id(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::NoRequest => "no-request",
            Self::FromElsewhere => "from-elsewhere",
            Self::Later => "later",
        }
    }
}

/// A page that says so, with a way on.
#[derive(Debug, Clone)]
pub struct Stop {
    /// What surrounds the page.
    pub frame: Frame,
    /// Why.
    pub reason: StopReason,
    /// What a program was told, in English.
    pub detail: Option<String>,
    /// Where to begin again; `None` says to go back to the site.
    pub start_href: Option<String>,
}

impl Stop {
    fn key(&self, part: &str) -> String {
        format!("stop-{}-{part}", self.reason.id())
    }
}

page!(Stop, "stop.html");
