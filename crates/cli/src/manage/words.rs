//! Words on the command line, and what they mean.

use std::{fs, io::Read, path::Path, time::Duration};

use crypto::Secret;
use model::{EidEnvironment, Environment, Level, LoginMethod, Timestamp};
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

/// The name of a level of assurance.
pub(crate) fn level(word: &str) -> Result<Level, String> {
    let all = [Level::None, Level::Low, Level::Substantial, Level::High];
    let known = all.into_iter().find(|it| it.as_str() == word);
    known.ok_or_else(|| "say none, low, substantial or high".to_owned())
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

/// A date or an instant to the second, in UTC: `2026-01-31`, `2026-01-31T12:00:00Z`; the `Z` may be left out.
pub(crate) fn moment(word: &str) -> Result<Timestamp, String> {
    read_moment(word).ok_or_else(|| "say for example 2026-01-31 or 2026-01-31T12:00:00Z (UTC)".to_owned())
}

/// Reads numbers of so many digits with a sign between them.
fn numbers<const N: usize>(text: &str, sign: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(sign);
    let mut all = [0; N];
    for (number, digits) in all.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|it| it.is_ascii_digit());
        *number = part.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(all)
}

fn read_moment(word: &str) -> Option<Timestamp> {
    let (date, time) = word.split_once('T').map_or((word, None), |(date, time)| (date, Some(time)));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let midnight = Timestamp::of_date(year, month, day)?;
    let Some(time) = time else { return Some(midnight) };
    let [hour, minute, second] = numbers(time.strip_suffix('Z').unwrap_or(time), ':', [2, 2, 2])?;
    let is_time = hour < 24 && minute < 60 && second < 60;
    is_time.then(|| Timestamp::from_seconds(midnight.seconds() + hour * 3_600 + minute * 60 + second))
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
