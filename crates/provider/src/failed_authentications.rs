//! Failed authentication of clients and test users: counted by name *and* address, so that a client cannot be locked out from elsewhere.
//!
//! Only a failure writes. A node that learns from its write that there were too many refuses this client from this
//! address out of memory until the span ends; the other nodes learn with their next failure.

use std::{collections::HashMap, sync::Arc};

use crypto::Digest;
use oidc::ClientCredentials;
use store::{StoreError, failed_attempts};

use crate::{
    Application, Issuer, Provider, Refusal, RequestContext,
    limits::{Limit, MINUTE, neighbourhood},
};

/// An attempt from one address: to be each of the clients that the credentials may name, or a test user. A Basic header
/// can be read in several ways; each existing client counts once, and all names that no client has count as one.
pub(crate) struct Attempt(Vec<Digest>);

/// Stands for every name that no client has. No client id can look like this: it has a control character.
const UNKNOWN: &str = "unknown\0";

/// The client ids that are claimed, whether they exist or not.
fn claimed(credentials: &ClientCredentials) -> Vec<String> {
    let mut names: Vec<String> = match credentials {
        ClientCredentials::Basic(pairs) => pairs.iter().map(|pair| pair.client_id.clone()).collect(),
        ClientCredentials::Post(pair) => vec![pair.client_id.clone()],
        ClientCredentials::None(client_id) => vec![client_id.clone()],
        ClientCredentials::Assertion { client_id, assertion } => {
            let claims = crypto::parse(assertion).ok().and_then(|compact| compact.unverified_claims());
            let subject = claims.and_then(|it| Some(it.get("sub")?.as_str()?.to_owned()));
            vec![subject.or_else(|| client_id.clone()).unwrap_or_default()]
        }
    };
    names.sort_unstable();
    names.dedup();
    names
}

/// The applications that credentials may name, each looked up once; `None` where there is none.
pub(crate) struct Named(HashMap<String, Option<Arc<Application>>>);

impl Named {
    /// The application with this client id.
    pub(crate) fn find(&self, client_id: &str) -> Option<&Arc<Application>> {
        self.0.get(client_id)?.as_ref()
    }
}

impl Provider {
    /// Prepares an authentication: who may be meant, and what counts should it fail (`None` where failures do not
    /// count).
    ///
    /// # Errors
    /// [`Refusal::TooMany`]: this client failed too often from there. Refuse it even with the right secret.
    pub(crate) async fn attempt(
        &self,
        issuer: &Issuer,
        credentials: &ClientCredentials,
        context: &RequestContext,
    ) -> Result<(Named, Option<Attempt>), Refusal> {
        let claimed = claimed(credentials);
        // An address that is refused already costs no database read.
        self.attempt_of(issuer, claimed.clone(), context)?;
        let mut found = HashMap::new();
        for name in claimed {
            let application = self.find_application(issuer, &name, context).await?;
            found.insert(name, application);
        }
        let known = found.iter().filter(|(_, application)| application.is_some());
        let mut names: Vec<String> = known.map(|(name, _)| name.clone()).collect();
        // An unknown name must not shut out the client that is meant.
        if names.is_empty() {
            names.push(UNKNOWN.to_owned());
        }
        Ok((Named(found), self.attempt_of(issuer, names, context)?))
    }

    /// The same for a test user who signs in.
    ///
    /// # Errors
    /// As [`Provider::attempt`].
    pub(crate) fn attempt_by(
        &self,
        issuer: &Issuer,
        username: &str,
        context: &RequestContext,
    ) -> Result<Option<Attempt>, Refusal> {
        // No client id can look like this: it has a control character.
        self.attempt_of(issuer, vec![format!("user\0{username}")], context)
    }

    fn attempt_of(
        &self,
        issuer: &Issuer,
        names: Vec<String>,
        context: &RequestContext,
    ) -> Result<Option<Attempt>, Refusal> {
        let (Some(address), true) = (context.from, self.limits.most_failures > 0) else { return Ok(None) };
        let key = |name: String| {
            let name = Digest::of(name.as_bytes());
            let parts = format!("{}\0{}\0", issuer.domain, neighbourhood(address));
            Digest::of(&[parts.as_bytes(), name.as_bytes()].concat())
        };
        let keys: Vec<Digest> = names.into_iter().map(key).collect();
        let until = keys.iter().filter_map(|key| self.limits.blocked.get(key.as_bytes())).max();
        match until {
            // An end further away than a span was noted by a clock that has been set back.
            Some(until) if context.now < until && until <= context.now.after(2 * MINUTE) => {
                Err(self.too_many(Limit::FailedAuthentication, until.since(context.now)))
            }
            _ => Ok(Some(Attempt(keys))),
        }
    }

    /// Counts a failure, over all nodes. Where an address has used up what is its own, nothing is written for it.
    pub(crate) async fn count_failure(
        &self,
        issuer: &Issuer,
        attempt: Attempt,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        self.may_come_from(context)?;
        let (tenant, now) = (issuer.tenant, context.now);
        let counting = self.store.write(move |tx| {
            let count = |key: Digest| {
                let (failures, ends_at) =
                    failed_attempts::count(tx, tenant, ("client", &key), now.after(MINUTE), now)?;
                Ok::<_, StoreError>((key, failures, ends_at))
            };
            attempt.0.into_iter().map(count).collect::<Result<Vec<_>, _>>()
        });
        for (key, failures, ends_at) in counting.await? {
            if failures >= self.limits.most_failures {
                self.limits.blocked.insert(*key.as_bytes(), ends_at);
            }
        }
        Ok(())
    }
}
