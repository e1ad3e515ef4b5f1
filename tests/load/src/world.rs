//! What every login shares: where to go, who the application is, what it knows, and what is kept to be looked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, RwLock},
};

use crypto::{PublicKey, Random};

use crate::{
    tally::Tally,
    wire::{DatabaseLocation, Network, Pool, Version},
};

/// The application's client id.
pub(crate) const CLIENT: &str = "rehearsal-shop";
/// Where it wants people back.
pub(crate) const BACK: &str = "https://shop.example/cb";

/// One login in so many is kept, to be looked for.
const KEEP_ONE_IN: u64 = 20;

/// What a run's logins share.
pub(crate) struct World {
    pub(crate) network: Arc<Network>,
    pub(crate) random: Random,
    /// The nodes that answer for the domain.
    pub(crate) nodes: Vec<DatabaseLocation>,
    /// Where the simulated eIDs are.
    pub(crate) sandbox: DatabaseLocation,
    /// The application's connections, by node and HTTP version.
    pub(crate) pools: Vec<[Pool; 2]>,
    pub(crate) secret: RwLock<String>,
    pub(crate) keys: RwLock<BTreeMap<String, PublicKey>>,
    /// The keys that signed, in the order in which they were first seen.
    pub(crate) signed_with: Mutex<Vec<String>>,
    /// Subjects by eID and person.
    pub(crate) subjects: Mutex<BTreeMap<(&'static str, String), String>>,
    /// What must be found nowhere, with what it is.
    pub(crate) canaries: Mutex<BTreeSet<(String, &'static str)>>,
}

impl World {
    pub(crate) fn new(
        network: Arc<Network>,
        nodes: Vec<DatabaseLocation>,
        sandbox: DatabaseLocation,
        secret: String,
    ) -> Arc<Self> {
        let pool =
            |place: &DatabaseLocation, version| Pool::new(Arc::clone(&network), place.clone(), version);
        let pools = nodes.iter().map(|it| [pool(it, Version::One), pool(it, Version::Two)]).collect();
        Arc::new(Self {
            pools,
            network,
            random: Random::system(),
            nodes,
            sandbox,
            secret: RwLock::new(secret),
            keys: RwLock::default(),
            signed_with: Mutex::default(),
            subjects: Mutex::default(),
            canaries: Mutex::default(),
        })
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.network.tally
    }

    pub(crate) fn issuer(&self) -> String {
        format!("https://{}", self.nodes[0].authority)
    }

    /// Keeps what one login in twenty saw.
    pub(crate) fn keep(&self, number: u64, seen: &[(&'static str, &str)]) {
        if number.is_multiple_of(KEEP_ONE_IN) {
            let mut canaries = self.canaries.lock().unwrap();
            canaries.extend(seen.iter().map(|(what, value)| ((*value).to_owned(), *what)));
        }
    }

    /// Keeps a value whatever the number.
    pub(crate) fn plant(&self, what: &'static str, value: &str) {
        self.canaries.lock().unwrap().insert((value.to_owned(), what));
    }
}
