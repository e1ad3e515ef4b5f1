//! The simulated registry at a port of this machine.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use model::{OrganisationNumber, Timestamp};
use outbound::{Allowed, Outbound, Settings};
use registry::{Registry, RegistryAddresses, RegistryAnswer, RegistryError};
use sandbox::{Answer, RegistrySimulator, Request};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

type Answers = Arc<Mutex<HashMap<String, Answer>>>;

pub(crate) struct Simulated {
    pub(crate) registry: Arc<RegistrySimulator>,
    port: u16,
    answers: Answers,
    timeout: Option<Duration>,
}

fn request(head: &str) -> Request {
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let accept = head.lines().find_map(|it| it.strip_prefix("accept: ")).map(str::to_owned);
    Request { method: method.to_owned(), path: path.to_owned(), accept, ..Request::default() }
}

async fn write(mut stream: TcpStream, answer: Answer) {
    let head = |status: u16, kind: &str, length: usize| {
        format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        )
    };
    let text = match answer {
        Answer::Text { status, content_type, body } => head(status, content_type, body.len()) + &body,
        Answer::Json(status, body) => {
            let body = body.to_string();
            head(status, "application/json", body.len()) + &body
        }
        Answer::Slow => {
            // Until the client hangs up.
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
        Answer::Endless => {
            let _ = stream.write_all(head(200, "application/json", 100 << 20).as_bytes()).await;
            while stream.write_all(&[b' '; 16 * 1024]).await.is_ok() {}
            return;
        }
        other => panic!("{other:?}"),
    };
    let _ = stream.write_all(text.as_bytes()).await;
}

async fn serve(listener: TcpListener, registry: Arc<RegistrySimulator>, answers: Answers) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut head = vec![0; 8 * 1024];
        let length = stream.read(&mut head).await.unwrap_or(0);
        let request = request(&String::from_utf8_lossy(&head[..length]));
        let answer = answers.lock().unwrap().get(&request.path).cloned();
        let answer = answer.unwrap_or_else(|| registry.answer(&request));
        tokio::spawn(write(stream, answer));
    }
}

impl Simulated {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let registry = Arc::new(RegistrySimulator::default());
        let answers = Answers::default();
        tokio::spawn(serve(listener, Arc::clone(&registry), Arc::clone(&answers)));
        Self { registry, port, answers, timeout: None }
    }

    /// One that nobody answers for.
    pub(crate) async fn gone() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        Self { registry: Arc::default(), port, answers: Answers::default(), timeout: None }
    }

    /// Answers this at a path instead.
    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Gives every call less time.
    pub(crate) const fn shorten(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    /// What the simulator answers with status 200.
    pub(crate) fn body_of(&self, path: &str) -> Option<Vec<u8>> {
        let asked = Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() };
        match self.registry.answer(&asked) {
            Answer::Text { status: 200, body, .. } => Some(body.into_bytes()),
            _ => None,
        }
    }

    /// Looks a company up over the network.
    pub(crate) async fn look_up(&self, number: OrganisationNumber) -> Result<RegistryAnswer, RegistryError> {
        let host = "registry.localhost".to_owned();
        let addresses = RegistryAddresses::below(&format!("http://{host}:{}/", self.port));
        let allowed = vec![Allowed { host, port: self.port }];
        let settings = Settings { allowed, timeout: self.timeout, ..Settings::default() };
        Registry::new(Arc::new(Outbound::new(settings)), addresses).look_up(number, NOW).await
    }
}
