//! What people see of whoever they log in to: logo, colour, and where to read more or ask.

use crypto::{Digest, b64};
use serde::{Deserialize, Serialize};
use texts::{AdminMessage, FieldMessage};

use crate::{
    ApplicationKind, Color, Environment, Profile, SettingsError, check_redirect_uri, color::LIGHT_PAGE,
    standard_claims,
};

/// The longest address, in characters.
pub(crate) const LONGEST_ADDRESS: usize = 512;
/// The longest e-mail address, in characters.
pub(crate) const LONGEST_EMAIL: usize = 254;

/// The settings of a brand: a domain's are the default of its applications', field by field. The terms are those of OpenID
/// Connect Dynamic Client Registration 1.0 §2 where it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// `#rrggbb`; seen on light pages as it is, on dark ones perhaps lighter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Its own privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its own terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Where people get help: an e-mail address, or an https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_contact: Option<String>,
    /// A telephone number to call, `+` and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_phone: Option<String>,
}

/// A logo as it is referred to; the picture itself is a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// The first 16 bytes of the SHA-256 of the PNG, as 32 hexadecimal digits.
    pub digest: String,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The PNG, base64url, where it was just brought. Never in stored settings, never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub png: Option<String>,
}

/// What is wrong with a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrandError {
    /// Not `#rrggbb`.
    Color(String),
    /// Not seen on a light page.
    Contrast(Color),
    /// Not an https address that people can open; names the setting.
    Address(&'static str, String),
    /// Neither an e-mail address nor an https address.
    Contact(String),
    /// Not a telephone number.
    Phone(String),
    /// A logo that nobody brought as a file.
    LogoUnknown,
}

impl Logo {
    /// Refers to a PNG that was encoded here, and carries it.
    pub fn of(png: &[u8], width: u32, height: u32) -> Self {
        Self { digest: Self::digest_of(png), width, height, png: Some(b64::encode(png)) }
    }

    fn digest_of(png: &[u8]) -> String {
        Digest::of(png).as_bytes().iter().take(16).map(|it| format!("{it:02x}")).collect()
    }

    /// The picture that it carries; `None` where it carries none, or another one than it says.
    pub fn picture(&self) -> Option<Vec<u8>> {
        let png = b64::decode(self.png.as_ref()?)?;
        (Self::digest_of(&png) == self.digest).then_some(png)
    }

    /// The same without the picture, as it is stored.
    #[must_use]
    pub fn without_picture(&self) -> Self {
        Self { png: None, ..self.clone() }
    }
}

impl Brand {
    /// Fills in what this one leaves open.
    #[must_use]
    pub fn over(&self, default: &Self) -> Self {
        let or = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        Self {
            logo: self.logo.clone().or_else(|| default.logo.clone()),
            color: or(&self.color, &default.color),
            policy_uri: or(&self.policy_uri, &default.policy_uri),
            tos_uri: or(&self.tos_uri, &default.tos_uri),
            support_contact: or(&self.support_contact, &default.support_contact),
            support_phone: or(&self.support_phone, &default.support_phone),
        }
    }

    /// Says whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same without the picture of the logo, as it is stored.
    #[must_use]
    pub fn without_picture(&self) -> Self {
        Self { logo: self.logo.as_ref().map(Logo::without_picture), ..self.clone() }
    }

    /// Says whether the picture of the logo is with it.
    pub(crate) fn carries_picture(&self) -> bool {
        self.logo.as_ref().is_some_and(|it| it.png.is_some())
    }

    /// Refuses a picture in a text: it comes as a file, and is encoded anew.
    pub(crate) fn check_parsed(&self) -> Result<(), SettingsError> {
        if self.carries_picture() { Err(SettingsError::Brand(BrandError::LogoUnknown)) } else { Ok(()) }
    }

    /// Its colour; `None` where none is set.
    pub fn color(&self) -> Option<Color> {
        self.color.as_deref().and_then(Color::parse)
    }

    /// Checks a brand before it is saved: the first of its faults.
    pub(crate) fn check(&self, environment: Environment) -> Result<(), BrandError> {
        self.faults(environment).into_iter().next().map_or(Ok(()), Err)
    }

    /// Everything that keeps a brand from being saved. Whether the logo was brought is for whoever saves it to know.
    pub(crate) fn faults(&self, environment: Environment) -> Vec<BrandError> {
        let mut faults = Vec::new();
        if let Some(text) = &self.color {
            match Color::parse(text) {
                None => faults.push(BrandError::Color(text.clone())),
                Some(color) if color.on_light() != color => faults.push(BrandError::Contrast(color)),
                Some(_) => {}
            }
        }
        for (name, uri) in [("policy_uri", &self.policy_uri), ("tos_uri", &self.tos_uri)] {
            if let Some(uri) = uri.as_ref().filter(|uri| !is_page(uri, environment)) {
                faults.push(BrandError::Address(name, uri.clone()));
            }
        }
        let is_contact = |it: &str| is_email(it) || (it.contains("://") && is_page(it, environment));
        if let Some(contact) = self.support_contact.as_ref().filter(|it| !is_contact(it)) {
            faults.push(BrandError::Contact(contact.clone()));
        }
        if let Some(phone) = self.support_phone.as_ref().filter(|it| !standard_claims::is_phone_number(it)) {
            faults.push(BrandError::Phone(phone.clone()));
        }
        faults
    }
}

/// Says whether people can open an address: as for redirect URIs of applications on the web, but a place on the page may
/// be named.
fn is_page(uri: &str, environment: Environment) -> bool {
    let page = uri.split('#').next().unwrap_or_default();
    uri.len() <= LONGEST_ADDRESS
        && uri.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'"' | b'<' | b'>' | b'\\'))
        && check_redirect_uri(page, (ApplicationKind::Web, Profile::Modern), environment).is_ok()
}

/// Says whether a text is an e-mail address as people write one.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_local = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&it);
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    text.len() <= LONGEST_EMAIL
        && !local.is_empty()
        && local.bytes().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

impl BrandError {
    /// Says what is wrong, and in which setting of the brand.
    pub fn message(&self) -> FieldMessage {
        match self {
            Self::Color(value) => AdminMessage::ColorMalformed { value: value.into() }.at("color"),
            Self::Contrast(color) => {
                // Rounded down, so that what is refused never reads 3.00.
                let ratio = format!("{:.2}", (color.contrast(LIGHT_PAGE) * 100.0).floor() / 100.0);
                let (value, nearest) =
                    (format!("#{}", color.digits()), format!("#{}", color.on_light().digits()));
                AdminMessage::ColorTooLight {
                    value: value.into(),
                    ratio: ratio.into(),
                    nearest: nearest.into(),
                }
                .at("color")
            }
            Self::Address(name, uri) => AdminMessage::PageAddressInvalid { uri: uri.into() }.at(*name),
            Self::Contact(value) => {
                AdminMessage::SupportContactInvalid { value: value.into() }.at("support_contact")
            }
            Self::Phone(value) => {
                AdminMessage::SupportPhoneInvalid { value: value.into() }.at("support_phone")
            }
            Self::LogoUnknown => AdminMessage::LogoUnknown.at("logo"),
        }
    }
}

#[cfg(test)]
mod tests {
    use texts::Locale;

    use super::{Brand, Logo};
    use crate::Environment::{Production, Test};

    fn brand(name: &str, value: &str) -> Brand {
        serde_json::from_value(serde_json::json!({name: value})).unwrap()
    }

    #[test]
    fn an_address_is_https_or_on_this_machine_for_tests() {
        for uri in ["https://shop.example/privacy", "https://shop.example/vilkar#frakt"] {
            assert_eq!(brand("policy_uri", uri).check(Production), Ok(()), "{uri}");
        }
        let local = brand("tos_uri", "http://localhost:3000/terms");
        assert!(local.check(Test).is_ok() && local.check(Production).is_err());
        let long = format!("https://shop.example/{}", "a".repeat(500));
        for uri in
            ["http://shop.example/", "javascript:alert(1)", "/privacy", "https://a b", "https://a\\b", &long]
        {
            assert!(brand("policy_uri", uri).check(Test).is_err(), "{uri}");
        }
    }

    #[test]
    fn help_is_an_email_address_an_address_or_a_number() {
        for contact in ["hjelp@shop.example", "https://shop.example/help"] {
            assert_eq!(brand("support_contact", contact).check(Production), Ok(()), "{contact}");
        }
        for contact in
            ["hjelp@shop", "a@b@c.no", "a b@c.no", "mailto:a@b.no", "http://shop.example", "a?cc=b@c.no\n"]
        {
            assert!(brand("support_contact", contact).check(Production).is_err(), "{contact}");
        }
        assert!(brand("support_phone", "+4722000000").check(Production).is_ok());
        assert!(brand("support_phone", "22 00 00 00").check(Production).is_err());
    }

    #[test]
    fn a_color_too_light_is_refused_with_its_contrast_and_the_nearest_one() {
        let line = brand("color", "#ffcc00").check(Test).unwrap_err().message().line(Locale::En);
        assert!(line.starts_with("color: #ffcc00 has a contrast of 1.36:1 against the page"), "{line}");
        assert!(line.contains("#ab8901"), "{line}");
        assert_eq!(brand("color", "#ab8901").check(Test), Ok(()));
        assert!(brand("color", "red").check(Test).is_err());
    }

    #[test]
    fn an_application_overrides_field_by_field_and_a_picture_is_not_stored() {
        let domain = Brand { logo: Some(Logo::of(b"png", 2, 1)), ..brand("color", "#39134c") };
        let own = brand("color", "#000000").over(&domain);
        assert_eq!((own.color.as_deref(), &own.logo), (Some("#000000"), &domain.logo));
        let stored = serde_json::to_string(&domain.without_picture()).unwrap();
        assert!(
            !stored.contains("png") && domain.logo.unwrap().picture().as_deref() == Some(b"png".as_slice())
        );
    }
}
