//! The sample application of `portvakt dev` over HTTP: its logic is `sample`'s, its pages are `pages`'.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use crypto::{Random, b64};
use pages::{
    Claim, Exchange, ExchangeStep, Page, SampleBrowser, SampleChoice, SampleError, SampleLogin, SampleResult,
    SampleStart, SampleToken, StopReason,
};
use sample::{Finished, Sample, Step};
use texts::Locale;

use crate::{
    Clock,
    headers::cookies,
    respond::page::{ContentPolicy, loads_own, page, page_with, see_other},
    simulator_common::{frame, frame_at, locale, stop},
};

/// The sample application and what its site needs.
pub struct SampleSite {
    /// The relying party.
    pub sample: Sample,
    /// The issuer it logs in at.
    pub issuer: String,
    /// Its own address, without a path.
    pub base: String,
    /// The client id of the page that runs in the browser alone.
    pub browser_client_id: String,
    /// The time.
    pub clock: Clock,
    /// For the names of results.
    pub random: Random,
    /// What the last logins gave, to be looked at and reloaded.
    pub results: Results,
}

/// The results of the last logins, each under a random name.
#[derive(Default)]
pub struct Results(Mutex<VecDeque<(String, Arc<SampleResult>)>>);

/// How many results are kept.
const MOST_RESULTS: usize = 100;

impl Results {
    fn keep(&self, name: &str, result: SampleResult) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((name.to_owned(), Arc::new(result)));
        kept.truncate(MOST_RESULTS);
    }

    fn find(&self, name: &str) -> Option<Arc<SampleResult>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == name).map(|(_, result)| Arc::clone(result))
    }
}

const MEMO: &str = "sample-";

/// What is not there.
pub(crate) async fn not_found(headers: HeaderMap) -> Response {
    stop(&headers, (StatusCode::NOT_FOUND, StopReason::NotFound), None, Some("/"))
}

/// `GET /`
pub(crate) async fn start(State(site): State<Arc<SampleSite>>, headers: HeaderMap) -> Response {
    let choices =
        SampleLogin::ALL.map(|login| SampleChoice { login, href: format!("/login/{}", login.id()) });
    let view = SampleStart {
        frame: frame_at(""),
        issuer: site.issuer.clone(),
        choices: choices.to_vec(),
        browser_href: Some("/browser".to_owned()),
    };
    page(StatusCode::OK, &view, locale(&headers), ContentPolicy::Links)
}

/// `GET /login/{id}`
pub(crate) async fn login(
    State(site): State<Arc<SampleSite>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match site.sample.start(&id, (site.clock)().seconds()).await {
        Ok(begun) => {
            let mut response = see_other(&begun.location);
            let secure = if site.base.starts_with("https:") { "; Secure" } else { "" };
            let cookie = format!(
                "{MEMO}{}={}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax{secure}",
                begun.state, begun.memo
            );
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => failed(&error, locale(&headers)),
    }
}

fn memo(headers: &HeaderMap, state: &str) -> String {
    let found = cookies(headers).find(|(name, _)| name.strip_prefix(MEMO) == Some(state));
    found.map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// `GET /callback`
pub(crate) async fn callback(
    State(site): State<Arc<SampleSite>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let state = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "state");
    let state = state.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let now = (site.clock)().seconds();
    match site.sample.finish(&query, &memo(&headers, &state), now).await {
        Ok(finished) => {
            // On to an address without the code: a reload must not present it again.
            let name = b64::encode(&site.random.bytes::<16>());
            site.results.keep(&name, result(finished));
            forget_memo(see_other(&format!("/result/{name}")), &state)
        }
        Err(error) => forget_memo(failed(&error, locale(&headers)), &state),
    }
}

/// Removes the cookie of a login that has come back. A state is 32 bytes in base64url; anything else names no cookie of
/// ours, and could write others.
fn forget_memo(mut response: Response, state: &str) -> Response {
    if b64::decode(state).is_none_or(|it| it.len() != 32) {
        return response;
    }
    let cookie = format!("{MEMO}{state}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|it| (header::SET_COOKIE, it)));
    response
}

/// `GET /result/{name}`
pub(crate) async fn show(
    State(site): State<Arc<SampleSite>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    match site.results.find(&name) {
        Some(result) => page(StatusCode::OK, &*result, locale(&headers), ContentPolicy::Links),
        None => see_other("/"),
    }
}

fn failed(error: &sample::SampleError, locale: Locale) -> Response {
    let view = SampleError {
        frame: frame(),
        error: error.code().to_owned(),
        description: error.description(),
        trace_id: error.trace().map(str::to_owned),
        start_href: "/".to_owned(),
    };
    page(StatusCode::OK, &view, locale, ContentPolicy::Links)
}

const fn step(step: Step) -> ExchangeStep {
    match step {
        Step::Discovery => ExchangeStep::Discovery,
        Step::Authorize => ExchangeStep::Authorize,
        Step::Token => ExchangeStep::Token,
        Step::Keys => ExchangeStep::Keys,
        Step::Userinfo => ExchangeStep::Userinfo,
    }
}

fn result(finished: Finished) -> SampleResult {
    let claims = finished.claims.iter().map(|(name, value)| Claim {
        name: name.to_owned(),
        value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    });
    let who = finished.claims.text("name").or_else(|| finished.userinfo.claims()?.text("name"));
    SampleResult {
        frame: frame_at(""),
        who: who.or_else(|| finished.claims.text("sub")).unwrap_or_default().to_owned(),
        id_token: SampleToken {
            header: serde_json::to_string_pretty(&finished.header).unwrap_or_default(),
            claims: claims.collect(),
            json: finished.claims.pretty(),
            compact: finished.id_token,
        },
        userinfo: finished.userinfo.claims().map(sample::Claims::pretty),
        exchange: finished
            .exchange
            .into_iter()
            .map(|leg| Exchange { step: step(leg.step), request: leg.request, response: leg.response })
            .collect(),
        logout_href: finished.logout_url,
        start_href: "/".to_owned(),
    }
}

/// `GET /browser`: the application that runs in the browser alone.
pub(crate) async fn browser(State(site): State<Arc<SampleSite>>, headers: HeaderMap) -> Response {
    let view = SampleBrowser {
        frame: frame_at(""),
        issuer: site.issuer.clone(),
        client_id: site.browser_client_id.clone(),
        redirect_uri: format!("{}/browser", site.base),
        scope: "openid profile".to_owned(),
        acr_values: Vec::new(),
        start_href: "/".to_owned(),
    };
    let policy = format!(
        loads_own!("script-src 'self'; connect-src 'self' {}; form-action 'none'; frame-ancestors 'none'"),
        site.issuer
    );
    page_with(StatusCode::OK, view.html(locale(&headers)), &policy, ContentPolicy::Links)
}

#[cfg(test)]
mod tests {
    use axum::http::header::SET_COOKIE;
    use crypto::b64;

    use super::{forget_memo, see_other};

    #[test]
    fn a_state_that_is_none_of_ours_could_write_cookies() {
        let forgotten = |state: &str| {
            let response = forget_memo(see_other("/"), state);
            response.headers().get(SET_COOKIE).map(|it| it.to_str().unwrap().to_owned())
        };
        for state in ["x=evil; Max-Age=99; Domain=example", "x", "", "a b"] {
            assert_eq!(forgotten(state), None, "{state}");
        }
        let state = b64::encode(&[7; 32]);
        assert!(forgotten(&state).unwrap().starts_with(&format!("sample-{state}=; Path=/; Max-Age=0;")));
    }
}
