//! The pipeline: 1 who is the client, 2 which grant, 3 redeem in one write, 4 sign.

use oidc::{ClientCredentials, ErrorCode, MalformedCredentials, Params, TokenParams, TokenResponse};

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
            return Err(refuse(ErrorCode::InvalidRequest, "a parameter is included more than once"));
        }
        let credentials = ClientCredentials::pick(authorization, params).map_err(|error| match error {
            MalformedCredentials::Several => refuse(
                ErrorCode::InvalidRequest,
                "the client authenticates in more than one way, or as two clients",
            ),
            MalformedCredentials::Header => {
                refuse(ErrorCode::InvalidClient, "the Authorization header is not Basic authentication")
            }
            MalformedCredentials::Missing => {
                refuse(ErrorCode::InvalidClient, "client authentication is missing or incomplete")
            }
        })?;
        let client = self.authenticate(issuer, &credentials, call).await?;
        let request = TokenParams::pick(params);
        match request.grant_type.as_deref() {
            Some("authorization_code") => self.redeem_code(issuer, &client, &request, call).await,
            Some(_) => Err(refuse(ErrorCode::UnsupportedGrantType, "the grant type is not supported")),
            None => Err(refuse(ErrorCode::InvalidRequest, "grant_type is missing")),
        }
    }
}
