//! What the demo is: where everything is, and what its applications are given.

use std::net::ToSocketAddrs as _;

use crypto::Secret;
use outbound::Allowed;

/// The addresses of everything, derived from the first port.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) scheme: &'static str,
    pub(crate) port: u16,
}

impl Addresses {
    /// For commands that work on the data directory while this runs.
    pub(crate) fn to_text(&self) -> String {
        format!("{} {}\n", self.scheme, self.port)
    }

    /// Reads what [`Addresses::to_text`] wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, port) = text.trim().split_once(' ')?;
        let scheme = ["http", "https"].into_iter().find(|it| *it == scheme)?;
        // The last of the four ports is three further.
        let port = port.parse().ok().filter(|it: &u16| *it <= u16::MAX - 3)?;
        Some(Self { scheme, port })
    }

    fn at(&self, host: &str, offset: u16) -> String {
        format!("{}://{}", self.scheme, self.authority(host, offset))
    }

    /// Host and port, as browsers send them: without the port that is the scheme's own.
    fn authority(&self, host: &str, offset: u16) -> String {
        match (self.is_https(), self.port + offset) {
            (true, 443) | (false, 80) => host.to_owned(),
            (_, port) => format!("{host}:{port}"),
        }
    }

    pub(crate) fn host(&self) -> String {
        self.authority("localhost", 0)
    }

    pub(crate) fn production_host(&self) -> String {
        self.authority("production.localhost", 0)
    }

    pub(crate) fn issuer(&self) -> String {
        self.at("localhost", 0)
    }

    pub(crate) fn sample(&self) -> String {
        self.at("sample.localhost", 1)
    }

    /// Where the console answers.
    pub(crate) fn console(&self) -> String {
        self.at("console.localhost", 0)
    }

    pub(crate) fn console_host(&self) -> String {
        self.authority("console.localhost", 0)
    }

    /// Where the letters are shown that would have been sent.
    pub(crate) fn mailbox(&self) -> String {
        self.at("mailbox.localhost", 1)
    }

    pub(crate) fn mailbox_host(&self) -> String {
        self.authority("mailbox.localhost", 1)
    }

    /// Where documents are signed, at the simulated provider.
    pub(crate) fn signing(&self) -> String {
        self.at("signing.localhost", 1)
    }

    pub(crate) fn signing_host(&self) -> String {
        self.authority("signing.localhost", 1)
    }

    pub(crate) fn bankid(&self) -> String {
        self.at("bankid.localhost", 2)
    }

    pub(crate) fn vipps(&self) -> String {
        self.at("vipps.localhost", 3)
    }

    /// Where the simulated company registry answers.
    pub(crate) fn registry(&self) -> String {
        self.at("registry.localhost", 3)
    }

    pub(crate) fn registry_host(&self) -> String {
        self.authority("registry.localhost", 3)
    }

    pub(crate) const fn is_https(&self) -> bool {
        matches!(self.scheme.as_bytes(), b"https")
    }

    /// The names under which something can be reached that the system's own resolver does not lead to this machine.
    pub(crate) fn unknown_names(&self) -> Vec<String> {
        let mut names = vec![
            "console.localhost",
            "sample.localhost",
            "mailbox.localhost",
            "signing.localhost",
            "bankid.localhost",
            "vipps.localhost",
            "registry.localhost",
        ];
        if self.is_https() {
            names.push("production.localhost");
        }
        let is_here = |name: &&str| {
            let found = (*name, self.port).to_socket_addrs();
            found.is_ok_and(|mut it| it.all(|address| address.ip().is_loopback()))
        };
        names.retain(|name| !is_here(name));
        names.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn allowed(&self) -> Vec<Allowed> {
        let names = [
            ("localhost", 0),
            ("production.localhost", 0),
            ("sample.localhost", 1),
            ("bankid.localhost", 2),
            ("userinfo.bankid.localhost", 2),
            ("vipps.localhost", 3),
            ("registry.localhost", 3),
        ];
        names.map(|(host, offset)| Allowed { host: host.to_owned(), port: self.port + offset }).to_vec()
    }
}

/// What the demo tenant's applications are given.
#[derive(Clone, Debug)]
pub(crate) struct Seeded {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret<String>,
    pub(crate) redirect_uri: String,
    pub(crate) browser_client_id: String,
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    #[test]
    fn a_port_that_browsers_leave_out_is_in_no_address() {
        let at = |scheme, port| Addresses { scheme, port };
        assert_eq!(at("http", 80).host(), "localhost");
        assert_eq!(at("http", 80).sample(), "http://sample.localhost:81");
        assert_eq!(at("https", 443).issuer(), "https://localhost");
        assert_eq!(at("http", 4400).issuer(), "http://localhost:4400");
    }
}
