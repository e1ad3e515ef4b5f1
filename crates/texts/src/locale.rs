//! Which language somebody reads.

/// A language that everything is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Locale {
    /// Norwegian bokmål, the default.
    #[default]
    Nb,
    /// Norwegian nynorsk.
    Nn,
    /// English.
    En,
}

/// Longest `Accept-Language` that is looked at, in bytes; what follows is ignored.
const ACCEPT_LANGUAGE_MAX: usize = 512;

impl Locale {
    /// Every language, in the order in which a page offers them.
    pub const ALL: [Self; 3] = [Self::Nb, Self::Nn, Self::En];

    /// Understands one language tag (`nn-NO`, `en_US`, `no`), in any case.
    ///
    /// Only the first subtag counts. `no` is bokmål; `se` (Northern Sámi) falls back to bokmål until it
    /// is translated. `None` for every other language.
    pub fn parse(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        match first.to_ascii_lowercase().as_str() {
            "nb" | "no" | "se" => Some(Self::Nb),
            "nn" => Some(Self::Nn),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Chooses the language of a page: the first of `ui_locales` that we know, else the best of the
    /// browser's `Accept-Language`, else bokmål.
    ///
    /// Spec: OpenID Connect Core 1.0 §3.1.2.1 (`ui_locales`); RFC 9110 §12.5.4.
    pub fn choose(ui_locales: &[impl AsRef<str>], accept_language: Option<&str>) -> Self {
        ui_locales
            .iter()
            .find_map(|tag| Self::parse(tag.as_ref()))
            .or_else(|| accept_language.and_then(best_accepted))
            .unwrap_or_default()
    }

    /// The tag for `<html lang>` and `ui_locales`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nb => "nb",
            Self::Nn => "nn",
            Self::En => "en",
        }
    }
}

impl std::fmt::Display for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The known language with the highest weight; of equals the first.
fn best_accepted(header: &str) -> Option<Locale> {
    let header = header.get(..ACCEPT_LANGUAGE_MAX).unwrap_or(header);
    let mut best: Option<(u16, Locale)> = None;
    for item in header.split(',').take(32) {
        let mut parts = item.split(';');
        let locale = parts.next().and_then(Locale::parse);
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, weight);
        if let Some(locale) = locale
            && weight > best.map_or(0, |(most, _)| most)
        {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// A weight in thousandths; nonsense weighs nothing.
fn weight(text: &str) -> u16 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if whole == "1" {
        return 1000;
    }
    if whole != "0" || fraction.len() > 3 {
        return 0;
    }
    format!("{fraction:0<3}").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn tags_are_understood() {
        for (tag, locale) in [
            ("nb", Some(Locale::Nb)),
            ("no", Some(Locale::Nb)),
            ("nb-NO", Some(Locale::Nb)),
            ("se", Some(Locale::Nb)),
            ("NN-no", Some(Locale::Nn)),
            ("en_US", Some(Locale::En)),
            ("sv", None),
            ("", None),
            ("english", None),
        ] {
            assert_eq!(Locale::parse(tag), locale, "{tag}");
        }
    }

    #[test]
    fn the_application_asks_before_the_browser() {
        assert_eq!(Locale::choose(&["sv", "en"], Some("nn")), Locale::En);
        assert_eq!(Locale::choose(&["sv"], Some("nn")), Locale::Nn);
    }

    #[test]
    fn the_browser_weighs_its_languages() {
        let none: [&str; 0] = [];
        for (header, locale) in [
            ("sv, en;q=0.8, nn;q=0.9", Locale::Nn),
            ("en;q=0, nb", Locale::Nb),
            ("en-GB,en;q=0.5", Locale::En),
            ("en;q=nonsense, nn;q=0.001", Locale::Nn),
            ("*", Locale::Nb),
            ("æøå,;;;q=", Locale::Nb),
        ] {
            assert_eq!(Locale::choose(&none, Some(header)), locale, "{header}");
        }
        assert_eq!(Locale::choose(&none, None), Locale::Nb);
    }
}
