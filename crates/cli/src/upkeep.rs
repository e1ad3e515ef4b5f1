//! The work that every node does beside answering.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use authority::{Caller, Permission};
use console::{Console, TenantView};
use model::{KeySchedule, Timestamp};
use provider::{Provider, RequestContext, TraceId};

use crate::{
    clock, every, permits,
    serve::ready::{Domains, Looked},
    worker::Workers,
};

/// Looks at the clock every second, and deletes what has expired every minute.
pub(crate) fn sweep(workers: &mut Workers, provider: Arc<Provider>) {
    let watch = clock::Watch::new();
    let (own, of_clock) = (Arc::clone(&watch), Arc::clone(&provider));
    workers.every("clock", Duration::from_secs(1), move || {
        let (watch, provider) = (Arc::clone(&own), Arc::clone(&of_clock));
        async move { look_at_clock(&watch, &provider).await.map(drop) }
    });
    workers.every("sweep", Duration::from_secs(60), move || {
        let (watch, provider) = (Arc::clone(&watch), Arc::clone(&provider));
        async move {
            let (now, may_forget_spent) = look_at_clock(&watch, &provider).await?;
            let context = RequestContext { now, trace: TraceId::new(provider.random()), from: None };
            provider
                .sweep(&context, may_forget_spent)
                .await
                .map(drop)
                .map_err(|refusal| format!("{refusal:?}"))
        }
    });
}

async fn look_at_clock(watch: &clock::Watch, provider: &Provider) -> Result<(Timestamp, bool), String> {
    let (now, jump, may_forget_spent) = watch.look();
    if let Some(jump) = jump {
        let (at, by_s) = (jump.at.to_iso_seconds(), jump.seconds);
        tracing::warn!(
            at,
            by_s,
            "the clock of this machine jumped; what was begun before may be refused for its time"
        );
        provider.note_jump(jump).await.map_err(|refusal| format!("{refusal:?}"))?;
    }
    Ok((now, may_forget_spent))
}

/// Asks the eIDs in use whether they work, every half minute.
pub(crate) fn probe_eids(workers: &mut Workers, provider: Arc<Provider>) {
    workers.every("eid-probes", Duration::from_secs(30), move || {
        let provider = Arc::clone(&provider);
        async move {
            provider.probe_eids(clock::now()).await;
            Ok(())
        }
    });
}

/// Opens every domain, every minute: one that cannot answer is seen before somebody logs in there.
pub(crate) fn look_at_domains(workers: &mut Workers, provider: Arc<Provider>, looked: Looked) {
    workers.every("domains", Duration::from_secs(60), move || {
        let (provider, looked) = (Arc::clone(&provider), Arc::clone(&looked));
        async move {
            let found = provider.look_at_domains().await;
            let (count, unusable) = found.map_err(|refusal| format!("{refusal:?}"))?;
            for (host, why) in &unusable {
                tracing::error!(host, why, "a domain cannot answer");
            }
            *looked.lock().unwrap_or_else(PoisonError::into_inner) = Domains { count, unusable };
            Ok(())
        }
    });
}

/// Writes what happened in logins, every second; what is noted after the last turn is written by [`last_events`].
pub(crate) fn write_events(workers: &mut Workers, provider: Arc<Provider>) {
    workers.every("login-events", Duration::from_secs(1), move || {
        let provider = Arc::clone(&provider);
        async move {
            provider.write_events(clock::now()).await.map(drop).map_err(|refusal| format!("{refusal:?}"))
        }
    });
}

/// Writes what is still noted, once nobody is answered any more.
pub(crate) async fn last_events(provider: &Provider) {
    if let Err(refusal) = provider.write_events(clock::now()).await {
        tracing::error!(?refusal, "the last events of logins were not written");
    }
}

/// Writes into the log where every audit chain ends, every day: who cuts a chain cannot cut the log that is elsewhere.
pub(crate) fn log_audit_heads(workers: &mut Workers, console: Arc<Console>) {
    workers.every("audit-heads", Duration::from_secs(24 * 60 * 60), move || {
        let console = Arc::clone(&console);
        async move {
            let words = |refusal: console::Refusal| refusal.to_string();
            let caller = Caller::worker("audit-heads");
            let permit = permits::installation(&console, &caller, Permission::ReadAudit)?;
            let tenants = every::tenants(&console, &caller).await?;
            for tenant in std::iter::once(model::INSTALLATION).chain(tenants.into_iter().map(|it| it.id)) {
                if let Some((links, head)) = console.audit_head(&permit, tenant).await.map_err(words)? {
                    tracing::info!(%tenant, links, head, "an audit chain ends here");
                }
            }
            Ok(())
        }
    });
}

/// Publishes signing keys that are missing, by their schedule.
pub(crate) fn turn_keys(
    workers: &mut Workers,
    console: Arc<Console>,
    (schedule, every): (KeySchedule, Duration),
) {
    workers.every("signing-keys", every, move || {
        let console = Arc::clone(&console);
        async move {
            // What is wrong with one tenant or domain keeps no other from turning its keys.
            let mut wrong = Vec::new();
            for tenant in every::tenants(&console, &Caller::worker("signing-keys")).await? {
                if let Err(why) = turn_keys_of(&console, &tenant, schedule).await {
                    wrong.push(format!("tenant {}: {why}", tenant.name));
                }
            }
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
        }
    });
}

async fn turn_keys_of(
    console: &Arc<Console>,
    tenant: &TenantView,
    schedule: KeySchedule,
) -> Result<(), String> {
    let words = |refusal: console::Refusal| refusal.to_string();
    let tenant = console.tenant_by_id(&Caller::worker("signing-keys"), tenant.id).await.map_err(words)?;
    let mut wrong = Vec::new();
    for domain in every::domains_of(console, &tenant).await? {
        let now = clock::now();
        match console
            .missing_keys(&permits::may(&tenant, Permission::ReadSettings)?, domain.id, schedule, now)
            .await
        {
            Ok(missing) if missing.is_empty() => continue,
            Ok(_) => {}
            Err(refusal) => {
                wrong.push(format!("{}: {refusal}", domain.host));
                continue;
            }
        }
        let (console, runtime) = (Arc::clone(console), tokio::runtime::Handle::current());
        let permit = permits::may(&tenant, Permission::RotateKeys)?;
        let turning = move || runtime.block_on(console.turn_keys(&permit, domain.id, schedule, now));
        // Keys are not made on a thread that answers people.
        match tokio::task::spawn_blocking(turning).await.map_err(|error| error.to_string())? {
            // Another node may have been first.
            Ok(0) => {}
            Ok(published) => {
                tracing::info!(domain = domain.host, published, "signing keys were published ahead");
            }
            Err(refusal) => wrong.push(format!("{}: {refusal}", domain.host)),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}
