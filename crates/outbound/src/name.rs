//! Name resolution: `*.localhost` is loopback, everything else must be public.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::is_public;

/// The decision is made on the addresses that are then connected to, so a name cannot change its mind in
/// between (DNS rebinding). `*.localhost` gets here only when the allow-list names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver;

async fn resolve(name: String) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    if name == "localhost" || name.ends_with(".localhost") {
        let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        return Ok(Box::new(std::iter::once(loopback)));
    }
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
    if found.is_empty() || !found.iter().all(|address| is_public(address.ip())) {
        return Err("the name does not lead to a public address".into());
    }
    Ok(Box::new(found.into_iter()))
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(resolve(name.as_str().to_ascii_lowercase()))
    }
}
