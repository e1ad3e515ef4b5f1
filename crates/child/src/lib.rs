//! What comes from outside is read by a process of its own: the same program, started again.
//!
//! Hides processes and their limits. [`answer`] is the child's side: it gives up what it does not need before it reads standard
//! input. [`Child`] is the side that starts it and does not trust it.
//!
//! **Invariant:** it knows no format. A child that is ended, whatever it was given, ends nothing else.

mod confined;
mod parent;

pub use confined::{MOST_MEMORY, MOST_SECONDS, answer, limit};
pub use parent::{Answer, Child, ChildFault};
