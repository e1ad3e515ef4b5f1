//! The operator's listener.

use crate::house::{HOST, Installation, ask, break_signing_key, get, until};

#[tokio::test]
async fn the_operators_addresses_answer_there_and_nowhere_else() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let server = installation.start();

    assert_eq!(server.operator("/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(server.operator("/readyz").await, (200, "ready\n".to_owned()));
    for path in ["/healthz", "/readyz", "/metrics"] {
        let through = get(path, &[("host", HOST), ("x-forwarded-proto", "https")]);
        assert_eq!(ask(server.plain().await, false, through).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn metrics_count_what_happened_and_repeat_nothing_from_outside() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let server = installation.start();
    for path in ["/.well-known/jwks", "/.well-known/jwks?secret=hunter2", "/hunter2", "/login/hunter2"] {
        ask(server.plain().await, false, get(path, &[("x-forwarded-proto", "https")])).await;
    }

    let swept = "portvakt_worker_last_run_seconds{worker=\"sweep\"} 0\n";
    until(async || !server.operator("/metrics").await.1.contains(swept)).await;
    let metrics = server.operator("/metrics").await.1;
    assert!(metrics.contains("portvakt_requests_total{class=\"keys\",status=\"200\"} 2\n"), "{metrics}");
    assert!(metrics.contains("portvakt_request_seconds_count{class=\"other\"} 1\n"), "{metrics}");
    assert!(!metrics.contains("hunter2") && !metrics.contains(HOST), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_signing_key_that_cannot_be_opened_is_told_to_whoever_asks_whether_it_is_ready() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    break_signing_key(&installation).await;
    let server = installation.start();
    let told = format!("1 of 1 domains cannot answer: {HOST}: a signing key cannot be opened or read");
    until(async || {
        let (status, text) = server.operator("/readyz").await;
        status == 503 && text.starts_with(&told)
    })
    .await;
    assert!(server.operator("/metrics").await.1.contains("portvakt_domains_unusable 1\n"));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_was_found_by_no_trace() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let server = installation.start();
    let mut stream = server.plain().await;
    stream.write_all(b"this is not HTTP\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, rest) = answer.split_once("trace-id: ").unwrap();
    let trace = rest.split_once('\r').unwrap().0.to_owned();

    let explain = |words: &[&str]| {
        let output = installation.run(&[&["explain", "--config", "portvakt.toml", "--json"], words].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    until(async || explain(&[&trace]).contains("request-malformed")).await;
    assert!(explain(&["--recent"]).contains(&trace));
    assert!(!explain(&["--recent", "--tenant", "tenant"]).contains(&trace), "it is no tenant's");
}
