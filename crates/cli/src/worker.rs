//! Work that is done again and again: each kind has a heartbeat, and survives its own panics.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use model::Timestamp;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use web::Clock;

/// How one kind of work is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heartbeat {
    /// When it last came to its end without trouble.
    pub(crate) last_at: Option<Timestamp>,
    /// How often it failed or panicked.
    pub(crate) failures: u64,
}

/// Everybody's heartbeats, by name.
pub(crate) type Heartbeats = Arc<Mutex<BTreeMap<&'static str, Heartbeat>>>;

/// Starts work and waits for its end.
pub(crate) struct Workers {
    clock: Clock,
    end: watch::Receiver<bool>,
    heartbeats: Heartbeats,
    tasks: Vec<JoinHandle<()>>,
}

fn note(heartbeats: &Heartbeats, name: &'static str, change: impl FnOnce(&mut Heartbeat)) {
    change(heartbeats.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
}

impl Workers {
    /// Works until `end` says so.
    pub(crate) fn new(clock: Clock, end: watch::Receiver<bool>) -> Self {
        Self { clock, end, heartbeats: Heartbeats::default(), tasks: Vec::new() }
    }

    /// The clock that it works by.
    pub(crate) fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    /// Says when nothing more is to be begun.
    pub(crate) fn end(&self) -> watch::Receiver<bool> {
        self.end.clone()
    }

    /// Where the heartbeats are read.
    pub(crate) fn heartbeats(&self) -> Heartbeats {
        Arc::clone(&self.heartbeats)
    }

    /// Does `work` now and every `period` after. What goes wrong is logged, counted, and tried again at the next turn.
    /// A turn that has begun is finished before the end.
    pub(crate) fn every<W, F>(&mut self, name: &'static str, period: Duration, work: W)
    where
        W: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.every_and_when(name, period, Arc::new(Notify::new()), work);
    }

    /// The same, and whenever it is woken.
    pub(crate) fn every_and_when<W, F>(
        &mut self,
        name: &'static str,
        period: Duration,
        wake: Arc<Notify>,
        mut work: W,
    ) where
        W: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let (clock, heartbeats) = (Arc::clone(&self.clock), self.heartbeats());
        let mut end = self.end.clone();
        note(&heartbeats, name, |_| {});
        self.tasks.push(tokio::spawn(async move {
            let mut turn = tokio::time::interval(period);
            turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = turn.tick() => {}
                    () = wake.notified() => {}
                    _ = end.changed() => return,
                }
                // A task of its own: a panic ends this turn, and not the ones to come.
                let why = match tokio::spawn(work()).await {
                    Ok(Ok(())) => {
                        note(&heartbeats, name, |it| it.last_at = Some(clock()));
                        continue;
                    }
                    Ok(Err(why)) => why,
                    Err(panic) => panic.to_string(),
                };
                note(&heartbeats, name, |it| it.failures += 1);
                tracing::error!(worker = name, why, "work was not done; the next turn tries again");
            }
        }));
    }

    /// Waits until every turn that has begun is finished.
    pub(crate) async fn finish(self) {
        for task in self.tasks {
            // It cannot panic but in what it logs; there is nothing left to finish then.
            let _ = task.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Heartbeat, Workers};
    use model::Timestamp;
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
        time::Duration,
    };
    use tokio::sync::watch;

    #[tokio::test]
    async fn flt_09_work_that_panics_is_tried_again_and_seen() {
        let (stop, end) = watch::channel(false);
        let mut workers = Workers::new(Arc::new(|| Timestamp::from_seconds(7)), end);
        let (turns, counted) = (Arc::new(AtomicU32::new(0)), watch::channel(0));
        let (done, mut seen) = counted;
        workers.every("fragile", Duration::from_millis(1), move || {
            let turn = turns.fetch_add(1, Ordering::Relaxed) + 1;
            let done = done.clone();
            async move {
                let _ = done.send(turn);
                assert!(turn != 1, "the first turn panics");
                if turn == 2 { Err("the second fails".to_owned()) } else { Ok(()) }
            }
        });

        seen.wait_for(|turn| *turn >= 4).await.unwrap();
        stop.send(true).unwrap();
        let heartbeats = workers.heartbeats();
        workers.finish().await;

        let heartbeats = heartbeats.lock().unwrap();
        let wanted = Heartbeat { last_at: Some(Timestamp::from_seconds(7)), failures: 2 };
        assert_eq!(heartbeats.get("fragile"), Some(&wanted));
    }
}
