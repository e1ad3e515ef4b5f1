//! Turns of those who send files: so many forms are in memory at a time, and one of each sender.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How long somebody waits for a turn.
const WAIT: Duration = Duration::from_secs(10);

/// The turns that there are.
pub(super) struct FileTurns {
    free: Semaphore,
    senders: Mutex<BTreeSet<String>>,
}

impl FileTurns {
    pub(super) const fn new(most: usize) -> Self {
        Self { free: Semaphore::const_new(most), senders: Mutex::new(BTreeSet::new()) }
    }

    fn senders(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a turn, which ends when it is dropped; `None`: this sender has one, or none was free for ten seconds.
    pub(super) async fn take(&'static self, sender: String) -> Option<FileTurn> {
        if !self.senders().insert(sender.clone()) {
            return None;
        }
        let mut turn = FileTurn { turns: self, sender, permit: None };
        turn.permit = Some(timeout(WAIT, self.free.acquire()).await.ok()?.ok()?);
        Some(turn)
    }
}

/// A turn that was taken.
pub(super) struct FileTurn {
    turns: &'static FileTurns,
    sender: String,
    permit: Option<SemaphorePermit<'static>>,
}

impl Drop for FileTurn {
    fn drop(&mut self) {
        self.permit = None;
        self.turns.senders().remove(&self.sender);
    }
}

#[cfg(test)]
mod tests {
    use super::FileTurns;

    #[tokio::test]
    async fn a_sender_has_one_turn_at_a_time_and_gets_another_when_it_is_over() {
        static TURNS: FileTurns = FileTurns::new(2);
        let first = TURNS.take("one".to_owned()).await;
        assert!(first.is_some() && TURNS.take("one".to_owned()).await.is_none());
        assert!(TURNS.take("other".to_owned()).await.is_some());
        drop(first);
        assert!(TURNS.take("one".to_owned()).await.is_some());
    }

    #[tokio::test]
    async fn a_sender_waits_until_a_turn_is_free() {
        static TURNS: FileTurns = FileTurns::new(1);
        let first = TURNS.take("one".to_owned()).await;
        let (second, ()) = tokio::join!(TURNS.take("other".to_owned()), async { drop(first) });
        assert!(second.is_some());
    }
}
