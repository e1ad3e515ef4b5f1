//! Whether requests can be taken.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use console::{Console, Refusal};
use provider::DomainsSeen;
use store::{Presence, Store, StoreError, installation, tenants};
use tokio::sync::watch;
use web::Later;

/// How long an answer is reused.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// How long a write that worked counts.
const WRITTEN_FOR: Duration = Duration::from_secs(10);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(3);

type Answer = Result<Option<String>, String>;

/// The domains that cannot answer, as they were last looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Domains(pub(crate) DomainsSeen);

/// Shared between who looks and who tells.
pub(crate) type Looked = Arc<Mutex<Domains>>;

impl Domains {
    /// Where none can answer, nothing can be taken; others go on where one cannot.
    fn answer(&self) -> Answer {
        let DomainsSeen { count, unusable, without_controller } = &self.0;
        let Some((host, why)) = unusable.first() else {
            let without = without_controller.first();
            return Ok(without.map(|host| {
                let some = without_controller.len();
                format!("{some} of {count} domains name no data controller in their statements: {host}")
            }));
        };
        let (unusable, count) = (unusable.len(), *count);
        let text = format!("{unusable} of {count} domains cannot answer: {host}: {why}");
        if unusable < count { Ok(Some(text)) } else { Err(text) }
    }
}

/// What is asked.
pub(crate) struct ReadyParts {
    pub(crate) store: Store,
    /// The lock on the installation.
    pub(crate) presence: Arc<Presence>,
    pub(crate) console: Arc<Console>,
}

/// Answers whether requests can be taken.
pub(crate) struct Ready {
    parts: ReadyParts,
    /// When the database was last written, and how that ended.
    written: tokio::sync::Mutex<Option<(Instant, Result<(), String>)>>,
    /// How often the lock had been taken again when the master key was last checked.
    checked: AtomicU32,
    /// Whether the log has said that the master key was replaced.
    is_told: AtomicBool,
    end: watch::Receiver<bool>,
    domains: Looked,
    last: Mutex<Option<(Instant, Answer)>>,
}

impl Ready {
    pub(crate) fn new(parts: ReadyParts, end: watch::Receiver<bool>, domains: Looked) -> Arc<Self> {
        let (written, last) = (tokio::sync::Mutex::new(None), Mutex::new(None));
        let (checked, is_told) = (AtomicU32::new(0), AtomicBool::new(false));
        Arc::new(Self { parts, written, checked, is_told, end, domains, last })
    }

    /// While the lock was lost, somebody alone may have replaced the master key.
    async fn check_master_key(&self) -> Result<(), String> {
        let taken_again = self.parts.presence.times_taken_again();
        if taken_again == self.checked.load(Ordering::Acquire) {
            return Ok(());
        }
        match self.parts.console.try_master_key().await {
            Ok(()) => {
                self.checked.store(taken_again, Ordering::Release);
                Ok(())
            }
            Err(Refusal::MasterKey) => {
                let why = "the master key was replaced: start again with the new one";
                if !self.is_told.swap(true, Ordering::AcqRel) {
                    tracing::error!(why, "this node cannot go on");
                }
                Err(why.to_owned())
            }
            Err(other) => Err(format!("the master key cannot be checked: {other}")),
        }
    }

    /// Whether the database takes writes: a full disk and a database that is read only show in nothing else before
    /// somebody logs in. Tried every few seconds, and at once after a failure.
    async fn write(&self) -> Result<(), String> {
        let mut written = self.written.lock().await;
        if let Some((at, Ok(()))) = &*written
            && at.elapsed() < WRITTEN_FOR
        {
            return Ok(());
        }
        let done = self.parts.store.write(|tx| {
            installation::insert_if_absent(tx, installation::WRITE_PROBE, &[])?;
            installation::save(tx, installation::WRITE_PROBE, &[])
        });
        let done = done.await.map_err(|error| match error {
            StoreError::Busy => "the store is busy".to_owned(),
            other => format!("the database cannot be written: {other}"),
        });
        *written = Some((Instant::now(), done.clone()));
        done
    }

    async fn look(&self) -> Result<(), String> {
        if let Some(why) = self.parts.presence.lost() {
            return Err(format!("the lock on the installation is lost: {why}"));
        }
        self.check_master_key().await?;
        let read = self.parts.store.read(|tx| tenants::list(tx, None, 1).map(drop));
        read.await.map_err(|error| match error {
            StoreError::Busy => "the store is busy".to_owned(),
            _ => "the database does not answer".to_owned(),
        })?;
        self.write().await
    }

    /// Asks; a stop is known at once, the database is asked once a second at most.
    pub(crate) fn ask(self: Arc<Self>) -> Later<Answer> {
        Box::pin(async move {
            if *self.end.borrow() {
                return Err("stopping".to_owned());
            }
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some((at, answer)) = last
                && at.elapsed() < FRESH_FOR
            {
                return answer;
            }
            let answer = match tokio::time::timeout(PATIENCE, self.look()).await {
                Ok(Ok(())) => self.domains.lock().unwrap_or_else(PoisonError::into_inner).answer(),
                Ok(Err(why)) => Err(why),
                Err(_) => Err("the database does not answer".to_owned()),
            };
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((Instant::now(), answer.clone()));
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Domains;
    use provider::DomainsSeen;

    #[test]
    fn one_domain_that_cannot_answer_is_named_and_takes_no_other_out_of_service() {
        let unusable = vec![("a.example".to_owned(), "a signing key cannot be opened".to_owned())];
        let of = |count| {
            Domains(DomainsSeen { count, unusable: unusable.clone(), without_controller: Vec::new() })
                .answer()
        };
        let text =
            |count| format!("1 of {count} domains cannot answer: a.example: a signing key cannot be opened");
        assert_eq!(of(2), Ok(Some(text(2))));
        assert_eq!(of(1), Err(text(1)));
        assert_eq!(Domains::default().answer(), Ok(None));
    }

    #[test]
    fn a_domain_whose_statements_name_nobody_goes_on_and_is_complained_of() {
        let without_controller = vec!["a.example".to_owned()];
        let seen = DomainsSeen { count: 2, without_controller, ..DomainsSeen::default() };
        let text = "1 of 2 domains name no data controller in their statements: a.example".to_owned();
        assert_eq!(Domains(seen).answer(), Ok(Some(text)));
    }
}
