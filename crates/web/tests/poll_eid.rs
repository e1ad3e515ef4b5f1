//! A stand-in for an eID that is polled, and a connector to it: orders are begun, asked about and cancelled by HTTP. It is
//! nobody's eID; what it proves is said to be of Vipps, whose row it takes.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use crypto::Random;
use eid::{Connector, EidError, Instruction, Ordered, Outcome, PollEid, Polled, Reason};
use model::{CheckLine, EidEnvironment, Level, LoginMethod, Memo, Person, Proof, Timestamp, UpstreamRequest};
use outbound::{Allowed, Outbound, Request, Settings};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// The service, and what happened there.
#[derive(Default)]
pub(crate) struct PollService {
    /// What it says of every order: `pending`, `complete`, `cancelled`, `expired`, or `down`.
    says: Mutex<&'static str>,
    pub(crate) begun: Mutex<Vec<String>>,
    pub(crate) asked: Mutex<usize>,
    pub(crate) taken_back: Mutex<Vec<String>>,
    /// While set, an answer is held back until it is let go.
    holds: Mutex<Option<Arc<Notify>>>,
    was_asked: Notify,
}

impl PollService {
    /// What it says from now on.
    pub(crate) fn say(&self, status: &'static str) {
        *self.says.lock().unwrap() = status;
    }

    pub(crate) fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    pub(crate) fn begun(&self) -> usize {
        self.begun.lock().unwrap().len()
    }

    pub(crate) fn taken_back(&self) -> Vec<String> {
        self.taken_back.lock().unwrap().clone()
    }

    /// Holds the next answer back; what is given lets it go.
    pub(crate) fn hold(&self) -> Arc<Notify> {
        let held = Arc::new(Notify::new());
        *self.holds.lock().unwrap() = Some(Arc::clone(&held));
        held
    }

    /// Waits until a question has come.
    pub(crate) async fn is_asked(&self) {
        self.was_asked.notified().await;
    }
}

async fn start(State(service): State<Arc<PollService>>) -> (StatusCode, String) {
    let mut begun = service.begun.lock().unwrap();
    let order = format!("order-{}", begun.len() + 1);
    begun.push(order.clone());
    let is_down = *service.says.lock().unwrap() == "down";
    (if is_down { StatusCode::BAD_GATEWAY } else { StatusCode::OK }, json!({"order": order}).to_string())
}

fn order_of(body: &str) -> String {
    serde_json::from_str::<Value>(body).unwrap()["order"].as_str().unwrap().to_owned()
}

async fn collect(State(service): State<Arc<PollService>>, body: String) -> (StatusCode, String) {
    let order = order_of(&body);
    assert!(service.begun.lock().unwrap().contains(&order), "an order that was begun: {order}");
    *service.asked.lock().unwrap() += 1;
    let held = service.holds.lock().unwrap().take();
    service.was_asked.notify_one();
    if let Some(held) = held {
        held.notified().await;
    }
    match *service.says.lock().unwrap() {
        "down" => (StatusCode::BAD_GATEWAY, String::new()),
        status => (StatusCode::OK, json!({"status": status}).to_string()),
    }
}

async fn cancel(State(service): State<Arc<PollService>>, body: String) -> StatusCode {
    service.taken_back.lock().unwrap().push(order_of(&body));
    StatusCode::OK
}

/// Starts the service; `client` names our client there.
pub(crate) async fn serve(client: u8) -> (Arc<PollService>, Connector) {
    let service = Arc::new(PollService::default());
    service.say("pending");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new()
        .route("/start", post(start))
        .route("/collect", post(collect))
        .route("/cancel", post(cancel))
        .with_state(Arc::clone(&service));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let host = "poll.localhost".to_owned();
    let outbound = Outbound::new(Settings {
        allowed: vec![Allowed { host, port }],
        extra_roots: Vec::new(),
        timeout: Some(Duration::from_secs(5)),
        certificate: None,
    });
    let connector = TestPollEid { outbound, base: format!("http://poll.localhost:{port}"), client };
    (service, Connector::Poll(Arc::new(connector)))
}

struct TestPollEid {
    outbound: Outbound,
    base: String,
    client: u8,
}

impl TestPollEid {
    async fn call(&self, path: &str, memo: Option<&Memo>) -> Result<Value, EidError> {
        let order = memo.map(|it| String::from_utf8_lossy(&it.of_connector).into_owned());
        let request = Request::json(format!("{}/{path}", self.base), json!({"order": order}).to_string());
        let response = self.outbound.send(request).await?;
        if response.status != 200 {
            return Err(EidError::Unavailable(format!("status {}", response.status)));
        }
        Ok(serde_json::from_slice(&response.body).unwrap_or_default())
    }
}

fn instruction(hint: &'static str, code: Option<&str>) -> Instruction {
    Instruction { hint, code: code.map(str::to_owned), again_in: Duration::from_secs(2) }
}

fn proof(now: Timestamp) -> Proof {
    Proof {
        eid: LoginMethod::NO_VIPPS,
        environment: EidEnvironment::Sandbox,
        stable_id: "somebody".to_owned(),
        level: Level::None,
        amr: Vec::new(),
        authenticated_at: now,
        person: Person { name: Some("Kari Nordli".to_owned()), ..Person::default() },
        token: None,
    }
}

#[async_trait::async_trait]
impl PollEid for TestPollEid {
    fn client(&self) -> [u8; 16] {
        [self.client; 16]
    }

    async fn start(
        &self,
        _ask: &UpstreamRequest,
        random: &Random,
        now: Timestamp,
    ) -> Result<Ordered, EidError> {
        let begun = self.call("start", None).await?;
        let of_connector = begun["order"].as_str().unwrap().as_bytes().to_vec();
        let memo = Memo { state: random.bytes(), client: self.client(), of_connector, started_at: now };
        Ok(Ordered { memo, instruction: instruction("poll-open-app", None) })
    }

    async fn poll(&self, _ask: &UpstreamRequest, memo: &Memo, now: Timestamp) -> Result<Polled, EidError> {
        let said = self.call("collect", Some(memo)).await?;
        match said["status"].as_str().unwrap() {
            "pending" => Ok(Polled::Waiting(instruction("poll-compare-code", Some("HEST FJELL")))),
            "complete" => Ok(Polled::Done(Outcome::Proved(Box::new(proof(now))))),
            "cancelled" => Ok(Polled::Done(Outcome::Refused(Reason::Cancelled))),
            _ => Err(EidError::TimedOut("the order has expired".to_owned())),
        }
    }

    async fn cancel(&self, memo: &Memo) {
        let _ = self.call("cancel", Some(memo)).await;
    }

    async fn check(&self, _number: bool, _random: &Random, _now: Timestamp) -> Vec<CheckLine> {
        Vec::new()
    }
}
