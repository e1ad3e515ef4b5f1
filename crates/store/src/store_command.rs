//! A closure on its way to the thread that runs it, and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{
    StoreError,
    announcements::Announcement,
    sql::{Core, ReadTx, WriteTx},
};

/// What travels to a store thread.
pub(crate) enum StoreCommand {
    /// Run this in a transaction.
    Write(Box<dyn QueuedClosure>),
    /// Run this, it only asks.
    Read(Box<dyn QueuedClosure>),
    /// Take no more, do what waits, and end.
    Stop,
}

/// A closure whose types are forgotten.
pub(crate) trait QueuedClosure: Send {
    /// Runs it once; `true` when its writes are to stay.
    fn run(&mut self, core: Core<'_>) -> bool;

    /// Takes what it wants announced once its writes are committed; nothing when they are not to stay.
    fn take_announced(&mut self) -> Vec<Announcement>;

    /// Answers the caller: its own result, or `error` when the store could not keep it.
    fn answer(self: Box<Self>, error: Option<StoreError>);
}

/// A closure, its result once there is one, and who waits for it.
struct Task<F, T, E> {
    closure: Option<F>,
    result: Option<Result<T, E>>,
    announced: Vec<Announcement>,
    waiting: oneshot::Sender<Result<T, E>>,
}

/// Who waits for a result.
pub(crate) type Waiting<T, E> = oneshot::Receiver<Result<T, E>>;

/// Packs a writing closure.
pub(crate) fn write<T, E, F>(closure: F) -> (Box<dyn QueuedClosure>, Waiting<T, E>)
where
    F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    pack(|core: Core<'_>| {
        caught(|| {
            let mut tx = WriteTx::new(core);
            let result = closure(&mut tx);
            let (failure, announced) = tx.into_outcome();
            honest(result, failure).map(|value| (value, announced))
        })
    })
}

/// Packs a reading closure.
pub(crate) fn read<T, E, F>(closure: F) -> (Box<dyn QueuedClosure>, Waiting<T, E>)
where
    F: FnOnce(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    pack(|core: Core<'_>| read_now(closure, core).map(|value| (value, Vec::new())))
}

/// Runs a reading closure here and now. A panic becomes an error.
pub(crate) fn read_now<T, E, F>(closure: F, core: Core<'_>) -> Result<T, E>
where
    F: FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    caught(|| {
        let mut tx = ReadTx::new(core);
        let result = closure(&mut tx);
        honest(result, tx.into_failure())
    })
}

/// A closure that says `Ok` although a statement failed has not done what it says.
fn honest<T, E: From<StoreError>>(result: Result<T, E>, failure: Option<StoreError>) -> Result<T, E> {
    match failure {
        Some(error) if result.is_ok() => Err(error.into()),
        _ => result,
    }
}

fn caught<T, E: From<StoreError>>(run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    // What the closure owned is gone, and the transaction is rolled back: nothing half-done can be seen.
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(StoreError::Failed("a closure panicked".to_owned()).into()))
}

fn pack<T, E, F>(closure: F) -> (Box<dyn QueuedClosure>, Waiting<T, E>)
where
    F: FnOnce(Core<'_>) -> Result<(T, Vec<Announcement>), E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (waiting, result) = oneshot::channel();
    let task = Task { closure: Some(closure), result: None, announced: Vec::new(), waiting };
    (Box::new(task), result)
}

impl<T, E, F> QueuedClosure for Task<F, T, E>
where
    F: FnOnce(Core<'_>) -> Result<(T, Vec<Announcement>), E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, core: Core<'_>) -> bool {
        let Some(closure) = self.closure.take() else { return false };
        let result = closure(core).map(|(value, announced)| {
            self.announced = announced;
            value
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn take_announced(&mut self) -> Vec<Announcement> {
        std::mem::take(&mut self.announced)
    }

    fn answer(self: Box<Self>, error: Option<StoreError>) {
        let result = match (error, self.result) {
            (None, Some(result)) => result,
            (error, _) => Err(error.unwrap_or(StoreError::Busy).into()),
        };
        // A cancelled caller no longer waits; what is written stays written.
        let _ = self.waiting.send(result);
    }
}
