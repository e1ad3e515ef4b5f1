//! When a refresh token may be used.
//!
//! A public application's token is replaced with every use. The replaced one stays good until its successor is
//! used for the first time, and for a minute at most: an answer that was lost loses nobody. After that its use
//! means that two have it, and the whole family dies.

use std::time::Duration;

use crate::Timestamp;

/// How long a replaced token stays good for a client that did not get the answer.
const GRACE: Duration = Duration::from_secs(60);

/// The times of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshTimes {
    /// When it was first given a successor.
    pub replaced_at: Option<Timestamp>,
    /// When a successor, or another successor of its predecessor, was used.
    pub retired_at: Option<Timestamp>,
    /// From when on it is refused; the same for the whole family.
    pub expires_at: Timestamp,
}

/// What presenting a refresh token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshUse {
    /// It may be used.
    Good,
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
        let late = self.replaced_at.is_some_and(|replaced| replaced.after(GRACE) <= now);
        if now >= self.expires_at {
            RefreshUse::Expired
        } else if self.retired_at.is_some() || late {
            RefreshUse::Reused
        } else {
            RefreshUse::Good
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RefreshTimes, RefreshUse};
    use crate::Timestamp;

    #[test]
    fn a_replaced_token_is_good_for_a_minute_unless_its_successor_was_used() {
        let at = Timestamp::from_seconds;
        let new = RefreshTimes::until(at(1_000));
        let replaced = RefreshTimes { replaced_at: Some(at(100)), ..new };
        let retired = RefreshTimes { retired_at: Some(at(110)), ..replaced };
        for (times, now, wanted) in [
            (new, 999, RefreshUse::Good),
            (new, 1_000, RefreshUse::Expired),
            (replaced, 159, RefreshUse::Good),
            (replaced, 160, RefreshUse::Reused),
            (replaced, 1_000, RefreshUse::Expired),
            (retired, 120, RefreshUse::Reused),
        ] {
            assert_eq!(times.judge(at(now)), wanted, "{times:?} at {now}");
        }
    }
}
