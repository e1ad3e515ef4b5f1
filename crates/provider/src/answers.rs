//! What answers about a login have in common: by whom they are issued, how they are signed and encrypted.

use crypto::Random;
use model::{ApplicationSettings, Payload, compatible::Issued};
use oidc::ExpiresIn;

use crate::{Application, InternalError, Issuer, issuer::Key};

/// By whom and for whom tokens of the compatible profile are made.
pub(crate) fn issued<'a>(issuer: &'a Issuer, application: &'a Application) -> Issued<'a> {
    Issued {
        issuer: issuer.url(),
        client_id: &application.client_id,
        settings: &application.settings.compatible,
    }
}

/// Signs claims.
pub(crate) fn signed(key: &Key, claims: &Payload) -> Result<String, InternalError> {
    let payload = serde_json::to_vec(claims).map_err(InternalError::new)?;
    crypto::sign(&key.signing, "JWT", &payload).map_err(InternalError::new)
}

/// Encrypts a signed token to the application.
pub(crate) fn encrypted(
    application: &Application,
    random: &Random,
    token: &str,
) -> Result<String, InternalError> {
    let key = application.settings.encryption_key();
    let key =
        key.ok_or_else(|| InternalError::new(format!("{} has no key to encrypt to", application.client_id)))?;
    key.encrypt(application.settings.encryption(), random, token).map_err(InternalError::new)
}

/// How long an access token lives, as the profile writes it: in the compatible one as a text, but only in the answer to a
/// code. At a refresh, client libraries calculate with it.
pub(crate) fn expires_in(settings: &ApplicationSettings, is_refresh: bool) -> ExpiresIn {
    let seconds = settings.lifetimes().access_token_for.as_secs();
    if settings.is_compatible() && !is_refresh {
        ExpiresIn::Text(seconds.to_string())
    } else {
        ExpiresIn::Number(seconds)
    }
}
