//! Limits: what one address, client and person may take of this node, and how much the node takes on at once.
//!
//! Everything is kept in bounded caches on this node (see `docs/adr/0020`); only failed client authentication is counted
//! over all nodes (`failures`). What has proved who it is, is never limited by its address.

mod counters;
mod failures;
mod seats;

use std::net::{IpAddr, Ipv6Addr};

use model::{ApplicationId, Rate, TenantId};
use texts::Cause;

use crate::{Application, Call, Issuer, Provider, Refusal, Refused};
use counters::{Counters, MINUTE};
use failures::Blocked;
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
    addresses: Counters<IpAddr>,
    authorizations: Counters<(TenantId, ApplicationId)>,
    tokens: Counters<(TenantId, ApplicationId)>,
    /// By digest of the subject.
    persons: Counters<(TenantId, [u8; 32])>,
    stored_by_address: Counters<IpAddr>,
    stored_by_client: Counters<(TenantId, ApplicationId)>,
    most_failures: u32,
    blocked: Blocked,
    seats: Seats,
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
            blocked: Blocked::new(),
            seats: Seats::new(limits.at_once, limits.domain_share),
        }
    }
}

/// The addresses that one household or server has: an IPv4 address, or the /64 around one of IPv6.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        four => four,
    }
}

/// Which of the counters of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Authorizing,
    Redeeming,
}

impl Provider {
    fn too_many(&self, limit: Limit, wait: std::time::Duration) -> Refusal {
        self.tally.refused(limit.as_str());
        Refusal::TooMany(Refused { cause: Cause::TooManyRequests, client_id: None }, wait)
    }

    /// Counts a request from an address that nobody has authenticated. A call without an address is not limited.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub fn admit_address(&self, call: &Call) -> Result<(), Refusal> {
        let Some(address) = call.from else { return Ok(()) };
        let admitted = self.limits.addresses.admit(neighbourhood(address), 1, call.now);
        admitted.map_err(|wait| self.too_many(Limit::Address, wait))
    }

    /// Says whether [`Provider::admit_address`] would refuse, and counts nothing but the refusal.
    pub(crate) fn may_come_from(&self, call: &Call) -> Result<(), Refusal> {
        let Some(address) = call.from else { return Ok(()) };
        let may = self.limits.addresses.would_admit(&neighbourhood(address), 1, call.now);
        may.map_err(|wait| self.too_many(Limit::Address, wait))
    }

    /// Takes a seat for a request, before anything is done about it; it is free again when the seat is dropped.
    ///
    /// `host`: as it came; its domain has a share of the seats. Nobody waits for one.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub fn seat(&self, host: &str) -> Result<Seat, Refusal> {
        self.limits.seats.take(host).ok_or(Refusal::Busy)
    }

    /// Notes for the metrics that a request was turned away because there was too much to do.
    pub fn note_busy(&self) {
        self.tally.refused(Limit::Busy.as_str());
    }

    /// Counts what a client asks for.
    pub(crate) fn admit_client(
        &self,
        issuer: &Issuer,
        (application, doing): (&Application, Doing),
        call: &Call,
    ) -> Result<(), Refusal> {
        let counters = match doing {
            Doing::Authorizing => &self.limits.authorizations,
            Doing::Redeeming => &self.limits.tokens,
        };
        let admitted = counters.admit((issuer.tenant, application.id), 1, call.now);
        admitted.map_err(|wait| self.too_many(Limit::Client, wait).of(&application.client_id))
    }

    /// Counts a login of a person; `false` when it is one too many. The application is told, because by then it is
    /// known where the person is to go.
    pub(crate) fn admit_person(&self, issuer: &Issuer, subject: &str, call: &Call) -> bool {
        let key = (issuer.tenant, *crypto::Digest::of(subject.as_bytes()).as_bytes());
        let admitted = self.limits.persons.admit(key, 1, call.now).is_ok();
        if !admitted {
            self.tally.refused(Limit::Person.as_str());
        }
        admitted
    }

    /// Counts a request that is to be stored until its login ends: anybody who knows a client id can have that done.
    pub(crate) fn admit_stored(
        &self,
        issuer: &Issuer,
        (application, size): (&Application, usize),
        call: &Call,
    ) -> Result<(), Refusal> {
        let kib = u32::try_from(size.div_ceil(1_024)).unwrap_or(u32::MAX);
        let too_many = |wait| self.too_many(Limit::StoredRequests, wait).of(&application.client_id);
        if let Some(address) = call.from {
            let by_address = &self.limits.stored_by_address;
            by_address.admit(neighbourhood(address), kib, call.now).map_err(too_many)?;
        }
        let by_client = &self.limits.stored_by_client;
        by_client.admit((issuer.tenant, application.id), kib, call.now).map_err(too_many)
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
