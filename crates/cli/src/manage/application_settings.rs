//! How an application's settings are said on the command line.

use clap::Args;
use console::member_path;
use model::ApplicationSettings;
use serde_json::{Map, Value, json};
use texts::{AdminMessage, FieldMessage};

use crate::nearest::with_nearest;

const ON_OFF: [&str; 2] = ["on", "off"];

/// Settings that have an option of their own.
#[derive(Args, Default)]
pub(super) struct Wishes {
    /// Tokens by the standards, or as at Idura.
    #[arg(long, value_parser = ["modern", "compatible"])]
    profile: Option<String>,
    /// What userinfo answers.
    #[arg(long, value_parser = ["plainJson", "signedJwt", "signedAndEncryptedJwt", "fromTokenEndpoint"])]
    userinfo_response: Option<String>,
    /// How the ID token comes; an encrypted one needs a key with `use=enc` in the setting jwks.
    #[arg(long, value_parser = ["signed", "signedAndEncryptedJwt"])]
    id_token_response: Option<String>,
    /// How what is encrypted is encrypted.
    #[arg(long, value_parser = ["A256GCM", "A128CBC-HS256"])]
    content_encryption: Option<String>,
    /// Answers by window message, for popups and silent logins.
    #[arg(long, value_parser = ON_OFF)]
    post_message: Option<String>,
    /// Answers as JSON documents.
    #[arg(long, value_parser = ON_OFF)]
    json_answers: Option<String>,
    /// Compatible profile: short claim names, or long ones.
    #[arg(long, value_parser = ["compact", "uri"])]
    property_format: Option<String>,
    /// Compatible profile: a claim that did not come is null instead of absent.
    #[arg(long, value_parser = ON_OFF)]
    null_claims: Option<String>,
    /// Compatible profile: the request's scopes decide what is released.
    #[arg(long, value_parser = ON_OFF)]
    dynamic_scopes: Option<String>,
    /// Compatible profile: the national identity number without being asked for; needs nin_allowed.
    #[arg(long, value_parser = ON_OFF)]
    ssn: Option<String>,
}

impl Wishes {
    /// The same as changes of the form `name=JSON`.
    pub(super) fn changes(&self) -> Vec<String> {
        let words = [
            ("profile", &self.profile),
            ("userinfo_response", &self.userinfo_response),
            ("id_token_response", &self.id_token_response),
            ("content_encryption", &self.content_encryption),
            ("compatible.property_format", &self.property_format),
        ];
        let switches = [
            ("response_modes.post_message", &self.post_message),
            ("response_modes.json", &self.json_answers),
            ("compatible.null_claims", &self.null_claims),
            ("compatible.dynamic_scopes", &self.dynamic_scopes),
            ("compatible.ssn", &self.ssn),
        ];
        let words = words.into_iter().filter_map(|(name, word)| Some(format!("{name}={}", word.as_ref()?)));
        let switches = switches.into_iter().filter_map(|(name, switch)| {
            let on = switch.as_ref()? == "on";
            Some(format!("{name}={on}"))
        });
        words.chain(switches).collect()
    }
}

/// Puts a value where a dotted name leads.
pub(super) fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => drop(members.insert(name.to_owned(), value)),
        Some((first, rest)) => {
            let inner = members.entry(first).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            } else {
                *inner = json!({rest: value});
            }
        }
    }
}

/// Reads JSON, or takes what is none as a text. JSON that can be read in two ways is neither.
pub(super) fn json_or_word(text: &str) -> Result<Value, crypto::JsonError> {
    match serde_json::from_str::<Value>(text) {
        Ok(_) => crypto::read_json(text.as_bytes()),
        Err(_) => Ok(json!(text)),
    }
}

/// Takes `name=JSON` apart.
pub(super) fn named_value(change: &str) -> Result<(&str, Value), FieldMessage> {
    let (name, text) =
        change.split_once('=').ok_or_else(|| AdminMessage::SettingFormInvalid { value: change.into() })?;
    let unreadable = |error: crypto::JsonError| {
        AdminMessage::SettingValueUnreadable { detail: error.to_string().into() }.at(member_path("", name))
    };
    Ok((name, json_or_word(text).map_err(unreadable)?))
}

/// Puts `name=JSON` into settings; a bare word is a text, and a dot leads into a group of settings. What cannot be read
/// stands in `faults` and is left out.
pub(super) fn set(
    settings: &ApplicationSettings,
    changes: &[String],
    faults: &mut Vec<FieldMessage>,
) -> ApplicationSettings {
    let mut settings = settings.clone();
    for change in changes {
        match with(&settings, change) {
            Ok(changed) => settings = changed,
            Err(fault) => faults.push(fault),
        }
    }
    settings
}

fn with(settings: &ApplicationSettings, change: &str) -> Result<ApplicationSettings, FieldMessage> {
    let mut members: Map<String, Value> = serde_json::from_str(&settings.to_text()).unwrap_or_default();
    let (name, value) = named_value(change)?;
    put(&mut members, name, value);
    let changed = ApplicationSettings::parse(&Value::from(members).to_string());
    changed.map_err(|error| told(error.message(), name))
}

/// A fault of the setting `changed`, with the group that it is in, and the setting that was probably meant.
fn told(mut fault: FieldMessage, changed: &str) -> FieldMessage {
    if let (None, AdminMessage::MemberUnknown { name, .. }) = (&fault.field, &fault.message) {
        let group = changed.rsplit_once('.').filter(|(_, last)| *last == name.as_str());
        fault.field = group.map(|(group, _)| member_path("", group));
    }
    with_nearest(fault)
}

#[cfg(test)]
mod tests {
    use super::Wishes;
    use model::{ApplicationKind, ApplicationSettings, Profile, PropertyFormat, UserinfoResponse};
    use texts::{FieldMessage, Locale};

    fn shop() -> ApplicationSettings {
        ApplicationSettings::new(ApplicationKind::Web, vec!["https://shop.example/cb".to_owned()])
    }

    /// Everything that is wrong, or what the settings become.
    fn set(settings: &ApplicationSettings, changes: &[String]) -> Result<ApplicationSettings, FieldMessage> {
        let mut faults = Vec::new();
        let changed = super::set(settings, changes, &mut faults);
        faults.into_iter().next().map_or(Ok(changed), Err)
    }

    #[test]
    fn every_change_that_cannot_be_read_is_told() {
        let changes = ["admin=true", "pkce", "minimum_level=high", "eids=[1]"].map(str::to_owned);
        let mut faults = Vec::new();
        let changed = super::set(&shop(), &changes, &mut faults);
        assert_eq!((faults.len(), changed.minimum_level), (3, model::Level::High), "{faults:?}");
    }

    #[test]
    fn a_setting_is_json_or_a_bare_word() {
        let changes = ["sector=application".to_owned(), "error_pages=false".to_owned()];
        let changed = set(&shop(), &changes).unwrap();
        assert!(!changed.error_pages && changed.sector == model::Sector::Application);
    }

    #[test]
    fn keys_with_a_member_twice_are_refused_where_they_are_typed() {
        let change = r#"jwks={"keys":[{"kid":"a","kid":"b"}]}"#.to_owned();
        assert!(
            set(&shop(), &[change])
                .unwrap_err()
                .line(Locale::En)
                .starts_with("jwks: not JSON in which every member stands once")
        );
    }

    #[test]
    fn rule_24_a_setting_that_does_not_exist_is_refused() {
        for wrong in ["admin=true", "compatible.admin=true", "profile.admin=true", "admin"] {
            assert!(set(&shop(), &[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_option_changes_its_setting_and_no_other() {
        let own = |word: &str| Some(word.to_owned());
        let wishes = Wishes {
            profile: own("compatible"),
            userinfo_response: own("signedJwt"),
            property_format: own("uri"),
            null_claims: own("on"),
            post_message: own("on"),
            ..Wishes::default()
        };
        let changed = set(&shop(), &wishes.changes()).unwrap();
        let mut wanted = shop();
        wanted.profile = Profile::Compatible;
        wanted.userinfo_response = UserinfoResponse::SignedJwt;
        wanted.compatible.property_format = PropertyFormat::Uri;
        wanted.compatible.null_claims = true;
        wanted.response_modes.post_message = true;
        assert_eq!(changed, wanted);
        let off = Wishes { post_message: own("off"), ..Wishes::default() };
        assert!(!set(&changed, &off.changes()).unwrap().response_modes.post_message);
    }
}
