//! Names that administrators give.

use crate::Refusal;

/// Refuses a name that cannot be read or typed, or that is not what it looks like.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn check_name(name: &str) -> Result<(), Refusal> {
    model::check_name(name).map_err(|error| Refusal::Invalid(error.message(name).at("name")))
}
