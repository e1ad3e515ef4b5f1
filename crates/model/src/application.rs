//! An application: the relying party's settings and what they allow.

use std::time::Duration;

use crypto::{Algorithm, ContentEncryption, EncryptionKey};
use oidc::ResponseMode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use texts::AdminMessage;
use url::Url;

use crate::{
    Acr, AndroidApp, AppleApp, ApplicationId, ApplicationKind, Brand, BrandError, CompatibleSettings,
    EnteredError, Environment, IdTokenResponse, IdentitySourceSettings, IdentitySourceSettingsError, Level,
    Lifetimes, LoginMethod, MobileAppError, Profile, RedirectUriError, ResponseModes, UserinfoResponse,
    check_redirect_uri,
    entered::is_visible,
    matches_redirect_uri,
    redirect_uri::{has_plain_host, is_of_app_framework},
};

/// The order desk as an application of test domains, in rows of logins; it has no row of its own.
pub const ORDER_DESK_APPLICATION: ApplicationId = ApplicationId::from_bytes(*b"the-order-desk-1");
/// Its client id; no other application can have it.
pub const ORDER_DESK: &str = "portvakt-order-desk";

/// How an application authenticates at the token endpoint (RFC 8414 §2 names).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// With a secret, in the header or in the body.
    ClientSecret,
    /// With a signed assertion; its keys are in the settings.
    PrivateKeyJwt,
    /// Not at all; only with PKCE.
    None,
}

/// Whether an application must use PKCE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pkce {
    /// A public application must; a confidential one sends either a challenge or, with `openid`, a nonce.
    #[default]
    Default,
    /// It must.
    Required,
    /// It need not (certification, imports); a challenge that is sent still counts.
    Off,
}

/// Who shares this application's subjects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sector {
    /// All applications of the tenant.
    #[default]
    Tenant,
    /// None.
    Application,
}

/// What is wrong with settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsError {
    /// Not the JSON that we write.
    Unreadable(String),
    /// A redirect or logout URI.
    RedirectUri {
        /// The list of the settings.
        list: &'static str,
        /// Its place there, from 0.
        at: usize,
        /// The address.
        uri: String,
        /// What is wrong with it.
        error: RedirectUriError,
    },
    /// A public application with a secret, or a confidential one without.
    Authentication,
    /// `private_key_jwt` without a usable key.
    Keys,
    /// A JWKS with a private or symmetric key in it: it would stand in the open, in the database and in the audit trail.
    PrivateKeys,
    /// A legal ground that says nothing.
    LegalGround,
    /// No eID is allowed.
    NoEid,
    /// The signing algorithm is not one of ours.
    Algorithm,
    /// Browser sessions that could never be used, or would never end.
    SessionLimits,
    /// Something is to be encrypted, and there is no key to encrypt it to.
    EncryptionKey,
    /// The content encryption is not one of ours.
    ContentEncryption,
    /// Every claim in the ID token, and none.
    NowhereToGetClaims,
    /// The number is to be released without being allowed.
    Ssn,
    /// Passwords where people have eIDs.
    Automation,
    /// An origin is not `scheme://host[:port]`.
    Origin(String),
    /// A list too long to be kept by hand.
    TooMany(&'static str),
    /// A lifetime that would be cut to another without a word.
    Lifetime(&'static str, u32, u32),
    /// A JWKS larger than needed.
    KeysTooLarge,
    /// An app for phones.
    MobileApp(MobileAppError),
    /// A setting of an identity source.
    IdentitySource(IdentitySourceSettingsError),
    /// A JWKS that no reader of tokens accepts.
    KeysUnreadable,
    /// Logo, colour or addresses.
    Brand(BrandError),
    /// A controller's name that cannot be shown.
    Controller(EnteredError, String),
    /// Not an e-mail address.
    Contact(String),
    /// A production domain for whose logins nobody is responsible.
    ControllerMissing,
    /// A name for people that cannot be shown.
    DisplayName(EnteredError, String),
}

pub(crate) const DAY: u32 = 86_400;
/// The shortest life of a token, in seconds.
pub(crate) const SHORTEST: u32 = 60;
/// The most redirect URIs, logout URIs and origins of an application, each.
pub(crate) const MOST_ADDRESSES: usize = 500;
/// The largest JWKS, in bytes of JSON.
pub(crate) const LARGEST_JWKS: usize = 64 * 1024;

/// A web origin as a full tuple, in the form that browsers send (RFC 6454 §6.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Reads the origin of a URL; `None` for `null` and for schemes without origins.
    pub fn of(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| Self(url.origin().ascii_serialization()))
    }

    /// The origin of a page at this URL, also where a framework for phones serves it (`capacitor://localhost`,
    /// `ionic://localhost`).
    fn of_page(url: &str) -> Option<Self> {
        let of_framework =
            || is_of_app_framework(url).then(|| Self(url.split('/').take(3).collect::<Vec<_>>().join("/")));
        Self::of(url).or_else(of_framework)
    }

    /// Reads an `Origin` header; `None` unless it is exactly an origin's own form.
    pub fn parse(header: &str) -> Option<Self> {
        Self::of_page(header).filter(|origin| origin.0 == header)
    }

    /// The text for `Access-Control-Allow-Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Everything that can be set of an application. Unknown members are refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationSettings {
    /// Where it runs.
    pub kind: ApplicationKind,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// Its JWKS, for `private_key_jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Exact addresses to answer to.
    pub redirect_uris: Vec<String>,
    /// Exact addresses to go to after logout.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins for CORS; none means those of the redirect URIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
    /// The eIDs that people may use.
    pub eids: Vec<LoginMethod>,
    /// The lowest level that is ever accepted.
    #[serde(default)]
    pub minimum_level: Level,
    /// PKCE.
    #[serde(default)]
    pub pkce: Pkce,
    /// The JWS algorithm of ID tokens: RS256 unless the application asks for another.
    #[serde(default = "rs256")]
    pub id_token_algorithm: String,
    /// Whether tokens look as the standards have them, or as at Idura.
    #[serde(default)]
    pub profile: Profile,
    /// The compatible profile's own settings.
    #[serde(default)]
    pub compatible: CompatibleSettings,
    /// What userinfo answers.
    #[serde(default)]
    pub userinfo_response: UserinfoResponse,
    /// How the ID token comes.
    #[serde(default)]
    pub id_token_response: IdTokenResponse,
    /// The JWE content encryption of what is encrypted: A256GCM unless the application asks for A128CBC-HS256.
    #[serde(default = "a256gcm")]
    pub content_encryption: String,
    /// Response modes beyond the common ones.
    #[serde(default)]
    pub response_modes: ResponseModes,
    /// Protocol claims only in the ID token, without `idp`; the rest at userinfo.
    #[serde(default)]
    pub slim_id_token: bool,
    /// Whether other applications of the tenant see the same subjects.
    #[serde(default)]
    pub sector: Sector,
    /// Whether trouble shows our page before it goes back.
    #[serde(default = "yes")]
    pub error_pages: bool,
    /// Whether a browser session of the domain, where it has them, may answer for the person.
    #[serde(default = "yes")]
    pub single_sign_on: bool,
    /// Whether the national identity number may be asked for.
    #[serde(default)]
    pub nin_allowed: bool,
    /// The law and paragraph that allow it; production needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nin_legal_ground: Option<String>,
    /// Seconds that an ID token lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_seconds: Option<u32>,
    /// Seconds that an access token lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<u32>,
    /// Whether `offline_access` gives refresh tokens.
    #[serde(default)]
    pub refresh_tokens: bool,
    /// Seconds from the login until the last refresh token from it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token_seconds: Option<u32>,
    /// Whether requests must be pushed (RFC 9126).
    #[serde(default)]
    pub require_par: bool,
    /// Its apps for Apple devices, which may open links to its domain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apple_apps: Vec<AppleApp>,
    /// Its Android apps, which may open links to its domain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub android_apps: Vec<AndroidApp>,
    /// Whether it may introspect tokens of other applications of its domain: a resource server.
    #[serde(default)]
    pub may_introspect: bool,
    /// What people see of it; what is not set is its domain's.
    #[serde(default, skip_serializing_if = "Brand::is_empty")]
    pub brand: Brand,
}

fn rs256() -> String {
    Algorithm::Rs256.as_str().to_owned()
}

fn a256gcm() -> String {
    ContentEncryption::A256Gcm.as_str().to_owned()
}

/// Spec: RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2 <https://www.rfc-editor.org/rfc/rfc7518#section-6>
fn has_private_keys(jwks: &Value) -> bool {
    let keys = jwks.get("keys").and_then(Value::as_array).into_iter().flatten();
    let private =
        |key: &Value| ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|it| key.get(it).is_some());
    keys.chain([jwks]).any(private)
}

const fn yes() -> bool {
    true
}

impl ApplicationSettings {
    /// The defaults of an application of this kind.
    pub fn new(kind: ApplicationKind, redirect_uris: Vec<String>) -> Self {
        let authentication = match kind {
            ApplicationKind::Web => ClientAuthentication::ClientSecret,
            ApplicationKind::Browser | ApplicationKind::Native => ClientAuthentication::None,
        };
        Self {
            kind,
            authentication,
            jwks: None,
            redirect_uris,
            post_logout_redirect_uris: Vec::new(),
            origins: None,
            eids: LoginMethod::eids().collect(),
            minimum_level: Level::None,
            pkce: Pkce::Default,
            id_token_algorithm: rs256(),
            profile: Profile::Modern,
            compatible: CompatibleSettings::default(),
            userinfo_response: UserinfoResponse::PlainJson,
            id_token_response: IdTokenResponse::Signed,
            content_encryption: a256gcm(),
            response_modes: ResponseModes::default(),
            slim_id_token: false,
            sector: Sector::Tenant,
            error_pages: true,
            single_sign_on: true,
            nin_allowed: false,
            nin_legal_ground: None,
            id_token_seconds: None,
            access_token_seconds: None,
            refresh_tokens: false,
            refresh_token_seconds: None,
            require_par: false,
            apple_apps: Vec::new(),
            android_apps: Vec::new(),
            may_introspect: false,
            brand: Brand::default(),
        }
    }

    /// Reads what [`ApplicationSettings::to_text`] wrote.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`]: the row is corrupt.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self =
            serde_json::from_str(text).map_err(|error| SettingsError::Unreadable(error.to_string()))?;
        settings.brand.check_parsed()?;
        Ok(settings)
    }

    /// Writes the settings as JSON, without the picture of a logo that was just brought.
    pub fn to_text(&self) -> String {
        if self.brand.carries_picture() {
            return Self { brand: self.brand.without_picture(), ..self.clone() }.to_text();
        }
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks settings before they are saved.
    ///
    /// # Errors
    /// The first of [`ApplicationSettings::faults`]: refuse the change.
    pub fn check(&self, environment: Environment) -> Result<(), SettingsError> {
        self.faults(environment).into_iter().next().map_or(Ok(()), Err)
    }

    /// Everything that keeps settings from being saved; nothing for settings that may be.
    pub fn faults(&self, environment: Environment) -> Vec<SettingsError> {
        let mut faults = self.faults_of_addresses(environment);
        if (self.kind == ApplicationKind::Web) == (self.authentication == ClientAuthentication::None) {
            faults.push(SettingsError::Authentication);
        }
        faults.extend(self.fault_of_keys());
        if !self.eids.iter().all(|it| it.is_eid()) && environment != Environment::Test {
            faults.push(SettingsError::Automation);
        }
        if self.eids.is_empty() {
            faults.push(SettingsError::NoEid);
        }
        if self.nin_legal_ground.as_deref().is_some_and(|it| !is_visible(it)) {
            faults.push(SettingsError::LegalGround);
        }
        if Algorithm::parse(&self.id_token_algorithm).is_none() {
            faults.push(SettingsError::Algorithm);
        }
        faults.extend(self.brand.faults(environment).into_iter().map(SettingsError::Brand));
        faults.extend(self.faults_of_answers());
        faults
    }

    /// The first thing that is wrong with the JWKS: what follows from it is no second fault.
    fn fault_of_keys(&self) -> Option<SettingsError> {
        if self.jwks.as_ref().is_some_and(has_private_keys) {
            return Some(SettingsError::PrivateKeys);
        }
        if self.jwks.as_ref().is_some_and(|it| it.to_string().len() > LARGEST_JWKS) {
            return Some(SettingsError::KeysTooLarge);
        }
        // A key id with a control character is in no token that is believed.
        let readable = |it: &Value| crypto::read_json(it.to_string().as_bytes()).is_ok();
        if !self.jwks.as_ref().is_none_or(readable) {
            return Some(SettingsError::KeysUnreadable);
        }
        let usable_keys =
            self.jwks.as_ref().and_then(oidc::KeySet::parse).is_some_and(|keys| !keys.is_empty());
        let needs_keys = self.authentication == ClientAuthentication::PrivateKeyJwt;
        (needs_keys && !usable_keys).then_some(SettingsError::Keys)
    }

    fn faults_of_addresses(&self, environment: Environment) -> Vec<SettingsError> {
        let mut faults = Vec::new();
        let returns = [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ];
        for (list, uris) in returns {
            if uris.len() > MOST_ADDRESSES {
                faults.push(SettingsError::TooMany(list));
                continue;
            }
            faults.extend(uris.iter().enumerate().filter_map(|(at, uri)| {
                let error = check_redirect_uri(uri, (self.kind, self.profile), environment).err()?;
                Some(SettingsError::RedirectUri { list, at, uri: uri.clone(), error })
            }));
        }
        let origins = self.origins.as_deref().unwrap_or_default();
        if origins.len() > MOST_ADDRESSES {
            faults.push(SettingsError::TooMany("origins"));
            return faults;
        }
        let is_origin = |text: &str| Origin::parse(text).is_some() && has_plain_host(text);
        let wrong = origins.iter().filter(|origin| !is_origin(origin));
        faults.extend(wrong.map(|it| SettingsError::Origin(it.clone())));
        faults
    }

    fn faults_of_answers(&self) -> Vec<SettingsError> {
        let apps = crate::mobile_app::check(&self.apple_apps, &self.android_apps);
        let mut faults: Vec<_> = apps.err().map(SettingsError::MobileApp).into_iter().collect();
        for (name, seconds, most) in [
            ("id_token_seconds", self.id_token_seconds, DAY),
            ("access_token_seconds", self.access_token_seconds, DAY),
            ("refresh_token_seconds", self.refresh_token_seconds, 365 * DAY),
        ] {
            if seconds.is_some_and(|it| !(SHORTEST..=most).contains(&it)) {
                faults.push(SettingsError::Lifetime(name, SHORTEST, most));
            }
        }
        if ContentEncryption::parse(&self.content_encryption).is_none() {
            faults.push(SettingsError::ContentEncryption);
        }
        if self.encrypts() && self.encryption_key().is_none() {
            faults.push(SettingsError::EncryptionKey);
        }
        if self.slim_id_token && self.userinfo_response == UserinfoResponse::FromTokenEndpoint {
            faults.push(SettingsError::NowhereToGetClaims);
        }
        if self.compatible.ssn && !self.nin_allowed {
            faults.push(SettingsError::Ssn);
        }
        faults
    }

    /// What an administrator should know of settings that are allowed and may surprise others.
    pub fn warning(&self) -> Option<AdminMessage> {
        (self.algorithm() == Algorithm::EdDsa).then_some(AdminMessage::OctetKeyPairInKeySet)
    }

    /// Says whether anything that it gets is encrypted.
    pub fn encrypts(&self) -> bool {
        self.id_token_response == IdTokenResponse::SignedAndEncryptedJwt
            || self.userinfo_response == UserinfoResponse::SignedAndEncryptedJwt
    }

    /// The key that its answers are encrypted to: the first usable one of its JWKS.
    pub fn encryption_key(&self) -> Option<EncryptionKey> {
        let keys = self.jwks.as_ref()?.get("keys")?.as_array()?;
        keys.iter().take(100).find_map(|jwk| EncryptionKey::from_jwk(jwk).ok())
    }

    /// How what is encrypted is encrypted.
    pub fn encryption(&self) -> ContentEncryption {
        ContentEncryption::parse(&self.content_encryption).unwrap_or(ContentEncryption::A256Gcm)
    }

    /// Says whether it gets its tokens as at Idura.
    pub fn is_compatible(&self) -> bool {
        self.profile == Profile::Compatible
    }

    /// Says whether trouble shows our page; in the compatible profile everything goes straight back.
    pub fn shows_error_pages(&self) -> bool {
        self.error_pages && !self.is_compatible()
    }

    /// Says whether an answer may go this way: a window message only to a web page, which has an origin.
    pub fn allows_mode(&self, mode: ResponseMode, redirect_uri: &str) -> bool {
        match mode {
            ResponseMode::Query | ResponseMode::Fragment | ResponseMode::FormPost => true,
            ResponseMode::PostMessage => {
                self.response_modes.post_message && Origin::of(redirect_uri).is_some()
            }
            ResponseMode::Json => self.response_modes.json,
        }
    }

    /// The response modes that it may use.
    pub fn modes(&self) -> Vec<ResponseMode> {
        let on = [
            (self.response_modes.post_message, ResponseMode::PostMessage),
            (self.response_modes.json, ResponseMode::Json),
        ];
        ResponseMode::COMMON
            .into_iter()
            .chain(on.into_iter().filter_map(|(is_on, mode)| is_on.then_some(mode)))
            .collect()
    }

    /// Says whether a logout may go on to this address: in the compatible profile a callback will do too.
    pub fn takes_logout(&self, requested: &str) -> bool {
        self.has_post_logout_redirect_uri(requested)
            || (self.is_compatible() && self.has_redirect_uri(requested))
    }

    /// Says whether a request may be answered at this address.
    pub fn has_redirect_uri(&self, requested: &str) -> bool {
        self.redirect_uris.iter().any(|registered| matches_redirect_uri(registered, requested, self.kind))
    }

    /// Says whether a logout may go on to this address.
    pub fn has_post_logout_redirect_uri(&self, requested: &str) -> bool {
        self.post_logout_redirect_uris
            .iter()
            .any(|registered| matches_redirect_uri(registered, requested, self.kind))
    }

    /// The origins whose scripts may call us for this application.
    pub fn cors_origins(&self) -> Vec<Origin> {
        match &self.origins {
            Some(listed) => listed.iter().filter_map(|origin| Origin::parse(origin)).collect(),
            None => self.redirect_uris.iter().filter_map(|uri| Origin::of_page(uri)).collect(),
        }
    }

    /// The application's own address for people: the origin of its first callback on the web. `None` for an application
    /// that only has addresses on the person's device.
    pub fn home(&self) -> Option<String> {
        let on_the_web = |uri: &&String| self.kind != ApplicationKind::Native || uri.starts_with("https:");
        let origin = self.redirect_uris.iter().filter(on_the_web).find_map(|uri| Origin::of(uri));
        origin.map(|origin| format!("{}/", origin.as_str()))
    }

    /// Says whether it cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// Says whether people may log in this way: the eID is allowed and can reach the minimum level.
    pub fn allows(&self, acr: Acr) -> bool {
        self.eids.contains(&acr.method()) && acr.method().highest() >= self.minimum_level
    }

    /// Says whether a login with this eID at this level may end in a token.
    pub fn accepts(&self, eid: LoginMethod, level: Level) -> bool {
        self.eids.contains(&eid) && level >= self.minimum_level
    }

    /// Says whether the national identity number may be released, by what the application says alone.
    pub fn may_have_nin(&self, environment: Environment) -> bool {
        self.nin_allowed && (environment == Environment::Test || self.names_legal_ground())
    }

    /// Says whether the national identity number may be released after a login with this source of an eID.
    pub fn may_have_nin_of(&self, source: &IdentitySourceSettings, environment: Environment) -> bool {
        self.nin_allowed && source.gives_nin(environment, self.names_legal_ground())
    }

    fn names_legal_ground(&self) -> bool {
        self.nin_legal_ground.as_deref().is_some_and(is_visible)
    }

    /// The algorithm of its ID tokens.
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::parse(&self.id_token_algorithm).unwrap_or(Algorithm::Rs256)
    }

    /// How long its tokens live: within a minute and a day; with refresh tokens, a year.
    pub fn lifetimes(&self) -> Lifetimes {
        let within = |seconds: Option<u32>, default: u32, most: u32| {
            Duration::from_secs(u64::from(seconds.unwrap_or(default).clamp(SHORTEST, most)))
        };
        let bounded = |seconds, default| within(seconds, default, DAY);
        Lifetimes {
            id_token_for: bounded(self.id_token_seconds, 20 * 60),
            access_token_for: bounded(
                self.access_token_seconds,
                if self.is_compatible() { 120 } else { 10 * 60 },
            ),
            refresh_token_for: within(self.refresh_token_seconds, 30 * DAY, 365 * DAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ApplicationSettings, ClientAuthentication, Origin, SettingsError};
    use crate::{Acr, ApplicationKind, Environment, IdTokenResponse, Level, LoginMethod};
    use crypto::{Algorithm, SigningKey};
    use serde_json::json;

    fn shop() -> ApplicationSettings {
        ApplicationSettings::new(ApplicationKind::Web, vec!["https://shop.example/cb".into()])
    }

    #[test]
    fn settings_read_back_and_unknown_members_are_refused() {
        let text = shop().to_text();
        assert_eq!(ApplicationSettings::parse(&text), Ok(shop()));
        let extended = text.replacen('{', r#"{"admin":true,"#, 1);
        assert!(matches!(ApplicationSettings::parse(&extended), Err(SettingsError::Unreadable(_))));
    }

    #[test]
    fn contradictions_are_refused() {
        let refused = |change: fn(&mut ApplicationSettings)| {
            let mut settings = shop();
            change(&mut settings);
            settings.check(Environment::Production).unwrap_err()
        };
        assert_eq!(
            refused(|it| it.authentication = ClientAuthentication::None),
            SettingsError::Authentication
        );
        assert_eq!(refused(|it| it.kind = ApplicationKind::Browser), SettingsError::Authentication);
        assert_eq!(
            refused(|it| it.authentication = ClientAuthentication::PrivateKeyJwt),
            SettingsError::Keys
        );
        assert_eq!(refused(|it| it.eids.clear()), SettingsError::NoEid);
        assert_eq!(refused(|it| it.id_token_algorithm = "none".into()), SettingsError::Algorithm);
        assert!(matches!(refused(|it| it.origins = Some(vec!["null".into()])), SettingsError::Origin(_)));
        assert!(matches!(
            refused(|it| it.origins = Some(vec!["capacitor://x".into()])),
            SettingsError::Origin(_)
        ));
        assert_eq!(refused(|it| it.compatible.ssn = true), SettingsError::Ssn);
        assert_eq!(
            refused(|it| it.id_token_response = IdTokenResponse::SignedAndEncryptedJwt),
            SettingsError::EncryptionKey
        );
        assert_eq!(refused(|it| it.content_encryption = "A128GCM".into()), SettingsError::ContentEncryption);
    }

    #[test]
    fn everything_that_is_wrong_is_found_and_not_only_the_first_fault() {
        let mut settings = shop();
        settings.redirect_uris = vec!["https://*.example".into(), "https://shop.example/#a".into()];
        settings.origins = Some(vec!["null".into(), "https://shop.example/".into()]);
        settings.eids.clear();
        settings.brand.color = Some("red".into());
        settings.brand.tos_uri = Some("terms".into());
        settings.id_token_seconds = Some(1);
        let faults = settings.faults(Environment::Production);
        let fields: Vec<_> = faults.iter().filter_map(|it| it.message().field).collect();
        let addresses = ["redirect_uris[0]", "redirect_uris[1]", "origins", "origins"];
        assert_eq!(fields[..4], addresses);
        assert_eq!(fields[4..], ["eids", "brand.color", "brand.tos_uri", "id_token_seconds"]);
    }

    #[test]
    fn a_private_key_is_never_kept_among_settings() {
        let mut settings = shop();
        let mut pair = SigningKey::generate(Algorithm::Es256).unwrap().public_jwk();
        settings.jwks = Some(json!({"keys": [&pair]}));
        assert_eq!(settings.check(Environment::Production), Ok(()));
        pair["d"] = json!("AAAA");
        for jwks in [json!({"keys": [&pair]}), pair] {
            settings.jwks = Some(jwks);
            assert_eq!(settings.check(Environment::Production), Err(SettingsError::PrivateKeys));
        }
    }

    #[test]
    fn what_nobody_keeps_by_hand_is_too_much() {
        let mut settings = shop();
        settings.redirect_uris = vec!["https://shop.example/cb".to_owned(); 501];
        let refusal = settings.check(Environment::Test).unwrap_err();
        assert!(
            refusal.to_string().starts_with("redirect_uris: there are more than 500 entries"),
            "{refusal}"
        );
        settings.redirect_uris.truncate(500);
        assert_eq!(settings.check(Environment::Test), Ok(()));
        settings.jwks = Some(serde_json::json!({ "keys": ["x".repeat(64 * 1024)] }));
        assert_eq!(settings.check(Environment::Test), Err(SettingsError::KeysTooLarge));
    }

    #[test]
    fn a_lifetime_that_would_be_cut_to_another_is_refused() {
        let mut settings = shop();
        settings.id_token_seconds = Some(1);
        assert_eq!(
            settings.check(Environment::Test),
            Err(SettingsError::Lifetime("id_token_seconds", 60, 86_400))
        );
        (settings.id_token_seconds, settings.access_token_seconds) = (Some(60), Some(86_401));
        assert_eq!(
            settings.check(Environment::Test),
            Err(SettingsError::Lifetime("access_token_seconds", 60, 86_400))
        );
    }

    #[test]
    fn an_empty_legal_ground_is_none() {
        let mut settings = shop();
        (settings.nin_allowed, settings.nin_legal_ground) = (true, Some(" ".into()));
        assert!(!settings.may_have_nin(Environment::Production));
        assert_eq!(settings.check(Environment::Production), Err(SettingsError::LegalGround));
        settings.nin_legal_ground = Some("aml. § 12".into());
        assert!(settings.may_have_nin(Environment::Production));
    }

    #[test]
    fn neg_11_a_minimum_level_shuts_out_eids_that_cannot_reach_it() {
        let mut settings = shop();
        settings.minimum_level = Level::High;
        assert!(settings.allows(Acr::NO_BANKID) && !settings.allows(Acr::NO_VIPPS));
        assert!(!settings.accepts(LoginMethod::NO_BANKID, Level::Substantial));
        settings.eids = vec![LoginMethod::NO_VIPPS];
        assert!(!settings.accepts(LoginMethod::NO_BANKID, Level::High));
    }

    #[test]
    fn rule_26_origins_are_compared_as_full_tuples() {
        let origins = shop().cors_origins();
        for (header, fine) in [
            ("https://shop.example", true),
            ("https://shop.example:443", false),
            ("https://shop.example/", false),
            ("http://shop.example", false),
            ("https://shop.example.evil.example", false),
            ("https://SHOP.example", false),
            ("null", false),
        ] {
            assert_eq!(Origin::parse(header).is_some_and(|it| origins.contains(&it)), fine, "{header}");
        }
    }
}
