//! `/login/{login}/…` and `/callback/{eid}`: the steps of a login that a person sees.

use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use crypto::{Secret, password};
use model::LoginMethod;
use oidc::{Params, Returned};
use provider::{LoginAction, Refusal};
use tokio::sync::Semaphore;

use super::login_response::{Reached, respond};
use crate::{
    App,
    domain_request::{DomainRequest, unreadable},
    own_form::NotOwnForm,
};

async fn go_on(app: &App, visit: &DomainRequest, login: &str, action: LoginAction) -> Response {
    let outcome = app.provider.continue_login(visit.by_browser(), login, action).await;
    respond((app, visit), outcome, Reached::ByLink)
}

/// `GET /login/{login}`
pub(crate) async fn show(
    State(app): State<App>,
    visit: DomainRequest,
    Path(login): Path<String>,
) -> Response {
    go_on(&app, &visit, &login, LoginAction::Look).await
}

/// `GET /login/{login}/with/{eid}`
pub(crate) async fn choose(
    State(app): State<App>,
    visit: DomainRequest,
    Path((login, eid)): Path<(String, String)>,
) -> Response {
    match LoginMethod::parse(&eid) {
        Some(eid) => go_on(&app, &visit, &login, LoginAction::Choose(eid)).await,
        None => visit.refusal_page(&Refusal::NotFound),
    }
}

/// `GET /login/{login}/choose`: from trouble back to the selector.
pub(crate) async fn choose_another(
    State(app): State<App>,
    visit: DomainRequest,
    Path(login): Path<String>,
) -> Response {
    go_on(&app, &visit, &login, LoginAction::ChooseAnother).await
}

/// `GET /login/{login}/back`: to the application.
pub(crate) async fn back(
    State(app): State<App>,
    visit: DomainRequest,
    Path(login): Path<String>,
) -> Response {
    go_on(&app, &visit, &login, LoginAction::GoBack).await
}

/// `GET /login/{login}/restart`
pub(crate) async fn restart(
    State(app): State<App>,
    visit: DomainRequest,
    Path(login): Path<String>,
) -> Response {
    go_on(&app, &visit, &login, LoginAction::Restart).await
}

/// `POST /login/{login}/consent`
pub(crate) async fn consent(
    State(app): State<App>,
    visit: DomainRequest,
    Path(login): Path<String>,
    body: String,
) -> Response {
    let decision = visit
        .form
        .read(&body)
        .and_then(|form| form.get("decision").map(|it| it == "allow").ok_or(NotOwnForm::Unreadable));
    let agreed = match decision {
        Ok(agreed) => agreed,
        Err(why) => {
            return visit.cause_page(why.told());
        }
    };
    let outcome = app.provider.decide_consent(visit.by_browser(), &login, agreed).await;
    respond((&app, &visit), outcome, Reached::ByForm)
}

/// One password is stretched at a time, however many come: the rest of the machine is for everybody else's logins.
static STRETCHING: Semaphore = Semaphore::const_new(1);

/// `POST /login/{login}/sign-in`: a test user, with `username` and `password`.
pub(crate) async fn sign_in(
    State(app): State<App>,
    visit: DomainRequest,
    Path(login): Path<String>,
    body: String,
) -> Response {
    let body = Secret::new(body);
    let form = match visit.form.read(body.expose()) {
        Ok(form) => form,
        Err(why) => {
            return visit.cause_page(why.told());
        }
    };
    let password = Secret::from(form.text("password"));
    let verify = async move |digest: Option<Vec<u8>>| {
        let Ok(_turn) = STRETCHING.acquire().await else { return false };
        let verifying = move || password::verify(&password, digest.as_deref());
        tokio::task::spawn_blocking(verifying).await.unwrap_or(false)
    };
    let outcome = app.provider.sign_in(visit.by_browser(), &login, form.text("username"), verify).await;
    respond((&app, &visit), outcome, Reached::ByForm)
}

/// `GET /trial/{key}`: an administrator logs in, in an application's place.
pub(crate) async fn begin_trial(
    State(app): State<App>,
    visit: DomainRequest,
    Path(key): Path<String>,
) -> Response {
    let outcome = app.provider.begin_trial(visit.by_browser(), &key).await;
    respond((&app, &visit), outcome, Reached::ByLink)
}

/// `GET /callback/{eid}`
pub(crate) async fn callback(
    State(app): State<App>,
    visit: DomainRequest,
    Path(eid): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(eid) = LoginMethod::parse(&eid).filter(|it| it.is_eid()) else {
        return visit.refusal_page(&Refusal::NotFound);
    };
    returned(&app, &visit, eid, query).await
}

/// `GET /NOVippsLogin/Callback`, for customers who moved here with that address registered at Vipps.
pub(crate) async fn vipps_callback(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
) -> Response {
    returned(&app, &visit, LoginMethod::NO_VIPPS, query).await
}

async fn returned(app: &App, visit: &DomainRequest, eid: LoginMethod, query: Option<String>) -> Response {
    let params = match Params::parse(&query.unwrap_or_default()) {
        Ok(params) if !params.has_duplicate() => params,
        Ok(_) => Params::default(),
        Err(error) => {
            let cause = (StatusCode::BAD_REQUEST, unreadable(&error));
            return visit.cause_page(cause);
        }
    };
    let outcome = app.provider.callback(visit.by_browser(), eid, Returned::pick(&params)).await;
    respond((app, visit), outcome, Reached::ByLink)
}
