//! What the provider answers to a browser in a login, as HTTP.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use oidc::{AuthorizationResponse, ResponseMode};
use pages::{
    Choice, Consent, Continue, Form, FormPost, Frame, Logo, Notice, OpenApp, Selector, Shared, SignIn,
    TrialOver, TroublePage,
};
use provider::{
    AppPrompt, ConsentAsk, Ended, Issuer, LoginResponse, PasswordPrompt, Refusal, Refused, Selection,
    SharedClaim, Shown, Step, TroubleAt,
};
use texts::Locale;

use super::{json_answer, post_message};
use crate::{
    App, cookies,
    domain_request::DomainRequest,
    eid_files::EidFile,
    frame::{brand, frame},
    respond::{
        error::noted,
        page::{ContentPolicy, page, policy_of, see_other},
    },
};

/// How the person got here. Chromium applies `form-action` to every hop that follows a form, so a form that
/// ends outside is answered by a page that goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    ByLink,
    ByForm,
}

/// After how many seconds a page that waits for another device loads itself again.
const ASK_AGAIN_IN: u8 = 2;

/// Renders what comes next.
pub(crate) fn respond(
    (app, visit): (&App, &DomainRequest),
    outcome: Result<LoginResponse, Refusal>,
    reached: Reached,
) -> Response {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(refusal) => {
            return visit.refusal_page(&refusal);
        }
    };
    let https = visit.issuer.is_https();
    let last_eid = match &outcome.step {
        Step::Leave { eid, .. } => Some(*eid),
        Step::OpenApp(prompt) => Some(prompt.eid),
        _ => None,
    };
    let mut response = step((app, visit), outcome.step, visit.locale(&outcome.ui_locales), reached);
    let headers = response.headers_mut();
    cookies::write_changes(headers, &outcome.cookies, https);
    if let Some(eid) = last_eid {
        cookies::write_last_eid(headers, eid, https);
    }
    if let Some(locale) = visit.chosen_now {
        cookies::write_language(headers, locale, https);
    }
    response
}

fn step((app, visit): (&App, &DomainRequest), step: Step, locale: Locale, reached: Reached) -> Response {
    match step {
        Step::Show { login } => see_other(&format!("/login/{login}")),
        Step::Select(selection) => {
            page(StatusCode::OK, &selector((app, visit), selection, locale), locale, ContentPolicy::Links)
        }
        Step::SignIn(ask) => page(StatusCode::OK, &sign_in(visit, ask), locale, ContentPolicy::Forms),
        Step::OpenApp(prompt) => {
            let view = open_app(visit, prompt, locale);
            let again = HeaderValue::from_str(&format!("{ASK_AGAIN_IN}; url={}", view.go_on_href));
            let mut shown = page(StatusCode::OK, &view, locale, ContentPolicy::Links);
            // A login's name is base64url, so that there is always a value.
            shown.headers_mut().extend(again.ok().map(|again| (header::REFRESH, again)));
            shown
        }
        Step::Consent(ask) => page(StatusCode::OK, &consent(visit, ask), locale, ContentPolicy::Forms),
        Step::Trouble(at) => {
            let trace = at.trace;
            let mut shown = page(StatusCode::OK, &trouble(visit, at, locale), locale, ContentPolicy::Links);
            // Header, page and line at the door name the request in which it happened.
            shown.extensions_mut().insert(trace);
            shown
        }
        Step::Ended(it) => ended(visit, it, locale),
        Step::TrialOver { application } => {
            let name = application.name.clone();
            let view = TrialOver { frame: framed(visit, None, application), application: name };
            page(StatusCode::OK, &view, locale, ContentPolicy::Links)
        }
        Step::Leave { url, .. } | Step::TrialReturns { url } => onward(&visit.issuer, url, locale, reached),
        Step::Answer(answer) => answer_application(&visit.issuer, answer, locale, reached),
        Step::Refuse(answer, refused) => {
            noted(answer_application(&visit.issuer, answer, locale, reached), refused)
        }
    }
}

/// A login that cannot go on, with every way on that there is.
fn ended(visit: &DomainRequest, it: Ended, locale: Locale) -> Response {
    let restart = it.restart.map(|login| format!("/login/{login}/restart"));
    let view = TroublePage {
        application: it.application.as_ref().map(|it| it.name.clone()),
        frame: match it.application {
            Some(application) => branded(visit.frame_of(it.cause), application),
            None => visit.frame_of(it.cause),
        },
        cause: it.cause,
        eid: it.eid.map(|eid| eid.name_in(locale)),
        try_again_href: restart,
        continue_href: it.goes_on.map(|login| format!("/login/{login}")),
        choose_another_href: None,
        back_href: it.home,
        trace_id: visit.context.trace.to_string(),
    };
    let refused = Refused::noted(view.cause, None);
    noted(page(StatusCode::BAD_REQUEST, &view, locale, policy_of(&view.frame)), refused)
}

fn onward(issuer: &Issuer, href: String, locale: Locale, reached: Reached) -> Response {
    match reached {
        Reached::ByLink => see_other(&href),
        Reached::ByForm => {
            let view = Continue { frame: frame(issuer, None), href };
            page(StatusCode::OK, &view, locale, ContentPolicy::Links)
        }
    }
}

fn answer_application(
    issuer: &Issuer,
    answer: AuthorizationResponse,
    locale: Locale,
    reached: Reached,
) -> Response {
    match (answer.location(), answer.mode) {
        (Some(location), _) => onward(issuer, location, locale, reached),
        (None, ResponseMode::PostMessage) => post_message::respond(frame(issuer, None), &answer, locale),
        (None, ResponseMode::Json) => json_answer::respond(&answer),
        (None, _) => {
            let hidden = answer.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let form = Form { action: answer.redirect_uri, hidden };
            page(
                StatusCode::OK,
                &FormPost { frame: frame(issuer, None), form },
                locale,
                ContentPolicy::PostsElsewhere,
            )
        }
    }
}

/// The same for an application.
fn framed(visit: &DomainRequest, here: Option<&str>, application: Shown) -> Frame {
    branded(frame(&visit.issuer, here), application)
}

fn branded(frame: Frame, application: Shown) -> Frame {
    let is_trial = application.is_trial;
    Frame { is_trial, ..frame.with(Some(brand(application))) }
}

fn picture(file: &EidFile) -> Logo {
    Logo { href: file.path.clone(), width: file.width, height: file.height }
}

fn selector((app, visit): (&App, &DomainRequest), selection: Selection, locale: Locale) -> Selector {
    let here = format!("/login/{}", selection.login);
    let choices = selection.choices.into_iter().map(|choice| Choice {
        eid: choice.name.clone().unwrap_or_else(|| choice.eid.name_in(locale)),
        hint: choice.eid.hint(choice.level, choice.biometrics),
        href: format!("{here}/with/{}", choice.eid.as_str()),
        last_used: visit.cookies.last_eid == Some(choice.eid),
        is_down: choice.is_down,
        notice: choice
            .notice
            .as_ref()
            .and_then(|it| it.in_language(locale.as_str()))
            .map(|(lang, text)| Notice { lang, text: text.to_owned() }),
        button: choice.button,
        picture: app.eid_files.button(choice.eid, locale).map(picture),
        logo: app.eid_files.logo(choice.eid).map(picture),
    });
    Selector {
        choices: choices.collect(),
        application: selection.application.name.clone(),
        frame: framed(visit, Some(&here), selection.application),
        back_href: Some(format!("{here}/back")),
    }
}

fn sign_in(visit: &DomainRequest, ask: PasswordPrompt) -> SignIn {
    let here = format!("/login/{}", ask.login);
    SignIn {
        application: ask.application.name.clone(),
        frame: framed(visit, Some(&here), ask.application),
        refused: ask.refused,
        form: Form { action: format!("{here}/sign-in"), hidden: Vec::new() },
        choose_another_href: ask.has_others.then(|| format!("{here}/choose")),
        back_href: Some(format!("{here}/back")),
    }
}

fn open_app(visit: &DomainRequest, prompt: AppPrompt, locale: Locale) -> OpenApp {
    let here = format!("/login/{}", prompt.login);
    OpenApp {
        application: prompt.application.name.clone(),
        frame: framed(visit, Some(&here), prompt.application),
        eid: prompt.eid.name_in(locale),
        hint: prompt.hint,
        code: prompt.code,
        choose_another_href: prompt.has_others.then(|| format!("{here}/choose")),
        cancel_href: format!("{here}/back"),
        go_on_href: here,
    }
}

fn consent(visit: &DomainRequest, ask: ConsentAsk) -> Consent {
    let here = format!("/login/{}", ask.login);
    let shared = ask.shared.into_iter().map(|kind| match kind {
        SharedClaim::Nin => Shared::NationalNumber,
        SharedClaim::Name => Shared::Name,
        SharedClaim::Birthdate => Shared::BirthDate,
        SharedClaim::Email => Shared::Email,
        SharedClaim::Phone => Shared::Phone,
        SharedClaim::Address => Shared::Address,
        SharedClaim::EidSubject => Shared::EidSubject,
        SharedClaim::OfflineAccess => Shared::OfflineAccess,
    });
    Consent {
        shared: shared.collect(),
        legal_ground: ask.legal_ground,
        application: ask.application.name.clone(),
        frame: framed(visit, Some(&here), ask.application),
        form: Form { action: format!("{here}/consent"), hidden: Vec::new() },
    }
}

fn trouble(visit: &DomainRequest, at: TroubleAt, locale: Locale) -> TroublePage {
    let here = format!("/login/{}", at.login);
    TroublePage {
        application: Some(at.application.name.clone()),
        frame: framed(visit, Some(&here), at.application),
        cause: at.cause,
        eid: Some(at.eid.name_in(locale)),
        try_again_href: Some(format!("{here}/with/{}", at.eid.as_str())),
        continue_href: None,
        choose_another_href: at.has_others.then(|| format!("{here}/choose")),
        back_href: Some(format!("{here}/back")),
        trace_id: at.trace.to_string(),
    }
}
