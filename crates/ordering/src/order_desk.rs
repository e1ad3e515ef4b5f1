//! What the order desk works with.

use std::{sync::Arc, time::Duration};

use crypto::{Random, SealKey};
use documents::UploadChecker;
use model::Level;
use registry::Registry;
use store::Store;

use crate::{seal_kit::SealKit, signature_provider::SignatureProvider};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the operator chose for orders.
#[derive(Clone, Debug)]
pub struct OrderSettings {
    /// Where Vipps' own order begins.
    pub vipps_url: String,
    /// What documents are closed with; `None`: they are set and kept, and the desk says that nothing seals them.
    pub seal: Option<SealKit>,
    /// How long an order is kept after its credentials ended.
    pub kept_for: Duration,
    /// Whether two operators have to agree to seal, reject, issue, and let somebody count whose identity was not certain.
    pub four_eyes: bool,
    /// The lowest level of a login that approves: high, or substantial where the operator allows it.
    pub approval_level: Level,
    /// Where PDFs from outside are read; `None`: none is taken.
    pub uploads: Option<UploadChecker>,
    /// Where documents are signed; `None`: approvals are logins.
    pub signatures: Option<Arc<dyn SignatureProvider>>,
    /// Whether text messages are sent, so that phones can be confirmed.
    pub has_sms: bool,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            kept_for: DAY.saturating_mul(3 * 365),
            vipps_url: "https://portal.vippsmobilepay.com/".to_owned(),
            seal: None,
            four_eyes: false,
            approval_level: Level::High,
            uploads: None,
            signatures: None,
            has_sms: false,
        }
    }
}

/// The order desk.
#[derive(Clone)]
pub struct OrderDesk {
    pub(crate) store: Store,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
    pub(crate) registry: Arc<Registry>,
    /// Whether the registry is a simulated one: synthetic numbers are allowed then, and test domains.
    pub(crate) is_simulated: bool,
    /// The simulated registry of sandbox orders, beside the real one; `None`: there are no sandbox orders.
    pub(crate) sandbox: Option<Arc<Registry>>,
    pub(crate) settings: OrderSettings,
}

impl OrderDesk {
    /// `master`: the key that seals every tenant's data key. `is_simulated`: the registry is a simulated one,
    /// and every order is tried only.
    pub fn new(
        (store, master, random): (Store, SealKey, Random),
        registry: Arc<Registry>,
        is_simulated: bool,
    ) -> Self {
        let settings = OrderSettings::default();
        Self { store, master, random, registry, is_simulated, sandbox: None, settings }
    }

    /// With sandbox orders, for test domains: their companies are those of this registry, which is simulated.
    #[must_use]
    pub fn with_sandbox(mut self, registry: Arc<Registry>) -> Self {
        self.sandbox = Some(registry);
        self
    }

    /// Whether there are sandbox orders, for test domains.
    pub const fn has_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// With what the operator chose.
    #[must_use]
    pub fn with(mut self, settings: OrderSettings) -> Self {
        self.settings = settings;
        self
    }

    /// What the operator chose.
    pub fn settings(&self) -> &OrderSettings {
        &self.settings
    }
}
