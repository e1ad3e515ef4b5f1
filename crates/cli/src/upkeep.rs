//! The work that every node does beside answering.

use std::{sync::Arc, time::Duration};

use provider::{Call, Provider, TraceId};

use crate::{clock, worker::Workers};

/// Deletes what has expired, every minute.
pub(crate) fn sweep(workers: &mut Workers, provider: Arc<Provider>) {
    workers.every("sweep", Duration::from_secs(60), move || {
        let provider = Arc::clone(&provider);
        async move {
            let call = Call { now: clock::now(), trace: TraceId::new(provider.random()) };
            provider.sweep(&call).await.map(drop).map_err(|refusal| format!("{refusal:?}"))
        }
    });
}
