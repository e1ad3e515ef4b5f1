//! The page at the root of a domain.

use crate::Frame;
use crate::page::page;

/// What stands at `/` of a domain: what this is, and where a developer goes on.
#[derive(Debug, Clone, Default)]
pub struct Landing {
    /// What surrounds the page.
    pub frame: Frame,
    /// The issuer, as an application writes it down.
    pub issuer: String,
    /// Address of the discovery document.
    pub discovery_href: String,
    /// Address of the sample application, where there is one.
    pub sample_href: Option<String>,
}

page!(Landing, "landing.html");
