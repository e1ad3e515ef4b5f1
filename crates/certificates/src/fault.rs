//! What keeps a certificate from being used.

/// Why a chain and a key are not taken. Each is for whoever brought them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// One of the two has more bytes than [`crate::LARGEST_PEM`].
    #[error("it is too large")]
    TooLarge,
    /// The chain has no certificate in PEM.
    #[error("there is no certificate in PEM")]
    NoCertificate,
    /// The certificate at this place of the chain, from 1 on, cannot be read.
    #[error("certificate {0} cannot be read")]
    Unreadable(usize),
    /// There is no private key in PEM.
    #[error("there is no private key in PEM")]
    NoKey,
    /// The private key has a passphrase.
    #[error("the private key is encrypted")]
    KeyEncrypted,
    /// The key is of a kind that TLS here does not use.
    #[error("the private key cannot be used")]
    KeyUnusable,
    /// The key is another certificate's.
    #[error("the key does not belong to the certificate")]
    WrongKey,
    /// The certificate is for other names.
    #[error("the certificate is for other names")]
    WrongHost(Vec<String>),
    /// The certificate is not valid before this instant, in seconds since the epoch.
    #[error("the certificate is not valid yet")]
    NotYetValid(i64),
    /// The certificate was valid until this instant, in seconds since the epoch.
    #[error("the certificate has expired")]
    Expired(i64),
    /// The certificate is not for servers.
    #[error("the certificate is not for servers")]
    NotForServers,
    /// Only the host's own certificate is there, and another authority issued it.
    #[error("the authority's certificates are missing")]
    ChainMissing,
    /// A certificate of the chain did not issue the one before it, or has expired.
    #[error("the chain is not complete")]
    ChainIncomplete,
}
