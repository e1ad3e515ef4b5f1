//! What one client may take.

use hyper::Request;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

use crate::house::{Authority, HOST, Installation, Server, ask, get};

async fn started(listen: &str) -> (Installation, Server) {
    let installation = Installation::new().await;
    installation.configure(&format!("trusted_proxies = [\"127.0.0.1\"]\n{listen}"));
    let server = installation.start();
    (installation, server)
}

#[tokio::test]
async fn rule_19_headers_and_bodies_have_a_largest_size() {
    let (_installation, server) = started("largest_headers = 8192\nlargest_body = 1000").await;
    let long = "x".repeat(9_000);
    let answer = ask(server.plain().await, false, get("/", &[("x-long", &long)])).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["trace-id"].len()), (431, 32));
    let post = |size: usize| {
        let request =
            Request::post("/oauth2/token").header("host", HOST).header("x-forwarded-proto", "https");
        request.body("x".repeat(size)).unwrap()
    };
    let refused = ask(server.plain().await, false, post(1_001)).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["trace-id"].len()), (413, 32));
    assert_eq!(ask(server.plain().await, false, post(1_000)).await.status(), 401);
}

#[tokio::test]
async fn rule_33_a_client_that_is_slow_with_its_headers_or_its_body_is_let_go() {
    let (_installation, server) = started("headers_for = \"300ms\"\nbody_for = \"300ms\"").await;
    let mut silent = server.plain().await;
    silent.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
    let mut answer = String::new();
    silent.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("data-cause=\"request-timeout\""),
        "{answer}"
    );
    let mut idle = server.plain().await;
    let mut answer = String::new();
    idle.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "", "who asked nothing is told nothing");

    let mut slow = server.plain().await;
    let head = format!("POST /oauth2/token HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: 12\r\n\r\nhalf");
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

/// Sends these bytes over TLS, and reads to the end.
async fn told(server: &Server, sent: &[u8]) -> String {
    let mut stream = server.tls(HOST, b"http/1.1").await;
    // What the other side does not take any more is no matter: the answer is.
    let _ = stream.write_all(sent).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn who_sends_too_much_over_tls_is_told_so_every_time() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    authority.sign(HOST).write(&installation, "a");
    let server = installation.start();
    let (path, size) = ("/oauth2/token", 3_000_000);
    let over_http_2 = Request::post(path).header("host", HOST).body("x".repeat(size)).unwrap();
    let answer = ask(server.tls(HOST, b"h2").await, true, over_http_2).await;
    assert!(answer.status() == 413 && answer.body().contains("the request is too large"), "{answer:?}");
    let body =
        format!("POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: {size}\r\n\r\n{}", "x".repeat(size));
    let headers = format!("GET / HTTP/1.1\r\nhost: {HOST}\r\nx-long: {}\r\n\r\n", "x".repeat(size));
    let line = format!("GET /{} HTTP/1.1\r\nhost: {HOST}\r\n\r\n", "x".repeat(80_000));
    let nonsense = "GET / nonsense\r\n\r\n".to_owned();
    for (status, sent) in [(413, body), (431, headers), (414, line), (400, nonsense)] {
        for turn in 0..10 {
            let answer = told(&server, sent.as_bytes()).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{turn}: {status}: {answer:.200}");
            assert!(answer.contains("\r\ntrace-id: "), "{answer:.500}");
            let words = if status == 413 {
                "\"error_description\":\"the request is too large"
            } else {
                "data-cause="
            };
            assert!(answer.contains(words), "{answer}");
        }
    }
}

#[tokio::test]
async fn many_slow_connections_from_one_address_leave_room_for_others() {
    let installation = Installation::new().await;
    installation.configure("connections = 80\nheaders_for = \"60s\"");
    let server = installation.start();
    let from = async |address: [u8; 4]| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        socket.connect(server.public).await.unwrap()
    };
    let mut slow = Vec::new();
    for _ in 0..100 {
        slow.push(from([127, 0, 0, 1]).await);
    }
    let answer = ask(from([127, 0, 0, 2]).await, false, get("/", &[])).await;
    assert_eq!(answer.status(), 308);
    let metrics = server.operator("/metrics").await.1;
    assert!(
        metrics.contains("portvakt_refusals_total{reason=\"connections_of_one_address\"} 60\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn one_connection_too_many_waits_until_another_has_ended() {
    let (_installation, server) = started("connections = 1\nheaders_for = \"500ms\"").await;
    let silent = server.plain().await;
    // Accepted only when the silent one has used up its time.
    let answer = ask(server.plain().await, false, get("/", &[("x-forwarded-proto", "https")])).await;
    assert_eq!(answer.status(), 200);
    drop(silent);
}

#[tokio::test]
async fn the_limits_of_the_configuration_hold_and_are_counted() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]\n[limits]\nper_address = 2");
    let server = installation.start();
    let from = [("x-forwarded-proto", "https"), ("x-forwarded-for", "192.0.2.1")];
    for wanted in [200, 200, 429] {
        let answer = ask(server.plain().await, false, get("/", &from)).await;
        assert_eq!(answer.status(), wanted);
        assert_eq!(answer.headers().contains_key("retry-after"), wanted == 429);
    }
    let other = [("x-forwarded-proto", "https"), ("x-forwarded-for", "192.0.2.2")];
    assert_eq!(ask(server.plain().await, false, get("/", &other)).await.status(), 200);
    let metrics = server.operator("/metrics").await.1;
    assert!(metrics.contains("portvakt_refusals_total{reason=\"address\"} 1\n"), "{metrics}");
    assert!(metrics.contains("portvakt_login_events_dropped_total 0\n"), "{metrics}");
}
