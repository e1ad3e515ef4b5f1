//! What the provider says of itself to one application: only what that application may use.

use model::{Acr, compatible};
use serde_json::{Value, json};

use crate::{Application, Call, Issuer, Provider, Refusal};

impl Provider {
    /// Gives the discovery document narrowed to one application; an unknown one gets what everybody gets.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn discovery_of(
        &self,
        issuer: &Issuer,
        (acr, client_id): (Option<&str>, &str),
        call: &Call,
    ) -> Result<Value, Refusal> {
        let mut document = issuer.discovery(acr);
        match self.application(issuer, client_id, call).await {
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
        call: &Call,
    ) -> Result<Value, Refusal> {
        let application = self.application(issuer, client_id, call).await?;
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
    let acrs = Acr::ALL.into_iter().filter(|acr| issuer.offers(acr.eid()));
    let acrs: Vec<&str> = acrs.filter(|acr| settings.allows(*acr)).map(Acr::as_str).collect();
    let modes: Vec<&str> = settings.modes().into_iter().map(oidc::ResponseMode::as_str).collect();
    let algorithms = json!([settings.algorithm().as_str()]);
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("acr_values_supported", json!(acrs));
    set("response_modes_supported", json!(modes));
    set("id_token_signing_alg_values_supported", algorithms.clone());
    set("userinfo_signing_alg_values_supported", algorithms);
    if settings.is_compatible() {
        let names = compatible::names(&settings.eids, settings.compatible.property_format);
        set("claims_supported", json!(names));
        let scopes: &[&str] = if settings.compatible.dynamic_scopes {
            &["openid", "address", "email", "phone", "birthdate", "ssn"]
        } else {
            &["openid"]
        };
        set("scopes_supported", json!(scopes));
    }
}
