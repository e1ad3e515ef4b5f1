//! `[mail]`: the mail server that takes letters, or none.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use crypto::Secret;
use messages::{MailAddress, Security, Smtp};
use texts::AdminMessage;

use super::{
    fault::Faults,
    file::{Mail, MailSecurity},
    pem::read_pem,
    secret::{read_given, read_secret},
    value::Lasting,
};

/// The environment variable that may have the password.
pub(super) const VARIABLE: &str = "PORTVAKT_MAIL_PASSWORD";
/// The environment variable that may name a file with it.
pub(super) const FILE_VARIABLE: &str = "PORTVAKT_MAIL_PASSWORD_FILE";
/// The systemd credential that may have it.
const CREDENTIAL: &str = "portvakt-mail-password";

/// A letter is a job, which has its lease for a minute.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(40);

/// The longest name of a sender, in characters.
const LONGEST_NAME: usize = 100;

/// What the environment says about the password.
#[derive(Clone, Debug, Default)]
pub(crate) struct PasswordGiven {
    /// [`VARIABLE`].
    pub(crate) text: Option<Secret<String>>,
    /// [`FILE_VARIABLE`].
    pub(crate) file: Option<PathBuf>,
    /// The directory of systemd's credentials.
    pub(crate) credentials: Option<PathBuf>,
}

/// Checks the section, and reads the files that it names.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn resolve(mail: &Mail, base: &Path, given: &PasswordGiven) -> Result<Option<Smtp>, Faults> {
    let Some(host) = &mail.host else {
        let others = [mail.username.is_some(), mail.password_file.is_some(), mail.from.is_some()];
        return if others.contains(&true) { Err(missing("host")) } else { Ok(None) };
    };
    let mut faults = Faults::default();
    if host.is_empty() || host.contains(|it: char| it.is_whitespace() || "/@:?#".contains(it)) {
        let message = AdminMessage::HostMalformed { host: host.into() };
        faults.merge(Faults::one(message.at("mail.host")));
    }
    if mail.security == MailSecurity::None && !is_loopback(host) {
        let message = AdminMessage::MailInsecure { host: host.into() };
        faults.merge(Faults::one(message.at("mail.security")));
    }
    if mail.timeout.0 > LONGEST_TIMEOUT {
        let most = Lasting(LONGEST_TIMEOUT).to_string().into();
        faults.merge(Faults::one(AdminMessage::MailTimeoutTooLong { most }.at("mail.timeout")));
    }
    if mail.from_name.chars().count() > LONGEST_NAME || mail.from_name.contains(char::is_control) {
        let (name, most) = (mail.from_name.as_str().into(), LONGEST_NAME.into());
        faults.merge(Faults::one(AdminMessage::NameInvalid { name, most }.at("mail.from_name")));
    }
    let from = from(mail).map_err(|it| faults.merge(it)).ok();
    let credentials = credentials(mail, base, given).map_err(|it| faults.merge(it)).ok();
    let roots = roots(mail, base).map_err(|it| faults.merge(it)).ok();
    let smtp = from.zip(credentials).zip(roots).map(|((from, credentials), roots)| Smtp {
        host: host.clone(),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Starttls => Security::StartTls,
            MailSecurity::Tls => Security::Tls,
            MailSecurity::None => Security::None,
        },
        credentials,
        from,
        from_name: mail.from_name.clone(),
        timeout: mail.timeout.0,
        roots,
    });
    faults.unless_any(smtp).map(Some)
}

fn missing(name: &str) -> Faults {
    Faults::one(AdminMessage::MailIncomplete { missing: name.to_owned().into() }.at("mail"))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn from(mail: &Mail) -> Result<MailAddress, Faults> {
    let from = mail.from.as_ref().ok_or_else(|| missing("from"))?;
    MailAddress::parse(from).ok_or_else(|| Faults::one(AdminMessage::MailAddressInvalid.at("mail.from")))
}

fn roots(mail: &Mail, base: &Path) -> Result<Option<Vec<u8>>, Faults> {
    let path = mail.roots_file.as_ref().map(|it| base.join(it));
    path.map(|it| read_pem(&it, "mail.roots_file").map(String::into_bytes)).transpose()
}

/// User name and password, or neither.
fn credentials(
    mail: &Mail,
    base: &Path,
    given: &PasswordGiven,
) -> Result<Option<(String, Secret<String>)>, Faults> {
    match (mail.username.clone(), password(mail, base, given)?) {
        (Some(username), Some(password)) => Ok(Some((username, password))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(missing("password_file")),
        (None, Some(_)) => Err(missing("username")),
    }
}

/// Reads the password from the one place that has it.
fn password(mail: &Mail, base: &Path, given: &PasswordGiven) -> Result<Option<Secret<String>>, Faults> {
    let named = mail.password_file.iter().chain(&given.file);
    let files: Vec<_> = named.map(|it| base.join(it)).collect();
    let credential = given.credentials.as_ref().map(|it| it.join(CREDENTIAL)).filter(|it| it.exists());
    let mut sources: Vec<String> = files.iter().map(|it| format!("the file {}", it.display())).collect();
    sources.extend(given.text.as_ref().map(|_| format!("the environment variable {VARIABLE}")));
    sources.extend(credential.as_ref().map(|_| format!("the systemd credential {CREDENTIAL}")));
    if sources.len() > 1 {
        let sources = sources.join(", ").into();
        return Err(Faults::one(AdminMessage::MailPasswordSeveral { sources }.at("mail")));
    }
    let text = match (files.first(), &given.text, &credential) {
        (Some(path), _, _) => read_secret(path)?,
        (None, Some(text), _) => text.clone(),
        (None, None, Some(path)) => read_given(path)?,
        (None, None, None) => return Ok(None),
    };
    let text = text.expose().trim_end_matches(['\r', '\n']).to_owned();
    if text.is_empty() { Err(missing("password_file")) } else { Ok(Some(Secret::new(text))) }
}
