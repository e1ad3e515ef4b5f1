//! What the system says to us while we run.

use tokio::signal::unix::{Signal, SignalKind, signal};

fn listen(kind: SignalKind) -> Result<Signal, String> {
    signal(kind).map_err(|error| format!("signals cannot be heard: {error}"))
}

/// Listens for Ctrl-C and for the system's stop; the future ends with the first of them.
pub(crate) fn stop_asked() -> Result<impl Future<Output = ()>, String> {
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for SIGHUP, which asks to look at the certificates at once.
pub(crate) fn look_again() -> Result<Signal, String> {
    listen(SignalKind::hangup())
}
