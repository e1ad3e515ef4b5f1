//! Why a seal cannot be made, and why a time stamp is not believed.

use thiserror::Error;

/// Why a seal cannot be made. Certificates are counted from zero, which is the one of the key. The texts are for logs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The text has no certificate, more than eight, or a block that is damaged.
    #[error("the text is not one to eight certificates in PEM")]
    Pem,
    /// A certificate that cannot be read.
    #[error("certificate {at} cannot be read")]
    Certificate {
        /// Which one.
        at: usize,
    },
    /// The private key is another certificate's.
    #[error("the private key does not belong to the first certificate")]
    WrongKey,
    /// The first certificate says that its key signs no documents.
    #[error(
        "the first certificate is not for signing: its key usage has neither digitalSignature nor nonRepudiation"
    )]
    NotForSigning,
    /// A certificate that the next one did not issue, or that is signed in a way that is not known here.
    #[error("certificate {at} was not issued by the one that follows it")]
    BrokenChain {
        /// Which one.
        at: usize,
    },
    /// A certificate that begins later.
    #[error("certificate {at} is not valid before {begins} (seconds since 1970)")]
    NotYetValid {
        /// Which one.
        at: usize,
        /// From when it is valid, in seconds since 1970.
        begins: i64,
    },
    /// A certificate that has ended.
    #[error("certificate {at} expired at {ended} (seconds since 1970)")]
    Expired {
        /// Which one.
        at: usize,
        /// Until when it was valid, in seconds since 1970.
        ended: i64,
    },
    /// More bytes than [`crate::LARGEST_SEALED`].
    #[error("the PDF is larger than 16 MiB")]
    TooLarge,
    /// Not a PDF as [`crate::pdf()`] makes it.
    #[error("the PDF is not one of ours")]
    NotOurs,
    /// A PDF that has a seal or a form.
    #[error("the PDF is sealed already")]
    Sealed,
    /// A time outside the years 1970 to 9999.
    #[error("the time of the seal is outside the years 1970 to 9999")]
    Time,
    /// The key could not sign: our fault.
    #[error("the private key cannot sign")]
    Key,
    /// A library refused, with its reason: our fault.
    #[error("the seal cannot be written: {0}")]
    Library(String),
}

/// Why the answer of a timestamp service is not used. The texts are for logs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimestampFault {
    /// Not the DER of an answer, or one without a token.
    #[error("the answer of the timestamp service cannot be read")]
    Malformed,
    /// The service refused, with its status (RFC 3161 §2.4.2).
    #[error("the timestamp service refused with status {status}")]
    Refused {
        /// Its status.
        status: u8,
    },
    /// A time stamp of something else.
    #[error("the time stamp is of something else")]
    OtherImprint,
    /// A time stamp that answers another request.
    #[error("the time stamp answers another request")]
    OtherNonce,
    /// A time more than ten minutes from ours: one of the clocks is wrong.
    #[error("the time stamp says {stated} (seconds since 1970), more than ten minutes from our clock")]
    Clock {
        /// What it says, in seconds since 1970.
        stated: i64,
    },
    /// A signature that does not verify with a certificate that the token brings, or none that may sign time stamps.
    #[error("the signature of the time stamp is not valid")]
    Signature,
    /// More bytes than there is room for.
    #[error("the time stamp is larger than 16 KiB")]
    TooLarge,
    /// The finished seal could not be written: our fault.
    #[error(transparent)]
    Seal(#[from] SealError),
}
