//! What surrounds every page, and what several pages have.

use texts::Locale;

use crate::{Brand, Logo};

/// What surrounds a page. `Frame::default()` has no link and no banner.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Whether the page belongs to a test domain; shows the banner "synthetic people".
    pub is_test: bool,
    /// Whether the login is a trial; shows a banner that says so.
    pub is_trial: bool,
    /// The same page in other languages, this one included; empty where switching makes no sense.
    pub languages: Vec<Language>,
    /// Whether the language is chosen by a form that posts `lang` to the address of the page, in place of links: for a page
    /// that a request led to, which no link repeats.
    pub chooses_language_by_form: bool,
    /// Address of the privacy statement.
    pub privacy_href: Option<String>,
    /// Address of the accessibility statement.
    pub accessibility_href: Option<String>,
    /// Whose page it is to the person who sees it; without one it is ours.
    pub brand: Option<Brand>,
    /// Whether no domain answers at this host: nothing that the page could lead to is there.
    pub is_unknown_host: bool,
}

impl Frame {
    pub(crate) fn logo(&self) -> Option<&Logo> {
        self.brand.as_ref()?.logo.as_ref()
    }

    pub(crate) fn brand_sheet(&self) -> Option<&String> {
        self.brand.as_ref()?.sheet_href.as_ref()
    }

    pub(crate) fn brand_with_links(&self) -> Option<&Brand> {
        self.brand.as_ref().filter(|it| it.has_links())
    }

    pub(crate) fn policy(&self) -> Option<&String> {
        self.brand.as_ref()?.policy_href.as_ref()
    }

    /// The same with a brand; without one it stays as it is.
    #[must_use]
    pub fn with(self, brand: Option<Brand>) -> Self {
        Self { brand: brand.or(self.brand), ..self }
    }

    /// The same for an application, by its name; without one it stays as it is.
    #[must_use]
    pub fn of(self, application: Option<&str>) -> Self {
        self.with(application.map(Brand::named))
    }
}

/// The same page in a language.
#[derive(Debug, Clone)]
pub struct Language {
    /// The language.
    pub locale: Locale,
    /// Where the page is in that language.
    pub href: String,
}
