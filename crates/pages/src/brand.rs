//! Whose a page is to the person who sees it.

use std::fmt::Write as _;

/// Who a page is shown for: the application that the person comes from, or whoever the domain belongs to. It stands in the
/// header, and we in the footer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// What people call it.
    pub name: String,
    /// Stands in place of the name.
    pub logo: Option<Logo>,
    /// Path of the style sheet of its colour, [`brand_sheet`].
    pub sheet_href: Option<String>,
    /// Its privacy policy.
    pub policy_href: Option<String>,
    /// Its terms of service.
    pub terms_href: Option<String>,
    /// Where people get help: `https:` or `mailto:`.
    pub support_href: Option<String>,
    /// A number to call, `+` and digits.
    pub support_phone: Option<String>,
}

/// A picture on our own host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Its path.
    pub href: String,
    /// Pixels in a row, of a screen with two for each CSS pixel.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Logo {
    /// Whether it is so narrow that no name can be read in it; the name stands beside it then.
    pub(crate) const fn is_symbol(&self) -> bool {
        self.width < 2 * self.height
    }
}

/// The colours of a filled area, as `#rrggbb`: as it is, under the pointer, pressed, and the text on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaColors {
    /// As it is.
    pub base: String,
    /// Under the pointer.
    pub hover: String,
    /// Pressed.
    pub active: String,
    /// Text on each of them.
    pub text: String,
}

impl Brand {
    /// One that has a name only.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Stands in place of a logo.
    pub fn initial(&self) -> String {
        self.name.trim().chars().next().unwrap_or('·').to_uppercase().collect()
    }

    /// Whether the footer has links of it.
    pub(crate) const fn has_links(&self) -> bool {
        self.policy_href.is_some()
            || self.terms_href.is_some()
            || self.support_href.is_some()
            || self.support_phone.is_some()
    }
}

/// Every colour that is not the brand's own, and is neutral then.
const NEUTRAL: [&str; 11] = [
    "background-default",
    "background-tinted",
    "surface-default",
    "surface-tinted",
    "surface-hover",
    "surface-active",
    "border-subtle",
    "border-default",
    "border-strong",
    "text-subtle",
    "text-default",
];

/// The style sheet of a brand: filled areas and the edge of the header have its colours, everything else is neutral. It goes
/// over our own sheet, which is layered.
pub fn brand_sheet(light: &AreaColors, dark: &AreaColors) -> String {
    let mut sheet = String::from("html{");
    for name in NEUTRAL {
        let _ = write!(sheet, "--ds-color-{name}:var(--ds-color-neutral-{name});");
    }
    let areas = |colors: &AreaColors| {
        let AreaColors { base, hover, active, text } = colors;
        format!(
            "--ds-color-base-default:{base};--ds-color-base-hover:{hover};--ds-color-base-active:{active};\
             --ds-color-base-contrast-default:{text};--ds-color-base-contrast-subtle:{text}"
        )
    };
    let _ = writeln!(
        sheet,
        "{}}}@media (prefers-color-scheme:dark){{html{{{}}}}}\
         .pv-header{{border-bottom:.25rem solid var(--ds-color-base-default)}}",
        areas(light),
        areas(dark)
    );
    sheet
}

#[cfg(test)]
mod tests {
    /// What contrast is judged against where a colour is set, by `model`.
    #[test]
    fn neutral_pages_are_as_light_and_as_dark_as_contrast_is_judged_by() {
        let sheet = std::str::from_utf8(crate::assets::asset(crate::assets::STYLE).unwrap().bytes).unwrap();
        for (name, light, dark) in
            [("background-tinted", "#f3f3f4", "#1e2022"), ("surface-default", "#ffffff", "#26282b")]
        {
            let name = format!("--ds-color-neutral-{name}: ");
            let values: std::collections::BTreeSet<&str> =
                sheet.split(&name).skip(1).filter_map(|it| it.get(..7)).collect();
            assert_eq!(values, [light, dark].into(), "{name}");
        }
    }
}
