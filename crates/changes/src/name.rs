//! Names that administrators give.

use model::Timestamp;
use texts::Noun;

use crate::Refusal;

/// Refuses a name that cannot be read or typed, or that is not what it looks like.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn check_name(name: &str) -> Result<(), Refusal> {
    model::check_name(name).map_err(|error| Refusal::Invalid(error.message(name).at("name")))
}

/// What has a name that somebody else wants, without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The name as it is written.
    pub name: String,
    /// Since when it is in the bin, with the command that restores it; `None`: it is not.
    pub binned: Option<(Timestamp, String)>,
}

impl Alike {
    /// Why nothing else gets the name.
    pub fn refusal(self, noun: Noun) -> Refusal {
        let Self { name, binned } = self;
        match binned {
            None => Refusal::NameTaken { noun, by: name },
            Some((deleted_at, command)) => Refusal::NameInBin { noun, name, deleted_at, command },
        }
    }
}
