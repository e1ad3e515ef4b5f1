//! Why a call gave nothing.

use std::{
    error::Error,
    io::{self, ErrorKind},
};

use rustls::CertificateError;

use crate::name::NotFound;

/// Why a call gave nothing, and which host was called. For the log and for operators: what it says about a network is not
/// for those who may only configure an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {problem}")]
pub struct OutboundError {
    /// The host that was called; empty when the address has none.
    pub host: String,
    /// What went wrong.
    pub problem: OutboundProblem,
}

/// What went wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundProblem {
    /// The address is not public https, and the operator has not allowed it.
    #[error("this address may not be called")]
    NotAllowed,
    /// The name has no address.
    #[error("the name is unknown: no DNS server has an address for it")]
    UnknownName,
    /// No DNS server could be asked, or none answered.
    #[error("the name cannot be looked up at present: no DNS server answers")]
    NameLookup,
    /// The host refuses connections to this port.
    #[error("the connection was refused")]
    Refused,
    /// No way leads to the host.
    #[error("the host cannot be reached from this network")]
    Unreachable,
    /// The certificate is of an authority that is not trusted here.
    #[error("the certificate is not from an authority that is trusted here")]
    UntrustedCertificate,
    /// The certificate has expired, or is not valid yet.
    #[error("the certificate has expired or is not valid yet")]
    ExpiredCertificate,
    /// The certificate is for other names.
    #[error("the certificate is for another host name")]
    WrongCertificateName,
    /// The certificate is damaged, revoked, or not for a server.
    #[error("the certificate cannot be used: it is damaged, revoked, or not for a server")]
    UnusableCertificate,
    /// Both sides agree on no version or method, or the other side wants a client certificate.
    #[error("the TLS handshake failed")]
    Tls,
    /// The connection ended, or what came is no HTTP.
    #[error("the connection broke before the answer was complete")]
    Interrupted,
    /// The time that a call may take has passed.
    #[error("the answer took too long")]
    TimedOut,
    /// More than 256 KiB came.
    #[error("the answer is too large")]
    TooLarge,
    /// The client certificate cannot be read.
    #[error("the client certificate is no PEM with a certificate and its private key")]
    ClientCertificate,
    /// The client itself could not be made; stop.
    #[error("the HTTP client could not be made")]
    Client,
}

impl OutboundProblem {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(found) = Self::of_cause(error) {
                return found;
            }
            next = error.source();
        }
        Self::Interrupted
    }

    fn of_cause(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(found) = error.downcast_ref::<NotFound>() {
            return Some(match found {
                NotFound::NotAllowed => Self::NotAllowed,
                NotFound::Unknown => Self::UnknownName,
                NotFound::LookupFailed => Self::NameLookup,
            });
        }
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(Self::of_tls(tls));
        }
        let error = error.downcast_ref::<io::Error>()?;
        // The standard library does not name what it wraps as a source.
        if let Some(inner) = error.get_ref().and_then(|it| Self::of_cause(it)) {
            return Some(inner);
        }
        match error.kind() {
            ErrorKind::ConnectionRefused => Some(Self::Refused),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Some(Self::Unreachable),
            ErrorKind::TimedOut => Some(Self::TimedOut),
            _ => None,
        }
    }

    const fn of_tls(error: &rustls::Error) -> Self {
        let rustls::Error::InvalidCertificate(why) = error else { return Self::Tls };
        match why {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::ExpiredCertificate,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::WrongCertificateName
            }
            // A bad signature: of an authority with the name of a trusted one and another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UntrustedCertificate,
            _ => Self::UnusableCertificate,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::{CertificateError, Error};

    use super::OutboundProblem;

    #[test]
    fn only_a_certificate_of_an_unknown_authority_is_called_untrusted() {
        let told = |why| OutboundProblem::of_tls(&Error::InvalidCertificate(why));
        assert_eq!(told(CertificateError::UnknownIssuer), OutboundProblem::UntrustedCertificate);
        for other in
            [CertificateError::BadEncoding, CertificateError::Revoked, CertificateError::InvalidPurpose]
        {
            assert_eq!(told(other), OutboundProblem::UnusableCertificate);
        }
    }
}
