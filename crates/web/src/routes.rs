//! The table of all addresses of a domain.

use axum::{
    http::Uri,
    response::Response,
    routing::{MethodRouter, any, get, post},
};
use provider::Refusal;
use texts::Cause;

use crate::{
    App, console,
    domain_request::DomainRequest,
    op::{
        assets, authorize, brand, criipto_configuration, discovery, eids, errors, login, logout, mobile,
        statements, token, userinfo,
    },
    respond::error::refusal_at,
    route::{Counted, Effects, Route},
};

/// An address: its pattern in lower case, what is known of it, and what answers there.
pub(crate) struct Row {
    pub(crate) path: &'static str,
    pub(crate) route: Route,
    pub(crate) handlers: fn() -> MethodRouter<App>,
}

const fn row(path: &'static str, route: Route, handlers: fn() -> MethodRouter<App>) -> Row {
    Row { path, route, handlers }
}

const PAGE: Route = Route::page("page");
const ERRORS: Route = Route::page("errors");
const MOBILE: Route = Route::page("mobile");
const ASSET: Route = Route { counted: Counted::Not, ..Route::page("asset") };
const BRAND: Route = Route::page("brand");
const DISCOVERY: Route = Route::document("discovery");
const KEYS: Route = Route::document("keys");
const MOBILE_FILE: Route = Route::document("mobile");
const AUTHORIZE: Route = Route { effects: Effects::OfVisitsAndScripts, ..Route::of_login("authorize") };
const LOGIN: Route = Route::of_login("login");
const CALLBACK: Route = Route::of_login("callback");
const LOGOUT: Route = Route { effects: Effects::OfVisits, ..Route::page("logout") };

pub(crate) const ROWS: [Row; 37] = [
    row("/", PAGE, || get(statements::landing)),
    row("/privacy", PAGE, || get(statements::privacy)),
    row("/accessibility", PAGE, || get(statements::accessibility)),
    row("/eids", Route::document("eids"), || get(eids::list).options(discovery::preflight)),
    row("/errors", ERRORS, || get(errors::list)),
    row("/errors/{id}", ERRORS, || get(errors::show)),
    row("/assets/{name}", ASSET, || get(assets::show_at_domain)),
    row("/brand/{name}", BRAND, || get(brand::show)),
    row("/.well-known/openid-configuration", DISCOVERY, || {
        get(discovery::show).options(discovery::preflight_about)
    }),
    row("/with/{acr}/.well-known/openid-configuration", DISCOVERY, || {
        get(discovery::show_for_acr).options(discovery::preflight_about)
    }),
    row("/.well-known/criipto-configuration", DISCOVERY, || {
        get(criipto_configuration::show).options(discovery::preflight_about)
    }),
    row("/.well-known/jwks", KEYS, || get(discovery::keys).options(discovery::preflight)),
    row("/.well-known/jwks.json", KEYS, || get(discovery::keys).options(discovery::preflight)),
    row("/.well-known/apple-app-site-association", MOBILE_FILE, || get(mobile::apple)),
    row("/.well-known/assetlinks.json", MOBILE_FILE, || get(mobile::android)),
    row("/.well-known/eids/{eid}/jwks", KEYS, || get(discovery::source_keys)),
    row("/.well-known/{file}", Route::document("other"), || any(not_found)),
    row("/ios/callback", MOBILE, || get(mobile::back_on_ios)),
    row("/android/callback", MOBILE, || get(mobile::back_on_android)),
    row("/oauth2/authorize", AUTHORIZE, || get(authorize::by_get).post(authorize::by_post)),
    row("/with/{acr}/oauth2/authorize", AUTHORIZE, || {
        get(authorize::by_get_for_acr).post(authorize::by_post_for_acr)
    }),
    row("/oauth2/token", Route::endpoint("token"), || post(token::create).options(token::preflight)),
    row("/oauth2/par", Route::endpoint("par"), || post(token::push).options(token::preflight)),
    row("/oauth2/introspect", Route::endpoint("introspection"), || post(token::introspect)),
    row("/oauth2/revoke", Route::endpoint("revocation"), || post(token::revoke).options(token::preflight)),
    row("/oauth2/userinfo", Route::endpoint("userinfo"), || {
        get(userinfo::show).post(userinfo::show).options(token::preflight)
    }),
    row("/oauth2/logout", LOGOUT, || get(logout::show).post(logout::create)),
    row("/login/{login}", LOGIN, || get(login::show)),
    row("/login/{login}/with/{eid}", LOGIN, || get(login::choose)),
    row("/login/{login}/choose", LOGIN, || get(login::choose_another)),
    row("/login/{login}/back", LOGIN, || get(login::back)),
    row("/login/{login}/restart", LOGIN, || get(login::restart)),
    row("/login/{login}/consent", LOGIN, || post(login::consent)),
    row("/login/{login}/sign-in", LOGIN, || post(login::sign_in)),
    row("/trial/{key}", LOGIN, || get(login::begin_trial)),
    row("/callback/{eid}", CALLBACK, || get(login::callback)),
    row("/novippslogin/callback", CALLBACK, || get(login::vipps_callback)),
];

pub(crate) async fn not_found(visit: DomainRequest, uri: Uri) -> Response {
    refusal_at(
        (find(uri.path()).audience, visit.frame_of(Cause::NotFound)),
        &Refusal::NotFound,
        visit.locale(&[]),
        &visit.context,
    )
}

/// Whether an address is in the table, however it is written.
pub(crate) fn is_in_table(path: &str) -> bool {
    matching(path).is_some()
}

/// What is known of an address, however it is written. Below `/.well-known/` programs ask, also for what is not in the
/// table.
pub(crate) fn find(path: &str) -> Route {
    const WELL_KNOWN: &str = "/.well-known/";
    let is_well_known = path.get(..WELL_KNOWN.len()).is_some_and(|it| it.eq_ignore_ascii_case(WELL_KNOWN));
    let unknown = match () {
        () if is_well_known => Route::document("other"),
        () if console::is_known(path) => Route::page("console"),
        () => Route::OTHER,
    };
    matching(path).map_or(unknown, |(row, _)| row.route)
}

/// What is known of an address, and how the table writes it; `None` for one that is not in the table. Words are
/// case-insensitive and one final slash is tolerated; a name (a base64 acr, a login, an asset) stays as it is. A base64
/// acr in front of a word moves behind `/with/`.
pub(crate) fn folded(path: &str) -> Option<(Route, String)> {
    let (row, given) = matching(path)?;
    let segments = row.path.split('/').skip(1).zip(given).map(|(pattern, given)| match pattern {
        "{eid}" | "{id}" | "{file}" => given.to_ascii_lowercase(),
        name if name.starts_with('{') => given.to_owned(),
        word => word.to_owned(),
    });
    let path = segments.flat_map(|segment| ["/".to_owned(), segment]).collect();
    Some((row.route, path))
}

/// The row of an address, and the segments that fill its pattern.
fn matching(path: &str) -> Option<(&'static Row, Vec<&str>)> {
    let path = match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => path,
    };
    let given: Vec<&str> = path.split('/').skip(1).collect();
    let row_of = |given: &[&str]| ROWS.iter().find(|row| fits(row.path, given));
    if let Some(row) = row_of(&given) {
        return Some((row, given));
    }
    let with_acr: Vec<&str> = std::iter::once("with").chain(given).collect();
    row_of(&with_acr).map(|row| (row, with_acr))
}

fn fits(pattern: &str, given: &[&str]) -> bool {
    let mut given = given.iter();
    let fits = |word: &str| {
        given.next().is_some_and(|it| {
            if word.starts_with('{') { !it.is_empty() } else { it.eq_ignore_ascii_case(word) }
        })
    };
    pattern.split('/').skip(1).all(fits) && given.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{ROWS, find, folded};
    use crate::route::{Audience, Effects};

    #[test]
    fn words_are_folded_and_names_are_not() {
        for (given, wanted) in [
            ("/", "/"),
            ("/OAuth2/Authorize/", "/oauth2/authorize"),
            ("/.well-known/OpenID-Configuration", "/.well-known/openid-configuration"),
            ("/dXJuOmdybg==/OAuth2/Authorize", "/with/dXJuOmdybg==/oauth2/authorize"),
            (
                "/dXJuOmdybg==/.well-known/openid-configuration/",
                "/with/dXJuOmdybg==/.well-known/openid-configuration",
            ),
            ("/Login/AbC/With/no-bankid", "/login/AbC/with/no-bankid"),
            ("/login/AbC", "/login/AbC"),
            ("/NOVippsLogin/Callback", "/novippslogin/callback"),
            ("/Callback/No-BankID", "/callback/no-bankid"),
            ("/Privacy", "/privacy"),
        ] {
            assert_eq!(folded(given).unwrap().1, wanted, "{given}");
        }
        assert_eq!(folded("/wp-login.php"), None, "what is not known stays as it is");
    }

    #[test]
    fn an_address_has_a_class_and_nobody_can_invent_one() {
        for (path, wanted) in [
            ("/", "page"),
            ("/OAuth2/Token/", "token"),
            ("/oauth2/par", "par"),
            ("/oauth2/introspect", "introspection"),
            ("/oauth2/revoke", "revocation"),
            ("/eids", "eids"),
            ("/errors/busy", "errors"),
            ("/dXJu/oauth2/authorize", "authorize"),
            ("/.well-known/jwks", "keys"),
            ("/login/abc/with/no-bankid", "login"),
            ("/callback/no-bankid", "callback"),
            ("/wp-login.php", "other"),
            ("/.well-known/security.txt", "other"),
        ] {
            assert_eq!(find(path).class, wanted, "{path}");
        }
    }

    #[test]
    fn a_program_that_asked_for_a_well_known_address_of_several_words_got_a_page() {
        for path in ["/.well-known/acme-challenge/abc", "/.Well-Known/webfinger/x/y", "/.well-known/x"] {
            assert_eq!(find(path).audience, Audience::Program, "{path}");
        }
        assert_eq!(find("/privacy/x").audience, Audience::Browser);
    }

    #[test]
    fn every_address_is_found_and_only_logins_have_effects() {
        for row in &ROWS {
            assert_eq!(find(row.path), row.route, "{}", row.path);
            assert_eq!(folded(row.path), Some((row.route, row.path.to_owned())));
            let acts = ["authorize", "login", "callback", "logout"].contains(&row.route.class);
            assert_eq!(row.route.effects != Effects::None, acts, "{}", row.path);
            assert!(!acts || row.route.audience == Audience::Browser, "{}", row.path);
        }
    }
}
