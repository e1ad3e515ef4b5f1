//! Who sent a request, and how it came.

use std::{net::IpAddr, sync::Arc};

/// The other end of a connection, as the listener sees it. The listener puts it into each request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether the connection is TLS.
    pub is_tls: bool,
}

/// The address of the client itself, behind trusted proxies or not; an extension of each request.
///
/// Limits count by it. An IPv4 address is never in IPv6 clothes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// The certificate with which a client proved itself in TLS, as DER; an extension of each request on its connection, put there
/// by a listener that asks for one. None does today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate(pub Arc<[u8]>);

/// How a request came, as far as the last hop that is believed tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// Over TLS.
    Confidential,
    /// In clear text.
    Clear,
    /// In clear text as far as we see, from a proxy that does not say how it came there, or from a browser that takes
    /// its connection for a secure one.
    Unsaid,
}
