//! The simulated eIDs over HTTP: their wire is `sandbox`'s, their pages are `pages`'.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use crypto::Random;
use http_body::Frame as BodyFrame;
use model::Origin;
use oidc::Params;
use pages::{
    Continue, Form, NewPerson, PersonAdded, PersonError, PersonFields, Shared, SimulatedEid, SimulatorFault,
    SimulatorOutcome, StopReason,
};
use sandbox::{
    Answer, AskedClaim, Choose, Client, Decision, Kind, Outcome, PersonProblem, SimulatedFault, Simulator,
};
use texts::Locale;

use crate::{
    Clock,
    headers::SEC_FETCH_SITE,
    own_form::{FormSource, OwnForm},
    respond::page::{self, ContentPolicy, answer as bare, json, see_other},
    simulator_common::{self, frame, frame_at, locale},
};

/// A simulated eID and what its site needs.
pub struct SimulatorSite {
    /// The eID.
    pub simulator: Arc<Simulator>,
    /// Which one, for the pages.
    pub kind: Kind,
    /// The time.
    pub clock: Clock,
    /// For new people.
    pub random: Random,
    /// The path below which it is; empty where it has a host of its own.
    pub path: String,
}

/// How long the slow fault keeps a caller waiting.
const SLOW_FOR: Duration = Duration::from_secs(20);
/// How many chunks of 16 KiB the endless fault sends before it gives up all the same: 100 MB.
const ENDLESS: u32 = 6_400;

/// A body that ends long after anybody should have stopped listening.
struct Endless(u32);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Infallible>>> {
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        self.0 -= 1;
        Poll::Ready(Some(Ok(BodyFrame::data(Bytes::from_static(&[b' '; 16 * 1024])))))
    }
}

impl SimulatorSite {
    fn now(&self) -> i64 {
        (self.clock)().seconds()
    }

    /// A form that a page of this simulator sent.
    pub(crate) fn own_form(&self, headers: &HeaderMap, body: &str) -> Option<OwnForm> {
        let own = Origin::of(&self.simulator.issuer())?;
        FormSource::of(headers, own.as_str()).read(body).ok()
    }

    const fn eid(&self) -> SimulatedEid {
        match self.kind {
            Kind::BankidNo => SimulatedEid::BankId,
            Kind::Vipps => SimulatedEid::Vipps,
        }
    }
}

/// The answer to a form that was not sent from a page of the simulator.
pub(crate) fn from_elsewhere(headers: &HeaderMap) -> Response {
    tracing::info!("a form was not sent from a page of the simulator");
    let told = Some("Simulator: the form was not sent from a page here");
    stop(headers, (StatusCode::FORBIDDEN, StopReason::FromElsewhere), told, None)
}

/// What a simulator is asked, below a path; `None` when the body is too large. `now`: seconds since 1970.
pub(crate) async fn asked(request: Request, below: &str, now: i64) -> Option<sandbox::Request> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let path = path.strip_prefix(below).unwrap_or(path).to_owned();
    let body = axum::body::to_bytes(body, 64 * 1024).await.ok()?;
    let text =
        |name: header::HeaderName| parts.headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
    Some(sandbox::Request {
        method: parts.method.as_str().to_owned(),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: text(header::AUTHORIZATION),
        accept: text(header::ACCEPT),
        body: String::from_utf8_lossy(&body).into_owned(),
        now,
    })
}

/// Everything that is the eID's own protocol.
pub(crate) async fn answer(State(site): State<Arc<SimulatorSite>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let Some(request) = asked(request, &site.path, site.now()).await else {
        return bare(StatusCode::PAYLOAD_TOO_LARGE, Body::empty());
    };
    let answer = site.simulator.answer(&request);
    respond(&site, answer, &headers).await
}

/// A page of a simulated eID stays in touch with the window that opened it, as the real ones do: a login in a popup would
/// lose its way back otherwise.
fn keeping_opener(mut response: Response) -> Response {
    response.headers_mut().remove("cross-origin-opener-policy");
    response
}

fn page(status: StatusCode, view: &dyn pages::Page, locale: Locale, powers: ContentPolicy) -> Response {
    keeping_opener(page::page(status, view, locale, powers))
}

/// Says why it stops here, as [`simulator_common::stop`] does.
pub(crate) fn stop(
    headers: &HeaderMap,
    stopped: (StatusCode, StopReason),
    detail: Option<&str>,
    start: Option<&str>,
) -> Response {
    keeping_opener(simulator_common::stop(headers, stopped, detail, start))
}

async fn respond(site: &SimulatorSite, answer: Answer, headers: &HeaderMap) -> Response {
    match answer {
        Answer::Choose(choose) => {
            page(StatusCode::OK, &chooser(site, choose), locale(headers), ContentPolicy::Forms)
        }
        other => without_choice(other, headers).await,
    }
}

fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = bare(status, body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The answer to a program, or to a person who has nothing to decide.
pub(crate) async fn without_choice(answer: Answer, headers: &HeaderMap) -> Response {
    let known = |status| StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match answer {
        Answer::Json(status, body) => json(known(status), &body),
        Answer::Text { status, content_type, body } => typed(known(status), content_type, body),
        Answer::Jwt(token) => typed(StatusCode::OK, "application/jwt", token),
        Answer::Redirect(location) => see_other(&location),
        Answer::Refused(why) => {
            let told = format!("Simulator: {why}");
            stop(headers, (StatusCode::BAD_REQUEST, StopReason::NoRequest), Some(&told), None)
        }
        Answer::Slow => {
            // Ends by itself, when the caller has not hung up before.
            let _ = tokio::time::timeout(SLOW_FOR, std::future::pending::<()>()).await;
            bare(StatusCode::GATEWAY_TIMEOUT, Body::empty())
        }
        Answer::Endless => typed(StatusCode::OK, "application/json", Body::new(Endless(ENDLESS))),
        Answer::Choose(_) | Answer::NotFound => {
            stop(headers, (StatusCode::NOT_FOUND, StopReason::NotFound), None, None)
        }
    }
}

fn people_href(site: &SimulatorSite, request: &str) -> String {
    let query: String = form_urlencoded::byte_serialize(request.as_bytes()).collect();
    format!("{}/simulator/people?request={query}", site.path)
}

fn chooser(site: &SimulatorSite, choose: Choose) -> pages::Simulator {
    let requested = choose.asked.into_iter().map(|claim| match claim {
        AskedClaim::Nin => Shared::NationalNumber,
        AskedClaim::Name => Shared::Name,
        AskedClaim::Birthdate => Shared::BirthDate,
        AskedClaim::Email => Shared::Email,
        AskedClaim::Phone => Shared::Phone,
        AskedClaim::Address => Shared::Address,
    });
    pages::Simulator {
        frame: frame_at(&back(site, &choose.request)),
        eid: site.eid(),
        asker: choose.asker,
        requested: requested.collect(),
        people: site.simulator.people().all().into_iter().map(person).collect(),
        add_person_href: people_href(site, &choose.request),
        form: Form {
            action: format!("{}/simulator/decision", site.path),
            hidden: vec![("request".to_owned(), choose.request)],
        },
    }
}

fn person(person: sandbox::Person) -> pages::Person {
    pages::Person {
        name: person.name(),
        id: person.id,
        birth_date: person.birthdate,
        number: person.nin,
        is_chosen: false,
    }
}

const fn outcome(id: SimulatorOutcome) -> Outcome {
    match id {
        SimulatorOutcome::Approve | SimulatorOutcome::ApproveDevice => Outcome::ApproveDevice,
        SimulatorOutcome::ApproveApp => Outcome::ApproveApp,
        SimulatorOutcome::ApproveBiometrics => Outcome::ApproveBiometrics,
        SimulatorOutcome::Cancel => Outcome::Cancel,
        SimulatorOutcome::RefuseNumber => Outcome::RefuseNumber,
        SimulatorOutcome::TimeOut => Outcome::TimeOut,
    }
}

const fn fault(id: SimulatorFault) -> SimulatedFault {
    match id {
        SimulatorFault::WrongNonce => SimulatedFault::WrongNonce,
        SimulatorFault::WrongAudience => SimulatedFault::WrongAudience,
        SimulatorFault::WrongIssuer => SimulatedFault::WrongIssuer,
        SimulatorFault::ExpiredToken => SimulatedFault::ExpiredToken,
        SimulatorFault::BadSignature => SimulatedFault::BadSignature,
        SimulatorFault::SlowBody => SimulatedFault::SlowBody,
        SimulatorFault::EndlessBody => SimulatedFault::EndlessBody,
        SimulatorFault::Http500 => SimulatedFault::Http500,
        SimulatorFault::MissingAcr => SimulatedFault::MissingAcr,
        SimulatorFault::LowerLevel => SimulatedFault::LowerLevel,
    }
}

/// `POST /simulator/decision`
pub(crate) async fn decide(
    State(site): State<Arc<SimulatorSite>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(form) = site.own_form(&headers, &body) else { return from_elsewhere(&headers) };
    let own = |name| form.text(name);
    let Some(chosen) = SimulatorOutcome::parse(own("outcome")) else {
        return respond(&site, Answer::Refused("no outcome was chosen"), &headers).await;
    };
    let decision =
        Decision { outcome: outcome(chosen), fault: SimulatorFault::parse(own("fault")).map(fault) };
    match site.simulator.decide(own("request"), own("person"), decision, site.now()) {
        // The form ends outside, so the way on is a page (see `op/turn.rs`).
        Answer::Redirect(href) => {
            page(StatusCode::OK, &Continue { frame: frame(), href }, locale(&headers), ContentPolicy::Links)
        }
        other => respond(&site, other, &headers).await,
    }
}

/// Where the login that asked for a new person goes on.
fn back(site: &SimulatorSite, request: &str) -> String {
    let path = match site.kind {
        Kind::BankidNo => "/auth/realms/current/precheck/auth",
        Kind::Vipps => "/access-management-1.0/access/oauth2/auth",
    };
    format!("{}{path}?{request}", site.path)
}

fn person_page(
    site: &SimulatorSite,
    request: &str,
    fields: PersonFields,
    errors: Vec<PersonError>,
) -> NewPerson {
    NewPerson {
        frame: frame_at(&people_href(site, request)),
        eid: site.eid(),
        form: Form {
            action: format!("{}/simulator/people", site.path),
            hidden: vec![("request".to_owned(), request.to_owned())],
        },
        fields,
        errors,
        back_href: back(site, request),
    }
}

/// `GET /simulator/people`
pub(crate) async fn new_person(
    State(site): State<Arc<SimulatorSite>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default()).unwrap_or_default();
    let request = params.get("request").unwrap_or_default();
    let view = person_page(&site, request, PersonFields::default(), Vec::new());
    page(StatusCode::OK, &view, locale(&headers), ContentPolicy::Forms)
}

const fn problem(problem: PersonProblem) -> PersonError {
    match problem {
        PersonProblem::GivenNameMissing => PersonError::GivenNameMissing,
        PersonProblem::GivenNameInvalid => PersonError::GivenNameInvalid,
        PersonProblem::FamilyNameMissing => PersonError::FamilyNameMissing,
        PersonProblem::FamilyNameInvalid => PersonError::FamilyNameInvalid,
        PersonProblem::BirthDateMissing => PersonError::BirthDateMissing,
        PersonProblem::BirthDateInvalid => PersonError::BirthDateInvalid,
        PersonProblem::BirthDateOutOfRange => PersonError::BirthDateOutOfRange,
        PersonProblem::SexMissing => PersonError::SexMissing,
    }
}

/// `POST /simulator/people`
pub(crate) async fn add_person(
    State(site): State<Arc<SimulatorSite>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(form) = site.own_form(&headers, &body) else { return from_elsewhere(&headers) };
    let own = |name| form.text(name).to_owned();
    let new = sandbox::NewPerson {
        given_name: own("given_name"),
        family_name: own("family_name"),
        birth_date: own("birth_date"),
        sex: own("sex"),
    };
    match site.simulator.people().add(&new, site.now(), &site.random) {
        Ok(added) => {
            let continue_href = back(&site, &own("request"));
            let view = PersonAdded { frame: frame(), eid: site.eid(), person: person(added), continue_href };
            page(StatusCode::OK, &view, locale(&headers), ContentPolicy::Links)
        }
        Err(problems) => {
            let sandbox::NewPerson { given_name, family_name, birth_date, sex } = new;
            let fields = PersonFields { given_name, family_name, birth_date, sex };
            let errors = problems.into_iter().map(problem).collect();
            page(
                StatusCode::BAD_REQUEST,
                &person_page(&site, &own("request"), fields, errors),
                locale(&headers),
                ContentPolicy::Forms,
            )
        }
    }
}

/// `POST /simulator/keys`: the simulated eID signs with a new key from now on. Programs ask for it; no page has a form
/// for it, so whatever a browser sends here comes from elsewhere.
pub(crate) async fn rotate_key(State(site): State<Arc<SimulatorSite>>, headers: HeaderMap) -> Response {
    if headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        return from_elsewhere(&headers);
    }
    match site.simulator.rotate_key() {
        Ok(()) => bare(StatusCode::NO_CONTENT, Body::empty()),
        Err(_) => bare(StatusCode::INTERNAL_SERVER_ERROR, Body::empty()),
    }
}

/// `POST /simulator/outage`: the simulated eID answers its protocol with 503, until it is taken back. Programs ask for it, as for another
/// key.
pub(crate) async fn begin_outage(State(site): State<Arc<SimulatorSite>>, headers: HeaderMap) -> Response {
    outage(&site, &headers, true)
}

/// `DELETE /simulator/outage`: the simulated eID answers again.
pub(crate) async fn end_outage(State(site): State<Arc<SimulatorSite>>, headers: HeaderMap) -> Response {
    outage(&site, &headers, false)
}

fn outage(site: &SimulatorSite, headers: &HeaderMap, is_down: bool) -> Response {
    if headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        return from_elsewhere(headers);
    }
    site.simulator.set_down(is_down);
    bare(StatusCode::NO_CONTENT, Body::empty())
}

/// What a program says of a client, which has a key or a secret.
#[derive(serde::Deserialize)]
struct NewClient {
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    jwks: KeySet,
    client_secret: Option<String>,
}

#[derive(Default, serde::Deserialize)]
struct KeySet {
    keys: Vec<sandbox::ClientKey>,
}

/// `POST /simulator/clients`: registers a client with its public key or its secret, as the eID does by hand for an order. Programs
/// ask for it, as for another key. A client that is known keeps what it has.
pub(crate) async fn register_client(
    State(site): State<Arc<SimulatorSite>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        return from_elsewhere(&headers);
    }
    let Ok(client) = serde_json::from_slice::<NewClient>(&body) else {
        return bare(StatusCode::UNPROCESSABLE_ENTITY, Body::empty());
    };
    let added = site.simulator.add_client(Client {
        name: client.client_id.clone(),
        client_id: client.client_id,
        secret: client.client_secret,
        key: client.jwks.keys.into_iter().next(),
        redirect_uris: vec![client.redirect_uri],
        may_have_nin: true,
    });
    bare(if added { StatusCode::NO_CONTENT } else { StatusCode::CONFLICT }, Body::empty())
}
