//! The pipeline: 1 who is the client, 2 which grant, 3 redeem in one write, 4 sign.

use oidc::{ClientCredentials, MalformedCredentials, Params, TokenParams, TokenResponse};
use texts::Cause;

use crate::{Call, Issuer, Provider, Refusal, refusal::refuse};

impl Provider {
    /// Answers a token request. `authorization`: the header, when there is one.
    ///
    /// # Errors
    /// [`Refusal::OAuth`] as RFC 6749 §5.2 has it; others are our own trouble.
    pub async fn token(
        &self,
        issuer: &Issuer,
        authorization: Option<&str>,
        params: &Params,
        call: &Call,
    ) -> Result<TokenResponse, Refusal> {
        // "Request and response parameters MUST NOT be included more than once." (RFC 6749 §3.2)
        if params.has_duplicate() {
            return Err(refuse(Cause::ParameterRepeated));
        }
        let credentials = ClientCredentials::pick(authorization, params).map_err(|error| {
            refuse(match error {
                MalformedCredentials::Several => Cause::CredentialsContradict,
                MalformedCredentials::Header => Cause::CredentialsNotBasic,
                MalformedCredentials::Missing => Cause::CredentialsMissing,
            })
        })?;
        let client = self.authenticate(issuer, &credentials, call).await?;
        let request = TokenParams::pick(params);
        let answer = match request.grant_type.as_deref() {
            Some("authorization_code") => self.redeem_code(issuer, &client, &request, call).await,
            Some(_) => Err(refuse(Cause::GrantTypeUnsupported)),
            None => Err(refuse(Cause::GrantTypeMissing)),
        };
        answer.map_err(|refusal| refusal.of(&client.application.client_id))
    }
}
