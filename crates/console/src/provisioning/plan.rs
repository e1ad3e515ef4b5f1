//! What would change, and how to do it: everything in one write, or nothing.

use authority::Forbidden;
use crypto::Secret;
use serde_json::{Map, Value, json};
use store::{StoreError, WriteTx};
use texts::{AdminMessage, FieldMessage};

use crate::{Console, Refusal};

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// It is made.
    Create,
    /// It gets other settings.
    Change,
    /// It is switched on again.
    Enable,
    /// It is switched off.
    Disable,
    /// It is deleted.
    Remove,
    /// Nothing.
    Unchanged,
}

impl Verb {
    /// The word on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Remove => "remove",
            Self::Unchanged => "unchanged",
        }
    }
}

/// One difference between what there is and what is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What happens.
    pub verb: Verb,
    /// To what: `application`, `domain` …
    pub kind: &'static str,
    /// Whose or where, then its own name.
    pub name: String,
    /// What of it is different: members with `from` and `to`. Never a secret.
    pub details: Value,
}

/// A secret that is made, to be shown once.
#[derive(Clone, Debug)]
pub struct MadeSecret {
    /// The application that it is for.
    pub client_id: String,
    /// The secret.
    pub secret: Secret<String>,
}

type Step = Box<dyn FnOnce(&mut WriteTx<'_>) -> Result<(), StoreError> + Send>;

/// Everything that would be done.
#[derive(Default)]
pub struct Plan {
    changes: Vec<Change>,
    notes: Vec<FieldMessage>,
    secrets: Vec<MadeSecret>,
    steps: Vec<Step>,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum Declined {
    /// All that is wrong in what was brought; nothing was written.
    Faults(Vec<FieldMessage>),
    /// Something else.
    Refusal(Refusal),
}

impl From<Refusal> for Declined {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<Forbidden> for Declined {
    fn from(error: Forbidden) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<StoreError> for Declined {
    fn from(error: StoreError) -> Self {
        Self::Refusal(error.into())
    }
}

impl Plan {
    /// The differences, in the order of the file.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What the reader should know; the field of a note is the object that it is about, such as `login.example shop`.
    pub fn notes(&self) -> &[FieldMessage] {
        &self.notes
    }

    /// The secrets that it makes. They are good once the plan is carried out.
    pub fn secrets(&self) -> &[MadeSecret] {
        &self.secrets
    }

    /// Says whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub(crate) fn step(
        &mut self,
        step: impl FnOnce(&mut WriteTx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        self.steps.push(Box::new(step));
    }

    /// Notes what an administrator should know of settings.
    pub(crate) fn warn(&mut self, shown: &str, warning: Option<AdminMessage>) {
        self.notes.extend(warning.map(|it| it.at(shown)));
    }

    pub(crate) fn note(&mut self, note: impl Into<FieldMessage>) {
        self.notes.push(note.into());
    }

    pub(crate) fn make_secret(&mut self, client_id: &str, secret: Secret<String>) {
        self.secrets.push(MadeSecret { client_id: client_id.to_owned(), secret });
    }

    pub(crate) fn change(&mut self, verb: Verb, kind: &'static str, name: impl Into<String>, details: Value) {
        self.changes.push(Change { verb, kind, name: name.into(), details });
    }

    pub(crate) fn unchanged(&mut self, kind: &'static str, name: impl Into<String>) {
        self.change(Verb::Unchanged, kind, name, json!({}));
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plan({:?}, {:?})", self.changes, self.notes)
    }
}

/// How often a plan is made when somebody else was faster.
const TRIES: usize = 5;

/// Says whether somebody else changed something meanwhile, so that a plan made now may work.
const fn lost_a_race(refusal: &Refusal) -> bool {
    use StoreError::{Busy, Changed, Conflict, NotFound};
    matches!(refusal, Refusal::NotFound(_) | Refusal::Store(Busy | Changed | Conflict | NotFound))
}

/// Returns the settings that differ from the defaults.
pub(crate) fn unlike(plain: &str, text: &str) -> Map<String, Value> {
    let read = |text| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let plain = read(plain);
    read(text).into_iter().filter(|(name, value)| plain.get(name) != Some(value)).collect()
}

/// How an object of a domain is shown.
pub(crate) fn named(host: &str, name: &str) -> String {
    format!("{host} {name}")
}

/// The object of an audit row.
pub(crate) fn object(kind: &str, id: impl std::fmt::Display) -> String {
    format!("{kind} {id}")
}

impl Console {
    /// Makes a plan, lets `keep` take from it what is to be shown, and carries it out unless it is a dry run. A plan that
    /// lost a race is made again: somebody else, a node that starts with the same declaration, say, was faster.
    ///
    /// A plan reads more than once, so that what it finds wrong while somebody else writes may be wrong itself: only what
    /// two plans in a row say of the same file is true.
    ///
    /// # Errors
    /// [`Declined`]: of the last plan. Nothing was written.
    pub async fn settle<T>(
        &self,
        plan: impl AsyncFn() -> Result<Plan, Declined>,
        keep: impl Fn(&Plan) -> T,
        dry_run: bool,
    ) -> Result<T, Declined> {
        let mut before = None;
        let mut tries = 1..=TRIES;
        loop {
            let is_last = tries.next().is_none_or(|turn| turn == TRIES);
            let plan = match plan().await {
                Ok(plan) => plan,
                Err(Declined::Faults(faults)) if !is_last && before.as_ref() != Some(&faults) => {
                    before = Some(faults);
                    continue;
                }
                Err(Declined::Refusal(refusal)) if !is_last && lost_a_race(&refusal) => continue,
                Err(declined) => return Err(declined),
            };
            let kept = keep(&plan);
            if dry_run {
                return Ok(kept);
            }
            match self.carry_out(plan).await {
                Ok(()) => return Ok(kept),
                Err(refusal) if !is_last && lost_a_race(&refusal) => {}
                Err(refusal) => return Err(Declined::Refusal(refusal)),
            }
        }
    }

    /// Does everything that a plan says, in one write. What changed since it was made refuses the whole.
    ///
    /// # Errors
    /// [`Refusal::Store`]: [`StoreError::Changed`] and [`StoreError::Conflict`] mean that somebody else was faster; plan
    /// again.
    pub async fn carry_out(&self, plan: Plan) -> Result<(), Refusal> {
        if plan.is_empty() {
            return Ok(());
        }
        let steps = plan.steps;
        let done = self.store.write(move |tx| steps.into_iter().try_for_each(|step| step(tx)));
        done.await.map_err(|error: StoreError| Refusal::Store(error))
    }
}
