//! Provisioning: an import of what a customer has elsewhere, and a declaration of what an installation shall be. Both are
//! read whole, compared with what there is, and shown as differences: a plan, which is data. It is carried out in one write,
//! at once or, where it was kept, later.
//!
//! It knows no setting by name (`settings`), so that a new setting of an application or a domain can be brought as soon
//! as `model` reads it.

mod applications;
mod carry_out;
mod compared;
mod declaration;
mod domains;
mod entry;
mod fault;
mod import;
mod issuers;
mod kept_plans;
mod ownership;
mod plan;
mod planned_write;
mod planner;
mod register_write;
mod secrets;
mod settings;
mod sources;
mod strict_json;
mod subjects;
mod templates;
mod test_users;

pub use entry::noun as json_noun;
pub(crate) use fault::Faults;
pub use fault::member as member_path;
pub use import::LARGEST_IMPORT;
pub use kept_plans::{KeptPlanView, PlanEnd};
pub use plan::{Change, Declined, Plan, Verb};
pub use planned_write::MadeSecret;
