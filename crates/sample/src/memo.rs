//! What the browser keeps while the person is away, sealed.

use crypto::{Random, SealKey, b64};
use serde::{Deserialize, Serialize};

use crate::{SampleError, login::Login};

/// A login may take an hour; the issuer itself gives up sooner.
const LONGEST: i64 = 60 * 60;
const PLACE: &[u8] = b"sample login";

/// The values that tie an answer to its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memo {
    pub(crate) login: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// Unix seconds.
    pub(crate) started_at: i64,
}

impl Memo {
    /// Makes fresh values, 256 bits each.
    pub(crate) fn fresh(login: Login, random: &Random, now: i64) -> Self {
        let value = || b64::encode(&random.bytes::<32>());
        let (state, nonce, verifier) = (value(), value(), value());
        Self { login: login.id.to_owned(), state, nonce, verifier, started_at: now }
    }

    /// The code challenge, S256. Spec: RFC 7636 §4.2
    pub(crate) fn challenge(&self) -> String {
        b64::encode(&crypto::sha256(self.verifier.as_bytes()))
    }

    /// Seals the memo as text for a cookie: base64url, about 350 characters.
    pub(crate) fn seal(&self, key: &SealKey, random: &Random) -> Result<String, SampleError> {
        let plain = serde_json::to_vec(self).map_err(|_| SampleError::Memo)?;
        Ok(b64::encode(&key.seal(random, PLACE, &plain)))
    }

    /// Opens what [`Memo::seal`] made, unless it is too old.
    pub(crate) fn open(key: &SealKey, text: &str, now: i64) -> Result<Self, SampleError> {
        let sealed = b64::decode(text).ok_or(SampleError::Memo)?;
        let plain = key.open(PLACE, &sealed).map_err(|_| SampleError::Memo)?;
        let memo: Self = serde_json::from_slice(plain.expose()).map_err(|_| SampleError::Memo)?;
        if now - memo.started_at > LONGEST { Err(SampleError::Memo) } else { Ok(memo) }
    }
}

#[cfg(test)]
mod tests {
    use super::Memo;
    use crate::login::Login;
    use crypto::{Random, SealKey};

    #[test]
    fn a_memo_comes_back_for_an_hour_and_only_with_its_key() {
        let random = Random::seeded(1);
        let key = SealKey::generate(&random);
        let memo = Memo::fresh(Login::find("vipps").unwrap(), &random, 1_000);
        let text = memo.seal(&key, &random).unwrap();

        assert!(text.len() < 500, "{}", text.len());
        assert_eq!(Memo::open(&key, &text, 4_600).unwrap(), memo);
        assert!(Memo::open(&key, &text, 4_601).is_err());
        assert!(Memo::open(&SealKey::generate(&random), &text, 1_000).is_err());
        assert!(Memo::open(&key, "", 1_000).is_err());
    }
}
