//! When a refresh token may be used.
//!
//! A public application's token is replaced with every use. For a minute after that, the replaced token still gives its
//! client the same successor: an answer that was lost, or two tabs that refresh at once, do not log a person out, and a family
//! never forks. Later use of it means that two parties have it, and the whole family is revoked.
//!
//! ```text
//!  Good ── first use ──► Replaced (60 s: the same successor) ──► Reused (revokes the family)
//!    └──────────────────────── expires_at ──► Expired
//! ```

use std::time::Duration;

use crate::Timestamp;

/// How long a replaced token stays good for a client that did not get the answer.
pub const REFRESH_GRACE: Duration = Duration::from_secs(60);

/// The times of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshTimes {
    /// When it was given its successor.
    pub replaced_at: Option<Timestamp>,
    /// When a node of an earlier version retired it; never written any more.
    pub retired_at: Option<Timestamp>,
    /// From when on it is refused; the same for the whole family.
    pub expires_at: Timestamp,
}

/// What presenting a refresh token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshUse {
    /// It may be used, and a public application's is replaced now.
    Good,
    /// It was replaced less than a minute ago: give the same successor again.
    Replaced,
    /// It ran out: refuse, and nothing else.
    Expired,
    /// Somebody uses what was replaced: revoke the family.
    Reused,
}

impl RefreshTimes {
    /// The times of a new token.
    pub const fn until(expires_at: Timestamp) -> Self {
        Self { replaced_at: None, retired_at: None, expires_at }
    }

    /// Judges a use.
    ///
    /// Spec: RFC 9700 §4.14.2 <https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2>
    pub fn judge(&self, now: Timestamp) -> RefreshUse {
        match (self.replaced_at, self.retired_at) {
            _ if now >= self.expires_at => RefreshUse::Expired,
            (Some(replaced), _) if now < replaced.after(REFRESH_GRACE) => RefreshUse::Replaced,
            (None, None) => RefreshUse::Good,
            (Some(_), _) | (None, Some(_)) => RefreshUse::Reused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RefreshTimes, RefreshUse};
    use crate::Timestamp;

    #[test]
    fn a_replaced_token_gives_its_successor_for_a_minute_and_kills_the_family_afterwards() {
        let at = Timestamp::from_seconds;
        let new = RefreshTimes::until(at(1_000));
        let replaced = RefreshTimes { replaced_at: Some(at(100)), ..new };
        let retired = RefreshTimes { retired_at: Some(at(110)), ..new };
        for (times, now, wanted) in [
            (new, 999, RefreshUse::Good),
            (new, 1_000, RefreshUse::Expired),
            (replaced, 159, RefreshUse::Replaced),
            (replaced, 160, RefreshUse::Reused),
            (replaced, 1_000, RefreshUse::Expired),
            (retired, 120, RefreshUse::Reused),
            (RefreshTimes { retired_at: Some(at(110)), ..replaced }, 120, RefreshUse::Replaced),
        ] {
            assert_eq!(times.judge(at(now)), wanted, "{times:?} at {now}");
        }
    }
}
