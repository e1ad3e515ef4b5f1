//! What a domain's pages have around them: its brand, its statements, the same page in other languages.

use crypto::Digest;
use model::{Color, Shades};
use pages::{AreaColors, Brand, Frame, Language, Logo, brand_sheet};
use provider::{Issuer, Shown};
use texts::Locale;

/// Below this path are the files of brands.
pub(crate) const FOLDER: &str = "/brand/";

fn area(shades: Shades) -> AreaColors {
    let [base, hover, active, text] =
        [shades.base, shades.hover, shades.active, shades.text].map(|it| format!("#{}", it.digits()));
    AreaColors { base, hover, active, text }
}

/// The style sheet of a colour and its path. A version that makes another sheet of the same colour has another path.
pub(crate) fn sheet(color: Color) -> (String, String) {
    let sheet = brand_sheet(&area(color.on_light().shades()), &area(color.on_dark().shades()));
    let digest: String =
        Digest::of(sheet.as_bytes()).as_bytes().iter().take(8).map(|it| format!("{it:02x}")).collect();
    (format!("{FOLDER}{}-{digest}.css", color.digits()), sheet)
}

/// What a page shows of whoever it belongs to.
pub(crate) fn brand(shown: Shown) -> Brand {
    let Shown { name, brand, .. } = shown;
    let brand = *brand;
    let color = brand.color();
    Brand {
        name,
        logo: brand.logo.map(|it| Logo {
            href: format!("{FOLDER}{}.png", it.digest),
            width: it.width,
            height: it.height,
        }),
        sheet_href: color.map(|color| sheet(color).0),
        policy_href: brand.policy_uri,
        terms_href: brand.tos_uri,
        support_href: brand
            .support_contact
            .map(|it| if it.contains("://") { it } else { format!("mailto:{it}") }),
        support_phone: brand.support_phone,
    }
}

/// The same page in every language; `here` is its path, or empty for the address that is shown, without its query.
pub(crate) fn in_languages(here: &str) -> Vec<Language> {
    let language = |locale: Locale| Language { locale, href: format!("{here}?lang={}", locale.as_str()) };
    Locale::ALL.map(language).to_vec()
}

/// What surrounds a page of this domain; `here` is where the same page is in another language.
pub(crate) fn frame(issuer: &Issuer, here: Option<&str>) -> Frame {
    Frame {
        is_test: issuer.is_test(),
        languages: here.map(in_languages).unwrap_or_default(),
        privacy_href: Some("/privacy".to_owned()),
        accessibility_href: Some("/accessibility".to_owned()),
        brand: issuer.shown().map(brand),
        is_trial: false,
        is_unknown_host: false,
        chooses_language_by_form: false,
    }
}
