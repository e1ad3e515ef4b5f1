//! An earlier ID token of ours, given back as a hint.

use model::Timestamp;
use serde_json::Value;

use crate::Issuer;

/// What a hint proves once its signature has been checked. It may have expired.
pub(crate) struct Hint {
    pub(crate) subject: String,
    pub(crate) client_id: String,
    /// The session that it was given for.
    pub(crate) session_id: Option<String>,
}

impl Issuer {
    /// Reads a hint: signed by a key of ours that was not compromised, retired ones too, and about this issuer.
    ///
    /// Spec: OpenID Connect Core 1.0 §3.1.2.1, RP-Initiated Logout 1.0 §2
    pub(crate) fn hint(&self, token: &str, now: Timestamp) -> Option<Hint> {
        let compact = crypto::parse(token).ok()?;
        let key = self.keys.iter().find(|key| {
            compact.kid() == Some(key.signing.kid()) && key.times.withdrawn_at.is_none_or(|at| at > now)
        })?;
        let claims = compact.verify_claims(&key.public, &[key.algorithm]).ok()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        (text("iss").as_deref() == Some(self.url())).then_some(())?;
        let session_id = text("sid").or_else(|| model::compatible::session_of_hint(&claims));
        Some(Hint { subject: text("sub")?, client_id: text("aud")?, session_id })
    }
}
