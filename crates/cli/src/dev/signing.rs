//! The simulated provider of signatures of development: people sign with certificates of an authority that is made at the start.

use std::sync::Arc;

use crypto::{CertificateKey, Random};
use documents::{Seal, SignatureTrust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use sandbox::{Pen, SignatureSimulator};
use web::SimulatedProvider;

use super::tls::last_three_months;
use crate::clock;

fn trouble(error: impl std::fmt::Display) -> String {
    format!("the simulated provider of signatures could not be made: {error}")
}

fn parameters(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    last_three_months(&mut params);
    params
}

fn signed(
    authority: &CertifiedIssuer<'static, KeyPair>,
    (name, pdf): (&str, &[u8]),
) -> Result<Vec<u8>, String> {
    let mut params = parameters(name);
    params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
    let key = KeyPair::generate().map_err(trouble)?;
    let certificate = params.signed_by(&key, authority).map_err(trouble)?.pem();
    let key = CertificateKey::from_pem(&key.serialize_pem()).map_err(trouble)?;
    let seal = Seal::new(&certificate, key).map_err(trouble)?;
    seal.apply(pdf, clock::now().seconds()).map_err(trouble)
}

/// Makes the provider, with an authority of its own. `base`: its origin.
pub(crate) fn provider(base: String, random: &Random) -> Result<Arc<SimulatedProvider>, String> {
    let mut params = parameters("Simulated signature provider");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(trouble)?);
    let authority = authority.map_err(trouble)?;
    let trust = SignatureTrust::new(&authority.pem()).map_err(trouble)?;
    let pen: Pen = Box::new(move |name, pdf| signed(&authority, (name, pdf)));
    let simulator = Arc::new(SignatureSimulator::new(base, pen, random.clone()));
    Ok(Arc::new(SimulatedProvider { simulator, trust }))
}
