//! `[sms]`: the gateway that takes text messages, or none.

use std::path::Path;

use crypto::Secret;
use messages::{SmsContent, SmsDescription, SmsFault, SmsGateway, SmsPart};
use texts::AdminMessage;

use super::{
    fault::Faults,
    file::{Sms, SmsBodyType, SmsMethod},
    secret::read_secret,
};

/// What stands for a part of a message.
const PLACEHOLDERS: [&str; 5] = ["to", "to_digits", "text", "id", "secret"];

/// Checks the section, and reads the file that it names. `permits`: whether an address may be called.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn resolve(
    sms: &Sms,
    base: &Path,
    permits: impl Fn(&str) -> bool,
) -> Result<Option<SmsGateway>, Faults> {
    let Some(url) = &sms.url else {
        let others = [!sms.headers.is_empty(), sms.body.is_some(), sms.secret_file.is_some()];
        return if others.contains(&true) { Err(missing("url")) } else { Ok(None) };
    };
    let mut faults = Faults::default();
    let secret = sms.secret_file.as_ref().map(|it| read_secret(&base.join(it))).transpose();
    let secret = secret.map_err(|it| faults.merge(it)).ok();
    let description = SmsDescription {
        method: match sms.method {
            SmsMethod::Get => outbound::Method::Get,
            SmsMethod::Post => outbound::Method::Post,
            SmsMethod::Put => outbound::Method::Put,
        },
        url: url.clone(),
        headers: sms.headers.clone(),
        body: sms.body.clone(),
        content: match sms.content_type {
            SmsBodyType::Json => SmsContent::Json,
            SmsBodyType::Form => SmsContent::Form,
        },
        // A file that cannot be read is said above: here it counts as a secret.
        secret: secret.map_or_else(|| Some(Secret::from("?")), |it| it.map(|it| without_end(&it))),
    };
    let gateway = SmsGateway::new(&description, permits);
    let gateway = gateway.map_err(|found| found.into_iter().for_each(|it| faults.merge(said(it)))).ok();
    faults.unless_any(gateway).map(Some)
}

fn without_end(text: &Secret<String>) -> Secret<String> {
    Secret::new(text.expose().trim_end_matches(['\r', '\n']).to_owned())
}

fn missing(name: &str) -> Faults {
    Faults::one(AdminMessage::SmsIncomplete { missing: name.to_owned().into() }.at("sms"))
}

fn said((part, fault): (SmsPart, SmsFault)) -> Faults {
    use AdminMessage as M;
    let message = match fault {
        SmsFault::UnknownPlaceholder(name) => {
            M::SmsPlaceholderUnknown { name: name.as_str().into(), known: PLACEHOLDERS.into() }
        }
        SmsFault::Misplaced(name) => M::SmsPlaceholderMisplaced { name: name.into() },
        SmsFault::Lacks(name) => M::SmsPlaceholderMissing { name: name.into() },
        SmsFault::Address => M::SmsAddressInvalid,
        SmsFault::NotAllowed => M::SmsAddressNotAllowed,
        SmsFault::Header(name) => M::SmsHeaderInvalid { name: name.as_str().into() },
        SmsFault::NotJson(detail) => M::SmsBodyNotJson { detail: detail.into() },
        SmsFault::NotForm => M::SmsBodyNotForm,
        SmsFault::BodyNotTaken => M::SmsBodyNotTaken,
        SmsFault::BodyMissing => return missing("body"),
        SmsFault::SecretUnused => M::SmsSecretUnused,
        SmsFault::SecretMissing => return missing("secret_file"),
        SmsFault::SecretUnusable => M::SmsSecretUnusable,
    };
    Faults::one(message.at(match part {
        SmsPart::Url => "sms.url",
        SmsPart::Headers => "sms.headers",
        SmsPart::Body => "sms.body",
        SmsPart::Secret => "sms.secret_file",
        SmsPart::All => "sms",
    }))
}
