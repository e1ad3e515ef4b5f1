use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use web::{Letter, MailboxSite, Site, mailbox_router};

fn a_mailbox() -> Site {
    let letter = Letter {
        id: "1".to_owned(),
        to: "kari@example.com".to_owned(),
        is_sms: false,
        lang: "nn",
        subject: "A <b>letter</b>".to_owned(),
        text: "text".to_owned(),
        html: "<!doctype html><p>html</p>".to_owned(),
        sent_at: "2027-01-15T08:00:00Z".to_owned(),
    };
    mailbox_router(Arc::new(MailboxSite { letters: Box::new(move || vec![letter.clone()]) }))
}

async fn get(path: &str) -> Response<Body> {
    a_mailbox().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(answer: Response<Body>) -> String {
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_mailbox_lists_letters_and_shows_one_as_a_mail_program_would() {
    let list = text(get("/").await).await;
    assert!(list.contains("kari@example.com") && list.contains("href=\"/letters/1\""), "{list}");
    assert!(!list.contains("<b>"), "{list}");

    let letter = get("/letters/1").await;
    let policy = letter.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains("sandbox") && !policy.contains("script"), "{policy}");
    assert_eq!(text(letter).await, "<!doctype html><p>html</p>");
    assert_eq!(get("/letters/2").await.status(), StatusCode::NOT_FOUND);
}
