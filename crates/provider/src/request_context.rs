//! What every call carries.

use std::net::IpAddr;

use crypto::Random;
use model::Timestamp;

/// Names one request, on pages, in the response header and in the log: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceId([u8; 16]);

impl TraceId {
    /// Makes a new one.
    pub fn new(random: &Random) -> Self {
        Self(random.bytes())
    }

    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl std::fmt::Display for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl std::fmt::Debug for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// The instant and the name of a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestContext {
    /// When it arrived.
    pub now: Timestamp,
    /// How it is found again.
    pub trace: TraceId,
    /// The address that it came from, for limits; `None` for a call of our own, and in development.
    pub from: Option<IpAddr>,
}
