//! The settings of an application, section by section.

use axum::response::Response;
use console::{ApplicationChange, Permission, Refusal};
use crypto::{Algorithm, ContentEncryption};
use model::ApplicationSettings;
use pages::console::{ConsolePage, Text};
use texts::Noun;

use super::{
    answer::{done, refused_form, shown},
    client_secrets, danger,
    logos::{self, LogoPlace, with_logo},
    places::{APPLICATION_TABS as TABS, ApplicationPlace, KINDS, application, application_page},
    settings::{
        Entry, Members, Refused, Section, Setting, Sheet, marked, members_of, names, section, seen,
        taken_apart, wanted,
    },
    visit::Visit,
};

const fn on(tab: &'static str, word: &'static str, title: &'static str, lead: &'static str) -> Section {
    Section { word, tab, title, lead }
}

const SECTIONS: &[Section] = &[
    on("addresses", "addresses", "console-section-addresses", "console-section-addresses-lead"),
    on("addresses", "apps", "console-section-apps", "console-section-apps-lead"),
    on("sign-in", "sign-in", "console-section-sign-in", "console-section-sign-in-lead"),
    on("sign-in", "requests", "console-section-requests", "console-section-requests-lead"),
    on("tokens", "claims", "console-section-claims", "console-section-claims-lead"),
    on("tokens", "national-number", "console-section-nin", "console-section-nin-lead"),
    on("tokens", "tokens", "console-section-tokens", "console-section-tokens-lead"),
    on("tokens", "answers", "console-section-answers", "console-section-answers-lead"),
    on("keys", "keys", "console-section-keys", "console-section-keys-lead"),
    on("brand", "brand", "console-section-brand", "console-section-brand-lead"),
];

const fn set(
    section: &'static str,
    name: &'static str,
    entry: Entry,
    keys: (&'static str, &'static str),
) -> Setting {
    Setting { name, section, entry, label: keys.0, help: keys.1 }
}

macro_rules! keys {
    ($name:literal) => {
        (concat!("console-setting-", $name), concat!("console-setting-", $name, "-help"))
    };
}

/// One of a few words, whose names and rules are texts of the setting.
macro_rules! choice {
    ($setting:literal: $($word:literal = $key:literal),+) => {
        Entry::Choice(&[$((
            $word,
            concat!("console-setting-", $setting, "-", $key),
            concat!("console-setting-", $setting, "-", $key, "-help"),
        )),+])
    };
}

const DAY: u32 = 86_400;

fn algorithms() -> Vec<&'static str> {
    Algorithm::ALL.map(Algorithm::as_str).to_vec()
}

fn encryptions() -> Vec<&'static str> {
    ContentEncryption::ALL.map(ContentEncryption::as_str).to_vec()
}

const SETTINGS: &[Setting] = &[
    set("addresses", "redirect_uris", Entry::Addresses, keys!("redirect-uris")),
    set("addresses", "post_logout_redirect_uris", Entry::Addresses, keys!("post-logout-redirect-uris")),
    set("addresses", "origins", Entry::MaybeAddresses, keys!("origins")),
    set("apps", "apple_apps", Entry::AppleApps, keys!("apple-apps")),
    set("apps", "android_apps", Entry::AndroidApps, keys!("android-apps")),
    set("sign-in", "eids", Entry::Methods, keys!("eids")),
    set(
        "sign-in",
        "minimum_level",
        choice!("minimum-level": "none" = "none", "low" = "low", "substantial" = "substantial", "high" = "high"),
        keys!("minimum-level"),
    ),
    set("sign-in", "single_sign_on", Entry::Switch, keys!("single-sign-on")),
    set("sign-in", "error_pages", Entry::Switch, keys!("error-pages")),
    set(
        "requests",
        "pkce",
        choice!("pkce": "default" = "default", "required" = "required", "off" = "off"),
        keys!("pkce"),
    ),
    set("requests", "require_par", Entry::Switch, keys!("require-par")),
    set("requests", "response_modes.post_message", Entry::Switch, keys!("post-message")),
    set("requests", "response_modes.json", Entry::Switch, keys!("json")),
    set(
        "claims",
        "profile",
        choice!("profile": "modern" = "modern", "compatible" = "compatible"),
        keys!("profile"),
    ),
    set(
        "claims",
        "sector",
        choice!("sector": "tenant" = "tenant", "application" = "application"),
        keys!("sector"),
    ),
    set(
        "claims",
        "compatible.property_format",
        choice!("property-format": "compact" = "compact", "uri" = "uri"),
        keys!("property-format"),
    ),
    set("claims", "compatible.null_claims", Entry::Switch, keys!("null-claims")),
    set("claims", "compatible.dynamic_scopes", Entry::Switch, keys!("dynamic-scopes")),
    set("national-number", "nin_allowed", Entry::Switch, keys!("nin-allowed")),
    set("national-number", "nin_legal_ground", Entry::Line(500), keys!("nin-legal-ground")),
    set("national-number", "compatible.ssn", Entry::Switch, keys!("ssn")),
    set("tokens", "id_token_seconds", Entry::Seconds(60, DAY), keys!("id-token-seconds")),
    set("tokens", "access_token_seconds", Entry::Seconds(60, DAY), keys!("access-token-seconds")),
    set("tokens", "refresh_tokens", Entry::Switch, keys!("refresh-tokens")),
    set("tokens", "refresh_token_seconds", Entry::Seconds(60, 365 * DAY), keys!("refresh-token-seconds")),
    set("answers", "id_token_algorithm", Entry::Words(algorithms), keys!("id-token-algorithm")),
    set("answers", "slim_id_token", Entry::Switch, keys!("slim-id-token")),
    set(
        "answers",
        "userinfo_response",
        choice!("userinfo-response": "plainJson" = "plain", "signedJwt" = "signed",
            "signedAndEncryptedJwt" = "encrypted", "fromTokenEndpoint" = "token"),
        keys!("userinfo-response"),
    ),
    set(
        "answers",
        "id_token_response",
        choice!("id-token-response": "signed" = "signed", "signedAndEncryptedJwt" = "encrypted"),
        keys!("id-token-response"),
    ),
    set("answers", "content_encryption", Entry::Words(encryptions), keys!("content-encryption")),
    set("keys", "kind", Entry::Choice(&KINDS), keys!("kind")),
    set(
        "keys",
        "authentication",
        choice!("authentication": "client_secret" = "secret", "private_key_jwt" = "key", "none" = "none"),
        keys!("authentication"),
    ),
    set("keys", "jwks", Entry::Json, keys!("jwks")),
    set("keys", "may_introspect", Entry::Switch, keys!("may-introspect")),
    set("brand", "name", Entry::Line(100), keys!("name")),
    set("brand", "brand.color", Entry::Word(7), keys!("color")),
    set("brand", "brand.policy_uri", Entry::Word(512), keys!("policy-uri")),
    set("brand", "brand.tos_uri", Entry::Word(512), keys!("tos-uri")),
    set("brand", "brand.support_contact", Entry::Word(512), keys!("support-contact")),
    set("brand", "brand.support_phone", Entry::Word(16), keys!("support-phone")),
];

fn members(place: &ApplicationPlace) -> Members {
    members_of(&place.application.name, &place.application.settings.to_text())
}

fn logo_place<'a>(visit: &Visit, place: &'a ApplicationPlace, refusal: Option<&'a Refusal>) -> LogoPlace<'a> {
    LogoPlace {
        href: format!("{}/brand", place.base),
        version: place.application.version,
        logo: place.application.settings.brand.logo.as_ref(),
        may_change: visit.offers(Permission::ManageApplications),
        refusal,
    }
}

/// The page of the brand after a logo was refused.
pub(super) async fn brand_page(
    visit: &Visit,
    place: &ApplicationPlace,
    refusal: &Refusal,
) -> Result<ConsolePage, Refusal> {
    let of_logo = logos::blocks(visit, &logo_place(visit, place, Some(refusal)));
    let page = tab_page(visit, place, ("brand", None)).await?;
    Ok(with_logo(page, of_logo))
}

/// A page of an application with its forms.
async fn tab_page(
    visit: &Visit,
    place: &ApplicationPlace,
    (tab, refused): (&'static str, Option<&Refused<'_>>),
) -> Result<ConsolePage, Refusal> {
    let members = members(place);
    let sheet = Sheet {
        settings: SETTINGS,
        sections: SECTIONS,
        members: &members,
        version: place.application.version,
        environment: place.domain.environment,
        base: &place.base,
        may_change: visit.offers(Permission::ManageApplications),
        refused,
    };
    let mut page = application_page(visit, place, tab);
    match tab {
        "danger" => page.blocks = danger::application_blocks(visit, place),
        "keys" => {
            page.blocks = client_secrets::blocks(visit, place).await?;
            page.blocks.extend(sheet.blocks(visit, tab));
        }
        "brand" => {
            page.blocks = sheet.blocks(visit, tab);
            page.blocks.extend(logos::blocks(visit, &logo_place(visit, place, None)));
        }
        _ => page.blocks = sheet.blocks(visit, tab),
    }
    Ok(page)
}

fn tab_of(word: &str) -> Option<&'static str> {
    let of_section = section(SECTIONS, word).map(|it| it.tab);
    of_section.or_else(|| TABS.iter().map(|(tab, _)| *tab).find(|it| *it == word && !it.is_empty()))
}

/// `GET …/applications/{application}/{section}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let place = application(&visit).await?;
    let tab = tab_of(visit.param("section")).ok_or(Refusal::NotFound(Noun::Object))?;
    let page = tab_page(&visit, &place, (tab, None)).await?;
    Ok(shown(&visit, page))
}

/// Why a section was not saved, and what is wrong with each of its fields.
type NotSaved = (Refusal, Vec<(&'static str, Text)>);

async fn saved(visit: &Visit, place: &ApplicationPlace, section: &Section) -> Result<&'static str, NotSaved> {
    let plain = |refusal| (refusal, Vec::new());
    let wanted = wanted(SETTINGS, section.word, (&members(place), &visit.form)).map_err(plain)?;
    let (name, settings) = taken_apart(wanted);
    let settings = ApplicationSettings::parse(&settings).map_err(|error| plain(error.into()))?;
    let change = ApplicationChange { name, settings };
    let (id, before) = (place.application.id, place.application.version);
    let permit = visit.permit().map_err(plain)?;
    match visit.site.console.change_application(permit, (id, &seen(visit)), &change, visit.now()).await {
        Ok(now) if now.version == before => Ok("unchanged"),
        Ok(_) => Ok("saved"),
        Err(refusal) => {
            let faults = change.faults(&place.application.name, place.domain.environment);
            let fields = marked(visit, names(SETTINGS, section.word), &faults);
            Err((refusal, fields))
        }
    }
}

/// `POST …/applications/{application}/{section}`
pub(super) async fn save(visit: Visit) -> Result<Response, Refusal> {
    let place = application(&visit).await?;
    let section = section(SECTIONS, visit.param("section")).ok_or(Refusal::NotFound(Noun::Object))?;
    let href = format!("{}/{}", place.base, section.tab);
    match saved(&visit, &place, section).await {
        Ok(word) => Ok(done(&href, word)),
        Err((refusal, fields)) => {
            let refused = Refused { section: section.word, refusal: &refusal, fields };
            let page = tab_page(&visit, &place, (section.tab, Some(&refused))).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

#[cfg(test)]
mod tests {
    use model::ApplicationSettings;
    use texts::{Locale, UNTRANSLATED};

    use super::{Entry, SECTIONS, SETTINGS, tab_of};

    fn names_in(text: &str) -> Vec<String> {
        ApplicationSettings::parse(text).unwrap_err().unknown_field().unwrap().1
    }

    #[test]
    fn whatever_the_command_line_can_set_can_be_set_here() {
        let has = |name: &str| SETTINGS.iter().any(|it| it.name == name);
        for name in names_in(r#"{"?":0}"#) {
            let is_group = SETTINGS.iter().any(|it| it.name.starts_with(&format!("{name}.")));
            assert!(has(&name) || is_group, "{name}");
        }
        for group in ["compatible", "response_modes", "brand"] {
            // A logo is a file.
            for name in names_in(&format!(r#"{{"{group}":{{"?":0}}}}"#)).iter().filter(|it| *it != "logo") {
                assert!(has(&format!("{group}.{name}")), "{group}.{name}");
            }
        }
    }

    #[test]
    fn every_setting_is_on_a_page_and_has_its_texts() {
        for setting in SETTINGS {
            assert!(tab_of(setting.section).is_some(), "{}", setting.name);
            let words = match setting.entry {
                Entry::Choice(words) => words.iter().flat_map(|it| [it.1, it.2]).collect(),
                _ => Vec::new(),
            };
            for key in words.into_iter().chain([setting.label, setting.help]) {
                assert!(!texts::say(Locale::En, key, &[]).contains(UNTRANSLATED), "{key}");
            }
        }
        assert!(SECTIONS.iter().all(|it| SETTINGS.iter().any(|setting| setting.section == it.word)));
    }
}
