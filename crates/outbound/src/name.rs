//! Name resolution: `*.localhost` is loopback, and what a call may not reach is not found.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::Reach;

/// The decision is made on the addresses that are then connected to, so a name cannot change its mind in
/// between (DNS rebinding).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver(pub(crate) Reach);

async fn resolve(reach: Reach, name: String) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    if name == "localhost" || name.ends_with(".localhost") {
        return usable(reach, vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)]);
    }
    usable(reach, tokio::net::lookup_host((name.as_str(), 0)).await?.collect())
}

fn usable(reach: Reach, found: Vec<SocketAddr>) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    if found.is_empty() || !found.iter().all(|address| reach.includes(address.ip())) {
        return Err("the name does not lead to an address that may be called".into());
    }
    Ok(Box::new(found.into_iter()))
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(resolve(self.0, name.as_str().to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, usable};

    #[test]
    fn a_name_that_leads_to_a_private_address_is_found_where_the_operator_allows_it() {
        let private = || vec!["10.0.0.5:0".parse().unwrap(), "8.8.8.8:0".parse().unwrap()];
        assert_eq!(usable(Reach::Any, private()).unwrap().count(), 2);
        assert!(usable(Reach::Public, private()).is_err());
        assert!(usable(Reach::Any, Vec::new()).is_err());
    }
}
