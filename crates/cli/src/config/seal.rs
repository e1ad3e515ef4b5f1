//! `[seal]`: what closes the documents of orders, or nothing.

use std::{path::Path, sync::Arc};

use crypto::CertificateKey;
use documents::Seal;
use texts::AdminMessage;

use super::{fault::Faults, file, pem::read_pem, secret::read_secret};

/// The seal, and where time stamps come from.
#[derive(Clone, Debug)]
pub(crate) struct SealConfig {
    pub(crate) seal: Arc<Seal>,
    pub(crate) timestamp_url: Option<String>,
}

/// Reads certificates and key; `None` without both.
///
/// # Errors
/// One without the other, a file that cannot be read, or a key and certificates that do not belong together.
pub(super) fn resolve(section: &file::Seal, base: &Path) -> Result<Option<SealConfig>, Faults> {
    let (certificates, key) = match (&section.certificates_file, &section.key_file) {
        (Some(certificates), Some(key)) => (base.join(certificates), base.join(key)),
        (None, None) if section.timestamp_url.is_none() => return Ok(None),
        (None, _) => return Err(incomplete("certificates_file")),
        (_, None) => return Err(incomplete("key_file")),
    };
    let certificates = read_pem(&certificates, "seal.certificates_file")?;
    let key = CertificateKey::from_pem(read_secret(&key)?.expose());
    let key = key.map_err(|error| unusable(error, "seal.key_file"))?;
    let seal = Seal::new(&certificates, key).map_err(|error| unusable(error, "seal.certificates_file"))?;
    Ok(Some(SealConfig { seal: Arc::new(seal), timestamp_url: section.timestamp_url.clone() }))
}

fn incomplete(missing: &str) -> Faults {
    Faults::one(AdminMessage::SealIncomplete { missing: missing.to_owned().into() }.at("seal"))
}

fn unusable(error: impl std::fmt::Display, key: &str) -> Faults {
    Faults::one(AdminMessage::SealUnusable { detail: error.to_string().into() }.at(key))
}
