//! How an application is loaded.

use std::sync::Arc;

use model::{ApplicationId, ApplicationSettings, ORDER_DESK, ORDER_DESK_APPLICATION, Timestamp};
use oidc::KeySet;
use store::{StoreError, applications, client_secrets};

use crate::{Application, InternalError, Issuer, Provider, Refusal, RequestContext, application::LiveSecret};

type Rows = (applications::Application, Vec<client_secrets::ClientSecret>);

/// How many secrets that are accepted no more are remembered.
const MOST_ENDED: usize = 20;

/// The secrets that are accepted, and the last ones that are accepted no more.
fn remembered(secrets: &[client_secrets::ClientSecret], now: Timestamp) -> Vec<LiveSecret> {
    let all: Vec<LiveSecret> = secrets.iter().map(live).collect();
    let is_ended = |it: &LiveSecret| it.ends_at.is_some_and(|at| at <= now);
    let ended = all.iter().filter(|it| is_ended(it)).count();
    let mut to_forget = ended.saturating_sub(MOST_ENDED);
    all.into_iter()
        .filter(|it| {
            let is_old = is_ended(it) && to_forget > 0;
            to_forget -= usize::from(is_old);
            !is_old
        })
        .collect()
}

fn live(row: &client_secrets::ClientSecret) -> LiveSecret {
    let ends_at = match (row.expires_at, row.retired_at) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    // The one of both that comes first.
    let is_retired = row.retired_at.is_some_and(|at| row.expires_at.is_none_or(|expires| at <= expires));
    LiveSecret { digest: row.secret_digest, ends_at, last_used_at: row.last_used_at, is_retired }
}

fn assemble((row, secrets): Rows, now: Timestamp) -> Result<Application, InternalError> {
    let settings = ApplicationSettings::parse(&row.settings).map_err(InternalError::new)?;
    Ok(Application {
        id: row.id,
        client_id: row.client_id,
        name: row.name,
        keys: settings.jwks.as_ref().and_then(KeySet::parse),
        settings,
        secrets: remembered(&secrets, now),
    })
}

impl Provider {
    /// Finds an application of this domain by its `client_id`; a disabled one does not exist.
    pub(crate) async fn application(
        &self,
        issuer: &Issuer,
        client_id: &str,
        context: &RequestContext,
    ) -> Result<Arc<Application>, Refusal> {
        if client_id.len() > 255 || client_id.contains(char::is_control) {
            return Err(Refusal::NotFound);
        }
        if client_id == ORDER_DESK {
            return self.order_desk(issuer);
        }
        let (tenant, domain, now) = (issuer.tenant, issuer.domain, context.now);
        let key = (tenant, domain, client_id.to_owned());
        let client_id = client_id.to_owned();
        let loading = async {
            let rows = self.store.read(move |tx| {
                let Some(row) = applications::find_by_client_id(tx, tenant, domain, &client_id)? else {
                    return Ok(None);
                };
                let secrets = client_secrets::list(tx, tenant, row.id)?;
                Ok::<_, StoreError>(Some((row, secrets)))
            });
            let rows = rows.await?.filter(|(row, _)| row.disabled_at.is_none()).ok_or(Refusal::NotFound)?;
            Ok(assemble(rows, now)?)
        };
        self.applications.get(key, now, loading).await
    }

    /// The same where an unknown one is no error.
    pub(crate) async fn find_application(
        &self,
        issuer: &Issuer,
        client_id: &str,
        context: &RequestContext,
    ) -> Result<Option<Arc<Application>>, Refusal> {
        match self.application(issuer, client_id, context).await {
            Ok(application) => Ok(Some(application)),
            Err(Refusal::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Finds the application of a login or token by its row; it must still be enabled and of this domain.
    pub(crate) async fn application_by_id(
        &self,
        issuer: &Issuer,
        id: ApplicationId,
        context: &RequestContext,
    ) -> Result<Arc<Application>, Refusal> {
        if id == ORDER_DESK_APPLICATION {
            return self.order_desk(issuer);
        }
        let tenant = issuer.tenant;
        let loading = async {
            match self.store.read(move |tx| applications::get(tx, tenant, id)).await {
                Err(StoreError::NotFound) => Err(Refusal::NotFound),
                other => other.map(|row| (row.domain_id, row.client_id)).map_err(Refusal::from),
            }
        };
        match &*self.client_ids.get((tenant, id), context.now, loading).await? {
            (domain, client_id) if *domain == issuer.domain => {
                self.application(issuer, client_id, context).await
            }
            _ => Err(Refusal::NotFound),
        }
    }
}
