//! What people read: the languages, every sentence in them, the catalogue of causes and that of messages for
//! administrators.
//!
//! **Invariant:** no other crate holds a sentence for people. Pure: no I/O, no clock. The sentences are in `locales/*.ftl`,
//! `locales/administrators/*.ftl` and `locales/console/*.ftl`; a test proves that every language has every sentence with the same arguments.

mod admin_message;
mod argument;
mod cause;
mod dates;
mod doctor_topic;
mod locale;
mod outcome;
mod plan_verb;
mod say;

pub use admin_message::{AdminMessage, AdminText, FieldMessage, admin_reference};
pub use argument::{
    Advice, Detail, Difference, Differences, List, Noun, Quoted, StateName, Titles, Word, quoted,
};
pub use cause::{Cause, CauseText, Fixer, Names, reference};
pub use dates::long_date;
pub use doctor_topic::DoctorTopic;
pub use locale::Locale;
pub use outcome::Outcome;
pub use plan_verb::PlanVerb;
pub use say::{UNTRANSLATED, say};
