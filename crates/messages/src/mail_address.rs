//! Addresses that a letter can go to.

use lettre::Address;

/// An e-mail address: at most 254 ASCII characters, of the form `local@domain`.
///
/// Spec: RFC 5321 §4.5.3.1 (limits), §4.1.2 (syntax).
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(Address);

/// An address is personal data: it is not printed by accident.
impl std::fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailAddress(…)")
    }
}

impl MailAddress {
    /// Reads an address; `None` for anything else, such as a list, a name with brackets, a line break or one with letters
    /// outside ASCII, which few mail servers take.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 254 || !text.bytes().all(|it| it.is_ascii_graphic()) {
            return None;
        }
        let address: Address = text.parse().ok()?;
        // A quoted local part and a literal domain are legal and never meant.
        let is_plain =
            !text.contains(['"', '[', ',', ';', '<', '>', '(', ')', '\\']) && address.domain().contains('.');
        let is_local = address.domain().eq_ignore_ascii_case("localhost");
        (is_plain || (is_local && !text.contains('"'))).then_some(Self(address))
    }

    /// Says whether a text is an address.
    pub fn is_one(text: &str) -> bool {
        Self::parse(text).is_some()
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    pub(crate) const fn inner(&self) -> &Address {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::MailAddress;

    #[test]
    fn an_address_is_one_plain_address_and_nothing_that_a_mail_server_reads_differently() {
        for good in ["kari@example.com", "kari.nordmann+portvakt@post.example.no", "root@localhost"] {
            assert_eq!(MailAddress::parse(good).unwrap().as_str(), good);
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "kari",
            "kari@",
            "@example.com",
            "kari@intranet",
            "kari@example.com, ola@example.com",
            "Kari <kari@example.com>",
            "kari@example.com\r\nBcc: ola@example.com",
            "\"a b\"@example.com",
            "kari@[127.0.0.1]",
            "kåri@example.com",
            &long,
        ] {
            assert_eq!(MailAddress::parse(bad), None, "{bad}");
        }
    }
}
