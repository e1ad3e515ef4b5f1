//! One upstream issuer: its metadata and keys, fetched when needed and kept for an hour.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::Timestamp;
use oidc::{KeySet, UpstreamMetadata};
use outbound::{Outbound, Request};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{EidError, Probe};

/// How long metadata and keys serve before they are asked for again.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);
/// A key that is not in the set makes us ask again, but not more often than this (NEG-20).
const FORCED_AFTER: Duration = Duration::from_secs(60);

/// After a failure there is no new attempt for so long; callers that waited get the same error.
const FAILED_FOR: Duration = Duration::from_secs(5);

/// A value that is fetched, with when it was, and the last failure to fetch it.
struct Fetched<T> {
    value: Option<(Arc<T>, Timestamp)>,
    failure: Option<(EidError, Timestamp)>,
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self { value: None, failure: None }
    }
}

impl<T> Fetched<T> {
    /// What serves without asking: a value that is fresh enough, or the failure of a moment ago.
    fn ready(&self, now: Timestamp) -> Option<Result<Arc<T>, EidError>> {
        match &self.value {
            Some((value, at)) if now.is_within(FRESH_FOR, *at) => Some(Ok(Arc::clone(value))),
            _ => self.failed(now),
        }
    }

    /// The failure of a moment ago, or what serves in its place.
    fn failed(&self, now: Timestamp) -> Option<Result<Arc<T>, EidError>> {
        let (error, at) = self.failure.as_ref()?;
        now.is_within(FAILED_FOR, *at).then(|| self.stale().ok_or_else(|| error.clone()))
    }

    /// An old value is better than none while the issuer cannot be asked.
    fn stale(&self) -> Option<Arc<T>> {
        self.value.as_ref().map(|(value, _)| Arc::clone(value))
    }

    fn keep(&mut self, fetched: Result<T, EidError>, now: Timestamp) -> Result<Arc<T>, EidError> {
        match fetched {
            Ok(value) => {
                let value = Arc::new(value);
                *self = Self { value: Some((Arc::clone(&value), now)), failure: None };
                Ok(value)
            }
            Err(error) => {
                self.failure = Some((error.clone(), now));
                self.stale().ok_or(error)
            }
        }
    }
}

#[derive(Default)]
struct Cached {
    metadata: Fetched<UpstreamMetadata>,
    keys: Fetched<KeySet>,
    /// When the keys were last fetched because one was unknown; other fetches do not count.
    forced_at: Option<Timestamp>,
}

/// One issuer, shared by all tenants that use it.
pub(crate) struct Upstream {
    issuer: String,
    outbound: Arc<Outbound>,
    cached: Mutex<Cached>,
}

pub(crate) fn json(body: &[u8], what: &str) -> Result<Value, EidError> {
    crypto::read_json(body).map_err(|error| EidError::Upstream(format!("{what} is {error}")))
}

impl Upstream {
    pub(crate) fn new(issuer: String, outbound: Arc<Outbound>) -> Self {
        Self { issuer, outbound, cached: Mutex::new(Cached::default()) }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    async fn fetch(&self, url: String, what: &str) -> Result<Value, EidError> {
        let answer = self.outbound.send(Request::get(url)).await?;
        match answer.status {
            200 => json(&answer.body, what),
            status => Err(EidError::Unavailable(format!("{what} answered {status}"))),
        }
    }

    async fn fetch_metadata(&self) -> Result<UpstreamMetadata, EidError> {
        // Discovery §4.1: a terminating slash of the issuer is removed before the path is appended.
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let document = self.fetch(format!("{base}/.well-known/openid-configuration"), "discovery").await?;
        UpstreamMetadata::parse(&document, &self.issuer)
            .map_err(|error| EidError::Upstream(error.to_string()))
    }

    async fn fetch_keys(&self, url: String) -> Result<KeySet, EidError> {
        let set = self.fetch(url, "the JWK Set").await?;
        KeySet::parse(&set).ok_or_else(|| EidError::Upstream("not a JWK Set".to_owned()))
    }

    /// Gives the metadata; fetches at most once at a time.
    pub(crate) async fn metadata(&self, now: Timestamp) -> Result<Arc<UpstreamMetadata>, EidError> {
        let mut cached = self.cached.lock().await;
        if let Some(ready) = cached.metadata.ready(now) {
            return ready;
        }
        let metadata = self.fetch_metadata().await;
        cached.metadata.keep(metadata, now)
    }

    /// Gives the keys. `unknown` says that the ones we have did not fit: then they are fetched again, unless that
    /// was done less than a minute ago for the same reason.
    pub(crate) async fn keys(&self, unknown: bool, now: Timestamp) -> Result<Arc<KeySet>, EidError> {
        let url = self.metadata(now).await?.jwks_uri.clone();
        let mut cached = self.cached.lock().await;
        let forced = cached.forced_at.is_some_and(|at| now.is_within(FORCED_AFTER, at));
        let ready = if unknown && !forced { cached.keys.failed(now) } else { cached.keys.ready(now) };
        if let Some(ready) = ready {
            return ready;
        }
        let keys = self.fetch_keys(url).await;
        if unknown && keys.is_ok() {
            cached.forced_at = Some(now);
        }
        cached.keys.keep(keys, now)
    }
}

/// Reads the two documents that every login needs. Nothing is locked meanwhile, so a login never waits for a
/// probe; what came is kept for logins.
#[async_trait]
impl Probe for Upstream {
    async fn probe(&self, now: Timestamp) -> Result<(), EidError> {
        let metadata = self.fetch_metadata().await?;
        let keys = self.fetch_keys(metadata.jwks_uri.clone()).await?;
        let mut cached = self.cached.lock().await;
        cached.metadata.keep(Ok(metadata), now)?;
        cached.keys.keep(Ok(keys), now)?;
        Ok(())
    }
}
