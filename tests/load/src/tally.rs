//! What is counted.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Why something was sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Again {
    Refused,
    Reset,
    Unsent,
    Lost,
}

/// Counts of a run.
#[derive(Default)]
pub(crate) struct Tally {
    again: Mutex<BTreeMap<Again, u64>>,
    failures: Mutex<BTreeMap<String, u64>>,
    took: Mutex<Vec<Duration>>,
    /// Logins that were begun.
    pub(crate) begun: AtomicU64,
    /// Logins that a browser session answered.
    pub(crate) remembered: AtomicU64,
    /// How often the key set was fetched.
    pub(crate) key_sets: AtomicU64,
    now: AtomicU64,
    most: AtomicU64,
}

/// Words without what differs from one failure to the next.
fn alike(words: &str) -> String {
    let same =
        |word: &str| if word.len() > 15 && word.contains('/') { "…".to_owned() } else { word.to_owned() };
    words.split(' ').map(same).collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

impl Tally {
    pub(crate) fn again(&self, why: Again) {
        *self.again.lock().unwrap().entry(why).or_default() += 1;
    }

    pub(crate) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
    }

    pub(crate) fn end(&self, took: Duration, ended: Result<(), String>) {
        self.now.fetch_sub(1, Ordering::Relaxed);
        match ended {
            Ok(()) => self.took.lock().unwrap().push(took),
            Err(why) => *self.failures.lock().unwrap().entry(alike(&why)).or_default() += 1,
        }
    }

    /// How many logins succeeded.
    pub(crate) fn succeeded(&self) -> usize {
        self.took.lock().unwrap().len()
    }

    /// Every reason for which logins failed.
    pub(crate) fn failures(&self) -> Vec<String> {
        let all = self.failures.lock().unwrap();
        all.iter().map(|(why, count)| format!("{count} logins: {why}")).collect()
    }

    /// In lines, for a reader.
    pub(crate) fn words(&self) -> String {
        let mut took = self.took.lock().unwrap().clone();
        took.sort_unstable();
        let part = |of: usize| took.get(took.len() * of / 1000).map_or(0, Duration::as_millis);
        format!(
            "logins: {} of {} succeeded, {} of them by single sign-on; at most {} at once\n  \
             a whole login took: p50 {} ms, p99 {} ms, longest {} ms\n  \
             sent again: {:?}; key sets fetched: {}",
            took.len(),
            self.begun.load(Ordering::Relaxed),
            self.remembered.load(Ordering::Relaxed),
            self.most.load(Ordering::Relaxed),
            part(500),
            part(990),
            took.last().map_or(0, Duration::as_millis),
            self.again.lock().unwrap(),
            self.key_sets.load(Ordering::Relaxed),
        )
    }
}
