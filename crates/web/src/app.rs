//! What every handler of a domain needs.

use std::sync::Arc;

use model::{Controller, Timestamp};
use provider::Provider;

use crate::EidFiles;

/// Reads the time; the only clock there is, given by `cli` or by a test.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// All doors of one host, ready to be answered at.
pub type Site = axum::Router;

/// What every handler of a domain needs.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub provider: Arc<Provider>,
    /// The time.
    pub clock: Clock,
    /// Where the sample application is, in development.
    pub sample: Option<String>,
    /// Who is responsible for the data of logins where a domain says nothing.
    pub controller: Option<Controller>,
    /// Official files of eIDs.
    pub eid_files: Arc<EidFiles>,
}
