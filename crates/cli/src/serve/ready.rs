//! Whether requests can be taken.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use store::{Store, StoreError, tenants};
use tokio::sync::watch;
use web::Later;

/// How long an answer serves; whoever asks more often gets the same.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(3);

type Answer = Result<(), &'static str>;

/// Answers whether requests can be taken.
pub(crate) struct Ready {
    store: Store,
    end: watch::Receiver<bool>,
    last: Mutex<Option<(Instant, Answer)>>,
}

impl Ready {
    pub(crate) fn new(store: Store, end: watch::Receiver<bool>) -> Arc<Self> {
        Arc::new(Self { store, end, last: Mutex::new(None) })
    }

    /// Asks; a stop is known at once, the database is asked once a second at most.
    pub(crate) fn ask(self: Arc<Self>) -> Later<Answer> {
        Box::pin(async move {
            if *self.end.borrow() {
                return Err("stopping");
            }
            let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, answer)) = last
                && at.elapsed() < FRESH_FOR
            {
                return answer;
            }
            let asked = self.store.read(|tx| tenants::list(tx, None, 1).map(drop));
            let answer = match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(StoreError::Busy)) => Err("the store is busy"),
                Ok(Err(_)) | Err(_) => Err("the database does not answer"),
            };
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), answer));
            answer
        })
    }
}
