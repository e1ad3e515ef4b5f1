//! Certificates for TLS that somebody brings: taken apart and judged before they are kept.
//!
//! Hides what rustls and X.509 say of them. Instants are seconds since the epoch, because nothing below knows our own type.
//!
//! **Invariant:** no I/O, no clock, and no private key in anything that is printed.

mod der;
mod examined;
mod fault;

pub use der::validity;
pub use examined::{Examined, examine, facts};
pub use fault::CertificateFault;

/// The most bytes of a chain, and of a private key, in PEM.
pub const LARGEST_PEM: usize = 64 * 1024;
