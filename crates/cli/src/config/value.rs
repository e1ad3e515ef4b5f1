//! Values that TOML has no type for: durations, networks, hosts with a port.

use std::{fmt, net::IpAddr, time::Duration};

use serde::{Deserialize, Deserializer, de};

/// A duration as operators write it: `"20s"`, `"15m"`, `"24h"`, `"90d"`; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lasting(pub(crate) Duration);

/// A network: `"10.0.0.0/8"`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Net {
    address: IpAddr,
    prefix: u8,
}

/// A host name with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Lasting {
    /// Reads `90d`, `24h`, `30m`, `20s` or `500ms`; zero is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let split = text.find(|it: char| !it.is_ascii_digit())?;
        let (number, unit) = text.split_at(split);
        let number: u64 = number.parse().ok().filter(|it| *it > 0)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        Some(Self(Duration::from_millis(number.checked_mul(millis)?)))
    }
}

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
        // The largest unit that loses nothing; a day is written as hours, as people say it.
        let fits = |size: &u128| millis.is_multiple_of(*size) && (*size != 86_400_000 || millis > *size);
        let (size, unit) = units.into_iter().find(|(size, _)| fits(size)).unwrap_or((1, "ms"));
        write!(f, "{}{unit}", millis / size)
    }
}

impl Net {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse::<IpAddr>().ok()?, Some(prefix.parse::<u8>().ok()?)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(most);
        (prefix <= most).then_some(Self { address, prefix })
    }

    /// Says whether `address` is in this network. An IPv4 address in IPv6 clothes is an IPv4 address.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        fn same(left: u128, right: u128, width: u8, prefix: u8) -> bool {
            let shift = u32::from(width.saturating_sub(prefix));
            left.checked_shr(shift).unwrap_or(0) == right.checked_shr(shift).unwrap_or(0)
        }
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(it)) => {
                same(net.to_bits().into(), it.to_bits().into(), 32, self.prefix)
            }
            (IpAddr::V6(net), IpAddr::V6(it)) => same(net.to_bits(), it.to_bits(), 128, self.prefix),
            _ => false,
        }
    }
}

impl HostPort {
    /// Reads `host:port`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let is_host =
            !host.is_empty() && !host.contains(|it: char| it.is_whitespace() || "/@?#".contains(it));
        is_host.then_some(Self { host: host.to_ascii_lowercase(), port: port.parse().ok()? })
    }
}

/// Reads a string that `parse` understands; otherwise says what was expected.
struct Written<T> {
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
}

impl<T> de::Visitor<'_> for Written<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

macro_rules! written {
    ($type:ty, $expected:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Written { expected: $expected, parse: Self::parse })
            }
        }
    };
}

written!(Lasting, r#"a duration such as "20s", "15m", "24h" or "90d""#);
written!(Net, r#"an address or a network such as "10.0.0.0/8""#);
written!(HostPort, r#"a host with a port such as "idp.example:8443""#);

#[cfg(test)]
mod tests {
    use super::{HostPort, Lasting, Net};
    use std::time::Duration;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, seconds) in [("20s", 20), ("15m", 900), ("24h", 86_400), ("90d", 7_776_000)] {
            let lasting = Lasting::parse(text).unwrap();
            assert_eq!(lasting.0, Duration::from_secs(seconds));
            assert_eq!(lasting.to_string(), text);
        }
        for text in [
            "",
            "0s",
            "20",
            "s",
            "1 h",
            "-1s",
            "1.5h",
            "2w",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert_eq!(Lasting::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        let contains = |net: &str, it: &str| Net::parse(net).unwrap().contains(it.parse().unwrap());
        assert!(contains("10.0.0.0/8", "10.255.0.1") && contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(contains("127.0.0.1", "127.0.0.1") && !contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("0.0.0.0/0", "8.8.8.8") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1") && !contains("2001:db8::/32", "2001:db9::1"));
        for text in ["10.0.0.0/33", "::/129", "10.0.0/8", "example.com", "10.0.0.0/-1", ""] {
            assert_eq!(Net::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_host_has_a_port() {
        assert_eq!(
            HostPort::parse("IdP.example:8443"),
            Some(HostPort { host: "idp.example".into(), port: 8443 })
        );
        for text in ["idp.example", ":1", "a b:1", "https://a:1", "a:99999"] {
            assert_eq!(HostPort::parse(text), None, "{text}");
        }
    }
}
