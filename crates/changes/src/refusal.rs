//! Why a change was not made.

use std::{fmt, time::Duration};

use authority::{Forbidden, MasterKeyError, TenantError};
use crypto::KeyError;
use model::{CHECKED_IN, MOST_CHECKS, SecretId, SettingsError, Timestamp, destroyed_at};
use store::StoreError;
use texts::{AdminMessage, FieldMessage, Locale, Noun};

use crate::ChangedMeanwhile;

/// Nothing was written, whatever the reason. [`Refusal::message`] has the sentences.
#[derive(Debug)]
pub enum Refusal {
    /// There is none, or it is another tenant's: the same answer.
    NotFound(Noun),
    /// The name, host or client id is taken.
    Taken(Noun),
    /// The name is taken, by `by`: case makes no difference.
    NameTaken {
        /// What the name is one of.
        noun: Noun,
        /// The name that is in the way, as it is written.
        by: String,
    },
    /// The host is taken, by a domain of the tenant of this name. For whoever acts for the installation.
    HostTaken {
        /// The host.
        host: String,
        /// Whose domain it is.
        tenant: String,
    },
    /// The client id is taken, by the application of this name.
    ClientIdTaken {
        /// The client id.
        client_id: String,
        /// What people call the application.
        name: String,
    },
    /// The name is taken by something in the bin, which `command` restores.
    NameInBin {
        /// What the name is one of.
        noun: Noun,
        /// The name that is in the way, as it is written.
        name: String,
        /// Since when it is in the bin.
        deleted_at: Timestamp,
        /// Restores it.
        command: String,
    },
    /// What it belongs to is in the bin, and has to be restored first.
    ParentInBin {
        /// What that is.
        noun: Noun,
        /// What that is called.
        name: String,
        /// Restores it.
        command: String,
    },
    /// It was in the bin for too long, and is being destroyed.
    BeingDestroyed {
        /// What it is.
        noun: Noun,
        /// What it was called.
        name: String,
        /// Since when.
        since: Timestamp,
    },
    /// A value that cannot be what it should be.
    Invalid(FieldMessage),
    /// The actor may not do this.
    Forbidden,
    /// The settings contradict each other.
    Settings(SettingsError),
    /// The identity source may not serve a domain of this environment.
    Environment,
    /// Two secrets are live already: these.
    TooManySecrets(Vec<LiveSecret>),
    /// The identity source was checked as often as it may be: it can be checked again after this time, in whole seconds.
    TooManyChecks(Duration),
    /// A backup goes into an empty database only.
    NotEmpty,
    /// A file cannot be read or written, or is not what it should be.
    File(AdminMessage),
    /// The master key is not the one that sealed this tenant's data key.
    MasterKey,
    /// Somebody else changed it since the caller saw it: each setting as it was seen, is, and was wanted.
    ChangedMeanwhile(Box<ChangedMeanwhile>),
    /// Objects are not what they were when the plan was made.
    PlanChanged(Vec<String>),
    /// A kept plan was carried out before.
    PlanConfirmed,
    /// A kept plan was given up.
    PlanDiscarded,
    /// A kept plan was not confirmed in time.
    PlanExpired,
    /// A later version ended a kept plan in a way that this one does not know.
    PlanEnded,
    /// As many plans wait as may be kept: this many.
    TooManyPlans(usize),
    /// The content of a kept plan cannot be read.
    PlanUnreadable,
    /// A key could not be made.
    Key(KeyError),
    /// The store did not do it.
    Store(StoreError),
}

impl From<Forbidden> for Refusal {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<SettingsError> for Refusal {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<MasterKeyError> for Refusal {
    fn from(error: MasterKeyError) -> Self {
        match error {
            MasterKeyError::NotThis => Self::MasterKey,
            MasterKeyError::Store(error) => Self::Store(error),
        }
    }
}

impl From<TenantError> for Refusal {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::NotFound => Self::NotFound(Noun::Tenant),
            TenantError::MasterKey => Self::MasterKey,
        }
    }
}

impl From<Box<ChangedMeanwhile>> for Refusal {
    fn from(changed: Box<ChangedMeanwhile>) -> Self {
        Self::ChangedMeanwhile(changed)
    }
}

/// Says why the store did not do it.
fn of_store(error: &StoreError) -> AdminMessage {
    match error {
        StoreError::NotFound => AdminMessage::NotFound { noun: Noun::Object },
        StoreError::Changed => AdminMessage::ChangedMeanwhile,
        StoreError::Conflict => AdminMessage::ValueTaken,
        StoreError::Busy => AdminMessage::StoreBusy,
        StoreError::Unreachable(why) => AdminMessage::StoreUnreachable { detail: why.as_str().into() },
        StoreError::Unknown => AdminMessage::StoreOutcomeUnknown,
        StoreError::Corrupt { table, column, id } => {
            AdminMessage::StoreCorrupt { place: format!("{table}.{column}").into(), id: id.into() }
        }
        StoreError::Unsuitable(why) => AdminMessage::StoreUnsuitable { detail: why.as_str().into() },
        StoreError::Address(why) => AdminMessage::StoreAddressWrong { detail: why.as_str().into() },
        StoreError::Tls(why) => AdminMessage::StoreTlsUnusable { detail: why.as_str().into() },
        StoreError::Encoding(why) => AdminMessage::StoreEncodingWrong { detail: why.as_str().into() },
        StoreError::NotMigrated(why) => AdminMessage::StoreNotMigrated { detail: why.as_str().into() },
        StoreError::Failed(why) => AdminMessage::StoreFailed { detail: why.as_str().into() },
    }
}

const fn of_key(error: KeyError) -> AdminMessage {
    match error {
        KeyError::Unsupported => AdminMessage::KeyUnsupported,
        KeyError::Malformed => AdminMessage::KeyMalformed,
        KeyError::Private => AdminMessage::KeyPrivateUnusable,
    }
}

/// A secret that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSecret {
    /// Its row.
    pub id: SecretId,
    /// When it was last used, to the hour or so.
    pub last_used_at: Option<Timestamp>,
}

impl LiveSecret {
    fn said(&self) -> String {
        let used = self.last_used_at.map_or_else(|| "-".to_owned(), Timestamp::to_iso_seconds);
        format!("{} ({used})", self.id)
    }
}

impl Refusal {
    /// Names what was not found, or taken, where the store only knows that it was.
    pub fn of(error: StoreError, what: Noun) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound(what),
            StoreError::Conflict => Self::Taken(what),
            other => Self::Store(other),
        }
    }

    /// Says that somebody was faster as a mistake of whoever wanted it, where they have to look again and nobody else does.
    #[must_use]
    pub fn told_as_changed(self) -> Self {
        match self {
            Self::Store(StoreError::Changed) => Self::Invalid(AdminMessage::ChangedMeanwhile.into()),
            other => other,
        }
    }

    /// Says why, and what to do, with the field that is to blame where there is one.
    pub fn message(&self) -> FieldMessage {
        match self {
            Self::NotFound(Noun::CandidateCredentials) => AdminMessage::SourceCandidateNone.into(),
            Self::NotFound(Noun::PreviousCredentials) => AdminMessage::SourcePreviousNone.into(),
            Self::NotFound(noun) => AdminMessage::NotFound { noun: *noun }.into(),
            Self::Taken(noun) => AdminMessage::Taken { noun: *noun }.into(),
            Self::NameTaken { noun, by } => AdminMessage::NameTaken { noun: *noun, by: by.into() }.at("name"),
            Self::HostTaken { host, tenant } => {
                AdminMessage::HostTakenBy { host: host.into(), tenant: tenant.into() }.at("host")
            }
            Self::ClientIdTaken { client_id, name } => {
                AdminMessage::ClientIdTakenBy { client: client_id.into(), name: name.into() }.at("client_id")
            }
            Self::NameInBin { noun, name, deleted_at, command } => {
                let until = destroyed_at(*deleted_at).to_iso_seconds().into();
                let (name, command) = (name.into(), command.clone().into());
                AdminMessage::NameInBin { noun: *noun, name, until, command }.into()
            }
            Self::ParentInBin { noun, name, command } => {
                let (name, command) = (name.into(), command.clone().into());
                AdminMessage::ParentInBin { noun: *noun, name, command }.into()
            }
            Self::BeingDestroyed { noun, name, since } => {
                let since = since.to_iso_seconds().into();
                AdminMessage::BeingDestroyed { noun: *noun, name: name.into(), since }.into()
            }
            Self::Invalid(message) => message.clone(),
            Self::Forbidden => AdminMessage::Forbidden.into(),
            Self::Settings(error) => error.message(),
            Self::Environment => AdminMessage::SourceEnvironmentUnsuitable.at("environment"),
            Self::TooManySecrets(live) => {
                let secrets: Vec<String> = live.iter().map(LiveSecret::said).collect();
                AdminMessage::TwoSecretsLive { secrets: secrets.into() }.into()
            }
            Self::TooManyChecks(wait) => AdminMessage::SourceChecksTooMany {
                most: MOST_CHECKS.into(),
                minutes: (CHECKED_IN.as_secs() / 60).to_string().into(),
                seconds: wait.as_secs().to_string().into(),
            }
            .into(),
            Self::NotEmpty => AdminMessage::DatabaseNotEmpty.into(),
            Self::File(message) => message.clone().into(),
            Self::MasterKey => AdminMessage::MasterKeyWrong.into(),
            Self::ChangedMeanwhile(changed) => changed.message().into(),
            Self::PlanChanged(names) => {
                AdminMessage::PlanChanged { objects: names.iter().cloned().collect() }.into()
            }
            Self::PlanConfirmed => AdminMessage::PlanConfirmed.into(),
            Self::PlanDiscarded => AdminMessage::PlanDiscarded.into(),
            Self::PlanExpired => AdminMessage::PlanExpired.into(),
            Self::PlanEnded => AdminMessage::PlanEnded.into(),
            Self::TooManyPlans(most) => AdminMessage::PlansTooMany { most: (*most).into() }.into(),
            Self::PlanUnreadable => AdminMessage::PlanUnreadable.into(),
            Self::Key(error) => of_key(*error).into(),
            Self::Store(error) => of_store(error).into(),
        }
    }
}

/// Logs and the terminal read English.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().line(Locale::En))
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use store::StoreError;
    use texts::{Locale, Noun};

    use super::Refusal;

    #[test]
    fn whoever_had_no_candidate_was_told_to_check_the_spelling() {
        let told = |noun| Refusal::NotFound(noun).message().line(Locale::En);
        let candidate = told(Noun::CandidateCredentials);
        assert!(candidate.starts_with("this identity source has no candidate credentials: "), "{candidate}");
        let previous = told(Noun::PreviousCredentials);
        assert!(previous.contains("no previous credentials that can be restored"), "{previous}");
        for told in [candidate, previous] {
            assert!(told.contains("`portvakt identity-sources set`") && !told.contains("spelling"), "{told}");
        }
    }

    #[test]
    fn another_version_was_advised_for_an_address_that_is_malformed() {
        let other_version = "use the version of portvakt";
        let told = |error| Refusal::Store(error).message().line(Locale::En);
        assert!(told(StoreError::Unsuitable("it is newer".to_owned())).contains(other_version));
        for (error, remedy) in [
            (StoreError::Address("x".to_owned()), "correct `address` of [database]"),
            (StoreError::Tls("x".to_owned()), "`roots_file` of [database]"),
            (StoreError::Encoding("x".to_owned()), "create the database anew"),
            (StoreError::NotMigrated("x".to_owned()), "start `portvakt serve` once"),
        ] {
            let told = told(error);
            assert!(told.contains(remedy) && !told.contains(other_version), "{told}");
        }
    }
}
