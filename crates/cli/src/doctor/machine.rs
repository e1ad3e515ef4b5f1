//! What the machine has for us: certificates, addresses, disk, names.

use std::{io::ErrorKind, net::SocketAddr, path::Path};

use model::Timestamp;
use texts::{AdminMessage, DoctorTopic, Outcome, Word};
use tokio::net::TcpListener;

use super::finding::Finding;
use crate::{
    config::Config,
    serve::certificates::{Examined, examine, is_for},
};

const DAY: i64 = 86_400;
/// How many days before its end a certificate is worth a warning.
const SOON: i64 = 21;

fn shown(path: &Path) -> Word {
    path.display().to_string().into()
}

/// Looks at every certificate, and whether each https domain has one.
pub(crate) fn certificates(config: &Config, domains: &[String], now: Timestamp) -> Vec<Finding> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let (mut findings, mut usable) = (Vec::new(), Vec::new());
    for pair in &config.listen.certificates {
        let topic = DoctorTopic::Certificate { path: shown(&pair.chain) };
        match examine(pair, &provider) {
            Err(why) => findings.push(Finding::trouble(
                &topic,
                AdminMessage::DoctorCertificateUnusable { detail: why.into() },
            )),
            Ok(examined) => {
                findings.push(validity(&topic, &examined, now));
                usable.push(examined);
            }
        }
    }
    if config.listen.certificates.is_empty() {
        return findings;
    }
    for domain in domains {
        let host = domain.rsplit_once(':').map_or(domain.as_str(), |(host, _)| host);
        let has = usable.iter().any(|it| it.key.cert.first().is_some_and(|it| is_for(it, host)));
        if !has {
            findings.push(Finding::trouble(
                &DoctorTopic::Domain { host: domain.clone().into() },
                AdminMessage::DoctorCertificateMissing,
            ));
        }
    }
    findings
}

fn validity(topic: &DoctorTopic, examined: &Examined, now: Timestamp) -> Finding {
    let left = (examined.validity.not_after.seconds() - now.seconds()).div_euclid(DAY);
    let until = examined.validity.not_after.to_iso_micros();
    if now >= examined.validity.not_after {
        return Finding::trouble(topic, AdminMessage::DoctorCertificateExpired { at: until.into() });
    }
    if now < examined.validity.not_before {
        let from = examined.validity.not_before.to_iso_micros();
        return Finding::trouble(topic, AdminMessage::DoctorCertificateNotYetValid { at: from.into() });
    }
    if left < SOON {
        return Finding::warning(
            topic,
            AdminMessage::DoctorCertificateExpiresSoon { days: left.to_string().into(), at: until.into() },
        );
    }
    if examined.key.cert.len() == 1 {
        return Finding::warning(topic, AdminMessage::DoctorCertificateAlone { at: until.into() });
    }
    Finding::fine(topic, &Outcome::DoctorCertificateFine { at: until.into() })
}

/// Says whether each address can be listened at.
pub(crate) async fn addresses(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for address in config.listen.addresses.iter().chain([&config.operator]) {
        findings.push(one_address(*address).await);
    }
    findings
}

async fn one_address(address: SocketAddr) -> Finding {
    let topic = DoctorTopic::Address { address: address.to_string().into() };
    match TcpListener::bind(address).await {
        Ok(_) => Finding::fine(&topic, &Outcome::DoctorAddressFree),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Finding::warning(&topic, AdminMessage::DoctorAddressTaken)
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Finding::trouble(&topic, AdminMessage::DoctorAddressForbidden)
        }
        Err(error) => {
            Finding::trouble(&topic, AdminMessage::DoctorAddressUnusable { detail: error.to_string().into() })
        }
    }
}

/// Says how much room the disk has that a file lies on.
pub(crate) fn disk(path: &Path) -> Option<Finding> {
    let folder = path.parent().filter(|it| it.is_dir())?;
    let output = std::process::Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    let (topic, mebibytes) = (DoctorTopic::Disk { directory: shown(folder) }, kibibytes / 1_024);
    let free = mebibytes.to_string().into();
    Some(match mebibytes {
        0..100 => Finding::trouble(&topic, AdminMessage::DoctorDiskFull { free }),
        100..1_024 => Finding::warning(&topic, AdminMessage::DoctorDiskNearlyFull { free }),
        _ => Finding::fine(&topic, &Outcome::DoctorDiskFine { free }),
    })
}

/// Says whether the name of a domain or of the sandbox leads anywhere.
pub(crate) async fn name(topic: &DoctorTopic, host: &str) -> Finding {
    let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
    match tokio::net::lookup_host(with_port).await {
        Ok(found) => {
            let mut found: Vec<String> = found.map(|it| it.ip().to_string()).collect();
            found.sort();
            found.dedup();
            Finding::fine(topic, &Outcome::DoctorNameFine { found: found.join(", ").into() })
        }
        Err(error) => {
            Finding::warning(topic, AdminMessage::DoctorNameUnknown { detail: error.to_string().into() })
        }
    }
}
