//! The live check of an identity source: what can be learned of it without anybody logging in.
//!
//! A connector asks its eID and judges the answers; what it found are lines. A line keeps codes and the eID's own words, bounded
//! and printable, and never anything secret, so that it may be stored and shown.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use texts::{AdminMessage, Advice, Cause, Outcome};

use crate::{LoginMethod, Timestamp, Trouble};

/// How many checks of a source may begin in [`CHECKED_IN`], on all nodes together.
pub const MOST_CHECKS: usize = 10;
/// The span in which checks of a source are counted.
pub const CHECKED_IN: Duration = Duration::from_secs(10 * 60);

/// How far ahead another node's clock may be; a check from further ahead was noted before a clock was set back.
const DIFFERENCE: Duration = Duration::from_secs(60);

/// What a line is about. The ids are stored and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckSubject {
    /// The discovery document and the keys are reached, and the issuer is the right one.
    Discovery,
    /// The eID accepts our credentials.
    Credentials,
    /// The callback address is registered at the eID.
    RedirectUri,
    /// The eID gives the national identity number.
    NationalNumber,
}

impl CheckSubject {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Discovery, Self::Credentials, Self::RedirectUri, Self::NationalNumber];

    /// The id.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Credentials => "credentials",
            Self::RedirectUri => "redirect-uri",
            Self::NationalNumber => "national-number",
        }
    }
}

/// What a line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It works.
    Good,
    /// It does not work; the line says what to do.
    Bad,
    /// It cannot be known without a login.
    Unknown,
}

impl CheckState {
    /// The word in JSON and in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found. The ids are stored and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckFinding {
    /// It works.
    Good,
    /// The eID could not be called.
    Unreachable,
    /// The discovery document or the keys are not what they must be.
    DiscoveryUnusable,
    /// The stored credentials cannot be used at all.
    CredentialsUnusable,
    /// The eID refuses the client id, or the secret or key.
    CredentialsRefused,
    /// The eID does not know the callback address.
    RedirectUriUnregistered,
    /// The eID does not give this client the national identity number.
    NumberNotGranted,
    /// Only a login shows it.
    NeedsLogin,
    /// No application of the domain may have the national identity number, so the eID was not asked.
    NumberNotUsed,
    /// What comes before it did not work, so the eID was not asked.
    NotAsked,
    /// The eID offers no way to ask.
    NotOffered,
    /// The eID was asked and did not answer.
    NoAnswer,
    /// The eID's answer is none that we know.
    Unrecognised,
    /// A later version found it. Never written.
    #[serde(other)]
    Later,
}

impl CheckFinding {
    /// What it means for the line.
    pub const fn state(self) -> CheckState {
        match self {
            Self::Good => CheckState::Good,
            Self::Unreachable
            | Self::DiscoveryUnusable
            | Self::CredentialsUnusable
            | Self::CredentialsRefused
            | Self::RedirectUriUnregistered
            | Self::NumberNotGranted => CheckState::Bad,
            Self::NeedsLogin
            | Self::NumberNotUsed
            | Self::NotAsked
            | Self::NotOffered
            | Self::NoAnswer
            | Self::Unrecognised
            | Self::Later => CheckState::Unknown,
        }
    }
}

/// A line of a live check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// What it is about.
    pub subject: CheckSubject,
    /// What was found.
    pub finding: CheckFinding,
    /// The cause, where a call failed: an id of the catalogue of causes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The address that it is about: the issuer, or the callback address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The eID's own error code: at most 80 printable ASCII characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The eID's own description, or what is wrong: at most 200 printable ASCII characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl CheckLine {
    /// A line that says no more than what was found.
    pub const fn new(subject: CheckSubject, finding: CheckFinding) -> Self {
        Self { subject, finding, cause: None, address: None, error: None, description: None }
    }

    /// What it comes to.
    pub const fn state(&self) -> CheckState {
        self.finding.state()
    }

    /// The line with the address that it is about.
    #[must_use]
    pub fn about(self, address: impl Into<String>) -> Self {
        Self { address: Some(address.into()), ..self }
    }

    /// The line with what went wrong with a call.
    #[must_use]
    pub fn caused(self, trouble: Trouble, description: String) -> Self {
        Self { cause: Some(trouble.as_str().to_owned()), description: Some(description), ..self }
    }

    /// The eID's own words: code and description.
    fn said(&self) -> String {
        match (self.error.as_deref().unwrap_or_default(), self.description.as_deref().unwrap_or_default()) {
            ("", "") => "-".to_owned(),
            (one, "") | ("", one) => one.to_owned(),
            (error, description) => format!("{error}: {description}"),
        }
    }

    /// Says what is wrong or not known, and what to do; `None` for a line that is good.
    pub fn message(&self, eid: LoginMethod) -> Option<AdminMessage> {
        let (name, said) = (|| eid.name().into(), || self.said().into());
        let address = || self.address.clone().unwrap_or_default().into();
        Some(match self.finding {
            CheckFinding::Good => return None,
            CheckFinding::Unreachable | CheckFinding::NoAnswer => {
                let advice = self.cause.as_deref().and_then(Cause::parse).and_then(Advice::of);
                let (url, detail) = (address(), said());
                match advice {
                    Some(advice) => AdminMessage::DoctorEidCallFailed { url, detail, advice },
                    None => AdminMessage::DoctorEidUnreachable { url, detail },
                }
            }
            CheckFinding::DiscoveryUnusable => {
                AdminMessage::CheckDiscoveryUnusable { issuer: address(), detail: said() }
            }
            CheckFinding::CredentialsUnusable => AdminMessage::CheckCredentialsUnusable { detail: said() },
            CheckFinding::CredentialsRefused => {
                AdminMessage::CheckCredentialsRefused { eid: name(), said: said() }
            }
            CheckFinding::RedirectUriUnregistered => {
                AdminMessage::CheckRedirectUriUnregistered { eid: name(), uri: address(), said: said() }
            }
            CheckFinding::NumberNotGranted => {
                AdminMessage::CheckNumberNotGranted { eid: name(), said: said() }
            }
            CheckFinding::NeedsLogin => AdminMessage::CheckNeedsLogin,
            CheckFinding::NumberNotUsed => AdminMessage::CheckNumberNotUsed,
            CheckFinding::NotAsked => AdminMessage::CheckNotAsked,
            CheckFinding::NotOffered => AdminMessage::CheckNotOffered { eid: name() },
            CheckFinding::Unrecognised => AdminMessage::CheckUnrecognised { eid: name(), said: said() },
            CheckFinding::Later => AdminMessage::CheckLater,
        })
    }

    /// Says what works; `None` for a line that is not good.
    pub fn outcome(&self, eid: LoginMethod) -> Option<Outcome> {
        let eid = eid.name().into();
        (self.finding == CheckFinding::Good).then(|| match self.subject {
            CheckSubject::Discovery => {
                Outcome::CheckDiscoveryGood { issuer: self.address.clone().unwrap_or_default().into() }
            }
            CheckSubject::Credentials => Outcome::CheckCredentialsGood { eid },
            CheckSubject::RedirectUri => Outcome::CheckRedirectUriGood { eid },
            CheckSubject::NationalNumber => Outcome::CheckNumberGood { eid },
        })
    }
}

/// What a whole check comes to: bad with one bad line; good with nothing bad and accepted credentials.
pub fn check_state(lines: &[CheckLine]) -> CheckState {
    let accepted =
        |it: &CheckLine| it.subject == CheckSubject::Credentials && it.finding == CheckFinding::Good;
    if lines.iter().any(|it| it.state() == CheckState::Bad) {
        CheckState::Bad
    } else if lines.iter().any(accepted) {
        CheckState::Good
    } else {
        CheckState::Unknown
    }
}

/// How long a check has to wait, after checks that began at these instants, the newest first; `None`: it may begin.
pub fn check_wait(begun: &[Timestamp], now: Timestamp) -> Option<Duration> {
    let counted = begun.iter().filter(|at| **at > now.before(CHECKED_IN) && **at <= now.after(DIFFERENCE));
    let frees = counted.copied().nth(MOST_CHECKS - 1)?.after(CHECKED_IN);
    Some(Duration::from_micros(u64::try_from(frees.micros() - now.micros()).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{CheckFinding, CheckLine, CheckState, CheckSubject, check_state, check_wait};
    use crate::Timestamp;

    #[test]
    fn the_eleventh_check_in_ten_minutes_waits_until_the_first_is_ten_minutes_old() {
        let at = Timestamp::from_seconds;
        let begun: Vec<_> = (0..10).rev().map(|it| at(1_000 + it)).collect();
        assert_eq!(check_wait(&begun, at(1_100)), Some(Duration::from_secs(500)));
        assert_eq!(check_wait(&begun[1..], at(1_100)), None);
        assert_eq!(check_wait(&begun, at(1_600)), None, "the first is ten minutes old");
        assert_eq!(check_wait(&begun, at(100)), None, "a clock that was set back does not lock anybody out");
    }

    #[test]
    fn a_check_is_good_only_where_credentials_were_accepted_and_nothing_is_bad() {
        let line = CheckLine::new;
        let good = line(CheckSubject::Credentials, CheckFinding::Good);
        let unknown = line(CheckSubject::NationalNumber, CheckFinding::NeedsLogin);
        let bad = line(CheckSubject::RedirectUri, CheckFinding::RedirectUriUnregistered);
        assert_eq!(check_state(&[good.clone(), unknown.clone()]), CheckState::Good);
        assert_eq!(check_state(&[good, bad]), CheckState::Bad);
        assert_eq!(check_state(&[unknown]), CheckState::Unknown);
    }

    #[test]
    fn a_finding_of_a_later_version_is_read_as_unknown() {
        let line: CheckLine = serde_json::from_str(r#"{"subject":"credentials","finding":"new"}"#).unwrap();
        assert_eq!(line.state(), CheckState::Unknown);
    }
}
