//! A proxy that tunnels to wherever it is asked to, as companies have them.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::TcpStream;

use crate::listening::Listening;

#[derive(Debug)]
pub(crate) struct Tunnel {
    listening: Listening,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    pub(crate) async fn open() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let listening = Listening::begin(move |client| pass_on(client, Arc::clone(&noted))).await;
        Self { listening, asked }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listening.port
    }

    /// The first line and the authorization of each request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn pass_on(client: TcpStream, noted: Arc<Mutex<Vec<String>>>) {
    let mut client = BufReader::new(client);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await.unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let wanted =
        |line: &&String| line.starts_with("CONNECT") || line.to_lowercase().starts_with("proxy-auth");
    let told: Vec<&str> = head.iter().filter(wanted).map(String::as_str).collect();
    noted.lock().unwrap().push(told.join(", "));
    let server = head[0].split(' ').nth(1).unwrap();
    let mut server = TcpStream::connect(server).await.unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    // Whoever closes first ends it.
    copy_bidirectional(&mut client, &mut server).await.ok();
}
