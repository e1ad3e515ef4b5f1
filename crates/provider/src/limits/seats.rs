//! Room for so many requests at once. One domain has a share of it, so that the others are never shut out by one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
struct Taken {
    total: u32,
    /// As many entries as there are seats taken, at most.
    by_host: HashMap<String, u32>,
}

/// The seats of this node.
pub(crate) struct Seats {
    /// Zero: as many as come.
    most: u32,
    share: u32,
    taken: Arc<Mutex<Taken>>,
}

/// A request's seat; free again when it is dropped.
pub struct Seat {
    host: String,
    taken: Arc<Mutex<Taken>>,
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.total = taken.total.saturating_sub(1);
        let left = taken.by_host.get_mut(&self.host).map(|it| {
            *it = it.saturating_sub(1);
            *it
        });
        if left == Some(0) {
            taken.by_host.remove(&self.host);
        }
    }
}

impl Seats {
    /// `share`: in percent of `most`; zero, or a hundred and more, is all of it. One seat is always in the share.
    pub(crate) fn new(most: u32, share: u32) -> Self {
        let percent = if share == 0 { 100 } else { share.min(100) };
        let share = u32::try_from(u64::from(most) * u64::from(percent) / 100).unwrap_or(most).max(1);
        Self { most, share, taken: Arc::default() }
    }

    /// Takes a seat; `None` when there is none, or none left for this host.
    pub(crate) fn take(&self, host: &str) -> Option<Seat> {
        // No domain has a longer name; a longer one is answered as unknown.
        let host = if host.len() > 255 { String::new() } else { host.to_ascii_lowercase() };
        let mut taken = lock(&self.taken);
        let own = taken.by_host.get(&host).copied().unwrap_or_default();
        if self.most > 0 && (taken.total >= self.most || own >= self.share) {
            return None;
        }
        taken.total += 1;
        *taken.by_host.entry(host.clone()).or_default() += 1;
        Some(Seat { host, taken: Arc::clone(&self.taken) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Seat, Seats, lock};

    fn take(seats: &Seats, host: &str, count: usize) -> Vec<Seat> {
        (0..count).map_while(|_| seats.take(host)).collect()
    }

    #[test]
    fn iso_3_one_domain_has_its_share_and_the_others_have_the_rest() {
        let seats = Seats::new(10, 50);
        let greedy = take(&seats, "a.example", 20);
        assert_eq!(greedy.len(), 5);
        assert!(seats.take("A.Example").is_none(), "by whatever spelling");
        assert_eq!(take(&seats, "b.example", 20).len(), 5);
    }

    #[test]
    fn there_are_only_so_many_and_a_seat_that_was_left_is_free() {
        let seats = Seats::new(3, 0);
        let mut taken = take(&seats, "a.example", 5);
        assert_eq!((taken.len(), seats.take("b.example").is_none()), (3, true));
        taken.pop();
        assert!(seats.take("b.example").is_some());
        drop(taken);
        let left = lock(&seats.taken);
        assert_eq!((left.total, left.by_host.len()), (0, 0));
    }

    #[test]
    fn zero_is_no_limit() {
        assert_eq!(take(&Seats::new(0, 50), "a.example", 1_000).len(), 1_000);
    }
}
