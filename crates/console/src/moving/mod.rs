//! Moving in: an import of what a customer has elsewhere, and a declaration of what an installation shall be. Both are
//! read whole, compared with what there is, shown as differences, and carried out in one write.
//!
//! It knows no setting by name (`settings`), so that a new setting of an application or a domain can be brought as soon
//! as `model` reads it.

mod applications;
#[expect(dead_code, reason = "declarations come next")]
mod entry;
mod fault;
mod import;
mod plan;
#[expect(dead_code, reason = "declarations come next")]
mod planner;
mod secrets;
mod settings;
mod strict_json;
mod subjects;

pub use fault::{Fault, Problem};
pub use import::LARGEST_IMPORT;
pub use plan::{Change, Declined, MadeSecret, Plan, Verb};
