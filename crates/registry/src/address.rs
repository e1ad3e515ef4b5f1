//! Where the services are.

use model::OrganisationNumber;

use crate::Source;

/// Where the two services are: built in, and another address in development and in tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryAddresses {
    /// Enhetsregisteret up to `/enheter`, without a final slash.
    units: String,
    /// Fullmakttjenesten up to `/enheter`, without a final slash.
    authority: String,
}

/// The real ones.
impl Default for RegistryAddresses {
    fn default() -> Self {
        Self::below("https://data.brreg.no")
    }
}

impl RegistryAddresses {
    /// Both services at one host, with the paths of the real ones. `base`: scheme, host and port, as
    /// `http://registry.localhost:8803`.
    pub fn below(base: &str) -> Self {
        let base = base.trim_end_matches('/');
        Self { units: format!("{base}/enhetsregisteret/api"), authority: format!("{base}/fullmakt") }
    }

    /// The address of an answer, and the media types that are accepted.
    pub(crate) fn of(&self, source: Source, number: OrganisationNumber) -> (String, &'static str) {
        let Self { units, authority } = self;
        match source {
            Source::Unit => (
                format!("{units}/enheter/{number}"),
                "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8",
            ),
            Source::SubUnit => (
                format!("{units}/underenheter/{number}"),
                "application/vnd.brreg.enhetsregisteret.underenhet.v2+json;charset=UTF-8",
            ),
            Source::Roles => (
                format!("{units}/enheter/{number}/roller"),
                "application/vnd.brreg.enhetsregisteret.rolle.v1+json;charset=UTF-8",
            ),
            Source::Signature => (format!("{authority}/enheter/{number}/signatur"), "application/json"),
        }
    }
}
