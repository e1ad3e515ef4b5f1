//! The sample application, whose requests are pushed where they must be.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
};

use crypto::{Random, Secret};
use outbound::{Allowed, Outbound, Settings};
use sample::{Config, Sample};
use serde_json::{Value, json};

/// Answers one request with JSON, and gives its head and body.
fn answer(mut stream: TcpStream, status: &str, body: &Value) -> String {
    let mut reader = BufReader::new(&mut stream);
    let (mut request, mut length) = (String::new(), 0);
    while !request.ends_with("\r\n\r\n") {
        let before = request.len();
        reader.read_line(&mut request).unwrap();
        let line = request[before..].to_ascii_lowercase();
        length = line.strip_prefix("content-length: ").map_or(length, |it| it.trim().parse().unwrap());
    }
    reader.take(length).read_to_string(&mut request).unwrap();
    let (body, kind) = (body.to_string(), "Content-Type: application/json\r\nConnection: close");
    write!(stream, "HTTP/1.1 {status}\r\n{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    request
}

/// An issuer that gives its discovery document, then takes one pushed request; gives that in the end.
fn issuer() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let at = move |path: &str| format!("http://localhost:{port}{path}");
    let document = json!({
        "issuer": at(""), "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"), "jwks_uri": at("/jwks"),
        "pushed_authorization_request_endpoint": at("/par"),
    });
    let serving = thread::spawn(move || {
        answer(listener.accept().unwrap().0, "200 OK", &document);
        let pushed = json!({"request_uri": "urn:pushed", "expires_in": 90});
        answer(listener.accept().unwrap().0, "201 Created", &pushed)
    });
    (port, serving)
}

#[tokio::test]
async fn an_application_that_must_push_gives_the_browser_no_more_than_the_name_of_its_request() {
    let (port, serving) = issuer();
    let config = Config {
        issuer: format!("http://localhost:{port}"),
        client_id: "shop".to_owned(),
        client_secret: Some(Secret::new("lent".to_owned())),
        redirect_uri: "http://localhost:1/portvakt-test-login".to_owned(),
        post_logout_redirect_uri: "http://localhost:1/".to_owned(),
        pushes: true,
        asks_userinfo: true,
    };
    let allowed = vec![Allowed { host: "localhost".to_owned(), port }];
    let outbound = Outbound::new(Settings { allowed, ..Settings::default() });
    let begun = Sample::new(config, Arc::new(outbound), Random::seeded(1)).start("any", 0).await.unwrap();
    let authorize = format!("http://localhost:{port}/authorize?client_id=shop&request_uri=urn%3Apushed");
    assert_eq!((begun.location, begun.waits), (authorize, Some(90)));
    let pushed = serving.join().unwrap();
    assert!(pushed.starts_with("POST /par ") && pushed.contains("authorization: Basic "), "{pushed}");
    assert!(pushed.contains("&code_challenge=") && pushed.contains(&begun.state), "{pushed}");
}
