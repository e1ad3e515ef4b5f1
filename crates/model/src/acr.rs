//! eIDs, levels of assurance, and the `acr` values of the public contract.

use serde::{Deserialize, Serialize};

/// A level of assurance, ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing is stated (Vipps).
    #[default]
    None,
    /// eIDAS low.
    Low,
    /// eIDAS substantial.
    Substantial,
    /// eIDAS high.
    High,
}

/// An eID that a person can log in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Eid {
    /// Norwegian BankID.
    NoBankid,
    /// Vipps Login.
    NoVipps,
    /// Not an eID: test users who sign in with a password, on test domains that allow it, so that programs can log in.
    Automation,
}

impl Eid {
    /// All eIDs, in the order in which a selector shows them; what stands in for one in automation is not among them.
    pub const ALL: [Self; 2] = [Self::NoBankid, Self::NoVipps];
    /// Every way to log in, in the same order.
    pub const WAYS: [Self; 3] = [Self::NoBankid, Self::NoVipps, Self::Automation];

    /// The word in paths, in the claim `idp` and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoBankid => "no-bankid",
            Self::NoVipps => "no-vipps",
            Self::Automation => "automation",
        }
    }

    /// Says whether it is an eID, which a domain configures as an identity source.
    pub fn is_source(self) -> bool {
        Self::ALL.contains(&self)
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WAYS.into_iter().find(|eid| eid.as_str() == word)
    }

    /// The name as people know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoBankid => "BankID",
            Self::NoVipps => "Vipps",
            Self::Automation => "Automation",
        }
    }

    /// The highest level that it can reach.
    pub const fn highest(self) -> Level {
        match self {
            Self::NoBankid => Level::High,
            Self::NoVipps | Self::Automation => Level::None,
        }
    }

    /// Says whether the eID itself asks the person before it hands out the national identity number.
    pub const fn asks_for_nin(self) -> bool {
        match self {
            Self::NoBankid | Self::Automation => false,
            // Vipps shows every scope to the person.
            Self::NoVipps => true,
        }
    }

    /// The `acr` that asks for this eID at no particular level.
    pub const fn any(self) -> Acr {
        match self {
            Self::NoBankid => Acr::NoBankid,
            Self::NoVipps => Acr::NoVipps,
            Self::Automation => Acr::Automation,
        }
    }
}

/// An `acr` value that an application can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Acr {
    /// BankID, substantial or high.
    NoBankid,
    /// BankID, high.
    NoBankidHigh,
    /// BankID, substantial or high, with biometrics offered first.
    NoBankidSubstantial,
    /// Vipps.
    NoVipps,
    /// A test user with a password; never more than that.
    Automation,
}

impl Acr {
    /// All of them, as metadata lists them where they can be had.
    pub const ALL: [Self; 5] =
        [Self::NoBankid, Self::NoBankidHigh, Self::NoBankidSubstantial, Self::NoVipps, Self::Automation];

    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoBankid => "urn:grn:authn:no:bankid",
            Self::NoBankidHigh => "urn:grn:authn:no:bankid:high",
            Self::NoBankidSubstantial => "urn:grn:authn:no:bankid:substantial",
            Self::NoVipps => "urn:grn:authn:no:vipps",
            Self::Automation => "urn:portvakt:acr:automation",
        }
    }

    /// Reads a value, exactly as written.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == value)
    }

    /// The eID that it asks for.
    pub const fn eid(self) -> Eid {
        match self {
            Self::NoBankid | Self::NoBankidHigh | Self::NoBankidSubstantial => Eid::NoBankid,
            Self::NoVipps => Eid::NoVipps,
            Self::Automation => Eid::Automation,
        }
    }

    /// The lowest level that satisfies it.
    pub const fn level(self) -> Level {
        match self {
            Self::NoBankid | Self::NoBankidSubstantial => Level::Substantial,
            Self::NoBankidHigh => Level::High,
            Self::NoVipps | Self::Automation => Level::None,
        }
    }

    /// Says whether a login with this eID at this level satisfies it.
    pub fn is_met_by(self, eid: Eid, level: Level) -> bool {
        self.eid() == eid && level >= self.level()
    }

    /// The value that states what was reached.
    pub const fn reached(eid: Eid, level: Level) -> Self {
        match (eid, level) {
            (Eid::NoBankid, Level::High) => Self::NoBankidHigh,
            (Eid::NoBankid, Level::Substantial) => Self::NoBankidSubstantial,
            (Eid::NoBankid, Level::Low | Level::None) => Self::NoBankid,
            (Eid::NoVipps, _) => Self::NoVipps,
            (Eid::Automation, _) => Self::Automation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Acr, Eid, Level};

    #[test]
    fn the_table_of_the_contract() {
        let met = |acr: Acr, level| acr.is_met_by(Eid::NoBankid, level);
        assert!(met(Acr::NoBankid, Level::Substantial) && met(Acr::NoBankid, Level::High));
        assert!(!met(Acr::NoBankidHigh, Level::Substantial) && met(Acr::NoBankidHigh, Level::High));
        assert!(met(Acr::NoBankidSubstantial, Level::High) && !met(Acr::NoBankid, Level::Low));
        assert!(Acr::NoVipps.is_met_by(Eid::NoVipps, Level::None) && !met(Acr::NoVipps, Level::High));
        assert_eq!(Acr::reached(Eid::NoBankid, Level::High).as_str(), "urn:grn:authn:no:bankid:high");
    }
}
