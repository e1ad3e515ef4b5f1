//! A connection as the HTTP library sees it, with two things added: its own bare refusals get our words, and a
//! connection that we close first is read to its end for a while.
//!
//! Closing while the other side still sends makes the system reset the connection, and the answer is lost on the way:
//! a client that sends too much would never learn so.

use std::{
    io::{self, IoSlice},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::{Instant, Sleep},
};

/// How long a connection is read after we have closed our side, in all.
const LINGER_FOR: Duration = Duration::from_secs(5);
/// How long without anything having come.
const QUIET_FOR: Duration = Duration::from_millis(500);
/// How much is read and thrown away, in bytes.
const LARGEST_REST: usize = 16 * 1024 * 1024;

/// What the HTTP library refuses before anybody sees a request.
const OWN_REFUSALS: [(&[u8], u16); 3] =
    [(b"HTTP/1.1 400 ", 400), (b"HTTP/1.1 414 ", 414), (b"HTTP/1.1 431 ", 431)];

/// Which refusal of the HTTP library's own these bytes are: an empty answer, without what every answer of ours has.
fn own_refusal(bytes: &[u8]) -> Option<u16> {
    let (_, status) = OWN_REFUSALS.into_iter().find(|(begin, _)| bytes.starts_with(begin))?;
    let head = std::str::from_utf8(bytes).ok()?.to_ascii_lowercase();
    let is_bare = head.ends_with("\r\n\r\n")
        && head.contains("\r\ncontent-length: 0\r\n")
        && !head.contains("\r\ncache-control:");
    is_bare.then_some(status)
}

/// The time after our side was closed.
struct Lingering {
    quiet: Pin<Box<Sleep>>,
    until: Instant,
    rest: usize,
}

impl Lingering {
    fn new() -> Self {
        let now = Instant::now();
        let quiet = Box::pin(tokio::time::sleep_until(now + QUIET_FOR));
        Self { quiet, until: now + LINGER_FOR, rest: LARGEST_REST }
    }
}

/// Is told of every request that was refused before it could be read.
pub(crate) type Refusing = Arc<dyn Fn(web::UnreadRequest) + Send + Sync>;

/// A connection; see the module.
pub(crate) struct Wire<S> {
    stream: S,
    peer: IpAddr,
    /// Is told what was refused here.
    refused: Refusing,
    /// Our words, what of them has not been written yet.
    words: Vec<u8>,
    /// Whether something came since the last answer.
    is_asked: bool,
    lingering: Option<Lingering>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) const fn new(stream: S, peer: IpAddr, refused: Refusing) -> Self {
        Self { stream, peer, refused, words: Vec::new(), is_asked: false, lingering: None }
    }

    /// Tells who began a request and did not end it in time that it took too long, and closes.
    pub(crate) async fn end_late(mut self) {
        if self.is_asked {
            self.refuse(408);
            // A client that does not take it has gone.
            let _ = tokio::time::timeout(LINGER_FOR, self.shutdown()).await;
        }
    }

    fn write_words(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.words.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.words))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.words.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes note of our own words in place of these bytes, if they are a bare refusal; gives how many that were.
    fn in_our_words(&mut self, bytes: &[u8]) -> Option<usize> {
        self.refuse(own_refusal(bytes)?);
        Some(bytes.len())
    }

    fn refuse(&mut self, status: u16) {
        let (words, unread) = web::unreadable(status, self.peer);
        self.words = words;
        (self.refused)(unread);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.is_asked |= buf.filled().len() > before;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.write_words(cx))?;
        self.is_asked = false;
        match self.in_our_words(buf) {
            Some(taken) => Poll::Ready(Ok(taken)),
            None => Pin::new(&mut self.stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.write_words(cx))?;
        self.is_asked = false;
        let taken = match bufs {
            [only] => self.in_our_words(only),
            _ => None,
        };
        match taken {
            Some(taken) => Poll::Ready(Ok(taken)),
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_words(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, lingering, .. } = &mut *self;
        let Some(lingering) = lingering else {
            ready!(self.write_words(cx))?;
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.lingering = Some(Lingering::new());
            return self.poll_shutdown(cx);
        };
        let mut thrown_away = [0; 16 * 1024];
        loop {
            if lingering.quiet.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut rest = ReadBuf::new(&mut thrown_away);
            // Whatever goes wrong from here on, the connection is over.
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut rest)).map(|()| rest.filled().len());
            lingering.rest = lingering.rest.saturating_sub(read.as_ref().copied().unwrap_or_default());
            if lingering.rest == 0 || !matches!(read, Ok(1..)) {
                return Poll::Ready(Ok(()));
            }
            lingering.quiet.as_mut().reset(lingering.until.min(Instant::now() + QUIET_FOR));
        }
    }
}

/// A connection that the HTTP library has until it lets go of it, and that is then here again.
pub(crate) struct Lent<S> {
    wire: Option<Wire<S>>,
    back: Arc<Mutex<Option<Wire<S>>>>,
}

impl<S> Lent<S> {
    /// Gives the connection, and where it will be.
    pub(crate) fn new(wire: Wire<S>) -> (Self, Arc<Mutex<Option<Wire<S>>>>) {
        let back = Arc::default();
        (Self { wire: Some(wire), back: Arc::clone(&back) }, back)
    }

    fn wire(&mut self) -> io::Result<Pin<&mut Wire<S>>>
    where
        S: Unpin,
    {
        self.wire.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl<S> Drop for Lent<S> {
    fn drop(&mut self) {
        *self.back.lock().unwrap_or_else(PoisonError::into_inner) = self.wire.take();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Lent<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.wire()?.poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lent<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.wire()?.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wire()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.as_ref().is_some_and(Wire::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::own_refusal;

    #[test]
    fn only_a_bare_refusal_of_the_library_is_put_into_our_words() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        assert_eq!(own_refusal(bare), Some(431));
        for other in [
            &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ncache-control: no-store\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\nhello",
            b"HTTP/1.1 400 Bad",
        ] {
            assert_eq!(own_refusal(other), None);
        }
    }
}
