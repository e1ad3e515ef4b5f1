//! What is counted for the operator: how logins end, at which eID, and how many tokens were issued. No tenant, no person.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use model::LoginMethod;

use crate::limits::Limit;

/// How often each thing has happened since the start.
#[derive(Debug, Default)]
pub struct EventCounters {
    logins: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    tokens: AtomicU64,
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

impl EventCounters {
    /// Counts a step of a login; `outcome`: `started`, `finished`, or the name of what went wrong.
    pub(crate) fn login(&self, eid: LoginMethod, outcome: &'static str) {
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        *logins.entry((eid.as_str(), outcome)).or_default() += 1;
    }

    /// Counts an answer of the token endpoint that has tokens.
    pub(crate) fn token(&self) {
        self.tokens.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that a limit refused; `limit`: one of our words.
    pub(crate) fn refused(&self, limit: &'static str) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(limit).or_default() += 1;
    }

    /// Gives how often each limit has refused a request, those that never did too.
    pub fn refusals(&self) -> Vec<(&'static str, u64)> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |limit: Limit| (limit.as_str(), refused.get(limit.as_str()).copied().unwrap_or_default());
        Limit::ALL.map(count).to_vec()
    }

    /// Gives eID, outcome and how often; both words are ours, so there are few of them.
    pub fn logins(&self) -> Vec<(&'static str, &'static str, u64)> {
        let logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.iter().map(|((eid, outcome), count)| (*eid, *outcome, *count)).collect()
    }

    /// Gives how often tokens were issued.
    pub fn tokens(&self) -> u64 {
        self.tokens.load(Ordering::Relaxed)
    }
}
