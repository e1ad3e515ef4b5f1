//! The sandbox of all tenants on a host of its own: `/{tenant}/{eid}/…`.
//!
//! It answers at that host only, and shows a page only for a request that a test domain of the tenant made.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use crypto::Random;
use model::TenantId;
use oidc::Params;
use pages::StopReason;
use provider::{Provider, Refusal, RequestContext, Seat, TraceId};
use sandbox::{Answer, Kind, People, Person, PublicSandbox, RegistrySimulator};

use crate::{
    ClientAddress, Clock, SimulatorSite,
    domain_request::host,
    respond::page::answer as bare,
    sandbox::{self as simulator, asked, from_elsewhere, stop, without_choice},
};

/// The largest form, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Where the people are kept that tenants added.
#[async_trait]
pub trait SandboxPeople: Send + Sync {
    /// Lists a tenant's; `None` when there is no such tenant.
    ///
    /// # Errors
    /// A text for the log; the sandbox answers 503.
    async fn list(&self, tenant: TenantId) -> Result<Option<Vec<Person>>, String>;

    /// Adds one; one that is there already stays.
    ///
    /// # Errors
    /// As for `list`.
    async fn add(&self, tenant: TenantId, person: Person) -> Result<(), String>;
}

/// The sandbox and what its site needs.
pub struct PublicSandboxSite {
    /// The simulators.
    pub sandbox: Arc<PublicSandbox>,
    /// The companies; the same for everybody, and nobody changes them.
    pub registry: RegistrySimulator,
    /// The people.
    pub people: Arc<dyn SandboxPeople>,
    /// The time.
    pub clock: Clock,
    /// For new people.
    pub random: Random,
    /// Whose limits hold here too; `None`: no limits.
    pub limits: Option<Arc<Provider>>,
}

/// What an address of the sandbox names.
struct SandboxAddress {
    tenant: TenantId,
    kind: Kind,
    rest: String,
}

fn place(path: &str) -> Option<SandboxAddress> {
    let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (eid, rest) = rest.split_once('/')?;
    let tenant = TenantId::parse(tenant).ok()?;
    Some(SandboxAddress { tenant, kind: Kind::parse(eid)?, rest: format!("/{rest}") })
}

fn refused(headers: &HeaderMap, why: &str, error: Option<&str>) -> Response {
    match error {
        Some(error) => tracing::error!(error, "the people of the sandbox cannot be read or kept"),
        None => tracing::info!(why, "a request to the sandbox was refused"),
    }
    let stopped = match error {
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, StopReason::Later),
        None => (StatusCode::BAD_REQUEST, StopReason::NoRequest),
    };
    stop(headers, stopped, Some(&format!("Sandbox: {why}")), None)
}

/// The limits of the domains hold here too. By address only people are counted: programs come from our own.
fn let_in(site: &PublicSandboxSite, by_person: bool, request: &Request) -> Result<Option<Seat>, Refusal> {
    let Some(provider) = &site.limits else { return Ok(None) };
    let from = request.extensions().get::<ClientAddress>().map(|it| it.0);
    let trace = TraceId::new(provider.random());
    if by_person {
        provider.admit_address(&RequestContext { now: (site.clock)(), trace, from })?;
    }
    provider.seat(site.sandbox.host()).map(Some)
}

fn with_wait(refusal: &Refusal) -> Response {
    let (status, wait) = match refusal {
        Refusal::TooMany(_, wait) => (StatusCode::TOO_MANY_REQUESTS, wait.as_secs().max(1)),
        _ => (StatusCode::SERVICE_UNAVAILABLE, 2),
    };
    let mut response = bare(status, Body::empty());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    response
}

fn is_of_registry(path: &str) -> bool {
    ["/enhetsregisteret/", "/fullmakt/"].iter().any(|it| path.starts_with(it))
}

/// What the registry of synthetic companies is asked, by programs.
async fn companies(site: &PublicSandboxSite, request: Request) -> Response {
    let headers = request.headers().clone();
    let _seat = match let_in(site, false, &request) {
        Ok(seat) => seat,
        Err(refusal) => return with_wait(&refusal),
    };
    let Some(request) = asked(request, "", 0).await else {
        return bare(StatusCode::PAYLOAD_TOO_LARGE, Body::empty());
    };
    match site.registry.answer(&request) {
        // In public nobody is kept waiting, nor sent more than they asked for.
        Answer::Slow | Answer::Endless => bare(StatusCode::SERVICE_UNAVAILABLE, Body::empty()),
        other => without_choice(other, &headers).await,
    }
}

/// Everything but our own files.
pub(crate) async fn answer(State(site): State<Arc<PublicSandboxSite>>, request: Request) -> Response {
    let asked = host(request.uri(), request.headers(), request.extensions());
    if !asked.is_some_and(|asked| asked.eq_ignore_ascii_case(site.sandbox.host())) {
        return bare(StatusCode::MISDIRECTED_REQUEST, Body::empty());
    }
    let headers = request.headers().clone();
    let not_found = || stop(&headers, (StatusCode::NOT_FOUND, StopReason::NotFound), None, None);
    if is_of_registry(request.uri().path()) {
        return companies(&site, request).await;
    }
    let Some(place) = place(request.uri().path()) else { return not_found() };
    // People are looked at where they are shown and chosen; what programs ask needs none.
    let with_people = place.rest.starts_with("/simulator/") || place.rest.ends_with("/auth");
    let _seat = match let_in(&site, with_people, &request) {
        Ok(seat) => seat,
        Err(refusal) => return with_wait(&refusal),
    };
    let added = if with_people { site.people.list(place.tenant).await } else { Ok(Some(Vec::new())) };
    let people = match added {
        Ok(Some(added)) => People::with(added),
        Ok(None) => return not_found(),
        Err(error) => return refused(&headers, "try again in a moment", Some(&error)),
    };
    let tenant = place.tenant.to_string();
    let one = Arc::new(SimulatorSite {
        simulator: Arc::new(site.sandbox.simulator(place.kind, &tenant, people)),
        kind: place.kind,
        clock: Arc::clone(&site.clock),
        random: site.random.clone(),
        path: PublicSandbox::path(place.kind, &tenant),
    });
    if place.rest.starts_with("/simulator/") {
        by_person(&site, one, &place, request).await
    } else {
        simulator::answer(State(one), request).await
    }
}

/// What a person does on the pages. The request that they came with must still be one of a domain of the tenant, and
/// a form must come from our own page.
async fn by_person(
    site: &PublicSandboxSite,
    one: Arc<SimulatorSite>,
    place: &SandboxAddress,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers: HeaderMap = parts.headers;
    let is_post = parts.method == Method::POST;
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return bare(StatusCode::PAYLOAD_TOO_LARGE, Body::empty());
    };
    let form = String::from_utf8_lossy(&body).into_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let asked = if is_post {
        // No field is read of a form that another page sent.
        let Some(own) = one.own_form(&headers, &form) else { return from_elsewhere(&headers) };
        own.text("request").to_owned()
    } else {
        Params::parse(&query).unwrap_or_default().get("request").unwrap_or_default().to_owned()
    };
    if !one.simulator.is_asked(&asked, (site.clock)().seconds()) {
        return refused(&headers, "this is no request of a test domain of this tenant", None);
    }
    match (place.rest.as_str(), is_post) {
        ("/simulator/decision", true) => simulator::decide(State(one), headers, form).await,
        ("/simulator/people", false) => {
            simulator::new_person(State(one), headers, RawQuery(Some(query))).await
        }
        ("/simulator/people", true) => {
            let before = one.simulator.people().all().len();
            let response = simulator::add_person(State(Arc::clone(&one)), headers.clone(), form).await;
            // No person is added when the input was wrong, the person exists already, or the sandbox is full.
            match one.simulator.people().all().into_iter().nth(before) {
                Some(person) => match site.people.add(place.tenant, person).await {
                    Ok(()) => response,
                    Err(error) => refused(&headers, "try again in a moment", Some(&error)),
                },
                None => response,
            }
        }
        _ => stop(&headers, (StatusCode::NOT_FOUND, StopReason::NotFound), None, None),
    }
}
