//! TLS to PostgreSQL: the certificate must be for the host that was asked for, by an authority that is trusted, and
//! valid now. There is no weaker mode.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    Socket,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::StoreError;

/// Makes connections confidential.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

/// A handshake to come, with the host that it must be with.
pub(crate) struct Handshake {
    connector: TlsConnector,
    host: ServerName<'static>,
}

/// A connection that cannot be read by others.
pub(crate) struct Confidential(TlsStream<Socket>);

impl Tls {
    /// Trusts the authorities in `roots` (PEM), or else the system's.
    ///
    /// # Errors
    /// [`StoreError::Tls`] when there is no authority to trust.
    pub(crate) fn new(roots: Option<&[u8]>) -> Result<Self, StoreError> {
        let unsuitable = |why: &str| StoreError::Tls(why.to_owned());
        let found: Vec<CertificateDer<'static>> = match roots {
            Some(pem) => CertificateDer::pem_slice_iter(pem)
                .collect::<Result<_, _>>()
                .map_err(|_| unsuitable("the authorities are not certificates in PEM"))?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        let mut store = RootCertStore::empty();
        let (trusted, _) = store.add_parsable_certificates(found);
        if trusted == 0 {
            return Err(unsuitable(
                "there is no authority to trust; install ca-certificates, or name a file with them",
            ));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unsuitable(&error.to_string()))?;
        Ok(Self(Arc::new(config.with_root_certificates(store).with_no_client_auth())))
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Confidential;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        let host = ServerName::try_from(domain.to_owned()).map_err(io::Error::other)?;
        Ok(Handshake { connector: TlsConnector::from(Arc::clone(&self.0)), host })
    }
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Confidential;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Confidential>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(async move { self.connector.connect(self.host, stream).await.map(Confidential) })
    }
}

impl tokio_postgres::tls::TlsStream for Confidential {
    /// None: the certificate is verified in full, so there is no man in the middle.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Confidential {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl AsyncWrite for Confidential {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
