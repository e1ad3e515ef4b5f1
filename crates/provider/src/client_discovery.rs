//! What the provider says of itself to one application: only what that application may use.

use model::{Acr, ApplicationSettings, ClientAuthentication, compatible};
use oidc::Scope;
use serde_json::{Value, json};

use crate::{Application, Issuer, Provider, Refusal, RequestContext, discovery::CLAIMS};

impl Provider {
    /// Gives the discovery document narrowed to one application; an unknown one gets what everybody gets.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn client_discovery(
        &self,
        issuer: &Issuer,
        (acr, client_id): (Option<&str>, &str),
        context: &RequestContext,
    ) -> Result<Value, Refusal> {
        let mut document = issuer.discovery(acr);
        match self.application(issuer, client_id, context).await {
            Ok(application) => narrow(&mut document, issuer, &application),
            Err(Refusal::NotFound) => {}
            Err(other) => return Err(other),
        }
        Ok(document)
    }

    /// Gives what the vendor's SDKs read before they begin. Logins across devices are not offered, so there are no
    /// addresses for them.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for an unknown client; [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn criipto_configuration(
        &self,
        issuer: &Issuer,
        client_id: &str,
        context: &RequestContext,
    ) -> Result<Value, Refusal> {
        let application = self.application(issuer, client_id, context).await?;
        Ok(json!({"clients": [{
            "client_id": application.client_id,
            "qr_enabled": false,
            "qr_branding": false,
            "userinfo_response_strategy": application.settings.userinfo_response.as_str(),
        }]}))
    }
}

fn narrow(document: &mut Value, issuer: &Issuer, application: &Application) {
    let Some(members) = document.as_object_mut() else { return };
    let settings = &application.settings;
    let acrs = Acr::all().filter(|acr| issuer.offers(acr.method()));
    let acrs: Vec<&str> = acrs.filter(|acr| settings.allows(*acr)).map(Acr::as_str).collect();
    let modes: Vec<&str> = settings.modes().into_iter().map(oidc::ResponseMode::as_str).collect();
    let algorithms = json!([settings.algorithm().as_str()]);
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("acr_values_supported", json!(acrs));
    set("response_modes_supported", json!(modes));
    set("id_token_signing_alg_values_supported", algorithms.clone());
    set("userinfo_signing_alg_values_supported", algorithms);
    let method = match settings.authentication {
        ClientAuthentication::ClientSecret => json!(["client_secret_basic", "client_secret_post"]),
        ClientAuthentication::PrivateKeyJwt => json!(["private_key_jwt"]),
        ClientAuthentication::None => json!(["none"]),
    };
    set("token_endpoint_auth_methods_supported", method);
    let require_par = settings.require_par || issuer.settings.require_par;
    set("require_pushed_authorization_requests", json!(require_par));
    let grants: &[&str] = if settings.refresh_tokens {
        &["authorization_code", "refresh_token"]
    } else {
        &["authorization_code"]
    };
    set("grant_types_supported", json!(grants));
    let (scopes, claims) = words(issuer, settings);
    set("scopes_supported", json!(scopes));
    set("claims_supported", json!(claims));
}

/// The scopes that the application may use, and the claims that it may get.
fn words(issuer: &Issuer, settings: &ApplicationSettings) -> (Vec<&'static str>, Vec<&'static str>) {
    let may = |scope: &Scope| match scope {
        Scope::Nin => settings.eids.iter().any(|eid| issuer.may_have_nin(settings, *eid)),
        Scope::OfflineAccess => settings.refresh_tokens,
        _ => true,
    };
    if settings.is_compatible() {
        let dynamic = settings.compatible.dynamic_scopes;
        let known = [
            (Scope::Openid, "openid", true),
            (Scope::Address, "address", dynamic),
            (Scope::Email, "email", dynamic),
            (Scope::Phone, "phone", dynamic),
            (Scope::Birthdate, "birthdate", dynamic),
            (Scope::Nin, "ssn", dynamic),
            (Scope::OfflineAccess, "offline_access", true),
        ];
        let scopes = known.into_iter().filter(|(scope, _, is_on)| *is_on && may(scope));
        let claims = compatible::names(&settings.eids, settings.compatible.property_format);
        return (scopes.map(|(_, word, _)| word).collect(), claims);
    }
    let scopes = Scope::MODERN.into_iter().filter(may).map(Scope::as_str).collect();
    let claims = CLAIMS.iter().copied().filter(|name| may(&Scope::Nin) || !name.starts_with("nin"));
    (scopes, claims.collect())
}
