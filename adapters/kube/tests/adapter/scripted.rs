//! A server that follows a script, a client for it, and a report that is kept.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use windlass_core::ids::Kind;
use windlass_kube::report::{Dropped, RequestDone};
use windlass_kube::{Client, ClientOptions, ParseProblem, Report, connect};

use crate::listening::Listening;

/// How long anything is waited for.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with this status, these further lines of the head, and this body.
    Whole(u16, &'static str, String),
    /// Sends these lines as a stream, and then ends it as told.
    Stream(Vec<String>, Then),
    /// Closes the connection without a word.
    Cut,
    /// Says nothing and keeps the connection open.
    Silent,
}

/// How a stream ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// As it should.
    Close,
    /// In the middle.
    Cut,
    /// Not at all.
    Stay,
}

/// A server of plain HTTP that answers one request after the other as its script says; when the script is over,
/// it says nothing any more.
#[derive(Debug)]
pub(crate) struct Scripted {
    listening: Listening,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(crate) async fn begin(script: Vec<Reply>) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        let seen = Arc::clone(&requests);
        let listening =
            Listening::begin(move |stream| serve(stream, Arc::clone(&script), Arc::clone(&seen))).await;
        Self { listening, requests }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listening.port
    }

    /// The requests so far: their first lines, and their bodies below.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// A client for this server, by way of a kubeconfig file.
    pub(crate) async fn client(&self, report: Arc<dyn Report>) -> Client {
        let kubeconfig = kubeconfig(&format!("http://127.0.0.1:{}", self.port()));
        let options = ClientOptions { kubeconfig: Some(kubeconfig), ..ClientOptions::default() };
        connect(&options, report).await.unwrap()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<VecDeque<Reply>>>,
    requests: Arc<Mutex<Vec<String>>>,
) {
    while let Some(request) = request(&mut stream).await {
        requests.lock().unwrap().push(request);
        let reply = script.lock().unwrap().pop_front().unwrap_or(Reply::Silent);
        match reply {
            Reply::Whole(code, head, body) => {
                let length = body.len();
                let text = format!("HTTP/1.1 {code} X\r\n{head}Content-Length: {length}\r\n\r\n{body}");
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Stream(lines, then) => {
                let mut text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
                for line in lines {
                    text.push_str(&format!("{:x}\r\n{line}\r\n", line.len()));
                }
                if matches!(then, Then::Close) {
                    text.push_str("0\r\n\r\n");
                }
                if stream.write_all(text.as_bytes()).await.is_err() || matches!(then, Then::Cut) {
                    return;
                }
                if matches!(then, Then::Stay) {
                    return std::future::pending().await;
                }
            }
            Reply::Cut => return,
            Reply::Silent => return std::future::pending().await,
        }
    }
}

/// Reads one request; none when the client is gone.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    };
    let mut body = vec![0; head.lines().find_map(length).unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let first = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
    Some(format!("{first}\n{}", String::from_utf8(body).unwrap()).trim_end().to_owned())
}

/// A kubeconfig file for the server at that address.
pub(crate) fn kubeconfig(server: &str) -> PathBuf {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("kubeconfig-{}-{number}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
         clusters: [{{name: c, cluster: {{server: \"{server}\"}}}}]\n\
         contexts: [{{name: a, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{}}}}]\n"
    );
    fs::write(&path, text).unwrap();
    path
}

/// A report that is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) requests: Mutex<Vec<RequestDone>>,
    pub(crate) unreadable: Mutex<Vec<String>>,
    pub(crate) listed: Mutex<Vec<(Kind, usize)>>,
    pub(crate) failed: Mutex<Vec<String>>,
    pub(crate) dropped: Mutex<Vec<Dropped>>,
}

impl Report for Kept {
    fn request(&self, done: &RequestDone) {
        self.requests.lock().unwrap().push(done.clone());
    }

    fn unreadable(&self, problem: &ParseProblem) {
        self.unreadable.lock().unwrap().push(problem.to_string());
    }

    fn listed(&self, kind: Kind, objects: usize) {
        self.listed.lock().unwrap().push((kind, objects));
    }

    fn watch_failed(&self, _: Kind, why: &str, _: Duration) {
        self.failed.lock().unwrap().push(why.to_owned());
    }

    fn event_dropped(&self, reason: Dropped) {
        self.dropped.lock().unwrap().push(reason);
    }
}
