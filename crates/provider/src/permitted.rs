//! What an application may still have of what it asked for or was given, at every step and on every path to a token.
//!
//! What the source of an eID is limited to counts like what the application is allowed.
//!
//! Settings can change between a request and its tokens, and while tokens live. A claim or scope that was withdrawn
//! is left out; an application, domain, tenant, eID, environment or level that is no longer allowed ends the answer. Nothing is
//! changed or spent here, so allowing it again revives what is stored.

use model::{AuthorizationRequest, Grant, Proof};
use oidc::Scope;

use crate::{Application, Issuer};

/// Says whether a person who was proved in this way may still be logged in to this application: the eID is on, in the
/// environment in which it was used, eID and level are allowed, and domain and tenant are not disabled (RULE-15, NEG-11).
pub(crate) fn permits(issuer: &Issuer, application: &Application, proof: &Proof) -> bool {
    !issuer.is_off
        && issuer.environment_of(proof.eid) == Some(proof.environment)
        && application.settings.accepts(proof.eid, proof.level)
        && issuer.reaches(proof.eid, proof.level)
}

/// A grant cut down to what it may still give; `None` when it may give nothing.
///
/// For codes, refresh tokens, userinfo, introspection and proofs that wait for consent.
pub(crate) fn permitted_grant(issuer: &Issuer, application: &Application, mut grant: Grant) -> Option<Grant> {
    if !permits(issuer, application, &grant.proof) {
        return None;
    }
    let settings = &application.settings;
    let eid = grant.proof.eid;
    if !issuer.may_have_nin(settings, eid) {
        grant = grant.without(Scope::Nin);
    }
    for scope in issuer.withheld(eid).iter() {
        grant = grant.without(scope);
    }
    if !settings.refresh_tokens {
        grant.scopes = grant.scopes.without(Scope::OfflineAccess);
    }
    Some(grant)
}

/// A request cut down to what may still be asked for; `None` when its answer may not go where it should, or no eID
/// that it names is allowed.
///
/// For pushed and stored requests and for logins in flight.
pub(crate) fn permitted_request(
    issuer: &Issuer,
    application: &Application,
    mut wanted: AuthorizationRequest,
) -> Option<AuthorizationRequest> {
    let settings = &application.settings;
    if !issuer.may_have_nin_of_any(settings, &wanted.acrs) {
        wanted.scopes = wanted.scopes.without(Scope::Nin);
        model::remove_named(&mut wanted.claims, Scope::Nin);
    }
    if !settings.refresh_tokens {
        wanted.scopes = wanted.scopes.without(Scope::OfflineAccess);
    }
    wanted.acrs.retain(|acr| settings.allows(*acr));
    // Nothing of a trial goes to the application.
    let may_go_back = wanted.trial.is_some()
        || settings.has_redirect_uri(&wanted.redirect_uri)
            && settings.allows_mode(wanted.response_mode, &wanted.redirect_uri);
    (!issuer.is_off && may_go_back && !wanted.acrs.is_empty()).then_some(wanted)
}
