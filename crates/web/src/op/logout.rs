//! `/oauth2/logout`

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use oidc::{LogoutParams, Params};
use pages::{Form, Frame, LoggedOut as LoggedOutPage, LogoutConfirm};
use provider::{LoggedOut, LogoutStep, Refusal, Refused};
use texts::{Cause, Locale};

use crate::{
    App,
    cookies::write_changes,
    domain_request::DomainRequest,
    frame::{brand, frame, in_languages},
    respond::{
        error::{logout_refusal_page, refusal_page},
        page::{ContentPolicy, page, see_other},
    },
};

/// The page for a request that cannot be read.
fn malformed(visit: &DomainRequest) -> Response {
    let refused = Refused::new(Cause::LogoutMalformed);
    logout_refusal_page(visit.frame_of(refused.cause), refused, visit.locale(&[]), &visit.context)
}

/// `GET /oauth2/logout`
pub(crate) async fn show(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
) -> Response {
    log_out(&app, &visit, &query.unwrap_or_default(), false).await
}

/// `POST /oauth2/logout`: continued by GET, as for authorization; the answer of our own page ends it.
pub(crate) async fn create(State(app): State<App>, visit: DomainRequest, body: String) -> Response {
    if let Some(answer) = visit.in_another_language(&body) {
        return answer;
    }
    if !visit.form.may_be_form() {
        let refusal = Refusal::Page(Refused::new(Cause::ContentTypeUnsupported));
        return visit.refusal_page(&refusal);
    }
    let Ok(params) = Params::parse(&body) else {
        return malformed(&visit);
    };
    // Only our own page asks this question; from elsewhere it is a request to log out, and the question is asked.
    if visit.form.read(&body).is_ok_and(|form| form.get("decision") == Some("logout")) {
        return log_out(&app, &visit, &body, true).await;
    }
    let picked = LogoutParams::pick(&params);
    if picked.has_duplicate {
        return malformed(&visit);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(hidden(&picked));
    see_other(&format!("/oauth2/logout?{}", query.finish()))
}

fn hidden(params: &LogoutParams) -> Vec<(String, String)> {
    let fields = [
        ("id_token_hint", &params.id_token_hint),
        ("client_id", &params.client_id),
        ("post_logout_redirect_uri", &params.post_logout_redirect_uri),
        ("state", &params.state),
        ("ui_locales", &params.ui_locales),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
}

async fn log_out(app: &App, visit: &DomainRequest, raw: &str, confirmed: bool) -> Response {
    let Ok(params) = Params::parse(raw) else {
        return malformed(visit);
    };
    let params = LogoutParams::pick(&params);
    let locales: Vec<String> =
        params.ui_locales.iter().flat_map(|it| it.split(' ')).map(str::to_owned).collect();
    let locale = visit.locale(&locales);
    match app.provider.logout(visit.by_browser(), &params, confirmed).await {
        Ok(LoggedOut { step, cookies }) => {
            let mut response = show_step(visit, step, (&params, confirmed), locale);
            write_changes(response.headers_mut(), &cookies, visit.issuer.is_https());
            response
        }
        Err(refusal) => refusal_page(visit.frame_of(refusal.cause()), &refusal, locale, &visit.context),
    }
}

fn show_step(
    visit: &DomainRequest,
    step: LogoutStep,
    (params, confirmed): (&LogoutParams, bool),
    locale: Locale,
) -> Response {
    // A link would repeat the request.
    let frame = frame(&visit.issuer, None);
    let name = |application: Option<std::sync::Arc<provider::Application>>| {
        application.map(|it| it.name().to_owned())
    };
    match step {
        LogoutStep::Return(location) if confirmed => {
            page(StatusCode::OK, &pages::Continue { frame, href: location }, locale, ContentPolicy::Links)
        }
        LogoutStep::Return(location) => see_other(&location),
        LogoutStep::Confirm { application } => {
            let form = Form { action: "/oauth2/logout".to_owned(), hidden: hidden(params) };
            // Without an application there is only our own front page to stay at.
            let stay_href = application.is_none().then(|| "/".to_owned());
            let frame = frame.with(application.as_ref().map(|it| brand(it.shown(&visit.issuer))));
            let application = name(application);
            let view = LogoutConfirm { frame, application, form, stay_href };
            page(StatusCode::OK, &view, locale, ContentPolicy::Forms)
        }
        LogoutStep::Refused(refused) => {
            logout_refusal_page(visit.frame_of(refused.cause), refused, locale, &visit.context)
        }
        LogoutStep::Page { application } => {
            let frame = frame.with(application.as_ref().map(|it| brand(it.shown(&visit.issuer))));
            let back_href = application.as_ref().and_then(|it| it.home());
            let application = name(application);
            // Asked without anything, the address says the same.
            let frame = Frame { languages: in_languages("/oauth2/logout"), ..frame };
            let home_href = application.is_none().then(|| "/".to_owned());
            let view = LoggedOutPage { frame, application, back_href, home_href };
            page(StatusCode::OK, &view, locale, ContentPolicy::Links)
        }
    }
}
