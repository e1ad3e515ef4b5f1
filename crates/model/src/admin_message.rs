//! The errors of this crate as messages of the catalogue: a wrong input is answered the same everywhere.

use std::fmt;

use texts::{AdminMessage, FieldMessage, Locale};

use crate::{
    ClaimError, EnteredError, IdentitySourceSettingsError, MalformedId, MobileAppError, RedirectUriError,
    SettingsError, TestUserError, application, entered, identity_source_settings, mobile_app,
    standard_claims::ClaimForm,
};

/// Takes the names out of serde's sentence about an unknown field: the unknown one, then those there are.
fn unknown_field(sentence: &str) -> Option<(&str, Vec<String>)> {
    let rest = sentence.split_once("unknown field ")?.1;
    let mut names = rest.split('`').skip(1).step_by(2);
    Some((names.next()?, names.map(str::to_owned).collect()))
}

/// A value that serde could not read.
fn unreadable(sentence: &str) -> AdminMessage {
    if let Some((name, known)) = unknown_field(sentence) {
        return AdminMessage::MemberUnknown { name: name.into(), known: known.into() };
    }
    // Line and column are those of our own text, not of what somebody wrote.
    let detail = sentence.split(" at line ").next().unwrap_or(sentence);
    AdminMessage::SettingsUnreadable { detail: detail.into() }
}

impl RedirectUriError {
    /// Says what is wrong with `uri`.
    pub fn message(self, uri: &str) -> AdminMessage {
        let uri = uri.into();
        match self {
            Self::Malformed => AdminMessage::RedirectUriMalformed { uri },
            Self::Parts => AdminMessage::RedirectUriParts { uri },
            Self::Wildcard => AdminMessage::RedirectUriWildcard { uri },
            Self::Disguised => AdminMessage::RedirectUriDisguised { uri },
            Self::Scheme => AdminMessage::RedirectUriScheme { uri },
            Self::SchemeWithoutDot => AdminMessage::RedirectUriSchemeWithoutDot { uri },
        }
    }
}

impl EnteredError {
    /// Says what is wrong with `value`; a secret is not repeated.
    pub fn message(self, value: &str) -> AdminMessage {
        match self {
            Self::Name => {
                AdminMessage::NameInvalid { name: value.into(), most: entered::LONGEST_NAME.into() }
            }
            Self::HiddenInName => AdminMessage::NameHidden { name: value.into() },
            Self::Host => AdminMessage::HostMalformed { host: value.into() },
            Self::Port => AdminMessage::HostDefaultPort { host: value.into() },
            Self::Sandbox => AdminMessage::HostSandbox { host: value.into() },
            Self::PlainHttp => AdminMessage::HostPlainHttp,
            Self::Secret => AdminMessage::ClientSecretShort { least: entered::SHORTEST_SECRET.into() },
        }
    }
}

impl TestUserError {
    /// Says what is wrong with the user `username`.
    pub fn message(&self, username: &str) -> FieldMessage {
        match self {
            Self::Username => AdminMessage::UsernameInvalid { name: username.into() }.at("username"),
            Self::Password => AdminMessage::PasswordInvalid.at("password"),
        }
    }
}

impl MobileAppError {
    /// Says what is wrong, and in which list of the settings.
    pub fn message(&self) -> FieldMessage {
        match self {
            Self::TeamId(value) => AdminMessage::AppleTeamIdInvalid { value: value.into() }.at("apple_apps"),
            Self::BundleId(value) => {
                AdminMessage::AppleBundleIdInvalid { value: value.into() }.at("apple_apps")
            }
            Self::PackageName(value) => {
                AdminMessage::AndroidPackageNameInvalid { value: value.into() }.at("android_apps")
            }
            Self::Fingerprint(value) => {
                AdminMessage::FingerprintInvalid { value: value.into() }.at("android_apps")
            }
            Self::Number => AdminMessage::MobileAppsNumber { most: mobile_app::MOST.into() }.into(),
        }
    }
}

impl IdentitySourceSettingsError {
    /// Says what is wrong, and in which setting.
    pub fn message(&self) -> FieldMessage {
        match self {
            Self::Malformed(sentence) => unreadable(sentence).into(),
            Self::Empty => AdminMessage::NoticeEmpty.at("notice"),
            Self::TooLong(language) => AdminMessage::NoticeTooLong {
                most: identity_source_settings::LONGEST_NOTICE.into(),
                language: (*language).into(),
            }
            .at(format!("notice.{language}")),
            Self::NotPlain(language) => {
                AdminMessage::NoticeNotPlain { language: (*language).into() }.at(format!("notice.{language}"))
            }
            Self::DisplayName(EnteredError::HiddenInName, name) => {
                EnteredError::HiddenInName.message(name).at("display_name")
            }
            Self::DisplayName(..) => {
                AdminMessage::EidNameInvalid { most: identity_source_settings::LONGEST_EID_NAME.into() }
                    .at("display_name")
            }
            Self::Scope(value, known) if known.is_empty() => {
                AdminMessage::SourceScopesFixed { value: value.into() }.at("scopes")
            }
            Self::Scope(value, known) => {
                AdminMessage::SourceScopeUnknown { value: value.into(), known: known.clone().into() }
                    .at("scopes")
            }
            Self::Level(highest) => {
                AdminMessage::SourceLevelUnreachable { highest: highest.as_str().into() }.at("minimum_level")
            }
            Self::LegalGround => AdminMessage::LegalGroundEmpty.at("nin_legal_ground"),
        }
    }
}

impl SettingsError {
    /// Names the member that is not known, and those there are, if that is what is wrong.
    pub fn unknown_field(&self) -> Option<(&str, Vec<String>)> {
        if let Self::Unreadable(sentence) = self { unknown_field(sentence) } else { None }
    }

    /// Says what is wrong, and in which setting where one is to blame.
    pub fn message(&self) -> FieldMessage {
        match self {
            Self::Unreadable(sentence) => unreadable(sentence).into(),
            Self::RedirectUri { list, at, uri, error } => error.message(uri).at(format!("{list}[{at}]")),
            Self::Authentication => AdminMessage::AuthenticationUnsuitable.at("authentication"),
            Self::Keys => AdminMessage::JwksMissing.at("jwks"),
            Self::PrivateKeys => AdminMessage::JwksPrivate.at("jwks"),
            Self::KeysTooLarge => AdminMessage::JwksTooLarge.at("jwks"),
            Self::KeysUnreadable => AdminMessage::JwksUnreadable.at("jwks"),
            Self::LegalGround => AdminMessage::LegalGroundEmpty.at("nin_legal_ground"),
            Self::NoEid => AdminMessage::EidsEmpty.at("eids"),
            Self::Algorithm => AdminMessage::AlgorithmUnknown.at("id_token_algorithm"),
            Self::SessionLimits => AdminMessage::SessionLimitsInvalid.into(),
            Self::EncryptionKey => AdminMessage::EncryptionKeyMissing.at("jwks"),
            Self::ContentEncryption => AdminMessage::ContentEncryptionUnknown.at("content_encryption"),
            Self::NowhereToGetClaims => AdminMessage::SlimIdTokenWithoutUserinfo.at("slim_id_token"),
            Self::Ssn => AdminMessage::SsnNotAllowed.at("compatible.ssn"),
            Self::Automation => AdminMessage::AutomationOutsideTest.into(),
            Self::Origin(origin) => AdminMessage::OriginInvalid { origin: origin.into() }.at("origins"),
            Self::TooMany(name) => {
                let most = application::MOST_ADDRESSES.into();
                AdminMessage::AddressesTooMany { most }.at(*name)
            }
            Self::Lifetime(name, least, most) => {
                AdminMessage::LifetimeOutOfRange { least: (*least).into(), most: (*most).into() }.at(*name)
            }
            Self::MobileApp(error) => error.message(),
            Self::IdentitySource(error) => error.message(),
            Self::Brand(error) => error.message().inside("brand"),
            Self::Controller(error, name) => error.message(name).at("controller"),
            Self::Contact(value) => AdminMessage::ContactInvalid { value: value.into() }.at("contact"),
            Self::ControllerMissing => AdminMessage::ControllerMissing.at("controller"),
            Self::DisplayName(error, name) => error.message(name).at("display_name"),
        }
    }
}

impl ClaimError {
    /// Says what the claim should be, and which claim it is.
    pub fn message(self) -> FieldMessage {
        let message = match self.1 {
            ClaimForm::Text => AdminMessage::ClaimText,
            ClaimForm::Address => AdminMessage::ClaimAddress,
            ClaimForm::Url => AdminMessage::ClaimUrl,
            ClaimForm::Email => AdminMessage::ClaimEmail,
            ClaimForm::Date => AdminMessage::ClaimDate,
            ClaimForm::PhoneNumber => AdminMessage::ClaimPhoneNumber,
            ClaimForm::Language => AdminMessage::ClaimLanguage,
            ClaimForm::TimeZone => AdminMessage::ClaimTimeZone,
        };
        message.at(self.0)
    }
}

impl MalformedId {
    /// Says what an id looks like.
    pub const fn message(self) -> AdminMessage {
        AdminMessage::IdentifierMalformed
    }
}

/// Logs and tests read English.
macro_rules! displayed {
    ($($error:ty),+) => {
        $(
            impl fmt::Display for $error {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.message().line(Locale::En))
                }
            }

            impl std::error::Error for $error {}
        )+
    };
}

displayed!(SettingsError, IdentitySourceSettingsError, MobileAppError, ClaimError, MalformedId);

#[cfg(test)]
mod tests {
    use texts::Locale;

    use crate::{
        ApplicationKind, ApplicationSettings, DomainSettings, Environment, IdentitySourceSettings,
        RedirectUriError,
    };

    #[test]
    fn settings_that_are_refused_name_their_field_in_every_language() {
        let uris = ["https://shop.example/cb", "https://*.shop.example/cb"].map(str::to_owned);
        let settings = ApplicationSettings::new(ApplicationKind::Web, uris.to_vec());
        let message = settings.check(Environment::Production).unwrap_err().message();
        assert_eq!(message.field.as_deref(), Some("redirect_uris[1]"));
        assert!(message.text(Locale::Nb).what_to_do.contains(" hver "));
        let refused = IdentitySourceSettings::parse(r#"{"notice":{"nn":"<b>"}}"#).unwrap_err().message();
        assert_eq!(refused.field.as_deref(), Some("notice.nn"));
    }

    #[test]
    fn an_unknown_setting_is_answered_with_those_there_are() {
        let line = DomainSettings::parse(r#"{"sso\u001b":true}"#).unwrap_err().to_string();
        assert!(line.starts_with(r#"there is no member "sso\u{1b}": use one of "#), "{line}");
        assert!(line.contains("single_sign_on, "), "{line}");
        let line = DomainSettings::parse(r#"{"require_par":7}"#).unwrap_err().to_string();
        assert!(line.starts_with("the settings are not readable: ") && !line.contains("at line"), "{line}");
    }

    #[test]
    fn a_refused_redirect_uri_is_quoted() {
        let line = RedirectUriError::Scheme.message("javascript:\u{1b}").line(Locale::En);
        assert!(line.starts_with(r#""javascript:\u{1b}": the scheme is not allowed: use https"#), "{line}");
    }
}
