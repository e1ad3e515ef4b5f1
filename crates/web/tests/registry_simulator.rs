use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use sandbox::RegistrySimulator;
use serde_json::Value;
use tower::ServiceExt as _;
use web::{Site, registry_router};

const UNIT: &str = "/enhetsregisteret/api/enheter/399000114";

fn registry() -> Site {
    registry_router(Arc::new(RegistrySimulator::default()))
}

/// Status, media type and body; a header besides.
async fn ask(
    site: &Site,
    (method, path): (Method, &str),
    (name, value): (header::HeaderName, &str),
) -> (StatusCode, String, Vec<u8>) {
    let request =
        Request::builder().method(method).uri(path).header(name, value).body(Body::empty()).unwrap();
    let answer = site.clone().oneshot(request).await.unwrap();
    let kind = answer.headers().get(header::CONTENT_TYPE).map(|it| it.to_str().unwrap().to_owned());
    let status = answer.status();
    (status, kind.unwrap_or_default(), answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

const JSON: (header::HeaderName, &str) = (header::ACCEPT, "application/json");

#[tokio::test]
async fn the_simulated_registry_answers_as_the_real_one_does() {
    let (status, kind, body) = ask(&registry(), (Method::GET, UNIT), JSON).await;
    let unit: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &unit["navn"]), (StatusCode::OK, &Value::from("FJELLVOKT PRØVE AS")));
    assert_eq!(kind, "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8");
    let html = (header::ACCEPT, "text/html");
    assert_eq!(ask(&registry(), (Method::GET, UNIT), html).await.0, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(ask(&registry(), (Method::GET, "/"), JSON).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_large_answer_is_a_hundred_megabytes_and_ends() {
    let path = "/enhetsregisteret/api/enheter/399000351";
    let request = Request::get(path).body(Body::empty()).unwrap();
    let mut body = registry().oneshot(request).await.unwrap().into_body();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        length += frame.unwrap().into_data().unwrap().len();
    }
    assert_eq!(length, 100 * 1024 * 1024);
}

#[tokio::test]
async fn a_company_goes_bankrupt_when_a_program_says_so_and_not_from_a_page() {
    let site = registry();
    let path = "/simulator/bankruptcies/399000114";
    let from_a_page = (header::ORIGIN, "https://elsewhere.example");
    assert_eq!(ask(&site, (Method::POST, path), from_a_page).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(&site, (Method::POST, path), JSON).await.0, StatusCode::NO_CONTENT);
    let (_, _, body) = ask(&site, (Method::GET, UNIT), JSON).await;
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["konkurs"], true);
    let unknown = (Method::POST, "/simulator/bankruptcies/399000408");
    assert_eq!(ask(&site, unknown, JSON).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_outage_begins_and_ends_by_a_request_that_no_browser_sends() {
    let site = registry();
    let json = || (header::ACCEPT, "application/json");
    let outage = |method| (method, "/simulator/outage");
    let foreign = ask(&site, outage(Method::POST), (header::ORIGIN, "https://evil.example")).await;
    assert_eq!(
        (foreign.0, ask(&site, (Method::GET, UNIT), json()).await.0),
        (StatusCode::FORBIDDEN, StatusCode::OK)
    );
    assert_eq!(ask(&site, outage(Method::POST), json()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ask(&site, (Method::GET, UNIT), json()).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(&site, outage(Method::DELETE), json()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ask(&site, (Method::GET, UNIT), json()).await.0, StatusCode::OK);
}
