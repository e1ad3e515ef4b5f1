//! What would change, as data: shown now, and carried out now or later.

use authority::Forbidden;
use model::TenantId;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value, json};
use store::StoreError;
pub use texts::PlanVerb as Verb;
use texts::{AdminMessage, FieldMessage, Noun};

use super::{
    compared::{Compared, Object},
    planned_write::Step,
};
use crate::Refusal;

/// The kinds of objects, by the id that programs get and that is kept.
const KINDS: [(&str, Noun); 9] = [
    ("tenant", Noun::Tenant),
    ("domain", Noun::Domain),
    ("application", Noun::Application),
    ("identity source", Noun::IdentitySource),
    ("test user", Noun::TestUser),
    ("client secret", Noun::ClientSecret),
    ("subjects", Noun::Subjects),
    ("issuer", Noun::Issuer),
    ("template", Noun::DocumentText),
];

/// A difference as it is kept.
#[derive(Deserialize)]
struct KeptChange {
    verb: Verb,
    kind: String,
    name: String,
    details: Value,
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let KeptChange { verb, kind, name, details } = KeptChange::deserialize(deserializer)?;
        let kind = KINDS.into_iter().map(|(it, _)| it).find(|it| *it == kind);
        let kind = kind.ok_or_else(|| D::Error::custom("no kind of object"))?;
        Ok(Self { verb, kind, name, details })
    }
}

/// One difference between what there is and what is wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What happens.
    pub verb: Verb,
    /// To what: `application`, `domain` …; for programs.
    pub kind: &'static str,
    /// Whose or where, then its own name.
    pub name: String,
    /// What of it is different: members with `from` and `to`. Never a secret.
    pub details: Value,
}

impl Change {
    /// To what, for people.
    pub fn noun(&self) -> Noun {
        KINDS.into_iter().find(|(kind, _)| *kind == self.kind).map_or(Noun::Object, |(_, noun)| noun)
    }
}

/// What a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// An import into a tenant.
    Import(TenantId),
    /// A declaration of the installation, by its name.
    Declaration(String),
}

/// Everything that would be done. It has no secret but credentials of eIDs that were brought.
#[derive(Clone, Serialize, Deserialize)]
pub struct Plan {
    pub(crate) origin: Origin,
    changes: Vec<Change>,
    notes: Vec<FieldMessage>,
    pub(crate) compared: Vec<Compared>,
    pub(crate) steps: Vec<Step>,
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
    pub(crate) const fn new(origin: Origin) -> Self {
        Self { origin, changes: Vec::new(), notes: Vec::new(), compared: Vec::new(), steps: Vec::new() }
    }

    /// The differences, in the order of the file.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What the reader should know; the field of a note is the object that it is about, such as `login.example shop`.
    pub fn notes(&self) -> &[FieldMessage] {
        &self.notes
    }

    /// Says whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Notes what an object is that the plan was compared with.
    pub(crate) fn compare(
        &mut self,
        tenant: TenantId,
        object: Object,
        name: impl Into<String>,
        state: Option<String>,
    ) {
        // The same object may be looked at more than once.
        if !self.compared.iter().rev().take(64).any(|it| it.tenant == tenant && it.object == object) {
            self.compared.push(Compared { tenant, object, name: name.into(), state });
        }
    }

    /// Notes what an administrator should know of settings.
    pub(crate) fn warn(&mut self, shown: &str, warning: Option<AdminMessage>) {
        self.notes.extend(warning.map(|it| it.at(shown)));
    }

    pub(crate) fn note(&mut self, note: impl Into<FieldMessage>) {
        self.notes.push(note.into());
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
