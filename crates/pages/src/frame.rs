//! What surrounds every page, and what several pages have.

use texts::Locale;

/// What surrounds a page. `Frame::default()` has no link and no banner.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Whether the page belongs to a test domain; shows the banner "synthetic people".
    pub is_test: bool,
    /// The same page in other languages, this one included; empty where switching makes no sense.
    pub languages: Vec<Language>,
    /// Address of the privacy statement.
    pub privacy_href: Option<String>,
    /// Address of the accessibility statement.
    pub accessibility_href: Option<String>,
}

/// The same page in a language.
#[derive(Debug, Clone)]
pub struct Language {
    /// The language.
    pub locale: Locale,
    /// Where the page is in that language.
    pub href: String,
}
