//! When a certificate begins and ends to be valid.

use model::Timestamp;

/// From when to when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// Reads the validity of a certificate in DER; `None` when it is not one.
pub(crate) fn read(certificate: &[u8]) -> Option<Validity> {
    let (not_before, not_after) = ::certificates::validity(certificate)?;
    let at = Timestamp::from_seconds;
    Some(Validity { not_before: at(not_before), not_after: at(not_after) })
}
