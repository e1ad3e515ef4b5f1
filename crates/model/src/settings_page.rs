//! The page that lists every setting, docs/reference/settings.md. It is written by a test, so the program carries none of
//! it. Each table takes its structure apart: a field without a row does not compile.

use std::fmt::Write as _;

use crypto::{Algorithm, ContentEncryption};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    AndroidApp, AppleApp, ApplicationKind, ApplicationSettings, Brand, ClientAuthentication,
    CompatibleSettings, DomainSettings, IdTokenResponse, IdentitySourceSettings, Level, LoginMethod, Notice,
    Pkce, Profile, PropertyFormat, ResponseModes, Sector, UserinfoResponse,
    application::{DAY, LARGEST_JWKS, MOST_ADDRESSES, SHORTEST},
    brand::LONGEST_ADDRESS,
    identity_source_settings::{LONGEST_EID_NAME, LONGEST_NOTICE},
    mobile_app::MOST,
};

/// A setting as the page has it.
struct Row {
    name: &'static str,
    form: &'static str,
    /// What stands in place of the value of a new object: `None` takes that value.
    default: Option<&'static str>,
    allowed: String,
    about: &'static str,
}

/// Every row of a structure: `field: type, default, allowed, text`. The default `own` is what a new object has.
macro_rules! rows {
    ($structure:ident: $($field:ident: $form:literal, $default:expr, $allowed:expr, $about:literal;)*) => {{
        let _: fn($structure) = |it| {
            let $structure { $($field: _),* } = it;
        };
        vec![$(Row {
            name: stringify!($field),
            form: $form,
            default: $default,
            allowed: $allowed.to_string(),
            about: $about,
        }),*]
    }};
}

/// Every word of an enumeration, as it is written in settings; a variant that is not named does not compile.
macro_rules! words {
    ($type:ident: $($variant:ident),*) => {{
        let _: fn($type) = |it| match it {
            $($type::$variant => (),)*
        };
        list(&[$(word($type::$variant)),*])
    }};
}

const OWN: Option<&str> = None;
const UNSET: Option<&str> = Some("not set");
const REQUIRED: Option<&str> = Some("required");
const SWITCH: &str = "`true`, `false`";

fn word(it: impl Serialize) -> String {
    serde_json::to_value(it).unwrap().as_str().unwrap().to_owned()
}

fn list(words: &[impl AsRef<str>]) -> String {
    words.iter().map(|it| format!("`{}`", it.as_ref())).collect::<Vec<_>>().join(", ")
}

#[expect(clippy::too_many_lines, reason = "a row for each setting, in one pattern that must name them all")]
fn application() -> Vec<Row> {
    let addresses = format!("at most {MOST_ADDRESSES}, each at most 512 printable ASCII characters");
    let seconds = |most: u32| format!("{SHORTEST} to {most}");
    rows! { ApplicationSettings:
        kind: "word", REQUIRED, words!(ApplicationKind: Web, Browser, Native),
            "Where the application runs: on a server (`web`, confidential), in a browser (`browser`) or on a device (`native`). The last two are public and use PKCE. `--kind` sets it when the application is created.";
        authentication: "word", Some("`client_secret` for `web`, else `none`"),
            words!(ClientAuthentication: ClientSecret, PrivateKeyJwt, None),
            "How the application authenticates at the token endpoint. `none` is for public applications, and only for them; `private_key_jwt` needs `jwks`.";
        jwks: "object", UNSET, format!("a JWKS (RFC 7517) of public keys, at most {LARGEST_JWKS} bytes"),
            "The application's public keys: for `private_key_jwt`, and with `\"use\": \"enc\"` for encrypted answers. A private or symmetric key is refused.";
        redirect_uris: "list of texts", REQUIRED, addresses,
            "The addresses that a login may return to, compared exactly; only the port of a native application on the person's own device may differ. `https` everywhere; on test domains also `http` on `localhost` and loopback addresses; a native application also `http` on loopback addresses and a scheme of its own, which is a reversed domain name (in the compatible profile it need not have a dot). Also `--redirect-uri`, `--add-redirect-uri`, `--remove-redirect-uri`.";
        post_logout_redirect_uris: "list of texts", OWN, addresses,
            "The addresses that a logout may continue to, compared exactly. In the compatible profile those of `redirect_uris` are accepted as well.";
        origins: "list of texts", Some("those of `redirect_uris`"),
            format!("`scheme://host[:port]`, at most {MOST_ADDRESSES}"),
            "The origins whose scripts may call the endpoints (CORS).";
        eids: "list of words", Some("every eID"),
            list(&LoginMethod::all().map(LoginMethod::as_str).collect::<Vec<_>>()),
            "The eIDs that people may use; at least one. `automation` (test users) is for test domains only.";
        minimum_level: "word", OWN, words!(Level: None, Low, Substantial, High),
            "The lowest level of assurance that is accepted. An eID that cannot reach it is not offered.";
        pkce: "word", OWN, words!(Pkce: Default, Required, Off),
            "With `default`, public applications must use PKCE, and confidential ones send a challenge or, with `openid`, a nonce. With `off` it may be left out; a challenge that is sent is verified. An import gives a new confidential application `off` unless it says otherwise.";
        id_token_algorithm: "word", OWN, list(&Algorithm::ALL.map(Algorithm::as_str)),
            "The algorithm that the application's tokens are signed with.";
        profile: "word", OWN, words!(Profile: Modern, Compatible),
            "The form of tokens and claims: by the standards, or as at Idura. Also `--profile`.";
        compatible: "group", Some("see below"), "see below",
            "The settings of the compatible profile.";
        userinfo_response: "word", OWN,
            words!(UserinfoResponse: PlainJson, SignedJwt, SignedAndEncryptedJwt, FromTokenEndpoint),
            "What userinfo answers. With `fromTokenEndpoint` every claim is in the ID token and userinfo refuses; not together with `slim_id_token`. Encryption needs a key with `\"use\": \"enc\"` in `jwks`.";
        id_token_response: "word", OWN, words!(IdTokenResponse: Signed, SignedAndEncryptedJwt),
            "Whether the ID token is encrypted after it was signed; that needs a key with `\"use\": \"enc\"` in `jwks`.";
        content_encryption: "word", OWN, list(&ContentEncryption::ALL.map(ContentEncryption::as_str)),
            "The content encryption of whatever is encrypted.";
        response_modes: "group", Some("see below"), "see below",
            "Response modes beyond `query`, `fragment` and `form_post`, which are always on.";
        slim_id_token: "switch", OWN, SWITCH,
            "The ID token has only protocol claims, and what the parameter `claims` asks for in it by name; the claims about the person come from userinfo.";
        sector: "word", OWN, words!(Sector: Tenant, Application),
            "Who sees the same `sub` for a person: every application of the tenant, or this one only. Changing it gives everybody another `sub`.";
        error_pages: "switch", OWN, SWITCH,
            "Errors are first shown on a page of the broker. No effect in the compatible profile, where they go straight back.";
        single_sign_on: "switch", OWN, SWITCH,
            "A browser session may answer for the person, where the domain has browser sessions.";
        nin_allowed: "switch", OWN, SWITCH,
            "The application may ask for the national identity number.";
        nin_legal_ground: "text", UNSET, "a text that is not blank",
            "The law and paragraph that allow it. On a production domain the number is not released without one.";
        id_token_seconds: "number", Some("`1200`"), seconds(DAY),
            "How many seconds an ID token is valid.";
        access_token_seconds: "number", Some("`600`; `120` in the compatible profile"), seconds(DAY),
            "How many seconds an access token is valid.";
        refresh_tokens: "switch", OWN, SWITCH,
            "The scope `offline_access` gives refresh tokens.";
        refresh_token_seconds: "number", Some("`2592000`"), seconds(365 * DAY),
            "How many seconds after the login its last refresh token expires.";
        require_par: "switch", OWN, SWITCH,
            "Only pushed authorization requests (RFC 9126) are accepted.";
        apple_apps: "list of groups", Some("`[]`"), format!("at most {MOST}; see below"),
            "The apps for Apple devices that may open links to the domain.";
        android_apps: "list of groups", Some("`[]`"), format!("at most {MOST}; see below"),
            "The Android apps that may open links to the domain.";
        may_introspect: "switch", OWN, SWITCH,
            "A resource server: it may introspect tokens of other applications of its domain.";
        brand: "group", Some("see below"), "see below",
            "What people see of the application beside its name. What is not set is its domain's.";
    }
}

fn brand() -> Vec<Row> {
    let address = format!(
        "an https address of at most {LONGEST_ADDRESS} characters; on test domains also `http` on `localhost` and loopback addresses"
    );
    rows! { Brand:
        logo: "file", UNSET,
            "PNG, JPEG or WebP without animation, at most 256 KiB and 2048 pixels in each direction",
            "The logo, in the header and as the icon of the page. It is decoded by a process of its own and encoded anew, at most 640 × 192 pixels and 12 KiB. On the command line `--logo-file FILE` and `--no-logo`; in a declaration the path of the file, relative to the declaration; in an import the file as base64; a group without it has no logo. `show` prints digest and size.";
        color: "text", UNSET, "`#rrggbb`, with a contrast of at least 3:1 against a light page",
            "The colour of the header's edge and of buttons. Text on it is white or black, whichever is easier to read; on dark pages a lighter variant is used where the colour would not be seen. Also `--color`.";
        policy_uri: "text", UNSET, address, "The privacy policy. Also `--policy-uri`.";
        tos_uri: "text", UNSET, address, "The terms of service. Also `--tos-uri`.";
        support_contact: "text", UNSET, "an e-mail address, or an address as above",
            "Where people get help. Also `--support-contact`.";
        support_phone: "text", UNSET, "`+` and 8 to 15 digits", "A number to call for help. Also `--support-phone`.";
    }
}

fn compatible() -> Vec<Row> {
    rows! { CompatibleSettings:
        property_format: "word", OWN, words!(PropertyFormat: Compact, Uri),
            "How claims are named: short, or as URIs. Also `--property-format`.";
        null_claims: "switch", OWN, SWITCH,
            "A claim that the eID did not give is `null` instead of absent. Also `--null-claims`.";
        dynamic_scopes: "switch", OWN, SWITCH,
            "The scopes of the request decide what is released; otherwise everything that the eID gives. Also `--dynamic-scopes`.";
        ssn: "switch", OWN, SWITCH,
            "The national identity number is released without being asked for; needs `nin_allowed`. Also `--ssn`.";
    }
}

fn response_modes() -> Vec<Row> {
    rows! { ResponseModes:
        post_message: "switch", OWN, SWITCH,
            "Answers as a message to the window that opened or framed the login. Also `--post-message`.";
        json: "switch", OWN, SWITCH, "Answers as a JSON document. Also `--json-answers`.";
    }
}

fn apple_app() -> Vec<Row> {
    rows! { AppleApp:
        team_id: "text", REQUIRED, "ten characters of A-Z and 0-9", "The team's id at Apple.";
        bundle_id: "text", REQUIRED, "a reverse domain name, at most 155 characters", "Such as `com.example.shop`.";
    }
}

fn android_app() -> Vec<Row> {
    rows! { AndroidApp:
        package_name: "text", REQUIRED, "a reverse domain name, at most 155 characters", "Such as `com.example.shop`.";
        sha256_cert_fingerprints: "list of texts", REQUIRED,
            format!("1 to {MOST}; 32 bytes in hexadecimal, separated by colons"),
            "SHA-256 of each certificate that the app is signed with.";
    }
}

fn domain() -> Vec<Row> {
    rows! { DomainSettings:
        single_sign_on: "list of words", OWN, list(&LoginMethod::all().map(LoginMethod::as_str).collect::<Vec<_>>()),
            "The eIDs with which a browser is remembered. `--single-sign-on`, `--add-single-sign-on`, `--remove-single-sign-on`.";
        session_idle_minutes: "number", OWN, "1 to 1440, at most `session_absolute_minutes`",
            "How many minutes a browser session may be unused. `--session-idle 30m`.";
        session_absolute_minutes: "number", OWN, "1 to 10080",
            "How many minutes a browser session lasts at most. `--session-absolute 8h`.";
        require_par: "switch", OWN, SWITCH,
            "Every application of the domain must push its requests (RFC 9126). `--require-par`.";
        automation: "switch", OWN, SWITCH,
            "Test users may sign in with a password; on test domains only. `--automation`.";
        display_name: "text", UNSET, "as names: at most 100 characters, none of them hidden",
            "What people call whoever the domain belongs to, on pages that are of no application. `--display-name`.";
        controller: "text", UNSET, "as names",
            "The legal name of whoever is responsible for the personal data of logins; the statements name it. A production domain needs one, of its own or the installation's (`[statements]`), from the beginning, and cannot lose it. `--controller`.";
        contact: "text", UNSET, "an e-mail address",
            "Where the controller is asked; goes with `controller`. `--contact`.";
        brand: "group", Some("see below"), "see below",
            "The default of the brand of every application of the domain. See [the brand](#the-brand).";
    }
}

fn identity_source() -> Vec<Row> {
    rows! { IdentitySourceSettings:
        display_name: "text", UNSET, format!("as names, at most {LONGEST_EID_NAME} characters"),
            "What the eID is called where people choose it, instead of its own name; the eID's own button keeps its text. `identity-sources change --display-name`.";
        minimum_level: "word", Some("`none`"), format!("{}; at most what the eID reaches", words!(Level: None, Low, Substantial, High)),
            "The lowest level of a login with this source, whatever an application asks for; the eID is asked for it. `identity-sources change --minimum-level`.";
        scopes: "list of words", Some("all that the eID can be asked for"), list(&["profile", "email", "phone", "address"]),
            "What Vipps may be asked for, for applications that want it; what is not here is never asked for nor released. BankID tells the same of everybody and has no such list. `identity-sources change --scopes`.";
        nin_allowed: "switch", Some("`true`"), SWITCH,
            "The eID may be asked for the national identity number, for applications that may have it. Where no eID of a request may, the request is refused as if the application were not allowed the number. `identity-sources change --nin-allowed`.";
        nin_legal_ground: "text", UNSET, "any text",
            "The law and paragraph, for applications of the domain that name none. In production the number needs one of the two. `identity-sources change --nin-legal-ground`.";
        notice: "group", UNSET, "see below",
            "What people are told where they choose the eID. `identity-sources notice`; `--clear` removes it.";
        own_button: "switch", Some("`false`"), SWITCH,
            "The tenant's agreement lets it use the eID's own button. In the sandbox that button is used anyway. `identity-sources button --agreement-confirmed`, `--neutral`.";
    }
}

fn notice() -> Vec<Row> {
    let plain = format!("plain text in one line, 1 to {LONGEST_NOTICE} characters");
    rows! { Notice:
        nb: "text", UNSET, plain, "In bokmål. A notice has at least one language; readers of another one get the first there is.";
        nn: "text", UNSET, plain, "In nynorsk.";
        en: "text", UNSET, plain, "In English.";
    }
}

fn members(it: &impl Serialize) -> Map<String, Value> {
    serde_json::from_value(serde_json::to_value(it).unwrap()).unwrap()
}

/// A table. `new`: what a new object has; `prefix`: how its names begin.
fn table(page: &mut String, prefix: &str, rows: &[Row], new: &Map<String, Value>) {
    page.push_str("| name | type | default | allowed | |\n|---|---|---|---|---|\n");
    for Row { name, form, default, allowed, about } in rows {
        let default = default.map_or_else(|| format!("`{}`", shown(&new[*name])), str::to_owned);
        writeln!(page, "| `{prefix}{name}` | {form} | {default} | {allowed} | {about} |").unwrap();
    }
    page.push('\n');
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn reference() -> String {
    let new = ApplicationSettings::new(ApplicationKind::Web, Vec::new());
    let mut page = "# Settings\n\nMade from `crates/model/src` by `just docs`; do not edit.\n\n\
        Everything that can be set of an application, a domain and an identity source. Every name is the same on the \
        command line, in a declaration and in an import; a name that is not here is refused. The installation's own \
        configuration is [another page](configuration.md).\n\n\
        ## Applications\n\n\
        * Command line: `portvakt applications create` and `change`, `--set NAME=VALUE`, such as `--set pkce=required`. \
        The value is JSON, or a bare word for a text. A dot leads into a group: `--set compatible.null_claims=true`.\n\
        * Declaration and import: members of the application itself, beside `client_id` and `name`. A group is a table \
        or an object: `compatible = { null_claims = true }`.\n\
        * `portvakt applications show CLIENT_ID --json` prints them under `settings`.\n\n\
        A new application needs a name, `kind` and `redirect_uris`. Its client id, 1 to 255 visible characters, never \
        changes. Unless its text names a profile, a setting applies in both.\n\n"
        .to_owned();
    table(&mut page, "", &application(), &members(&new));
    page.push_str("### The compatible profile\n\nThese have no effect in the modern profile.\n\n");
    table(&mut page, "compatible.", &compatible(), &members(&new.compatible));
    page.push_str("### Response modes\n\n");
    table(&mut page, "response_modes.", &response_modes(), &members(&new.response_modes));
    page.push_str(
        "### The brand\n\nThe options of the table belong to `applications create` and `change`, and to `domains change`; \
        an empty value clears a setting.\n\n",
    );
    table(&mut page, "brand.", &brand(), &Map::new());
    page.push_str("### Apps on phones\n\nThe members of each entry of `apple_apps`:\n\n");
    table(&mut page, "", &apple_app(), &Map::new());
    page.push_str("The members of each entry of `android_apps`:\n\n");
    table(&mut page, "", &android_app(), &Map::new());
    page.push_str(
        "## Domains\n\n\
        * Command line: `portvakt domains change HOST` with the options that the table names.\n\
        * Declaration: members of `settings` in `[[tenants.domains]]`.\n\
        * An import has no settings of domains.\n\n\
        The host, the scheme and the environment are given when the domain is created and never change.\n\n",
    );
    table(&mut page, "", &domain(), &members(&DomainSettings::default()));
    page.push_str(
        "## Identity sources\n\n\
        * Command line: the commands that the table names.\n\
        * Declaration: members of `settings` in `[[tenants.domains.identity_sources]]`.\n\
        * An import has no identity sources.\n\n\
        Environment and credentials are not settings: `portvakt identity-sources set`, or `environment`, `client_id`, \
        `method`, `client_secret` and `private_key` beside `settings` in a declaration.\n\n",
    );
    table(&mut page, "", &identity_source(), &members(&IdentitySourceSettings::default()));
    page.push_str("### The notice\n\n");
    table(&mut page, "notice.", &notice(), &Map::new());
    page.trim_end().to_owned() + "\n"
}

#[test]
#[expect(clippy::disallowed_methods, reason = "told to write the page instead of comparing it")]
fn the_reference_lists_every_setting() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/settings.md");
    let page = reference();
    if std::env::var("PORTVAKT_WRITE_DOCS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/reference/settings.md is out of date: run `just docs`");
}

#[test]
fn the_defaults_and_limits_in_the_reference_are_those_of_the_code() {
    let of = |profile| ApplicationSettings {
        profile,
        ..ApplicationSettings::new(ApplicationKind::Web, Vec::new())
    };
    let (modern, compatible) = (of(Profile::Modern).lifetimes(), of(Profile::Compatible).lifetimes());
    let seconds =
        [modern.id_token_for, modern.access_token_for, compatible.access_token_for, modern.refresh_token_for];
    assert_eq!(seconds.map(|it| it.as_secs()), [1_200, 600, 120, 2_592_000]);
    let valid = |idle, most| {
        DomainSettings {
            session_idle_minutes: idle,
            session_absolute_minutes: most,
            ..DomainSettings::default()
        }
        .check(crate::Environment::Test)
        .is_ok()
    };
    assert!(
        valid(1, 1) && valid(1_440, 10_080) && !valid(1_441, 10_080) && !valid(1, 10_081) && !valid(0, 1)
    );
    assert!(!IdentitySourceSettings::default().own_button);
}
