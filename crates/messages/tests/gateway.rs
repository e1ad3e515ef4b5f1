//! A gateway of one test: a real HTTP server on loopback, which answers each call with the next status of a list.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Whole calls, as they came.
pub(crate) type Heard = Arc<Mutex<Vec<String>>>;

/// Answers calls with these statuses, the last one for ever; zero ends the connection without an answer.
pub(crate) async fn start(statuses: &'static [u16]) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, heard) = (listener.local_addr().unwrap(), Heard::default());
    let told = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, statuses, Arc::clone(&told)));
        }
    });
    (address, heard)
}

fn is_whole(call: &str) -> bool {
    let Some((head, body)) = call.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |it| it.parse().unwrap())
}

async fn talk(mut stream: TcpStream, statuses: &'static [u16], heard: Heard) {
    let (mut call, mut buffer) = (String::new(), [0_u8; 4_096]);
    while !is_whole(&call) {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => {
                call.push_str(std::str::from_utf8(buffer.get(..count).unwrap()).unwrap())
            }
            _ => return,
        }
    }
    let status = {
        let mut heard = heard.lock().unwrap();
        // It repeats what it heard, as some do.
        heard.push(call.clone());
        *statuses.get(heard.len() - 1).or(statuses.last()).unwrap()
    };
    if status != 0 {
        let length = call.len();
        let answer =
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{call}");
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
