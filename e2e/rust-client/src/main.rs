//! The `openidconnect` crate, unmodified: nothing but issuer and credentials.

use std::{env, error::Error, process::Command};

use openidconnect::{
    AccessTokenHash, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope,
    TokenResponse,
    core::{CoreClient, CoreProviderMetadata, CoreResponseType, CoreUserInfoClaims},
    reqwest,
};
use serde_json::json;

fn http() -> Result<reqwest::Client, Box<dyn Error>> {
    // No redirects: an HTTP client that follows them can be led inside (the crate's own advice).
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    Ok(match env::var("CA_FILE") {
        Ok(path) => builder.add_root_certificate(reqwest::Certificate::from_pem(&std::fs::read(path)?)?),
        Err(_) => builder,
    }
    .build()?)
}

/// Logs in without a browser and gives the code and the state.
fn log_in(start: &str, redirect_uri: &str) -> Result<(String, String), Box<dyn Error>> {
    let output = Command::new("node").args([&env::var("LOGIN")?, start, redirect_uri]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let ended = openidconnect::url::Url::parse(String::from_utf8(output.stdout)?.trim())?;
    let value = |name| ended.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned());
    Ok((value("code").ok_or("no code")?, value("state").ok_or("no state")?))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let http = http()?;
    let redirect_uri = env::var("REDIRECT_URI")?;
    let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(env::var("ISSUER")?)?, &http).await?;
    let secret = ClientSecret::new(env::var("CLIENT_SECRET")?);
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(env::var("CLIENT_ID")?), Some(secret))
            .set_redirect_uri(RedirectUrl::new(redirect_uri.clone())?);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (start, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".into()))
        .add_auth_context_value(AuthenticationContextClass::new(env::var("ACR_VALUES")?))
        .set_pkce_challenge(challenge)
        .url();

    let (code, returned) = log_in(start.as_str(), &redirect_uri)?;
    if &returned != state.secret() {
        return Err("the state is not ours".into());
    }
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))?
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await?;
    let id_token = tokens.id_token().ok_or("no ID token came")?;
    let checker = client.id_token_verifier();
    let claims = id_token.claims(&checker, &nonce)?;
    let hash = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg()?,
        id_token.signing_key(&checker)?,
    )?;
    if claims.access_token_hash() != Some(&hash) {
        return Err("at_hash is not the access token's".into());
    }
    let userinfo: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?
        .request_async(&http)
        .await?;
    println!("{}", json!({"claims": flat(claims)?, "userinfo": userinfo}));
    Ok(())
}

/// `aud` as one string, as it was on the wire: the crate makes a list of it.
fn flat(claims: &impl serde::Serialize) -> Result<serde_json::Value, serde_json::Error> {
    let mut claims = serde_json::to_value(claims)?;
    if let Some([one]) = claims["aud"].as_array().map(Vec::as_slice) {
        claims["aud"] = one.clone();
    }
    Ok(claims)
}
