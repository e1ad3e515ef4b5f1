//! Identifiers of our own rows: 16 bytes, time-ordered, written as 32 hexadecimal digits.

use crypto::Random;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes a new one: 48 bits of milliseconds, 80 random bits. Never a bearer value.
            pub fn new(random: &Random, now: Timestamp) -> Self {
                let mut bytes: [u8; 16] = random.bytes();
                for (to, from) in bytes.iter_mut().zip((now.micros() / 1000).to_be_bytes().into_iter().skip(2)) {
                    *to = from;
                }
                Self(bytes)
            }

            /// The lowest that one made at this time, to the millisecond, can be.
            pub fn first_of(time: Timestamp) -> Self {
                let mut bytes = [0; 16];
                for (to, from) in bytes.iter_mut().zip((time.micros() / 1000).to_be_bytes().into_iter().skip(2)) {
                    *to = from;
                }
                Self(bytes)
            }

            /// Takes the 16 bytes as they are.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Gives the 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Reads what `Display` writes.
            ///
            /// # Errors
            /// [`MalformedId`]: no row has such an identifier.
            pub fn parse(text: &str) -> Result<Self, MalformedId> {
                let canonical = text.len() == 32 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
                match u128::from_str_radix(text, 16) {
                    Ok(number) if canonical => Ok(Self(number.to_be_bytes())),
                    _ => Err(MalformedId),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    )*};
}

ids! {
    /// A tenant's.
    TenantId,
    /// A domain's.
    DomainId,
    /// An application's.
    ApplicationId,
    /// A client secret's.
    SecretId,
    /// An identity source's.
    IdentitySourceId,
    /// A grant's.
    GrantId,
    /// A browser session's; its `sid` in tokens.
    SessionId,
    /// A login event's.
    LoginEventId,
    /// A test user's.
    TestUserId,
    /// A claim's on jobs.
    LeaseId,
    /// A member's of a tenant.
    MemberId,
    /// An API key's.
    ApiKeyId,
    /// A link's that was sent to somebody.
    LinkId,
    /// An issuer's of credentials.
    IssuerId,
    /// A kept plan's.
    PlanId,
    /// A letter's.
    LetterId,
    /// An order's of credentials.
    OrderId,
}

#[cfg(test)]
mod tests {
    use super::TenantId;
    use crate::Timestamp;
    use crypto::Random;

    #[test]
    fn an_identifier_reads_back_and_later_ones_sort_after() {
        let random = Random::seeded(1);
        let early = TenantId::new(&random, Timestamp::from_seconds(1_000));
        let late = TenantId::new(&random, Timestamp::from_seconds(1_001));
        assert!(early.to_string() < late.to_string());
        assert_eq!(TenantId::parse(&late.to_string()), Ok(late));
        assert!(TenantId::parse("+0000000000000000000000000000001").is_err());
    }
}
