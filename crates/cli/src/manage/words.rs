//! Words on the command line, and what they mean.

use std::{fs, io::Read, path::Path, time::Duration};

use crypto::Secret;
use model::{EidEnvironment, Environment, LoginMethod};
use texts::{AdminMessage, Word};

use crate::config::Lasting;

/// `test` or `production`.
pub(crate) fn environment(word: &str) -> Result<Environment, String> {
    Environment::parse(word).ok_or_else(|| "say test or production".to_owned())
}

/// `sandbox`, `test` or `production`.
pub(crate) fn eid_environment(word: &str) -> Result<EidEnvironment, String> {
    EidEnvironment::parse(word).ok_or_else(|| "say sandbox, test or production".to_owned())
}

/// The name of an eID.
pub(crate) fn eid(word: &str) -> Result<LoginMethod, String> {
    LoginMethod::parse(word).filter(|it| it.is_eid()).ok_or_else(|| {
        let all: Vec<&str> = LoginMethod::eids().map(|it| it.as_str()).collect();
        format!("say one of {}", all.join(", "))
    })
}

/// The name of a way to log in: an eID, or what stands in for one in automation.
pub(crate) fn way(word: &str) -> Result<LoginMethod, String> {
    LoginMethod::parse(word).ok_or_else(|| {
        let all: Vec<&str> = LoginMethod::all().map(LoginMethod::as_str).collect();
        format!("say one of {}", all.join(", "))
    })
}

/// `7d`, `24h`, `30m`, `20s`.
pub(crate) fn lasting(word: &str) -> Result<Duration, String> {
    Lasting::parse(word).map(|it| it.0).ok_or_else(|| "say for example 30m, 24h or 7d".to_owned())
}

/// A path in a message: given on the command line, so it is as trusted as the command.
pub(crate) fn shown(path: &Path) -> Word {
    path.display().to_string().into()
}

/// A file that cannot be read or written.
pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> AdminMessage {
    AdminMessage::PathUnusable { path: shown(path), detail: error.to_string().into() }
}

/// Reads a secret from a file, or from standard input for `-`: on the command line it would be seen by everybody.
pub(crate) fn secret(path: &Path) -> Result<Secret<String>, AdminMessage> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map(drop)
    };
    read.map_err(|error| unusable(path, &error))?;
    let secret = text.trim();
    if secret.is_empty() {
        Err(AdminMessage::PathEmpty { path: shown(path) })
    } else {
        Ok(Secret::from(secret))
    }
}
