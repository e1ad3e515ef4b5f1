//! What the console is given.

use std::sync::Arc;

use console::{Console, ConsoleAddress};
use model::{EidEnvironment, KeySchedule, Timestamp};
use ordering::OrderDesk;
use provider::Provider;

use crate::Clock;

/// Who shows a certificate for a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostTls {
    /// The listener, from the operator's files, until this instant.
    Files(Timestamp),
    /// The listener, with what is brought for the domain.
    Listener,
    /// TLS ends at the operator's proxy, or there is none.
    Elsewhere,
}

/// Says of a host, without a port, who shows a certificate for it.
pub type HostTlsOf = Arc<dyn Fn(&str) -> HostTls + Send + Sync>;

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
    /// Who shows a certificate for a host.
    pub tls: HostTlsOf,
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
