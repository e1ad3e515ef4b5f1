//! Which addresses may be called at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// A host and port that the operator allows although it is not a public https address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Lower-case host name or IP literal, as it stands in the URL.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Which addresses a call may connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public ones only.
    Public,
    /// Any: the operator allows the host and port, wherever the name leads.
    Any,
}

impl Reach {
    /// Says whether an address may be connected to.
    pub(crate) fn includes(self, ip: IpAddr) -> bool {
        self == Self::Any || is_public(ip)
    }
}

/// Says how far a call of `url` may reach; `None` when it may not be made at all. A name is judged once more by the
/// addresses that it leads to ([`Reach::includes`]).
pub(crate) fn reach(allowed: &[Allowed], url: &Url) -> Option<Reach> {
    let (host, port) = (url.host()?, url.port_or_known_default()?);
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    if allowed.iter().any(|it| it.port == port && it.host == host.to_string()) {
        return matches!(url.scheme(), "http" | "https").then_some(Reach::Any);
    }
    let may_be_public = match host {
        Host::Domain(name) => !name.ends_with("localhost") && !name.ends_with("localhost."),
        Host::Ipv4(ip) => Reach::Public.includes(IpAddr::V4(ip)),
        Host::Ipv6(ip) => Reach::Public.includes(IpAddr::V6(ip)),
    };
    (url.scheme() == "https" && may_be_public).then_some(Reach::Public)
}

/// Says whether an address is public unicast (IANA special-purpose registries, RFC 6890).
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // 2000::/3 is what is handed out; within it: documentation, Teredo and 6to4 lead elsewhere.
    (0x2000..0x4000).contains(&first)
        && !(first == 0x2001 && (second == 0xdb8 || second < 0x200))
        && first != 0x2002
        && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::{Allowed, is_public, reach};
    use url::Url;

    #[test]
    fn rule_18_only_public_unicast_addresses() {
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:a00:1::",
            "64:ff9b::a00:1",
            "2001::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["193.0.0.1", "8.8.8.8", "2a00:1450::1", "2001:4860::8888"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn what_the_operator_allows_may_be_called_by_a_name_that_leads_to_a_private_address() {
        let allowed = ["mock.internal", "10.0.0.5"].map(|host| Allowed { host: host.into(), port: 8443 });
        let reach = |url| reach(&allowed, &Url::parse(url).unwrap());
        let private = "10.0.0.5".parse().unwrap();
        for url in ["https://mock.internal:8443/", "http://MOCK.internal:8443/", "https://10.0.0.5:8443/"] {
            assert!(reach(url).is_some_and(|it| it.includes(private)), "{url}");
        }
        let other_port = reach("https://mock.internal/").unwrap();
        assert!(!other_port.includes(private) && other_port.includes("8.8.8.8".parse().unwrap()));
    }

    #[test]
    fn rule_18_only_https_unless_the_operator_allows_that_host_and_port() {
        let allowed = [Allowed { host: "bankid.localhost".into(), port: 4401 }];
        let permits = |url| reach(&allowed, &Url::parse(url).unwrap()).is_some();
        assert!(permits("https://auth.bankid.no/x") && permits("http://bankid.localhost:4401/x"));
        for url in [
            "http://auth.bankid.no/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://localhost/",
            "https://x.localhost/",
            "https://localhost./",
            "http://bankid.localhost:4402/",
            "http://vipps.localhost:4401/",
            "https://user@auth.bankid.no/",
            "file:///etc/passwd",
            "ftp://auth.bankid.no/",
        ] {
            assert!(!permits(url), "{url}");
        }
    }
}
