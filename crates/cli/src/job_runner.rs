//! Jobs: claims what is due and does it, one after the other, kind by kind.
//!
//! 1. a claim holds one job for [`JOB_LEASE`];
//! 2. its work runs, a little shorter than that;
//! 3. the job is completed, or handed back with the time of its next attempt, or given up; where work has only come some way,
//!    the lease is extended and the work called again.
//!
//! Several nodes do this at once. None does what another does, unless that one is slower than its lease: it finds that out
//! in step 3, where nothing of its own is written then.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use crypto::Random;
use model::{JOB_ATTEMPTS, JOB_LEASE, LeaseId, next_attempt_at};
use store::{
    Announcement, Store, StoreError, WriteTx,
    jobs::{self, Claim, Claimed, Job, JobKey},
};
use tokio::sync::{Notify, watch};
use web::Clock;

use crate::worker::Workers;

/// How often jobs are looked for without an announcement: those that are due later, and announcements that were lost.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long work may take: what it leaves of the lease is for saying what became of it.
const WORK_FOR: Duration = Duration::from_secs(50);

type Doing = Pin<Box<dyn Future<Output = Result<Progress, Failed>> + Send>>;

/// How far work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// To its end.
    Done,
    /// Some way, and what it did stays: it is called again, for as long as a lease lasts each time.
    Partly,
}

/// Why an attempt came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// Another attempt may help.
    Later(String),
    /// No other attempt helps: the job is given up at once.
    Never(String),
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Self::Later(why)
    }
}

/// How one kind of job is done.
pub(crate) struct Kind {
    name: &'static str,
    work: Box<dyn Fn(Job) -> Doing + Send + Sync>,
}

impl Kind {
    /// `work` may be done twice for one job. Its error is kept with the job and logged: no secret, nothing about a person.
    pub(crate) fn new<F, E>(name: &'static str, work: impl Fn(Job) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failed>,
    {
        Self::in_parts(name, move |job| {
            let done = work(job);
            async move { done.await.map(|()| Progress::Done) }
        })
    }

    /// The same of work that may take longer than a lease, and says each time how far it has come.
    pub(crate) fn in_parts<F, E>(name: &'static str, work: impl Fn(Job) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Progress, E>> + Send + 'static,
        E: Into<Failed>,
    {
        let work = move |job| -> Doing {
            let done = work(job);
            Box::pin(async move { done.await.map_err(Into::into) })
        };
        Self { name, work: Box::new(work) }
    }
}

/// Does jobs.
pub(crate) struct JobRunner {
    pub(crate) store: Store,
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    pub(crate) kinds: Vec<Kind>,
    /// No job is begun after it.
    pub(crate) end: watch::Receiver<bool>,
}

impl JobRunner {
    /// Looks for jobs now, every few seconds, and whenever a write wakes one of its kinds, as the worker `name`.
    pub(crate) fn start(self, name: &'static str, workers: &mut Workers) {
        let (runner, wake) = (Arc::new(self), Arc::new(Notify::new()));
        tokio::spawn(Arc::clone(&runner).pass_on(Arc::clone(&wake)));
        workers.every_and_when(name, LOOK_EVERY, wake, move || {
            let runner = Arc::clone(&runner);
            async move { runner.run().await }
        });
    }

    /// Wakes the worker for what is announced, until the end.
    async fn pass_on(self: Arc<Self>, wake: Arc<Notify>) {
        let (mut announcements, mut end) = (self.store.announcements(), self.end.clone());
        loop {
            let said = tokio::select! {
                said = announcements.next() => said,
                _ = end.changed() => return,
            };
            match said {
                Some(Announcement::Wake(kind)) if self.kinds.iter().all(|it| it.name != kind) => {}
                Some(Announcement::Wake(_) | Announcement::Missed) => wake.notify_one(),
                Some(Announcement::Changed { .. }) => {}
                None => return,
            }
        }
    }

    /// Does everything that is due.
    ///
    /// The error tells every job that came to nothing, and what becomes of it.
    pub(crate) async fn run(&self) -> Result<(), String> {
        let mut wrong = Vec::new();
        for kind in &self.kinds {
            while !*self.end.borrow() {
                let Claimed { jobs, given_up } = match self.claim(kind).await {
                    Ok(claimed) => claimed,
                    Err(error) => {
                        // The other kinds are done all the same, and what went wrong before is told.
                        wrong.push(format!("{}: {error}", kind.name));
                        break;
                    }
                };
                if jobs.is_empty() && given_up.is_empty() {
                    break;
                }
                wrong.extend(given_up.iter().map(|key| format!("{}: given up", words(key))));
                for job in jobs {
                    wrong.extend(self.work_on(kind, job).await.err());
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    async fn claim(&self, kind: &Kind) -> Result<Claimed, StoreError> {
        let now = (self.clock)();
        let lease = LeaseId::new(&self.random, now);
        // One at a time: the lease of a second would run while the first is done.
        let claim = Claim { kind: kind.name, lease, held_for: JOB_LEASE, attempts: JOB_ATTEMPTS, limit: 1 };
        self.store.write(move |tx| jobs::claim(tx, &claim, now)).await
    }

    async fn work_on(&self, kind: &Kind, mut job: Job) -> Result<(), String> {
        let failed = loop {
            let (held, name) = (job.clone(), words(&job.key));
            match done_within(WORK_FOR, (kind.work)(job.clone())).await {
                Ok(Progress::Done) => return self.settle(name, move |tx| jobs::complete(tx, &held)).await,
                // The lease ends by itself, and the next node goes on.
                Ok(Progress::Partly) if *self.end.borrow() => return Ok(()),
                Ok(Progress::Partly) => {
                    let until = (self.clock)().after(JOB_LEASE);
                    self.settle(name, move |tx| jobs::extend(tx, &held, until)).await?;
                    job.attempts = 1;
                }
                Err(failed) => break failed,
            }
        };
        let now = (self.clock)();
        let (why, next) = match failed {
            Failed::Later(why) => (why, next_attempt_at(job.attempts, now)),
            Failed::Never(why) => (why, None),
        };
        let (name, kept) = (words(&job.key), why.clone());
        match next {
            Some(at) => {
                self.settle(name.clone(), move |tx| jobs::retry(tx, &job, &kept, at)).await?;
                Err(format!("{name}: {why} (tried again at {})", at.to_iso_seconds()))
            }
            None => {
                self.settle(name.clone(), move |tx| jobs::give_up(tx, &job, &kept, now)).await?;
                Err(format!("{name}: {why} (given up)"))
            }
        }
    }

    async fn settle(
        &self,
        name: String,
        write: impl FnOnce(&mut WriteTx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), String> {
        self.store.write(write).await.map_err(|error| match error {
            StoreError::Changed => format!("{name}: its lease was over, and another worker has it"),
            other => format!("{name}: {other}"),
        })
    }
}

/// Waits for work for so long at most. What is not done then is stopped: it would go on beside the next attempt.
async fn done_within(longest: Duration, work: Doing) -> Result<Progress, Failed> {
    // A task of its own: a panic ends this attempt, and not the jobs to come.
    let mut task = tokio::spawn(work);
    match tokio::time::timeout(longest, &mut task).await {
        Ok(Ok(done)) => done,
        Ok(Err(panic)) => Err(panic.to_string().into()),
        Err(_) => {
            task.abort();
            Err(format!("not done in {} s", longest.as_secs()).into())
        }
    }
}

fn words(key: &JobKey) -> String {
    format!("{} {} of tenant {}", key.kind, key.id, key.tenant_id)
}

#[cfg(test)]
mod tests {
    use super::{Failed, JobRunner, Kind, Progress, done_within};
    use crate::worker::Workers;
    use crypto::Random;
    use model::{INSTALLATION, JOB_LEASE, Timestamp};
    use std::{
        sync::{
            Arc,
            atomic::{AtomicI64, AtomicU32, Ordering},
        },
        time::Duration,
    };
    use store::{
        DatabaseLocation, Settings, Store,
        jobs::{self, Job, JobKey},
    };
    use tokio::sync::{Notify, mpsc, watch};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// A database, and a clock that stands still.
    struct TestRunner {
        store: Store,
        time: Arc<AtomicI64>,
        end: (watch::Sender<bool>, watch::Receiver<bool>),
        _folder: tempfile::TempDir,
    }

    impl TestRunner {
        fn build() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let place = DatabaseLocation::Sqlite(folder.path().join("portvakt.db"));
            let store = Store::open(place, Settings::default()).unwrap();
            let time = Arc::new(AtomicI64::new(NOW.micros()));
            Self { store, time, end: watch::channel(false), _folder: folder }
        }

        fn node(&self, seed: u64, kind: Kind) -> JobRunner {
            let time = Arc::clone(&self.time);
            JobRunner {
                store: self.store.clone(),
                random: Random::seeded(seed),
                clock: Arc::new(move || Timestamp::from_micros(time.load(Ordering::Relaxed))),
                kinds: vec![kind],
                end: self.end.1.clone(),
            }
        }

        async fn want(&self, id: &str) {
            let key = key(id);
            let wanted = self.store.write(move |tx| {
                tx.wake("letters");
                jobs::insert(tx, &key, None, (NOW, NOW))
            });
            assert_eq!(wanted.await, Ok(true));
        }

        async fn job(&self, id: &str) -> Option<Job> {
            let key = key(id);
            self.store.read(move |tx| jobs::find(tx, &key)).await.unwrap()
        }

        fn set_time(&self, to: Timestamp) {
            self.time.store(to.micros(), Ordering::Relaxed);
        }
    }

    fn key(id: &str) -> JobKey {
        JobKey { tenant_id: INSTALLATION, kind: "letters".to_owned(), id: id.to_owned() }
    }

    #[tokio::test]
    async fn a_job_that_panics_or_fails_is_tried_again_later_and_given_up_at_the_tenth_time() {
        let (house, tries) = (TestRunner::build(), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&tries);
        let node = house.node(
            1,
            Kind::new("letters", move |_| {
                let attempt = counted.fetch_add(1, Ordering::Relaxed) + 1;
                async move {
                    assert!(attempt != 1, "the first attempt panics");
                    Err::<(), _>(format!("attempt {attempt} fails"))
                }
            }),
        );
        house.want("1").await;
        for attempt in 1..=10 {
            let why = node.run().await.unwrap_err();
            assert_eq!(why.contains("(given up)"), attempt == 10, "{why}");
            assert_eq!(node.run().await, Ok(()), "not before its time");
            house.set_time(house.job("1").await.unwrap().due_at);
        }

        let stuck = house.job("1").await.unwrap();
        assert_eq!((tries.load(Ordering::Relaxed), stuck.attempts), (10, 10));
        assert!(stuck.stuck_at.is_some());
        assert_eq!(stuck.last_error.as_deref(), Some("attempt 10 fails"));
    }

    #[tokio::test]
    async fn work_that_takes_longer_than_its_lease_was_given_up_at_the_tenth_time() {
        let (house, parts) = (TestRunner::build(), Arc::new(AtomicU32::new(0)));
        let (time, counted) = (Arc::clone(&house.time), Arc::clone(&parts));
        let other =
            Arc::new(house.node(2, Kind::new("letters", |_| async { Err::<(), _>("stolen".to_owned()) })));
        let node = house.node(
            1,
            Kind::in_parts("letters", move |_| {
                let (part, other) = (counted.fetch_add(1, Ordering::Relaxed) + 1, Arc::clone(&other));
                time.fetch_add(50_000_000, Ordering::Relaxed);
                async move {
                    other.run().await?;
                    Ok::<_, Failed>(if part < 30 { Progress::Partly } else { Progress::Done })
                }
            }),
        );
        house.want("1").await;
        assert_eq!(node.run().await, Ok(()));
        assert_eq!((parts.load(Ordering::Relaxed), house.job("1").await), (30, None));
    }

    #[tokio::test]
    async fn what_no_other_attempt_helps_was_attempted_ten_times() {
        let house = TestRunner::build();
        let refused = || async { Err::<(), _>(Failed::Never("550 no such user".to_owned())) };
        let node = house.node(1, Kind::new("letters", move |_| refused()));
        house.want("1").await;
        assert!(node.run().await.unwrap_err().contains("550 no such user (given up)"));

        let stuck = house.job("1").await.unwrap();
        assert_eq!((stuck.attempts, stuck.last_error.as_deref()), (1, Some("550 no such user")));
        assert_eq!(stuck.stuck_at, Some(NOW));
    }

    #[tokio::test]
    async fn a_node_that_is_slower_than_its_lease_does_not_complete_what_another_does() {
        let (house, (begun, mut begins)) = (TestRunner::build(), mpsc::channel(2));
        let go = Arc::new(Notify::new());
        let held = Arc::clone(&go);
        let slow = house.node(
            1,
            Kind::new("letters", move |_| {
                let (held, begun) = (Arc::clone(&held), begun.clone());
                async move {
                    begun.send(()).await.map_err(|error| error.to_string())?;
                    held.notified().await;
                    Ok::<_, String>(())
                }
            }),
        );
        let other = house.node(2, Kind::new("letters", |_| async { Err::<(), _>("not yet".to_owned()) }));
        house.want("1").await;
        let slow = tokio::spawn(async move { slow.run().await });
        begins.recv().await.unwrap();
        house.set_time(NOW.after(JOB_LEASE));
        assert!(other.run().await.unwrap_err().contains("not yet"));
        go.notify_one();

        assert!(slow.await.unwrap().unwrap_err().contains("another worker has it"));
        assert_eq!(house.job("1").await.map(|it| it.attempts), Some(2));
    }

    #[tokio::test]
    async fn a_job_is_done_as_soon_as_the_write_that_wants_it_is_committed() {
        let (house, (done, mut seen)) = (TestRunner::build(), mpsc::channel(2));
        let node = house.node(
            1,
            Kind::new("letters", move |job: Job| {
                let done = done.clone();
                async move { done.send(job.key.id).await.map_err(|error| error.to_string()) }
            }),
        );
        let mut workers = Workers::new(Arc::new(|| NOW), house.end.1.clone());
        house.want("before").await;
        node.start("jobs", &mut workers);
        assert_eq!(seen.recv().await.as_deref(), Some("before"));
        house.want("after").await;
        assert_eq!(seen.recv().await.as_deref(), Some("after"));

        house.end.0.send(true).unwrap();
        workers.finish().await;
        assert_eq!(house.job("after").await, None);
    }

    #[tokio::test]
    async fn work_that_took_too_long_went_on_beside_its_next_attempt() {
        let (working, mut stopped) = mpsc::channel::<()>(1);
        let work = async move {
            let _working = working;
            std::future::pending().await
        };
        assert!(done_within(Duration::from_millis(1), Box::pin(work)).await.is_err());
        let gone = tokio::time::timeout(Duration::from_secs(5), stopped.recv()).await;
        assert_eq!(gone, Ok(None));
    }

    #[tokio::test]
    async fn of_several_nodes_one_does_a_job() {
        let (house, tries) = (TestRunner::build(), Arc::new(AtomicU32::new(0)));
        let node = |seed| {
            let tries = Arc::clone(&tries);
            house.node(
                seed,
                Kind::new("letters", move |_| {
                    tries.fetch_add(1, Ordering::Relaxed);
                    async { Ok::<_, String>(()) }
                }),
            )
        };
        for id in ["1", "2", "3"] {
            house.want(id).await;
        }
        let nodes = [node(1), node(2), node(3)];
        let [one, two, three] = nodes.each_ref().map(JobRunner::run);
        assert_eq!(tokio::join!(one, two, three), (Ok(()), Ok(()), Ok(())));
        assert_eq!(tries.load(Ordering::Relaxed), 3);
    }
}
