//! One upstream issuer: its metadata and keys, fetched when needed and kept for an hour.

use std::{sync::Arc, time::Duration};

use model::Timestamp;
use oidc::{KeySet, UpstreamMetadata};
use outbound::{Outbound, Request};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::EidError;

/// How long metadata and keys serve before they are asked for again.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);
/// Unknown keys make us ask again, but not more often than this (NEG-20).
const REFETCH_AFTER: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Cached {
    metadata: Option<(Arc<UpstreamMetadata>, Timestamp)>,
    keys: Option<(Arc<KeySet>, Timestamp)>,
}

/// One issuer, shared by all tenants that use it.
pub(crate) struct Upstream {
    issuer: String,
    outbound: Arc<Outbound>,
    cached: Mutex<Cached>,
}

pub(crate) fn json(body: &[u8], what: &str) -> Result<Value, EidError> {
    serde_json::from_slice(body).map_err(|_| EidError::Upstream(format!("{what} is not JSON")))
}

impl Upstream {
    pub(crate) fn new(issuer: String, outbound: Arc<Outbound>) -> Self {
        Self { issuer, outbound, cached: Mutex::new(Cached::default()) }
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

    /// Gives the metadata; fetches at most once at a time.
    pub(crate) async fn metadata(&self, now: Timestamp) -> Result<Arc<UpstreamMetadata>, EidError> {
        let mut cached = self.cached.lock().await;
        if let Some((metadata, at)) = &cached.metadata
            && now.since(*at) < FRESH_FOR
        {
            return Ok(Arc::clone(metadata));
        }
        // Discovery §4.1: a terminating slash of the issuer is removed before the path is appended.
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let document = self.fetch(format!("{base}/.well-known/openid-configuration"), "discovery").await?;
        let metadata = UpstreamMetadata::parse(&document, &self.issuer)
            .map_err(|error| EidError::Upstream(error.to_string()))?;
        let metadata = Arc::new(metadata);
        cached.metadata = Some((Arc::clone(&metadata), now));
        Ok(metadata)
    }

    /// Gives the keys. `unknown` says that the ones we have did not fit: then they are fetched again, once a
    /// minute at the most.
    pub(crate) async fn keys(&self, unknown: bool, now: Timestamp) -> Result<Arc<KeySet>, EidError> {
        let url = self.metadata(now).await?.jwks_uri.clone();
        let mut cached = self.cached.lock().await;
        if let Some((keys, at)) = &cached.keys {
            let age = now.since(*at);
            if age < if unknown { REFETCH_AFTER } else { FRESH_FOR } {
                return Ok(Arc::clone(keys));
            }
        }
        let set = self.fetch(url, "the JWK Set").await?;
        let keys = KeySet::parse(&set).ok_or_else(|| EidError::Upstream("not a JWK Set".to_owned()))?;
        let keys = Arc::new(keys);
        cached.keys = Some((Arc::clone(&keys), now));
        Ok(keys)
    }
}
