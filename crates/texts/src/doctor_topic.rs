//! What a finding of `doctor` is about.

use crate::{
    Locale,
    argument::{Argument, Word},
    say,
};

macro_rules! doctor_topics {
    ($($(#[$doc:meta])+ $topic:ident $({ $($argument:ident),+ })?: $id:literal;)+) => {
        /// What a finding of `doctor` is about.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum DoctorTopic {
            $(
                $(#[$doc])+
                $topic $({
                    $(
                        #[doc = concat!("Fills in `", stringify!($argument), "`.")]
                        $argument: Word,
                    )+
                })?,
            )+
        }

        #[cfg(test)]
        const ENTRIES: &[(&str, &[&str])] = &[$(($id, &[$($(stringify!($argument)),+)?])),+];

        impl DoctorTopic {
            const fn key(&self) -> &'static str {
                match self {
                    $(Self::$topic { .. } => concat!("doctor-topic-", $id),)+
                }
            }

            fn arguments(&self, locale: Locale) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$topic $({ $($argument),+ })? => {
                        vec![$($((stringify!($argument), $argument.fill(locale))),+)?]
                    })+
                }
            }
        }
    };
}

// The words are `doctor-topic-{id}` in `locales/administrators/*.ftl`.
doctor_topics! {
    /// The configuration.
    Configuration: "configuration";
    /// The master key.
    MasterKey: "master-key";
    /// Who may use which file.
    Files: "files";
    /// The database.
    Database: "database";
    /// A certificate.
    Certificate { path }: "certificate";
    /// An address to listen at.
    Address { address }: "address";
    /// Official buttons and logos of eIDs.
    EidFiles: "eid-files";
    /// The disk with a directory.
    Disk { directory }: "disk";
    /// The clock.
    Clock: "clock";
    /// The log of logins.
    LoginEvents: "login-events";
    /// Jobs.
    Jobs: "jobs";
    /// The list of deletions.
    Deletions: "deletions";
    /// The bin.
    Bin: "bin";
    /// Tenants and domains that are disabled.
    Disabled: "disabled";
    /// The statements of domains.
    Statements: "statements";
    /// Names that are alike.
    Names: "names";
    /// A domain.
    Domain { host }: "domain";
    /// Where a domain is reached.
    PublicAddress { issuer }: "public-address";
    /// The public sandbox.
    Sandbox { host }: "sandbox";
    /// An eID in an environment.
    Eid { eid, environment }: "eid";
    /// The mail server.
    Mail: "mail";
    /// The SMS gateway.
    Sms: "sms";
}
// end of the table

impl DoctorTopic {
    /// Says it in a few words without control characters.
    pub fn say(&self, locale: Locale) -> String {
        let arguments = self.arguments(locale);
        let arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, it)| (*name, it.as_str())).collect();
        say(locale, self.key(), &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::{DoctorTopic, ENTRIES};
    use crate::{Locale, UNTRANSLATED, say};

    #[test]
    fn every_topic_is_said_in_every_language() {
        for locale in Locale::ALL {
            for (id, names) in ENTRIES {
                let arguments: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
                let said = say(locale, &format!("doctor-topic-{id}"), &arguments);
                assert!(!said.contains(UNTRANSLATED), "{locale} {id}: {said}");
                assert!(names.iter().all(|it| said.contains(it)), "{locale} {id}: {said}");
            }
        }
        let host = "login.example".to_owned().into();
        assert_eq!(DoctorTopic::Domain { host }.say(Locale::Nb), "domene login.example");
    }
}
