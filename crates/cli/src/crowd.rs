//! Who has the connections: while there is plenty of room anybody may have many, beyond half full one address has a
//! share.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use provider::neighbourhood;

/// What one address may have at least, however few places there are.
const SMALLEST_SHARE: usize = 32;

/// Says whether a peer is not counted by its address.
pub(crate) type Exempt = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

#[derive(Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The connections of a door.
pub(crate) struct Crowd {
    places: usize,
    exempt: Exempt,
    counts: Mutex<Counts>,
    turned_away: AtomicU64,
}

impl Crowd {
    /// `exempt`: for proxies, behind which everybody is.
    pub(crate) fn new(places: usize, exempt: Exempt) -> Arc<Self> {
        Arc::new(Self { places, exempt, counts: Mutex::default(), turned_away: AtomicU64::default() })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more connection until its guard is dropped; `None` when its address has its share already.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Member> {
        let address = (!(self.exempt)(address)).then(|| neighbourhood(address));
        let mut counts = self.counts();
        if let Some(address) = address {
            let is_half_full = counts.all * 2 >= self.places;
            let own = counts.by_address.entry(address).or_default();
            if is_half_full && *own >= SMALLEST_SHARE.max(self.places / 10) {
                self.turned_away.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            *own += 1;
        }
        counts.all += 1;
        drop(counts);
        Some(Member { crowd: Arc::clone(self), address })
    }

    /// How many connections were closed at once because their address had its share.
    pub(crate) fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// A connection that is counted.
pub(crate) struct Member {
    crowd: Arc<Crowd>,
    /// None: not counted by its address.
    address: Option<IpAddr>,
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        counts.all = counts.all.saturating_sub(1);
        let Some(address) = self.address else { return };
        if let Some(own) = counts.by_address.get_mut(&address) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                counts.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, sync::Arc};

    use super::Crowd;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn beyond_half_full_an_address_keeps_to_its_share_and_a_proxy_need_not() {
        let crowd = Crowd::new(100, Arc::new(|it| it == address("10.0.0.1")));
        let many = |from: &str| {
            let from = address(from);
            (0..100).map_while(|_| crowd.admit(from)).collect::<Vec<_>>()
        };
        let first = many("192.0.2.1");
        assert_eq!(first.len(), 50, "up to half anybody may have all");
        assert_eq!(many("2001:db8::1").len(), 32);
        let network = [many("2001:db8::2"), many("2001:db8:0:1::1")].map(|it| it.len());
        assert_eq!(network, [32, 32], "those before have ended");
        let (one, two) = (many("2001:db8::1"), many("2001:db8::2"));
        assert_eq!((one.len(), two.len()), (32, 0), "one /64");
        assert_eq!(many("10.0.0.1").len(), 100);
        drop(first);
        assert_eq!(crowd.counts().by_address.len(), 1);
    }

    #[test]
    fn of_many_places_the_share_is_a_tenth() {
        let crowd = Crowd::new(1_000, Arc::new(|_| false));
        let _others: Vec<_> =
            (0..500_u32).map(|it| crowd.admit(IpAddr::from(it.to_be_bytes())).unwrap()).collect();
        let mine: Vec<_> = (0..200).map_while(|_| crowd.admit(address("192.0.2.1"))).collect();
        assert_eq!((mine.len(), crowd.turned_away()), (100, 1));
    }
}
