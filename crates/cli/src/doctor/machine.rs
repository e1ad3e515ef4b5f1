//! What the machine has for us: certificates, addresses, disk, names.

use std::{io::ErrorKind, net::SocketAddr, path::Path};

use model::Timestamp;
use tokio::net::TcpListener;

use super::finding::Finding;
use crate::{
    config::Config,
    serve::certificates::{Examined, examine, is_for},
};

const DAY: i64 = 86_400;
/// How many days before its end a certificate is worth a warning.
const SOON: i64 = 21;

/// Looks at every certificate, and whether each https domain has one.
pub(crate) fn certificates(config: &Config, domains: &[String], now: Timestamp) -> Vec<Finding> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let (mut findings, mut usable) = (Vec::new(), Vec::new());
    for pair in &config.listen.certificates {
        let topic = format!("certificate {}", pair.chain.display());
        match examine(pair, &provider) {
            Err(why) => findings.push(Finding::trouble(topic, why)),
            Ok(examined) => {
                findings.push(validity(topic, &examined, now));
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
            let text =
                "no certificate is for this name: browsers will refuse it; add one as [[listen.certificate]]";
            findings.push(Finding::trouble(format!("domain {domain}"), text));
        }
    }
    findings
}

fn validity(topic: String, examined: &Examined, now: Timestamp) -> Finding {
    let left = (examined.validity.not_after.seconds() - now.seconds()).div_euclid(DAY);
    let until = examined.validity.not_after.to_iso_micros();
    if now >= examined.validity.not_after {
        return Finding::trouble(topic, format!("it expired at {until}: put a new pair into its files"));
    }
    if now < examined.validity.not_before {
        let from = examined.validity.not_before.to_iso_micros();
        return Finding::trouble(topic, format!("it is not valid before {from}: is the clock right?"));
    }
    if left < SOON {
        return Finding::warning(
            topic,
            format!("it expires in {left} days, at {until}: see that it is renewed"),
        );
    }
    if examined.key.cert.len() == 1 {
        let text = format!(
            "valid until {until}, but its file has no intermediate certificate: clients that do not know its issuer refuse \
             it; put the whole chain into the file"
        );
        return Finding::warning(topic, text);
    }
    Finding::fine(topic, format!("valid until {until}"))
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
    let topic = format!("address {address}");
    match TcpListener::bind(address).await {
        Ok(_) => Finding::fine(topic, "free"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Finding::warning(topic, "taken; that is as it should be while `portvakt serve` runs")
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Finding::trouble(
            topic,
            "this user may not listen there: give the service CAP_NET_BIND_SERVICE, as the unit file does, or use a port \
             from 1024 on",
        ),
        Err(error) => Finding::trouble(topic, format!("{error}: is it an address of this machine?")),
    }
}

/// Says how much room the disk has that a file lies on.
pub(crate) fn disk(path: &Path) -> Option<Finding> {
    let folder = path.parent().filter(|it| it.is_dir())?;
    let output = std::process::Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    let (topic, mebibytes) = (format!("disk of {}", folder.display()), kibibytes / 1_024);
    let free = format!("{mebibytes} MiB free");
    Some(match mebibytes {
        0..100 => Finding::trouble(topic, format!("{free}: writes are about to fail; make room")),
        100..1_024 => Finding::warning(topic, format!("{free}: make room")),
        _ => Finding::fine(topic, free),
    })
}

/// Says whether the name of a domain or of the sandbox leads anywhere.
pub(crate) async fn name(whose: &str, host: &str) -> Finding {
    let topic = format!("{whose} {host}");
    let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
    match tokio::net::lookup_host(with_port).await {
        Ok(found) => {
            let mut found: Vec<String> = found.map(|it| it.ip().to_string()).collect();
            found.sort();
            found.dedup();
            Finding::fine(topic, format!("leads to {}", found.join(", ")))
        }
        Err(error) => {
            Finding::warning(topic, format!("its name leads nowhere from here ({error}): add it to the DNS"))
        }
    }
}
