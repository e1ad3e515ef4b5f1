//! Limits: what one address, client and person may take of this node, and how much the node takes on at once.
//!
//! Everything is kept in bounded caches on this node (see `docs/adr/0020`); only failed client authentication is counted
//! over all nodes. This module counts; when and for whom is decided in `admission` and `failed_authentications`.

mod counters;
mod seats;

use std::net::{IpAddr, Ipv6Addr};

use model::{ApplicationId, Rate, TenantId, Timestamp};
use quick_cache::sync::Cache;

use counters::MOST;
pub(crate) use counters::{Counters, MINUTE};
pub use seats::Seat;
use seats::Seats;

/// What the operator can set; zero is no limit, and the default is no limit at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Requests a minute from one address (IPv6: one /64) that no client has authenticated.
    pub address: u32,
    /// Authorization requests a minute of one client, and as many token requests.
    pub client: u32,
    /// Logins a minute of one person at one subject.
    pub person: u32,
    /// Failed authentications of one client from one address in a minute, over all nodes.
    pub failed_authentications: u32,
    /// KiB of authorization requests that are stored in a minute, from one address.
    pub stored_by_address: u32,
    /// The same for one client.
    pub stored_by_client: u32,
    /// Requests that are answered at once.
    pub at_once: u32,
    /// How many of those may be one domain's, in percent.
    pub domain_share: u32,
}

/// Which limit refused a request, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Address,
    Client,
    Person,
    FailedAuthentication,
    StoredRequests,
    Busy,
}

impl Limit {
    pub(crate) const ALL: [Self; 6] = [
        Self::Address,
        Self::Client,
        Self::Person,
        Self::FailedAuthentication,
        Self::StoredRequests,
        Self::Busy,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Client => "client",
            Self::Person => "person",
            Self::FailedAuthentication => "failed-authentication",
            Self::StoredRequests => "stored-requests",
            Self::Busy => "busy",
        }
    }
}

/// What is counted on this node.
pub(crate) struct Limiter {
    pub(crate) addresses: Counters<IpAddr>,
    pub(crate) authorizations: Counters<(TenantId, ApplicationId)>,
    pub(crate) tokens: Counters<(TenantId, ApplicationId)>,
    /// By digest of the subject.
    pub(crate) persons: Counters<(TenantId, [u8; 32])>,
    pub(crate) stored_by_address: Counters<IpAddr>,
    pub(crate) stored_by_client: Counters<(TenantId, ApplicationId)>,
    pub(crate) most_failures: u32,
    /// Clients at an address that failed too often, by digest, and until when.
    pub(crate) blocked: Cache<[u8; 32], Timestamp>,
    pub(crate) seats: Seats,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        let rate = |count| Rate::new(count, MINUTE);
        Self {
            addresses: Counters::new(rate(limits.address)),
            authorizations: Counters::new(rate(limits.client)),
            tokens: Counters::new(rate(limits.client)),
            persons: Counters::new(rate(limits.person)),
            stored_by_address: Counters::new(rate(limits.stored_by_address)),
            stored_by_client: Counters::new(rate(limits.stored_by_client)),
            most_failures: limits.failed_authentications,
            blocked: Cache::new(MOST),
            seats: Seats::new(limits.at_once, limits.domain_share),
        }
    }
}

/// Names the addresses that one household or server has: an IPv4 address, or the /64 around one of IPv6.
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::neighbourhood;

    #[test]
    fn an_address_of_ipv6_counts_with_its_neighbours_and_one_of_ipv4_alone() {
        for (address, counted) in [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            assert_eq!(neighbourhood(address.parse().unwrap()).to_string(), counted);
        }
    }
}
