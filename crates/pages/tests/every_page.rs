//! What every page keeps to, in every language.

use std::collections::BTreeSet;

use pages::{AreaColors, Asset, assets, brand_sheet};
use texts::{Locale, UNTRANSLATED};

mod fixtures;

/// Every page as (name, language, HTML).
fn rendered(fill: fixtures::Fill<'_>) -> Vec<(String, Locale, String)> {
    let mut all = Vec::new();
    for (name, page) in fixtures::pages(fill) {
        for locale in Locale::ALL {
            all.push((name.clone(), locale, page.html(locale)));
        }
    }
    all
}

#[test]
fn every_sentence_exists_and_is_filled_in() {
    for (name, locale, html) in rendered(&str::to_owned) {
        assert!(!html.contains(UNTRANSLATED), "{name} {locale}: {html}");
        assert!(!html.contains("{$"), "{name} {locale}: {html}");
    }
}

#[test]
fn every_page_is_a_whole_document() {
    for (name, locale, html) in rendered(&str::to_owned) {
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert!(html.contains(&format!("<html lang=\"{locale}\"")), "{name}");
        for once in ["<title>", "<main id=\"main\"", "<h1 ", "href=\"#main\"", "<footer", "name=\"viewport\""]
        {
            assert_eq!(html.matches(once).count(), 1, "{name} {locale}: {once}");
        }
    }
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    for (name, locale, html) in rendered(&str::to_owned) {
        let mut last = 0;
        for start in html.match_indices("<h").map(|(at, _)| &html[at + 2..]) {
            if let Some(level) = start.chars().next().and_then(|c| c.to_digit(10)) {
                assert!(level <= last + 1, "{name} {locale}: h{level} after h{last}");
                last = level;
            }
        }
    }
}

#[test]
fn nothing_on_a_page_needs_a_weaker_policy() {
    for (name, locale, html) in rendered(&str::to_owned) {
        for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let what = format!("{name} {locale}: <{tag}>");
            assert!(!tag.contains(" style="), "{what}");
            assert!(
                !tag.split_whitespace().any(|part| part.starts_with("on") && part.contains('=')),
                "{what}"
            );
            assert!(!tag.starts_with("style"), "{what}");
            assert!(!tag.starts_with("script") || tag.contains(" src=\"/assets/"), "{what}");
            assert!(!tag.contains("javascript:"), "{what}");
        }
    }
}

#[test]
fn what_others_write_is_escaped_everywhere() {
    let evil = r#"<script>alert(1)</script>"'&<img src=x onerror=y>"#;
    for (name, locale, html) in rendered(&|_: &str| evil.to_owned()) {
        assert!(!html.contains("<script>"), "{name} {locale}: {html}");
        // Our own tag for a logo has another first attribute.
        assert!(!html.contains("<img src"), "{name} {locale}: {html}");
        assert!(!html.contains("\"'&"), "{name} {locale}: {html}");
        assert!(html.contains("&#60;script&#62;alert(1)") || !html.contains("alert(1)"), "{name} {locale}");
        // The skeleton of tags is what it is with harmless values.
        let harmless = fixtures::pages(&str::to_owned);
        let page = &harmless.iter().find(|(other, _)| *other == name).unwrap().1;
        assert_eq!(tags(&html).len(), tags(&page.html(locale)).len(), "{name} {locale}");
    }
}

/// Where a line may end depends on the value, and is no part of the skeleton.
fn tags(html: &str) -> Vec<&str> {
    let names = html.split('<').skip(1).map(|rest| rest.split([' ', '>']).next().unwrap_or_default());
    names.filter(|it| *it != "wbr").collect()
}

#[test]
fn every_id_is_used_once_on_a_page() {
    for (name, locale, html) in rendered(&str::to_owned) {
        let ids: Vec<&str> =
            html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name} {locale}: {ids:?}");
    }
}

#[test]
fn every_file_a_page_names_is_there() {
    for (name, _, html) in rendered(&str::to_owned) {
        for path in html.split("\"/assets/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(pages::asset(&format!("/assets/{path}")).is_some(), "{name}: {path}");
        }
    }
}

#[test]
fn a_login_page_travels_in_sixty_kilobytes_fonts_included() {
    let is_here = |asset: &&Asset| !asset.path.contains("sample") && !asset.path.contains("console");
    let files: usize = assets().iter().filter(is_here).map(packed).sum();
    let colors = || {
        let [base, hover, active, text] = ["#39134c", "#470d70", "#54127f", "#ffffff"].map(str::to_owned);
        AreaColors { base, hover, active, text }
    };
    // With a brand: its style sheet, and a logo of 12 KiB, the most that `images` makes.
    let brand = brand_sheet(&colors(), &colors()).len() + 12 * 1024;
    // The list of errors is for developers.
    let is_login = |name: &str| name != "errors" && !name.starts_with("console");
    for (name, locale, html) in rendered(&str::to_owned).into_iter().filter(|(name, ..)| is_login(name)) {
        // The sample application and the simulators have none.
        let is_ours = !name.starts_with("sample") && !name.starts_with("simulator");
        let sent = files + if is_ours { brand } else { 0 };
        assert!(sent + html.len() <= 60_000, "{name} {locale}: {sent} + {}", html.len());
    }
}

#[test]
fn what_the_console_has_of_its_own_travels_in_twelve_kilobytes() {
    let files: usize = assets().iter().filter(|asset| asset.path.contains("console")).map(packed).sum();
    assert!(files <= 12_000, "{files}");
}

fn packed(asset: &Asset) -> usize {
    asset.gzip.len()
}

#[test]
fn a_refusal_links_to_no_address_of_the_request() {
    let disputed = "https://evil.example/callback";
    for (name, locale, html) in
        rendered(&|text: &str| if text == "Fjordbanken" { disputed.to_owned() } else { text.to_owned() })
    {
        assert!(!html.contains(&format!("href=\"{disputed}")), "{name} {locale}");
    }
}

#[test]
fn choices_used_last_come_first() {
    let pages = fixtures::pages(&str::to_owned);
    let selector = pages.iter().find(|(name, _)| name == "selector").unwrap().1.html(Locale::Nb);
    assert!(selector.find("Vipps").unwrap() < selector.find("BankID").unwrap());
}
