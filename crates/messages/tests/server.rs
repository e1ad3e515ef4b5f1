//! A mail server of one test: it answers each command by a rule, and keeps what it was told.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// Commands and lines of letters, as they came.
pub(crate) type Said = Arc<Mutex<Vec<String>>>;

/// What is answered to a command instead of yes: by its beginning, and the answer.
pub(crate) type Rules = &'static [(&'static str, &'static str)];

/// Starts a server; gives its port, and what it is told.
pub(crate) async fn start(rules: Rules) -> (u16, Said) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, said) = (listener.local_addr().unwrap().port(), Said::default());
    let told = Arc::clone(&said);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, rules, Arc::clone(&told)));
        }
    });
    (port, said)
}

async fn talk(stream: TcpStream, rules: Rules, said: Said) {
    let mut stream = BufReader::new(stream);
    let mut answer = "220 test".to_owned();
    let mut is_letter = false;
    loop {
        if !answer.is_empty() && stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let line = line.trim_end().to_owned();
        said.lock().unwrap().push(line.clone());
        let rule = |name: &str| rules.iter().find(|(it, _)| name.starts_with(it)).map(|(_, answer)| *answer);
        answer = if is_letter && line != "." {
            String::new()
        } else if is_letter {
            is_letter = false;
            rule(".").unwrap_or("250 kept").to_owned()
        } else if line == "DATA" {
            is_letter = true;
            "354 go on".to_owned()
        } else if line.starts_with("EHLO") {
            rule("EHLO").unwrap_or("250-test\r\n250 AUTH PLAIN").to_owned()
        } else if line.starts_with("AUTH") {
            rule("AUTH").unwrap_or("235 welcome").to_owned()
        } else {
            rule(&line).unwrap_or("250 yes").to_owned()
        };
    }
}
