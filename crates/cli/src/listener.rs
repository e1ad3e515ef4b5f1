//! Listens: TCP, TLS where asked, HTTP/1.1 and 2, and an end that finishes what it began.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hyper::{
    Request,
    body::{Body, Bytes, Incoming},
    header::{self, HeaderValue},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;
use web::{Peer, Site};

use crate::{
    crowd::{Crowd, Exempt, Member},
    wire::{Lent, Refusing, Wire},
};

/// How long to wait after a connection that could not be accepted: the reason is seldom gone at once.
const BREATH: Duration = Duration::from_millis(200);

/// How long the end waits for a client that was told goodbye and does not leave.
const LEAVE_IN: Duration = Duration::from_secs(1);

/// What one client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How many connections at once; the next one waits in the system's queue.
    pub(crate) connections: usize,
    /// Of a request, in bytes.
    pub(crate) largest_headers: u32,
    /// How long a client may take to shake hands, and then to send its headers.
    pub(crate) headers_for: Duration,
    /// How long a connection may lie idle.
    pub(crate) idle_for: Duration,
    /// How long the end waits for requests that are being answered.
    pub(crate) finish_in: Duration,
    /// How long it waits for a client that asks nothing. Over HTTP/1.1 a client cannot be told so: what it sends at the
    /// moment in which its connection is closed would be lost.
    pub(crate) silent_for: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2_048,
            largest_headers: 64 * 1024,
            headers_for: Duration::from_secs(10),
            idle_for: Duration::from_secs(60),
            finish_in: Duration::from_secs(3),
            silent_for: Duration::from_millis(500),
        }
    }
}

/// A door that has been opened, not yet answered at.
pub(crate) struct Door {
    listeners: Vec<TcpListener>,
    router: Site,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    room: Arc<Semaphore>,
    crowd: Arc<Crowd>,
    refused: Refusing,
}

/// What every connection of a door has.
#[derive(Clone)]
struct Inside {
    router: Site,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    end: watch::Receiver<bool>,
    refused: Refusing,
}

impl Door {
    /// Opens a port on loopback, for both kinds of address where the machine has both.
    pub(crate) async fn open(port: u16, router: Site, tls: Option<TlsAcceptor>) -> Result<Self, String> {
        let four = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await;
        let four = four
            .map_err(|error| format!("port {port} cannot be opened ({error}); choose others with --port"))?;
        let six = TcpListener::bind(SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))).await;
        let listeners = std::iter::once(four).chain(six.ok()).collect();
        Ok(Self::with(listeners, router, tls, Limits::default()))
    }

    /// Opens these addresses.
    pub(crate) async fn at(
        addresses: &[SocketAddr],
        router: Site,
        tls: Option<TlsAcceptor>,
        limits: Limits,
    ) -> Result<Self, String> {
        let mut listeners = Vec::new();
        for address in addresses {
            let bound = TcpListener::bind(address).await;
            listeners.push(bound.map_err(|error| format!("{address} cannot be listened at: {error}"))?);
        }
        Ok(Self::with(listeners, router, tls, limits))
    }

    fn with(listeners: Vec<TcpListener>, router: Site, tls: Option<TlsAcceptor>, limits: Limits) -> Self {
        let room = Arc::new(Semaphore::new(limits.connections));
        let crowd = Crowd::new(limits.connections, Arc::new(|_| false));
        Self { listeners, router, tls, limits, room, crowd, refused: Arc::new(|_| ()) }
    }

    /// Tells somebody of every request that was refused before it could be read.
    pub(crate) fn telling(mut self, refused: Refusing) -> Self {
        self.refused = refused;
        self
    }

    /// Lets some peers have as many connections as there are: proxies, behind which everybody is.
    pub(crate) fn exempting(mut self, exempt: Exempt) -> Self {
        self.crowd = Crowd::new(self.limits.connections, exempt);
        self
    }

    /// Counts the connections that were closed at once, because their address had its share.
    pub(crate) fn turned_away(&self) -> impl Fn() -> u64 + Send + Sync + use<> {
        let crowd = Arc::clone(&self.crowd);
        move || crowd.turned_away()
    }

    /// Where the door is; a port 0 has become a real one.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|it| it.local_addr().ok()).collect()
    }

    /// Counts the connections that are open.
    pub(crate) fn connections(&self) -> impl Fn() -> usize + Send + Sync + use<> {
        let (room, most) = (Arc::clone(&self.room), self.limits.connections);
        move || most.saturating_sub(room.available_permits())
    }

    /// Answers until `end` says so, then finishes what is being answered.
    pub(crate) async fn answer(self, end: watch::Receiver<bool>) {
        let inside =
            Inside { router: self.router, tls: self.tls, limits: self.limits, end, refused: self.refused };
        let doors = self.listeners.into_iter().map(|listener| {
            let (inside, room) = (inside.clone(), Arc::clone(&self.room));
            tokio::spawn(accept(listener, inside, (room, Arc::clone(&self.crowd))))
        });
        for door in doors.collect::<Vec<_>>() {
            // A door that panicked has nothing left to finish.
            let _ = door.await;
        }
        // Everybody has left when every seat is free again.
        let seats = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        if tokio::time::timeout(self.limits.finish_in, self.room.acquire_many(seats)).await.is_err() {
            tracing::warn!("connections were cut: their requests were not answered in time");
        }
    }
}

async fn accept(listener: TcpListener, mut inside: Inside, (room, crowd): (Arc<Semaphore>, Arc<Crowd>)) {
    loop {
        // The seat comes first: who finds none waits outside, and costs us nothing.
        let seat = tokio::select! {
            seat = Arc::clone(&room).acquire_owned() => seat,
            _ = inside.end.changed() => return,
        };
        let Ok(seat) = seat else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = inside.end.changed() => return,
        };
        match accepted {
            Ok((stream, from)) => match crowd.admit(from.ip().to_canonical()) {
                Some(member) => drop(tokio::spawn(shake_hands(stream, from, inside.clone(), (seat, member)))),
                None => tracing::debug!(%from, "a connection was closed: its address has its share of them"),
            },
            // Out of file handles, or the client was gone already: the next one may do better.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                let _ = tokio::time::timeout(BREATH, std::future::pending::<()>()).await;
            }
        }
    }
}

/// Serves one connection to its end; its seat is free again afterwards.
async fn shake_hands(
    stream: TcpStream,
    from: SocketAddr,
    inside: Inside,
    _seat: (OwnedSemaphorePermit, Member),
) {
    // Answers are small and sent at once.
    let _ = stream.set_nodelay(true);
    let address = from.ip().to_canonical();
    match inside.tls.clone() {
        // Which HTTP it is, is known before anything is read, so every read has its time-out.
        None => converse(stream, Peer { address, is_tls: false }, inside, false).await,
        Some(tls) => match in_time(tls.accept(stream), &inside).await {
            Some(Ok(stream)) => {
                let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                converse(stream, Peer { address, is_tls: true }, inside, second).await;
            }
            Some(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            None => tracing::debug!("a TLS handshake took too long"),
        },
    }
}

/// Waits for a handshake; not for long once the end has come.
async fn in_time<T>(handshake: impl Future<Output = T>, inside: &Inside) -> Option<T> {
    let mut handshake = pin!(tokio::time::timeout(inside.limits.headers_for, handshake));
    let mut end = inside.end.clone();
    tokio::select! {
        done = handshake.as_mut() => done.ok(),
        _ = end.changed() => tokio::time::timeout(inside.limits.silent_for, handshake).await.ok()?.ok(),
    }
}

/// A request that is being answered; also one that its client has given up.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn server(limits: &Limits, second: bool) -> auto::Builder<TokioExecutor> {
    let server = auto::Builder::new(TokioExecutor::new());
    let mut server = if second { server.http2_only() } else { server.http1_only() };
    // What is larger than it may be is read all the same, so that it is refused in our words, up to twice as much.
    let largest = limits.largest_headers.saturating_mul(2);
    let most = usize::try_from(largest).unwrap_or(usize::MAX);
    server.http1().timer(TokioTimer::new()).header_read_timeout(limits.headers_for).max_buf_size(most);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(largest)
        .max_concurrent_streams(100)
        // Streams opened and reset at once are closed as an attack (CVE-2023-44487 and its kin).
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .keep_alive_interval(limits.headers_for)
        .keep_alive_timeout(limits.headers_for);
    server
}

/// Answers one request; with the end, over HTTP/1.1, as the connection's last.
async fn answer_one(
    mut router: Site,
    request: Request<Incoming>,
    (second, end): (bool, watch::Receiver<bool>),
) -> Result<
    hyper::Response<impl Body<Data = Bytes, Error = impl std::error::Error + Send + Sync + 'static>>,
    Infallible,
> {
    let mut response = router.call(request).await?;
    if !second && *end.borrow() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Serves a connection to its end; who began a request and did not end it is told so.
async fn converse<S>(stream: S, peer: Peer, inside: Inside, second: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (wire, back) = Lent::new(Wire::new(stream, peer.address, Arc::clone(&inside.refused)));
    let is_late = serve(wire, peer, inside, second).await;
    let wire = back.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let (true, Some(wire)) = (is_late, wire) {
        wire.end_late().await;
    }
}

/// Says whether the headers of a request took too long.
async fn serve<S>(wire: Lent<S>, peer: Peer, inside: Inside, second: bool) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (open, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let (router, open, end) = (inside.router.clone(), Open::new(Arc::clone(&open)), inside.end.clone());
        seen.fetch_add(1, Ordering::Relaxed);
        async move {
            let _open = open;
            answer_one(router, request, (second, end)).await
        }
    });
    let server = server(&inside.limits, second);
    let mut connection = pin!(server.serve_connection(TokioIo::new(wire), service));
    let every = |period| tokio::time::interval_at(tokio::time::Instant::now() + period, period);
    let mut idle = every(inside.limits.idle_for);
    let (mut seen_before, mut was_idle, mut at_end, mut told) = (0, false, false, false);
    let mut end = inside.end.clone();
    loop {
        tokio::select! {
            // What has arrived is seen before anything is called idle.
            biased;
            ended = connection.as_mut() => {
                let Err(error) = ended else { return false };
                tracing::debug!(%error, "a connection ended early");
                // Over HTTP/2 it is a ping that was not answered: the client is gone.
                return !second && error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout);
            }
            _ = end.changed(), if !at_end => {
                (at_end, was_idle) = (true, false);
                seen_before = seen.load(Ordering::Relaxed);
                let is_asking = open.load(Ordering::Relaxed) > 0;
                if second || is_asking {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
                let is_known = seen_before > 0 && (second || is_asking);
                idle = every(if is_known { LEAVE_IN } else { inside.limits.silent_for });
            }
            _ = idle.tick() => {
                let seen = seen.load(Ordering::Relaxed);
                let is_idle = open.load(Ordering::Relaxed) == 0 && seen == seen_before;
                seen_before = seen;
                // Said goodbye and still here: it reads nothing of what we wrote. Or it never said anything.
                if is_idle && (told && was_idle || at_end && seen == 0) {
                    return false;
                }
                if is_idle {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
                was_idle = is_idle;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Door, Limits};
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::watch,
    };
    use web::Site;

    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: login.example\r\n\r\n";

    #[tokio::test]
    async fn what_is_sent_over_an_open_connection_as_the_end_comes_is_answered_and_told_to_go() {
        let limits = Limits { silent_for: Duration::from_secs(600), ..Limits::default() };
        let door = Door::at(&[([127, 0, 0, 1], 0).into()], Site::new(), None, limits).await.unwrap();
        let address = door.addresses()[0];
        let (stop, end) = watch::channel(false);
        let answering = tokio::spawn(door.answer(end));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(ASK).await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);

        stop.send(true).unwrap();
        while TcpStream::connect(address).await.is_ok() {}
        stream.write_all(ASK).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();

        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("connection: close"), "{answer:?}");
        answering.await.unwrap();
    }
}
