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
    /// Whose page it is to the person who sees it; without one it is ours.
    pub brand: Option<Brand>,
}

/// Who a page is shown for: the application that the person comes from. It stands in the header, and we in the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// What people call it.
    pub name: String,
}

impl Brand {
    /// Stands in place of a logo.
    pub fn initial(&self) -> String {
        self.name.trim().chars().next().unwrap_or('·').to_uppercase().collect()
    }
}

impl Frame {
    /// The same for an application, by its name; without one it stays as it is.
    #[must_use]
    pub fn of(self, application: Option<&str>) -> Self {
        let brand = application.map(|name| Brand { name: name.to_owned() });
        Self { brand: brand.or(self.brand), ..self }
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
