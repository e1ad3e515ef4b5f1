//! Name resolution: `*.localhost` is loopback, and what a call may not reach is not found.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::Reach;

/// The decision is made on the addresses that are then connected to, so a name cannot change its mind in
/// between (DNS rebinding).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver(pub(crate) Reach);

/// Why a name leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotFound {
    /// An address that may not be called is among those it has.
    #[error("the name does not lead to an address that may be called")]
    NotAllowed,
    /// It has no address.
    #[error("the name is unknown")]
    Unknown,
    /// Nobody could be asked: no network, or no DNS server answers.
    #[error("the name cannot be looked up at present")]
    LookupFailed,
}

/// What the resolver says of a name that does not exist, or that has no address: glibc, musl, the BSDs, Windows. The
/// standard library hands on the text of `gai_strerror` and not its number.
const NO_SUCH_NAME: [&str; 6] = [
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "Name has no usable address",
    "nodename nor servname provided",
    "No such host is known",
];

/// Whatever is not known to say that the name does not exist says nothing about the name.
fn why(error: &io::Error) -> NotFound {
    let text = error.to_string();
    let no_such = NO_SUCH_NAME.iter().any(|it| text.contains(it));
    if no_such { NotFound::Unknown } else { NotFound::LookupFailed }
}

async fn resolve(reach: Reach, name: String) -> Result<Addrs, NotFound> {
    if name == "localhost" || name.ends_with(".localhost") {
        return usable(reach, vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)]);
    }
    let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|it| why(&it))?;
    usable(reach, found.collect())
}

fn usable(reach: Reach, found: Vec<SocketAddr>) -> Result<Addrs, NotFound> {
    match found.as_slice() {
        [] => Err(NotFound::Unknown),
        all if all.iter().all(|address| reach.includes(address.ip())) => Ok(Box::new(found.into_iter())),
        _ => Err(NotFound::NotAllowed),
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolving = resolve(self.0, name.as_str().to_ascii_lowercase());
        Box::pin(async move { resolving.await.map_err(Into::into) })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{NotFound, Reach, usable, why};

    #[test]
    fn a_name_that_could_not_be_looked_up_is_not_said_to_be_unknown() {
        let found =
            |detail: &str| why(&io::Error::other(format!("failed to lookup address information: {detail}")));
        assert_eq!(found("Name or service not known"), NotFound::Unknown);
        assert_eq!(found("No address associated with hostname"), NotFound::Unknown);
        for no_answer in ["Temporary failure in name resolution", "Try again", "System error"] {
            assert_eq!(found(no_answer), NotFound::LookupFailed, "{no_answer}");
        }
    }

    #[test]
    fn a_name_that_leads_to_a_private_address_is_found_where_the_operator_allows_it() {
        let private = || vec!["10.0.0.5:0".parse().unwrap(), "8.8.8.8:0".parse().unwrap()];
        assert_eq!(usable(Reach::Any, private()).unwrap().count(), 2);
        assert!(usable(Reach::Public, private()).is_err());
        assert!(usable(Reach::Any, Vec::new()).is_err());
    }
}
