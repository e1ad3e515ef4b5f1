//! What the console is given.

use std::sync::Arc;

use console::{Console, ConsoleAddress};
use model::{EidEnvironment, KeySchedule};
use ordering::OrderDesk;
use provider::Provider;

use crate::Clock;

/// The console.
pub struct ConsoleSite {
    /// The use cases.
    pub console: Arc<Console>,
    /// The order desk.
    pub orders: OrderDesk,
    /// Where its members log in.
    pub provider: Arc<Provider>,
    /// The time.
    pub clock: Clock,
    /// Where it answers.
    pub address: ConsoleAddress,
    /// Which installation of its eIDs its own domain uses.
    pub own_eids: EidEnvironment,
    /// Whether letters can be sent.
    pub has_mail: bool,
    /// How signing keys turn.
    pub schedule: KeySchedule,
}

impl ConsoleSite {
    pub(super) fn origin(&self) -> String {
        self.address.origin()
    }

    pub(super) fn is_https(&self) -> bool {
        self.origin().starts_with("https:")
    }

    /// Where people of test domains only can sign in, no domain of the installation is for real people.
    pub(super) fn is_test(&self) -> bool {
        self.address.environment == model::Environment::Test
    }
}
