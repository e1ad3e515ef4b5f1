//! Why the registry gave no company.

use std::fmt;

use model::{Date, OrganisationNumber};
use outbound::OutboundProblem;

/// One of the addresses that are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Enhetsregisteret, a company.
    Unit,
    /// Enhetsregisteret, a sub-unit.
    SubUnit,
    /// Enhetsregisteret, the roles in a company.
    Roles,
    /// Fullmakttjenesten, who may sign.
    Signature,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unit => "Enhetsregisteret (enheter)",
            Self::SubUnit => "Enhetsregisteret (underenheter)",
            Self::Roles => "Enhetsregisteret (roller)",
            Self::Signature => "Fullmakttjenesten (signatur)",
        })
    }
}

/// Why the registry gave no company. The first two are answers about the number; the others are trouble of the registry, of
/// which nothing follows about the company: show what is known from before, with its time, or try again later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No company and no sub-unit has this number.
    #[error("the registry has no unit {0}")]
    UnknownNumber(OrganisationNumber),
    /// The company or sub-unit was deleted.
    #[error("the unit {number} was deleted from the registry")]
    Deleted {
        /// The number that was asked for.
        number: OrganisationNumber,
        /// Its last name, where the answer has it.
        name: Option<String>,
        /// Since when, where the answer says it.
        on: Option<Date>,
    },
    /// No connection, or one that broke.
    #[error("{0} could not be reached: {1}")]
    Unreachable(Source, OutboundProblem),
    /// No whole answer in time: ten seconds for each address.
    #[error("{0} took too long to answer")]
    TimedOut(Source),
    /// A status that says nothing about the company, such as 500 or 429.
    #[error("{0} answered with status {1}")]
    Status(Source, u16),
    /// A page or something else that is not JSON, by its media type.
    #[error("{0} answered with something other than JSON")]
    NotJson(Source),
    /// More than 256 KiB.
    #[error("the answer of {0} is too large")]
    TooLarge(Source),
    /// The answer is not what is documented.
    #[error("the answer of {of} cannot be read at `{field}`")]
    Unreadable {
        /// Whose answer.
        of: Source,
        /// The path of the field, such as `rollegrupper[0].roller[2].type.kode`; empty where it is no JSON.
        field: String,
    },
}

impl RegistryError {
    /// Says whether the registry is in trouble, so that nothing is known about the company.
    pub const fn is_trouble(&self) -> bool {
        !matches!(self, Self::UnknownNumber(_) | Self::Deleted { .. })
    }
}
