//! What was read from the database, kept for a few seconds.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use model::Timestamp;
use quick_cache::sync::Cache;

use crate::Refusal;

/// How long a value serves; a change made elsewhere is seen after this at the latest.
const FRESH_FOR: Duration = Duration::from_secs(5);

type Read<V> = (Timestamp, Result<Arc<V>, Refusal>);

/// A bounded number of values by key. Each is read once at a time; who asks meanwhile gets what that read gives, also
/// when it is a refusal. Refusals are not kept.
pub(crate) struct TtlCache<K, V> {
    kept: Cache<K, Read<V>>,
    /// How often something was forgotten: what was being read then is given and not kept.
    forgotten: AtomicU64,
}

fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    now.is_within(FRESH_FOR, read_at)
}

impl<K: Hash + Eq + Clone, V> TtlCache<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: Cache::new(most), forgotten: AtomicU64::new(0) }
    }

    /// Gives what is remembered, however old.
    pub(crate) fn peek(&self, key: &K) -> Option<Arc<V>> {
        self.kept.peek(key).and_then(|(_, value)| value.ok())
    }

    /// Forgets the values for which `is_old` holds. One that is being read meanwhile is given once.
    pub(crate) fn forget(&self, is_old: impl Fn(&K, Option<&V>) -> bool) {
        // First: a reader either sees it, or has put its value where it is found below.
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.kept.retain(|key, (_, value)| !is_old(key, value.as_deref().ok()));
    }

    /// Gives the value, reading it with `reading` if it is missing or old.
    ///
    /// # Errors
    /// What `reading` refused with.
    pub(crate) async fn get(
        &self,
        key: K,
        now: Timestamp,
        reading: impl Future<Output = Result<V, Refusal>>,
    ) -> Result<Arc<V>, Refusal> {
        match self.kept.get(&key) {
            Some((read_at, value)) if is_fresh(read_at, now) => return value,
            Some(_) => drop(self.kept.remove_if(&key, |(read_at, _)| !is_fresh(*read_at, now))),
            None => {}
        }
        match self.kept.get_value_or_guard_async(&key).await {
            Ok((_, value)) => value,
            Err(place) => {
                let forgotten = self.forgotten.load(Ordering::SeqCst);
                let value = reading.await.map(Arc::new);
                // Only a place that was emptied meanwhile does not take it; then the next one reads again.
                let _ = place.insert((now, value.clone()));
                if value.is_err() {
                    self.kept.remove_if(&key, |(_, value)| value.is_err());
                } else if forgotten != self.forgotten.load(Ordering::SeqCst) {
                    self.kept.remove(&key);
                }
                value
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
        pin::{Pin, pin},
        task::{Context, Poll, Waker},
    };

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn poll<T>(it: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        it.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn now_or_never<T>(it: impl Future<Output = T>) -> T {
        let Poll::Ready(value) = poll(pin!(it)) else { panic!("it waits") };
        value
    }

    #[test]
    fn a_value_serves_for_five_seconds_also_when_clocks_are_set_back() {
        let (remembered, reads) = (TtlCache::new(10), Cell::new(0));
        let seen = [0, 4, 5, 9, 10, 0].map(|seconds| {
            let read = async { Ok(reads.replace(reads.get() + 1)) };
            *now_or_never(remembered.get("key", NOW.after(Duration::from_secs(seconds)), read)).unwrap()
        });
        assert_eq!(seen, [0, 0, 1, 1, 2, 3]);
    }

    #[test]
    fn a_refusal_is_shared_with_those_who_wait_and_not_kept() {
        let (remembered, open) = (TtlCache::new(10), Cell::new(false));
        let refused = async {
            std::future::poll_fn(|_| if open.get() { Poll::Ready(()) } else { Poll::Pending }).await;
            Err(Refusal::NotFound)
        };
        let mut first = pin!(remembered.get("key", NOW, refused));
        let mut second = pin!(remembered.get("key", NOW, async { panic!("it reads too") }));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        open.set(true);
        assert!(matches!(poll(first), Poll::Ready(Err(Refusal::NotFound))));
        assert!(matches!(poll(second), Poll::Ready(Err(Refusal::NotFound))));
        assert_eq!(*now_or_never(remembered.get("key", NOW, ready(Ok(7)))).unwrap(), 7);
    }

    #[test]
    fn what_was_read_before_it_was_forgotten_served_for_five_seconds() {
        let (remembered, open) = (TtlCache::new(10), Cell::new(false));
        let old = async {
            std::future::poll_fn(|_| if open.get() { Poll::Ready(()) } else { Poll::Pending }).await;
            Ok("old")
        };
        let mut first = pin!(remembered.get("key", NOW, old));
        assert!(poll(first.as_mut()).is_pending());
        remembered.forget(|_, _| true);
        open.set(true);
        assert!(matches!(poll(first), Poll::Ready(Ok(_))));
        assert_eq!(*now_or_never(remembered.get("key", NOW, ready(Ok("new")))).unwrap(), "new");
    }

    #[test]
    fn who_waits_for_a_reader_that_went_away_reads_instead() {
        let remembered = TtlCache::new(10);
        let mut gone = Box::pin(remembered.get("key", NOW, pending()));
        let mut waiting = pin!(remembered.get("key", NOW, ready(Ok(7))));
        assert!(poll(gone.as_mut()).is_pending() && poll(waiting.as_mut()).is_pending());
        drop(gone);
        assert_eq!(*now_or_never(waiting).unwrap(), 7);
    }
}
