//! The page of the simulated provider of signatures.

use crate::Frame;
use crate::page::page;

/// Documents that somebody is to sign.
#[derive(Debug, Clone, Default)]
pub struct SigningPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Where its form leads.
    pub action: String,
    /// Who is to sign.
    pub signer: String,
    /// Titles, and where the PDFs are.
    pub documents: Vec<(String, String)>,
}

page!(SigningPage, "signing.html");
