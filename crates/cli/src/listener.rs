//! Listens: TCP, TLS where asked, HTTP/1.1 and 2, and an end that finishes what it began.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;
use web::Site;

/// How long a client may take to send its headers, or to shake hands.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait after a connection that could not be accepted: the reason is seldom gone at once.
const BREATH: Duration = Duration::from_millis(200);
/// How many connections at once.
const MOST: usize = 2_048;
/// How long the end waits for requests that are being answered.
const FAREWELL: Duration = Duration::from_secs(3);

/// A door that has been opened, not yet answered at.
pub(crate) struct Door {
    listeners: Vec<TcpListener>,
    router: Site,
    tls: Option<TlsAcceptor>,
}

impl Door {
    /// Opens a port on loopback, for both kinds of address where the machine has both.
    pub(crate) async fn open(port: u16, router: Site, tls: Option<TlsAcceptor>) -> Result<Self, String> {
        let four = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await;
        let four = four
            .map_err(|error| format!("port {port} cannot be opened ({error}); choose others with --port"))?;
        let six = TcpListener::bind(SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))).await;
        Ok(Self { listeners: std::iter::once(four).chain(six.ok()).collect(), router, tls })
    }

    /// Answers until `end` says so, then finishes what is being answered.
    pub(crate) async fn answer(self, end: watch::Receiver<bool>) {
        let room = Arc::new(Semaphore::new(MOST));
        let doors = self.listeners.into_iter().map(|listener| {
            let (router, tls, end, room) =
                (self.router.clone(), self.tls.clone(), end.clone(), Arc::clone(&room));
            tokio::spawn(accept(listener, (router, tls), end, room))
        });
        for door in doors.collect::<Vec<_>>() {
            // A door that panicked has nothing left to finish.
            let _ = door.await;
        }
    }
}

async fn accept(
    listener: TcpListener,
    (router, tls): (Site, Option<TlsAcceptor>),
    mut end: watch::Receiver<bool>,
    room: Arc<Semaphore>,
) {
    let graceful = Arc::new(GracefulShutdown::new());
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file handles, or the client was gone already: the next one may do better.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    let _ = tokio::time::timeout(BREATH, std::future::pending::<()>()).await;
                    continue;
                }
            },
            _ = end.changed() => break,
        };
        let Ok(seat) = Arc::clone(&room).try_acquire_owned() else { continue };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _seat = seat;
            shake_hands(stream, tls, router, watcher).await;
        });
    }
    if let Ok(graceful) = Arc::try_unwrap(graceful) {
        let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
    }
}

async fn shake_hands(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Site,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Answers are small and wait for nobody.
    let _ = stream.set_nodelay(true);
    match tls {
        // Which HTTP it is, is known before anything is read, so every read has its time-out.
        None => converse(stream, router, watcher, false).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                converse(stream, router, watcher, second).await;
            }
        }
    }
}

async fn converse<S>(stream: S, router: Site, watcher: hyper_util::server::graceful::Watcher, second: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let server = auto::Builder::new(TokioExecutor::new());
    let mut server = if second { server.http2_only() } else { server.http1_only() };
    server.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(64 * 1024);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(64 * 1024)
        .max_concurrent_streams(100)
        .keep_alive_interval(PATIENCE)
        .keep_alive_timeout(PATIENCE);
    let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
