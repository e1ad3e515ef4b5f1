//! The end: what was begun is finished, and nothing new begins.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::house::{Authority, HOST, Installation, until};

#[tokio::test]
async fn a_stop_turns_readiness_red_finishes_what_was_begun_and_exits_with_zero() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]");
    let mut server = installation.start();
    // A request whose body is still to come: the server has begun with it when it asks for the body.
    let mut begun = server.plain().await;
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: {HOST}\r\nx-forwarded-proto: https\r\ncontent-length: 12\r\n\
         content-type: application/x-www-form-urlencoded\r\nexpect: 100-continue\r\n\r\n"
    );
    begun.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    begun.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    server.signal("TERM");
    until(async || server.operator("/readyz").await == (503, "stopping\n".to_owned())).await;
    until(async || TcpStream::connect(server.public).await.is_err()).await;
    begun.write_all(b"grant_type=x").await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();

    assert!(
        answer.starts_with("HTTP/1.1 401 ") && answer.contains("\"error\":\"invalid_client\""),
        "{answer}"
    );
    assert_eq!(server.ended().await, Some(0));
    server.logged("stopped");
}

#[tokio::test]
async fn a_stop_waits_no_longer_than_it_may() {
    let installation = Installation::new().await;
    installation.configure("trusted_proxies = [\"127.0.0.1\"]\nfinish_in = \"200ms\"");
    let mut server = installation.start();
    let mut begun = server.plain().await;
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: 12\r\nexpect: 100-continue\r\n\r\n"
    );
    begun.write_all(head.as_bytes()).await.unwrap();
    begun.read_exact(&mut [0; 25]).await.unwrap();

    server.signal("INT");

    server.logged("connections were cut: their requests were not answered in time");
    assert_eq!(server.ended().await, Some(0));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_browsers_that_connected_ahead_and_said_nothing() {
    let installation = Installation::new().await;
    let certificate = "[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"";
    installation
        .configure(&format!("headers_for = \"10m\"\nidle_for = \"10m\"\nfinish_in = \"10m\"\n{certificate}"));
    Authority::new().sign(HOST).write(&installation, "a");
    let mut server = installation.start();
    let (first, second) = (server.tls(HOST, b"http/1.1").await, server.tls(HOST, b"h2").await);
    let without_tls = server.plain().await;

    server.signal("TERM");

    assert_eq!(server.ended().await, Some(0));
    drop((first, second, without_tls));
}
