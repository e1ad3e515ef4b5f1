//! One instant for each key, in a bounded cache.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use model::{Rate, Timestamp};
use quick_cache::sync::Cache;

/// What every limit counts in.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
/// How many keys are remembered. A flood of new ones does not drive out those that come often.
pub(crate) const MOST: usize = 100_000;

/// Counts by key; without a rate it counts nothing, and takes no memory.
pub(crate) struct Counters<K>(Option<Counted<K>>);

struct Counted<K> {
    rate: Rate,
    used_until: Cache<K, Arc<AtomicI64>>,
}

impl<K: Hash + Eq + Clone> Counters<K> {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self::of(rate, MOST)
    }

    fn of(rate: Option<Rate>, most: usize) -> Self {
        Self(rate.map(|rate| Counted { rate, used_until: Cache::new(most) }))
    }

    /// Counts `cost`, unless it is too much.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn admit(&self, key: K, cost: u32, now: Timestamp) -> Result<(), Duration> {
        let Some(Counted { rate, used_until }) = &self.0 else { return Ok(()) };
        let new = || Ok::<_, Duration>(Arc::new(AtomicI64::new(i64::MIN)));
        let used_until = used_until.get_or_insert_with(&key, new)?;
        let mut seen = used_until.load(Ordering::Relaxed);
        loop {
            let next = rate.admit(Timestamp::from_micros(seen), cost, now)?.micros();
            match used_until.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(other) => seen = other,
            }
        }
    }

    /// Says whether it would be admitted.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn would_admit(&self, key: &K, cost: u32, now: Timestamp) -> Result<(), Duration> {
        let Some(counted) = &self.0 else { return Ok(()) };
        let Some(used_until) = counted.used_until.get(key) else { return Ok(()) };
        counted.rate.admit(Timestamp::from_micros(used_until.load(Ordering::Relaxed)), cost, now).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use model::{Rate, Timestamp};

    use super::{Counters, MINUTE};

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    #[test]
    fn neg_29_fifty_times_as_many_distinct_keys_leave_it_bounded() {
        let counters = Counters::of(Rate::new(10, MINUTE), 1_000);
        for key in 0_u32..50_000 {
            counters.admit(key, 1, NOW).unwrap();
        }
        let used_until = counters.0.unwrap().used_until;
        assert!(used_until.len() <= 1_000, "{}", used_until.len());
    }

    #[test]
    fn neg_29_a_flood_of_new_keys_does_not_make_a_busy_one_forgotten() {
        let counters = Counters::of(Rate::new(10, MINUTE), 1_000);
        for key in 1_u32..20_000 {
            let _ = counters.admit(key, 1, NOW);
            if key.is_multiple_of(100) {
                let _ = counters.admit(0, 1, NOW);
            }
        }
        assert!(counters.admit(0, 1, NOW).is_err());
    }

    #[test]
    fn as_many_as_the_rate_allows_are_admitted_of_those_who_come_at_once() {
        let (counters, start) = (Counters::new(Rate::new(50, MINUTE)), Barrier::new(8));
        let admitted: usize = thread::scope(|scope| {
            let run = || {
                start.wait();
                (0..100).filter(|_| counters.admit("key", 1, NOW).is_ok()).count()
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).sum()
        });
        assert_eq!(admitted, 50);
    }

    #[test]
    fn without_a_rate_nothing_is_kept() {
        let counters = Counters::new(None);
        for _ in 0..1_000 {
            counters.admit("key", 1, NOW).unwrap();
        }
        assert!(counters.0.is_none());
    }
}
