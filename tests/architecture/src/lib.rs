//! Proves that the walls of ARCHITECTURE.md stand: the arrows between crates, the home of each library, no loop
//! of modules, a tenant in every SQL text, values that fit its parameters, a reason above each dependency,
//! the tests that a page names.
//!
//! Every check takes facts as values and gives the violations as sentences, so that `tests/` can run it on the
//! workspace and on an invented violation alike. It counts no lines: size is a matter of taste and review.

pub mod arrows;
pub mod binds;
pub mod libraries;
pub mod loops;
pub mod manifest;
pub mod shown_by;
pub mod source;
pub mod statements;
pub mod tuples;
pub mod workspace;
