//! When a signing key signs, and when it stands in the JWKS.

use std::time::Duration;

use crate::Timestamp;

/// The instants in a signing key's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// From here on it stands in the JWKS.
    pub published_at: Timestamp,
    /// From here on it may sign; at least 24 hours after publication, except for a domain's first key.
    pub active_at: Timestamp,
    /// From here on it signs no more.
    pub retired_at: Option<Timestamp>,
    /// It was compromised: from here on it does not stand in the JWKS.
    pub withdrawn_at: Option<Timestamp>,
}

fn is_past(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| at <= now)
}

/// Says whether the key may sign now. Of several, the one that became active last signs.
pub fn signs_now(key: &KeyTimes, now: Timestamp) -> bool {
    key.active_at <= now && !is_past(key.retired_at, now) && !is_past(key.withdrawn_at, now)
}

/// Says whether the key stands in the JWKS now: from publication until the last token that it signed has
/// expired and caches (24 hours) have let go of it.
///
/// `token_life`: the longest life of a token that the key signed.
/// Spec: OpenID Connect Core 1.0 §10.1.1
/// <https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys>
pub fn stands_in_jwks(key: &KeyTimes, token_life: Duration, now: Timestamp) -> bool {
    let gone = key.retired_at.map(|at| at.after(token_life).after(Duration::from_secs(24 * 60 * 60)));
    key.published_at <= now && !is_past(gone, now) && !is_past(key.withdrawn_at, now)
}

/// How long keys are used and how long ahead they are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySchedule {
    /// How long a key signs; 90 days by default.
    pub used_for: Duration,
    /// How long before that it stands in the JWKS, at least; 24 hours by default.
    pub published_ahead: Duration,
}

impl Default for KeySchedule {
    fn default() -> Self {
        let day = Duration::from_secs(24 * 60 * 60);
        Self { used_for: 90 * day, published_ahead: day }
    }
}

/// Finds the key that signs now: of those that may, the one that became active last.
pub fn current_key<K>(keys: &[K], times: impl Fn(&K) -> KeyTimes, now: Timestamp) -> Option<&K> {
    keys.iter().filter(|key| signs_now(&times(key), now)).max_by_key(|key| times(key).active_at)
}

/// Finds the key that will sign next: published, not yet active.
pub fn next_key<K>(keys: &[K], times: impl Fn(&K) -> KeyTimes, now: Timestamp) -> Option<&K> {
    let waits = |key: &&K| times(key).active_at > now && !is_past(times(key).withdrawn_at, now);
    keys.iter().filter(waits).min_by_key(|key| times(key).active_at)
}

/// How long somebody may still have a key set from before a key was published: the `max-age` of the JWKS, and what a
/// node remembers.
pub const KEY_SET_KEPT_FOR: Duration = Duration::from_secs(5 * 60 + 10);

/// The earliest instant at which a published key can sign without surprising anybody.
///
/// A schedule that publishes keys shorter ahead than key sets are kept says how long they are kept.
pub fn may_sign_from(key: &KeyTimes, schedule: KeySchedule, now: Timestamp) -> Timestamp {
    key.published_at.after(schedule.published_ahead.min(KEY_SET_KEPT_FOR)).max(now)
}

/// Says when a key that has to be published now shall begin to sign; `None` while one is published ahead.
///
/// `keys`: all of one domain and one algorithm. The one that signs until then retires at that instant.
pub fn missing_key(keys: &[KeyTimes], schedule: KeySchedule, now: Timestamp) -> Option<Timestamp> {
    if next_key(keys, |key| *key, now).is_some() {
        return None;
    }
    // Without a key that signs, waiting would not help.
    let Some(current) = current_key(keys, |key| *key, now) else { return Some(now) };
    Some(current.active_at.after(schedule.used_for).max(now.after(schedule.published_ahead)))
}

#[cfg(test)]
mod tests {
    use super::{KeySchedule, KeyTimes, missing_key, signs_now, stands_in_jwks};
    use crate::Timestamp;
    use std::time::Duration;

    const HOUR: i64 = 3600;

    #[test]
    fn req_c3_a_key_is_published_a_day_before_it_signs_and_a_day_after_its_last_token() {
        let at = Timestamp::from_seconds;
        let key = KeyTimes {
            published_at: at(0),
            active_at: at(24 * HOUR),
            retired_at: Some(at(100 * HOUR)),
            withdrawn_at: None,
        };
        let state =
            |now| (signs_now(&key, at(now)), stands_in_jwks(&key, Duration::from_secs(1200), at(now)));
        assert_eq!(state(-1), (false, false));
        assert_eq!(state(23 * HOUR), (false, true));
        assert_eq!(state(24 * HOUR), (true, true));
        assert_eq!(state(100 * HOUR), (false, true));
        assert_eq!(state(124 * HOUR + 1199), (false, true));
        assert_eq!(state(124 * HOUR + 1200), (false, false));
    }

    #[test]
    fn a_withdrawn_key_is_gone_at_once() {
        let at = Timestamp::from_seconds;
        let key =
            KeyTimes { published_at: at(0), active_at: at(0), retired_at: None, withdrawn_at: Some(at(9)) };
        assert!(signs_now(&key, at(8)) && !signs_now(&key, at(9)));
        assert!(!stands_in_jwks(&key, Duration::ZERO, at(9)));
    }

    #[test]
    fn req_c3_there_is_always_a_key_published_ahead() {
        let at = Timestamp::from_seconds;
        let schedule = KeySchedule::default();
        let key = |active| KeyTimes {
            published_at: at(0),
            active_at: at(active),
            retired_at: None,
            withdrawn_at: None,
        };
        let day = 24 * HOUR;
        assert_eq!(missing_key(&[], schedule, at(5)), Some(at(5)));
        assert_eq!(missing_key(&[key(0)], schedule, at(5)), Some(at(90 * day)));
        assert_eq!(missing_key(&[key(0)], schedule, at(200 * day)), Some(at(201 * day)));
        assert_eq!(missing_key(&[key(0), key(90 * day)], schedule, at(5)), None);
        let withdrawn = KeyTimes { withdrawn_at: Some(at(1)), ..key(90 * day) };
        assert_eq!(missing_key(&[key(0), withdrawn], schedule, at(5)), Some(at(90 * day)));
    }
}
