//! The scopes of the public contract, as a small set.

use serde::{Deserialize, Serialize};

/// A scope that means something here; others are ignored (OpenID Connect Core 1.0 §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The request is an OpenID Connect one.
    Openid,
    /// Name and birth date.
    Profile,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Postal address.
    Address,
    /// National identity number; `ssn` is an alias.
    Nin,
    /// The eID's own stable identifier.
    EidSubject,
    /// Refresh tokens (OpenID Connect Core 1.0 §11).
    OfflineAccess,
    /// Birth date alone; a word of the compatible profile only.
    Birthdate,
}

impl Scope {
    /// Those of the modern profile, in the order in which metadata lists them.
    pub const MODERN: [Self; 8] = [
        Self::Openid,
        Self::Profile,
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::Nin,
        Self::EidSubject,
        Self::OfflineAccess,
    ];

    const ALL: [Self; 9] = [
        Self::Openid,
        Self::Profile,
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::Nin,
        Self::EidSubject,
        Self::OfflineAccess,
        Self::Birthdate,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Nin => "nin",
            Self::EidSubject => "eid_subject",
            Self::OfflineAccess => "offline_access",
            Self::Birthdate => "birthdate",
        }
    }

    /// Reads one word; `None` for what we do not know.
    pub fn parse(word: &str) -> Option<Self> {
        if word == "ssn" {
            return Some(Self::Nin);
        }
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes(u16);

impl Scopes {
    /// Reads a space-separated list; unknown words are left out.
    pub fn parse(text: &str) -> Self {
        text.split(' ').filter_map(Scope::parse).collect()
    }

    /// Says whether the scope is in the set.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Says whether every scope of `other` is in the set.
    pub const fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in both sets.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set with one more.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// The set without one.
    #[must_use]
    pub const fn without(self, scope: Scope) -> Self {
        Self(self.0 & !scope.bit())
    }

    /// The scopes in the set, in the order of the enum.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// The set as it is written on the wire.
    pub fn to_text(self) -> String {
        self.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn unknown_scopes_are_ignored_and_ssn_means_nin() {
        let scopes = Scopes::parse("openid whatever ssn  profile");
        assert_eq!(scopes.to_text(), "openid profile nin");
        assert!(!scopes.without(Scope::Nin).has(Scope::Nin));
    }
}
