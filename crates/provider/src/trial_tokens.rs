//! What an application would have been given, for whoever tries it.

use model::{Grant, TrialOutcome, UserinfoResponse};
use oidc::Scope;

use crate::{
    InternalError, answers,
    mint::{Mint, id_token_claims, signing_key},
    userinfo::userinfo_claims,
};

/// Makes the ID token and the claims of userinfo, neither of them encrypted. There is no access token: the one that the
/// ID token's `at_hash` is of is stored nowhere.
pub(crate) fn trial_tokens(mint: Mint<'_>, grant: &Grant) -> Result<TrialOutcome, InternalError> {
    let Mint { issuer, application, random, now } = mint;
    let scope = grant.scopes.to_text();
    if !grant.scopes.has(Scope::Openid) {
        return Ok(TrialOutcome::Tokens { id_token: None, userinfo: None, scope });
    }
    let claims = id_token_claims(issuer, application, grant, &random.token(), now);
    let id_token = answers::signed(signing_key(issuer, application, now)?, &claims)?;
    let is_off = application.settings.userinfo_response == UserinfoResponse::FromTokenEndpoint;
    let userinfo = if is_off {
        None
    } else {
        Some(serde_json::to_value(userinfo_claims(application, grant)).map_err(InternalError::new)?)
    };
    Ok(TrialOutcome::Tokens { id_token: Some(id_token), userinfo, scope })
}
