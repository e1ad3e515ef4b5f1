//! The work that every node does beside answering.

use std::{sync::Arc, time::Duration};

use console::Console;
use model::{Actor, KeySchedule, Timestamp};
use provider::{Call, Provider, TraceId};

use crate::{clock, every, worker::Workers};

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
            let call = Call { now, trace: TraceId::new(provider.random()), from: None };
            provider.sweep(&call, may_forget_spent).await.map(drop).map_err(|refusal| format!("{refusal:?}"))
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
            let tenants = every::tenants(&console).await?;
            for tenant in std::iter::once(model::INSTALLATION).chain(tenants.into_iter().map(|it| it.id)) {
                if let Some((links, head)) = console.audit_head(tenant).await.map_err(words)? {
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
            let words = |refusal: console::Refusal| refusal.to_string();
            for (tenant, domain) in every::domains(&console, &Actor::Worker("signing-keys")).await? {
                let now = clock::now();
                if console.missing_keys(&tenant, domain.id, schedule, now).await.map_err(words)?.is_empty() {
                    continue;
                }
                let (console, runtime) = (Arc::clone(&console), tokio::runtime::Handle::current());
                let turning = move || runtime.block_on(console.turn_keys(&tenant, domain.id, schedule, now));
                // Keys are not made on a thread that answers people.
                let turned = tokio::task::spawn_blocking(turning).await.map_err(|error| error.to_string())?;
                let published = turned.map_err(words)?;
                // Another node may have been first.
                if published > 0 {
                    tracing::info!(domain = domain.host, published, "signing keys were published ahead");
                }
            }
            Ok(())
        }
    });
}
