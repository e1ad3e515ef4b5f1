//! What the application asks: one list of checks, in the order in which they run, and what was understood.

use crypto::b64;
use model::{Acr, ApplicationSettings, AuthorizationRequest, LoginMethod, Nin, Pkce};
use oidc::{AuthorizationParams, Challenge, ClaimsRequest, LoginHint, Prompt, ResponseMode, Scope, Scopes};
use texts::Cause;

use crate::{Application, Issuer, Refusal, RefusedDetails, RequestContext};

/// The longest `state`, in bytes.
pub(crate) const LONGEST_STATE: usize = 4_096;

/// What is asked of whom.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) application: &'a Application,
    pub(crate) params: &'a AuthorizationParams,
    pub(crate) context: &'a RequestContext,
}

/// What a check looks at, and what it fills in.
pub(crate) struct Draft<'a> {
    issuer: &'a Issuer,
    application: &'a Application,
    params: &'a AuthorizationParams,
    hint: LoginHint,
    context: &'a RequestContext,
    pub(crate) wanted: AuthorizationRequest,
}

/// An endpoint that takes an authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `/oauth2/authorize` (RFC 6749 §3.1).
    Authorize,
    /// `/oauth2/par` (RFC 9126 §2).
    Push,
    /// `/trial/{key}`: an administrator asks in the application's place.
    Trial,
}

/// A check, and the endpoints that run it.
struct Check {
    run: fn(&mut Draft<'_>) -> Result<(), Cause>,
    authorize: bool,
    push: bool,
    trial: bool,
}

impl Check {
    const fn runs_at(&self, endpoint: Endpoint) -> bool {
        match endpoint {
            Endpoint::Authorize => self.authorize,
            Endpoint::Push => self.push,
            Endpoint::Trial => self.trial,
        }
    }
}

macro_rules! checks {
    ($($run:ident: $authorize:literal, $push:literal, $trial:literal;)+) => {
        /// In the order in which they run. The client and its redirect URI are known by then: see [`trusted_return`].
        /// An endpoint that takes the same parameters (backchannel authentication, say) gets a column of its own.
        const CHECKS: &[Check] = &[$(
            Check { run: $run, authorize: $authorize, push: $push, trial: $trial }
        ),+];
    };
}

checks! {
    //                 authorize push      trial
    response_mode:     true,     true,     true;
    no_duplicates:     true,     true,     true;
    no_request_object: true,     true,     true;
    lengths:           true,     true,     true;
    code_only:         true,     true,     true;
    prompt:            true,     true,     true;
    scope:             true,     true,     true;
    claims:            true,     true,     true;
    pkce:              true,     true,     true;
    nonce:             true,     true,     true;
    max_age:           true,     true,     true;
    acr:               true,     true,     true;
    bankid_hint:       true,     true,     true;
    nin:               true,     true,     true;
    id_token_hint:     true,     true,     true;
    must_be_pushed:    true,     false,    false;
}

/// Says whether an error may go where the request says (RFC 6749 §4.1.2.1): only to a registered address of
/// a known application. A doubled parameter says nothing.
pub(crate) fn trusted_return(
    application: &Application,
    params: &AuthorizationParams,
) -> Result<String, Cause> {
    match &params.redirect_uri {
        Some(uri) if application.settings.has_redirect_uri(uri) => Ok(uri.clone()),
        Some(_) => Err(Cause::RedirectUriNotRegistered),
        None => Err(Cause::RedirectUriMissing),
    }
}

/// Adds the application, and the return address where that is to blame.
pub(super) fn about_return(
    refusal: Refusal,
    application: &Application,
    params: &AuthorizationParams,
) -> Refusal {
    let refusal = refusal.of(&application.client_id);
    match (&params.redirect_uri, refusal.cause()) {
        (Some(sent), Cause::RedirectUriNotRegistered) => {
            let registered = &application.settings.redirect_uris;
            refusal.with(RefusedDetails::of_return(sent, application, registered))
        }
        _ => refusal,
    }
}

/// Runs the checks. Gives what was understood, or the refusal with the response mode to send it by.
pub(crate) fn understand(
    endpoint: Endpoint,
    input: Input<'_>,
    redirect_uri: String,
) -> Result<AuthorizationRequest, (Cause, ResponseMode)> {
    let Input { issuer, application, params, context } = input;
    let mut draft = Draft {
        issuer,
        application,
        params,
        hint: params.login_hint.as_deref().map(LoginHint::parse).unwrap_or_default(),
        context,
        wanted: AuthorizationRequest {
            application: application.id,
            redirect_uri,
            response_mode: ResponseMode::Query,
            state: params.state.clone(),
            nonce: params.nonce.clone(),
            challenge: None,
            scopes: Scopes::default(),
            claims: ClaimsRequest::default(),
            prompt: Prompt::default(),
            max_age: None,
            acrs: Vec::new(),
            acr_is_essential: false,
            narrowed: None,
            auth_time: false,
            subject: None,
            nin_hint: None,
            ui_locales: locales(params),
            trial: None,
            binding: None,
        },
    };
    for check in CHECKS.iter().filter(|check| check.runs_at(endpoint)) {
        if let Err(cause) = (check.run)(&mut draft) {
            return Err((cause, draft.wanted.response_mode));
        }
    }
    Ok(draft.wanted)
}

fn locales(params: &AuthorizationParams) -> Vec<String> {
    let tags = params.ui_locales.as_deref().unwrap_or_default().split(' ');
    tags.filter(|tag| (2..=35).contains(&tag.len())).take(4).map(str::to_owned).collect()
}

fn response_mode(draft: &mut Draft<'_>) -> Result<(), Cause> {
    if let Some(mode) = &draft.params.response_mode {
        let (settings, redirect_uri) = (&draft.application.settings, &draft.wanted.redirect_uri);
        let known = ResponseMode::parse(mode).filter(|mode| settings.allows_mode(*mode, redirect_uri));
        draft.wanted.response_mode = known.ok_or(Cause::ResponseModeUnsupported)?;
    } else if draft.params.is_answered_in_fragment() {
        // It will be refused, where its answer would have gone.
        draft.wanted.response_mode = ResponseMode::Fragment;
    }
    Ok(())
}

/// "Request and response parameters MUST NOT be included more than once." (RFC 6749 §3.1)
fn no_duplicates(draft: &mut Draft<'_>) -> Result<(), Cause> {
    if draft.params.has_duplicate { Err(Cause::ParameterRepeated) } else { Ok(()) }
}

fn no_request_object(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let params = draft.params;
    if params.request.is_some() {
        return Err(Cause::RequestObjectUnsupported);
    }
    if params.request_uri.is_some() {
        return Err(Cause::RequestUriUnsupported);
    }
    if params.has_registration {
        return Err(Cause::RegistrationUnsupported);
    }
    Ok(())
}

fn lengths(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let params = draft.params;
    for (value, longest) in [
        (&params.state, LONGEST_STATE),
        (&params.nonce, 1_024),
        (&params.scope, 1_024),
        (&params.acr_values, 1_024),
        (&params.login_hint, 1_024),
        (&params.ui_locales, 255),
        (&params.claims, 8_192),
        (&params.id_token_hint, 16_384),
    ] {
        if value.as_ref().is_some_and(|it| it.len() > longest) {
            return Err(Cause::ParameterTooLong);
        }
    }
    Ok(())
}

fn code_only(draft: &mut Draft<'_>) -> Result<(), Cause> {
    match draft.params.response_type.as_deref() {
        Some("code") => Ok(()),
        Some(_) => Err(Cause::ResponseTypeUnsupported),
        None => Err(Cause::ResponseTypeMissing),
    }
}

fn prompt(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let Some(text) = &draft.params.prompt else { return Ok(()) };
    // Idura's word for "forget that I agreed": nothing of the kind is remembered here, so it is an ordinary login.
    let revokes = draft.application.settings.is_compatible();
    let words: Vec<&str> = text.split(' ').filter(|word| !(revokes && *word == "consent_revoke")).collect();
    draft.wanted.prompt = Prompt::parse(&words.join(" ")).ok_or(Cause::PromptInvalid)?;
    Ok(())
}

/// What an application's scopes mean for it: in the compatible profile its settings decide.
fn meant(settings: &ApplicationSettings, asked: Scopes) -> Scopes {
    let known = if settings.is_compatible() {
        let offline = asked.iter().filter(|scope| *scope == Scope::OfflineAccess);
        model::compatible::wanted_scopes(&settings.compatible, asked).iter().chain(offline).collect()
    } else {
        asked.without(Scope::Birthdate)
    };
    if settings.refresh_tokens { known } else { known.without(Scope::OfflineAccess) }
}

/// Unknown scopes are ignored, but not a list with commas: that would log in without an ID token, and the application
/// would not know why.
fn has_commas(scope: &str) -> bool {
    let listed = |word: &&str| word.contains(',') && word.split(',').any(|it| Scope::parse(it).is_some());
    scope.split(' ').any(|word| listed(&word))
}

fn scope(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let named = draft.params.scope.as_deref().unwrap_or_default();
    if !draft.application.settings.is_compatible() && has_commas(named) {
        return Err(Cause::ScopeHasCommas);
    }
    let hinted = draft.hint.scopes.iter().filter_map(|word| Scope::parse(word));
    let asked: Scopes = Scopes::parse(named).iter().chain(hinted).collect();
    draft.wanted.scopes = meant(&draft.application.settings, asked);
    Ok(())
}

fn claims(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let Some(text) = &draft.params.claims else { return Ok(()) };
    let mut asked = ClaimsRequest::parse(text).ok_or(Cause::ClaimsInvalid)?;
    draft.wanted.auth_time = asked.id_token.contains_key("auth_time");
    if draft.application.settings.is_compatible() {
        // There, settings and scopes decide about the person; by name only what is about the login.
        asked.id_token.retain(|name, _| matches!(name.as_str(), "acr" | "sub"));
        asked.userinfo.clear();
    }
    if let Some(subject) = asked.id_token.get("sub") {
        draft.wanted.subject = subject.values.first().cloned();
    }
    draft.wanted.claims = asked;
    Ok(())
}

/// Spec: RFC 7636 §4.3, RFC 9700 §2.1.1 <https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1>
fn pkce(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let params = draft.params;
    draft.wanted.challenge = match (&params.code_challenge, params.code_challenge_method.as_deref()) {
        (None, None) => None,
        (None, Some(_)) => return Err(Cause::CodeChallengeMethodAlone),
        (Some(challenge), Some("S256")) => {
            Some(Challenge::parse(challenge).ok_or(Cause::CodeChallengeInvalid)?)
        }
        // RFC 7636 §4.3: the default is plain, which we do not take.
        (Some(_), _) => return Err(Cause::CodeChallengeMethodUnsupported),
    };
    let settings = &draft.application.settings;
    let needed = settings.is_public() || settings.pkce == Pkce::Required;
    if needed && draft.wanted.challenge.is_none() {
        return Err(Cause::CodeChallengeMissing);
    }
    Ok(())
}

/// A confidential application is protected by PKCE or by a nonce, which counts only with `openid`.
fn nonce(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let wanted = &draft.wanted;
    let by_nonce = wanted.nonce.is_some() && wanted.scopes.has(Scope::Openid);
    if draft.application.settings.pkce == Pkce::Default && wanted.challenge.is_none() && !by_nonce {
        return Err(Cause::NonceMissing);
    }
    Ok(())
}

fn max_age(draft: &mut Draft<'_>) -> Result<(), Cause> {
    if let Some(text) = &draft.params.max_age {
        draft.wanted.max_age = Some(text.parse().map_err(|_| Cause::MaxAgeInvalid)?);
    }
    Ok(())
}

/// Any of the asked values will do; unknown ones beside a known one are ignored.
/// Essential ones are those of `claims.id_token.acr` (OpenID Connect Core 1.0 §5.5.1.1).
fn acr(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let named: Vec<&str> = draft.params.acr_values.as_deref().unwrap_or_default().split(' ').collect();
    let hinted = draft.hint.acr_values.iter().map(String::as_str);
    let claimed = draft.wanted.claims.id_token.get("acr");
    let essential = claimed.is_some_and(|it| it.essential && !it.values.is_empty());
    let asked: Vec<&str> = match claimed {
        Some(it) if !it.values.is_empty() => it.values.iter().map(String::as_str).collect(),
        _ => named.into_iter().chain(hinted).filter(|it| !it.is_empty()).collect(),
    };
    let known: Vec<Acr> = asked.iter().filter_map(|value| Acr::parse(value)).collect();
    if known.is_empty() && essential {
        return Err(Cause::AcrUnmet);
    }
    if known.is_empty() && !asked.is_empty() {
        return Err(Cause::AcrUnknown);
    }
    let wished = if known.is_empty() {
        draft.application.settings.eids.iter().map(|eid| eid.any()).collect()
    } else {
        known
    };
    let allowed: Vec<Acr> =
        wished.into_iter().filter(|acr| draft.application.settings.allows(*acr)).collect();
    if allowed.is_empty() {
        return Err(Cause::AcrNotAllowed);
    }
    draft.wanted.acrs = allowed;
    draft.wanted.acr_is_essential = essential;
    Ok(())
}

/// `BID` asks for high, `BIS` for biometrics; both leave other eIDs alone.
fn bankid_hint(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let Some(hint) = draft.hint.bankid.take() else { return Ok(()) };
    let (settings, bankid) = (&draft.application.settings, LoginMethod::NO_BANKID);
    let narrowed = bankid.any().narrowed(hint.high);
    // An essential acr is returned as it was asked, so the hint must not change it.
    let narrows = !draft.wanted.acr_is_essential && settings.allows(narrowed);
    for acr in draft.wanted.acrs.iter_mut().filter(|acr| narrows && **acr == bankid.any()) {
        *acr = narrowed;
        draft.wanted.narrowed = Some(bankid);
    }
    draft.wanted.nin_hint = hint.nin.and_then(|nin| Nin::parse(bankid.country(), &nin));
    Ok(())
}

/// The national identity number, only where the application may have it; silently left out it would be a
/// surprise at the worst moment.
fn nin(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let wanted = &draft.wanted;
    let is_nin = |name: &String| matches!(name.as_str(), "nin" | "nin_type" | "nin_country");
    let named = wanted.claims.id_token.keys().chain(wanted.claims.userinfo.keys()).any(is_nin);
    let asked = named || wanted.scopes.has(Scope::Nin);
    if !asked {
        return Ok(());
    }
    let (issuer, settings) = (draft.issuer, &draft.application.settings);
    // Nobody is sent to an eID from which what was asked for cannot come.
    draft.wanted.acrs.retain(|acr| issuer.may_have_nin(settings, acr.method()));
    if draft.wanted.acrs.is_empty() { Err(Cause::NinNotAllowed) } else { Ok(()) }
}

/// A verified hint binds, whatever its age. One that cannot be verified is ignored: a stated deviation from OpenID Connect
/// Core 1.0 §3.1.2.1.
fn id_token_hint(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let Some(token) = &draft.params.id_token_hint else { return Ok(()) };
    let Some(hint) = draft.issuer.hint(token, draft.context.now) else {
        // The person cannot be asked, so it is not known whether they are the right one. Elsewhere the hint is no more than a hint: an
        // application that keeps an old one would otherwise never log anybody in again.
        return if draft.wanted.prompt.none { Err(Cause::IdTokenHintInvalid) } else { Ok(()) };
    };
    match &draft.wanted.subject {
        Some(subject) if *subject != hint.subject => Err(Cause::PersonsDiffer),
        _ => {
            draft.wanted.subject = Some(hint.subject);
            Ok(())
        }
    }
}

/// Last, so that an application that has to push is told first what else is wrong.
const fn must_be_pushed(draft: &mut Draft<'_>) -> Result<(), Cause> {
    let required = draft.application.settings.require_par || draft.issuer.settings.require_par;
    if required { Err(Cause::PushRequired) } else { Ok(()) }
}

/// Decodes the acr in a path segment: base64 in either alphabet, with or without padding.
pub(crate) fn acr_of_segment(segment: &str) -> Option<String> {
    let bytes = b64::decode_standard(segment).or_else(|| b64::decode(segment.trim_end_matches('=')))?;
    String::from_utf8(bytes).ok().filter(|it| it.starts_with("urn:"))
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, Endpoint, acr_of_segment};

    #[test]
    fn a_pushed_request_is_checked_like_one_that_a_browser_brings() {
        let only_one =
            CHECKS.iter().filter(|it| it.runs_at(Endpoint::Authorize) != it.runs_at(Endpoint::Push));
        // Whether it had to be pushed is no question where it is pushed.
        assert_eq!((only_one.count(), CHECKS.len()), (1, 16));
    }

    #[test]
    fn the_segments_of_existing_customers_are_read() {
        let acr = Some("urn:grn:authn:no:bankid".to_owned());
        assert_eq!(acr_of_segment("dXJuOmdybjphdXRobjpubzpiYW5raWQ="), acr);
        assert_eq!(acr_of_segment("dXJuOmdybjphdXRobjpubzpiYW5raWQ"), acr);
        for other in ["", "oauth2", "!!!", "aGVsbG8="] {
            assert_eq!(acr_of_segment(other), None, "{other}");
        }
    }
}
