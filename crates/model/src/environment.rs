//! Test and production, of a domain and of an identity source.

use serde::{Deserialize, Serialize};

/// Whether a domain is for synthetic or real people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Test people only.
    Test,
    /// Real people.
    Production,
}

impl Environment {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Test, Self::Production].into_iter().find(|it| it.as_str() == word)
    }
}

/// Which installation of an eID an identity source speaks to. Subject keys are apart for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EidEnvironment {
    /// Our simulators.
    Sandbox,
    /// The eID's own test installation (BankID *current*, Vipps *apitest*).
    Test,
    /// The real one.
    Production,
}

impl EidEnvironment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sandbox, Self::Test, Self::Production];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Says whether a domain may use it; production on a test domain needs the operator's leave, which
    /// nothing grants yet.
    pub const fn may_serve(self, domain: Environment) -> bool {
        matches!(
            (self, domain),
            (Self::Sandbox | Self::Test, Environment::Test) | (Self::Production, Environment::Production)
        )
    }
}
