//! What the provider says of itself.
//!
//! Spec: OpenID Connect Discovery 1.0 §3 <https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata>

use std::time::Duration;

use crypto::{Algorithm, ContentEncryption, b64};
use model::{Acr, stands_in_jwks};
use oidc::{ResponseMode, Scope};
use serde_json::{Value, json};

use crate::{Issuer, Provider, Refusal, RequestContext, issuer::Key};

/// The longest life of a token that a signing key signs: the upper limit of an application's setting.
const LONGEST_TOKEN: Duration = Duration::from_secs(24 * 60 * 60);

/// RFC 8414 §2 names; for confidential and for public clients.
const METHODS: [&str; 4] = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
/// Those by which a client proves who it is.
const PROOFS: [&str; 3] = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
/// Of the modern profile.
pub(crate) const CLAIMS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "at_hash",
    "idp",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
    "nin",
    "nin_type",
    "nin_country",
    "eid_subject",
];

impl Issuer {
    /// Gives the discovery document. `acr`: the value that the path carried, which then leads every login.
    pub fn discovery(&self, acr: Option<&str>) -> Value {
        let mut document = self.endpoints(acr);
        if let (Value::Object(all), Value::Object(more)) = (&mut document, self.abilities()) {
            all.extend(more);
        }
        document
    }

    fn endpoints(&self, acr: Option<&str>) -> Value {
        let at = |path: &str| format!("{}{path}", self.url());
        let authorize = match acr {
            Some(acr) => at(&format!("/{}/oauth2/authorize", b64::encode_standard(acr.as_bytes()))),
            None => at("/oauth2/authorize"),
        };
        let algorithms = Algorithm::ALL.map(Algorithm::as_str);
        json!({
            "issuer": self.url(),
            "authorization_endpoint": authorize,
            "pushed_authorization_request_endpoint": at("/oauth2/par"),
            "require_pushed_authorization_requests": self.settings.require_par,
            "token_endpoint": at("/oauth2/token"),
            "token_endpoint_auth_methods_supported": METHODS,
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "introspection_endpoint": at("/oauth2/introspect"),
            "introspection_endpoint_auth_methods_supported": PROOFS,
            "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocation_endpoint": at("/oauth2/revoke"),
            "revocation_endpoint_auth_methods_supported": METHODS,
            "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
            "userinfo_endpoint": at("/oauth2/userinfo"),
            "jwks_uri": at("/.well-known/jwks"),
            "end_session_endpoint": at("/oauth2/logout"),
        })
    }

    fn abilities(&self) -> Value {
        let acrs = Acr::all().filter(|it| self.offers(it.method()));
        // RS256 first: some clients take the first one as *the* one.
        let algorithms = Algorithm::ALL.map(Algorithm::as_str);
        let (key, content) =
            ([crypto::KEY_ENCRYPTION], ContentEncryption::ALL.map(ContentEncryption::as_str));
        json!({
            "scopes_supported": Scope::MODERN.map(Scope::as_str),
            "response_types_supported": ["code"],
            "response_modes_supported": ResponseMode::COMMON.map(ResponseMode::as_str),
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "acr_values_supported": acrs.map(Acr::as_str).collect::<Vec<_>>(),
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": algorithms,
            "id_token_encryption_alg_values_supported": key,
            "id_token_encryption_enc_values_supported": content,
            "userinfo_signing_alg_values_supported": algorithms,
            "userinfo_encryption_alg_values_supported": key,
            "userinfo_encryption_enc_values_supported": content,
            "claim_types_supported": ["normal"],
            "claims_supported": CLAIMS,
            "claims_parameter_supported": true,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "ui_locales_supported": ["nb", "nn", "en"],
        })
    }
}

impl Provider {
    /// Gives the JWK Set: public members only. An EdDSA key is in it only while an application uses EdDSA, because there
    /// are client libraries that fail at a key type that they do not know.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn jwks(&self, issuer: &Issuer, context: &RequestContext) -> Result<Value, Refusal> {
        let published = |key: &&Key| stands_in_jwks(&key.times, LONGEST_TOKEN, context.now);
        let mut keys: Vec<&Key> = issuer.keys.iter().filter(published).collect();
        let is_eddsa = |key: &Key| key.algorithm == Algorithm::EdDsa;
        if keys.iter().any(|key| is_eddsa(key)) && !self.registered(issuer, context).await?.uses_eddsa() {
            keys.retain(|key| !is_eddsa(key));
        }
        Ok(json!({"keys": keys.into_iter().map(|key| &key.jwk).collect::<Vec<_>>()}))
    }
}
