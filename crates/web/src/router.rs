//! The sites: the routes of each, and what is in front of them.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use sandbox::{RegistrySimulator, SignatureSimulator};
use tower::ServiceExt;

use crate::{
    App, MailboxSite, PublicSandboxSite, SampleSite, SimulatorSite, Site,
    door::{LONGEST_URI, LONGEST_WAIT, at_the_door, empty, host_of, word_of},
    headers::is_ambiguous,
    mailbox,
    op::assets,
    public_sandbox, registry_simulator,
    routes::{ROWS, folded, not_found},
    sample, sandbox as simulator, signature_simulator,
    site_language::choose_language,
};

/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// The routes of every domain; the host decides which one.
pub fn op_router(app: App) -> Site {
    let routes = ROWS.iter().fold(Router::new(), |router, row| router.route(row.path, (row.handlers)()));
    let routes = routes
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), at_the_door))
        .with_state(app);
    // Routing looks at the path, so the path is folded before it.
    Router::new().fallback_service(tower::util::MapRequest::new(routes, fold))
}

/// The routes of a simulated eID.
pub fn simulator_router(site: Arc<SimulatorSite>) -> Site {
    Router::new()
        .route("/assets/{name}", get(assets::show))
        .route("/simulator/decision", post(simulator::decide))
        .route("/simulator/people", get(simulator::new_person).post(simulator::add_person))
        .route("/simulator/keys", post(simulator::rotate_key))
        .route("/simulator/clients", post(simulator::register_client))
        .route("/simulator/outage", post(simulator::begin_outage).delete(simulator::end_outage))
        .fallback(simulator::answer)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(choose_language))
        .with_state(site)
}

/// The routes of the simulated company registry.
pub fn registry_router(registry: Arc<RegistrySimulator>) -> Site {
    Router::new()
        .route("/simulator/bankruptcies/{number}", post(registry_simulator::declare_bankrupt))
        .route(
            "/simulator/outage",
            post(registry_simulator::begin_outage).delete(registry_simulator::end_outage),
        )
        .fallback(registry_simulator::answer)
        .layer(middleware::from_fn(choose_language))
        .with_state(registry)
}

/// The routes of the sandbox of all tenants; it answers at its own host only.
pub fn public_sandbox_router(site: Arc<PublicSandboxSite>) -> Site {
    Router::new()
        .route("/assets/{name}", get(assets::show))
        .fallback(public_sandbox::answer)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(choose_language))
        .layer(middleware::from_fn(at_the_sandbox))
        .with_state(site)
}

/// Bounds what is looked at and how long it takes, and writes one line about what happened; never the query.
async fn at_the_sandbox(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let target = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    let mut response = if is_ambiguous(request.uri(), request.headers()) {
        empty(StatusCode::BAD_REQUEST)
    } else if target > LONGEST_URI {
        empty(StatusCode::URI_TOO_LONG)
    } else {
        match tokio::time::timeout(LONGEST_WAIT, next.run(request)).await {
            Ok(response) => response,
            Err(_) => empty(StatusCode::REQUEST_TIMEOUT),
        }
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let status = response.status();
    // Where something answered, the path is one of its own.
    let path = (status.is_success() || status.is_redirection()).then_some(path);
    tracing::info!(method = word_of(&method), path, status = status.as_u16(), "sandbox request");
    response
}

/// One site for requests to `host`, another for all others.
pub fn by_host(host: String, site: Site, others: Site) -> Site {
    let choose = move |request: Request| {
        let asked = host_of(&request);
        let is_it = asked.is_some_and(|asked| asked.eq_ignore_ascii_case(&host));
        let chosen = if is_it { site.clone() } else { others.clone() };
        async move { chosen.oneshot(request).await }
    };
    Router::new().fallback_service(tower::service_fn(choose))
}

/// The routes of the sample application.
pub fn sample_router(site: Arc<SampleSite>) -> Site {
    Router::new()
        .route("/", get(sample::start))
        .route("/login/{id}", get(sample::login))
        .route("/callback", get(sample::callback))
        .route("/result/{name}", get(sample::show))
        .route("/browser", get(sample::browser))
        .route("/assets/{name}", get(assets::show))
        .fallback(sample::not_found)
        .layer(middleware::from_fn(choose_language))
        .with_state(site)
}

/// The routes of the simulated provider of signatures.
pub fn signature_router(simulator: Arc<SignatureSimulator>) -> Site {
    Router::new()
        .route("/sign/{reference}", get(signature_simulator::show).post(signature_simulator::decide))
        .route("/sign/{reference}/{at}", get(signature_simulator::document))
        .route("/assets/{name}", get(assets::show))
        .fallback(signature_simulator::not_found)
        .layer(middleware::from_fn(choose_language))
        .with_state(simulator)
}

/// The routes of the mailbox of development.
pub fn mailbox_router(site: Arc<MailboxSite>) -> Site {
    Router::new()
        .route("/", get(mailbox::list))
        .route("/letters/{id}", get(mailbox::show))
        .route("/assets/{name}", get(assets::show))
        .fallback(mailbox::not_found)
        .layer(middleware::from_fn(choose_language))
        .with_state(site)
}

fn fold(mut request: Request) -> Request {
    let Some((route, path)) = folded(request.uri().path()) else { return request };
    request.extensions_mut().insert(route);
    if path == request.uri().path() {
        return request;
    }
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(target) = target.parse() {
        parts.path_and_query = Some(target);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}
