//! Files of certificates.

use std::{fs, path::Path};

use texts::AdminMessage;

use super::fault::Faults;

/// How a certificate begins.
pub(super) const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Reads a file of certificates; `key` is where it is named.
pub(super) fn read_pem(path: &Path, key: &str) -> Result<String, Faults> {
    let shown = || path.display().to_string().into();
    let unusable = |error: std::io::Error| {
        Faults::one(AdminMessage::PathUnusable { path: shown(), detail: error.to_string().into() }.at(key))
    };
    let text = fs::read_to_string(path).map_err(unusable)?;
    if text.contains(BEGIN) {
        return Ok(text);
    }
    Err(Faults::one(AdminMessage::CertificateNotPem { path: shown() }.at(key)))
}
