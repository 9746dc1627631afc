//! The task that watches one kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::header::ACCEPT;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::observed::Object;
use windlass_core::order::Input;

use super::WatchOptions;
use super::health::Health;
use super::list;
use super::pause::Pauses;
use super::stream::{End, Lines};
use crate::client::{Call, Client, retry_after};
use crate::parse::{self, Line, ParseProblem};
use crate::resource;
use crate::status::Status;

/// Longest wait for the head of a response.
const OPEN_MAX: Duration = Duration::from_secs(30);

/// Longest wait for one page of a list.
const PAGE_MAX: Duration = Duration::from_secs(60);

/// A watch that the server closes sooner, without a word, is a failure.
const OPEN_MIN: Duration = Duration::from_secs(1);

/// How an attempt to watch ended.
enum Ended {
    /// The server closed the watch as it should; the next one goes on where it stood.
    Closed,
    /// Nobody takes in what is shown.
    Unheard,
    /// Something went wrong; the server may want to be left in peace for a while.
    Trouble(String, Option<Duration>),
    /// The server streams no lists.
    NoStreams,
}

/// What a list has shown so far.
#[derive(Default)]
struct Listing {
    objects: BTreeMap<ObjectKey, Object>,
    /// Objects that are stored and cannot be read.
    unreadable: BTreeSet<ObjectKey>,
}

pub(super) struct Worker {
    kind: Kind,
    client: Client,
    options: WatchOptions,
    inputs: mpsc::Sender<Input>,
    health: Health,
    /// How many kinds have not been listed yet.
    unlisted: Arc<AtomicUsize>,
    /// The names of what is stored, as far as it has been shown.
    known: BTreeSet<ObjectKey>,
    /// Where the watch stands; none where a list is due.
    at: Option<Version>,
    has_listed: bool,
    pauses: Pauses,
}

impl Worker {
    pub(super) fn new(
        kind: Kind,
        client: Client,
        options: WatchOptions,
        inputs: mpsc::Sender<Input>,
        health: Health,
        unlisted: Arc<AtomicUsize>,
    ) -> Self {
        let pauses = Pauses::new(options.pause_first, options.pause_longest);
        let known = BTreeSet::new();
        Self { kind, client, options, inputs, health, unlisted, known, at: None, has_listed: false, pauses }
    }

    /// Watches until nobody takes in what is shown.
    pub(super) async fn run(mut self) {
        loop {
            let mut ended = self.watch().await;
            if matches!(ended, Ended::NoStreams) {
                ended = self.list().await;
            }
            match ended {
                Ended::Unheard => return,
                Ended::Closed => self.health.closed(self.kind, None),
                Ended::NoStreams => {}
                Ended::Trouble(why, wanted) => {
                    let pause = self.pauses.next(wanted);
                    self.client.report().watch_failed(self.kind, &why, pause);
                    self.health.closed(self.kind, Some(why));
                    sleep(pause).await;
                }
            }
        }
    }

    /// Opens a watch and shows what it shows, to its end.
    async fn watch(&mut self) -> Ended {
        let opened = Instant::now();
        let response = match self.client.open(self.call("watch", &self.query()), OPEN_MAX).await {
            Ok(response) => response,
            Err(failed) => return Ended::Trouble(failed.to_string(), None),
        };
        if response.status() != StatusCode::OK {
            return self.refused(response).await;
        }
        self.health.opened(self.kind);
        let mut lines = Lines::new(response, self.options.silence_max);
        let mut listing = self.at.is_none().then(Listing::default);
        let mut has_shown = false;
        loop {
            let line = match lines.next().await {
                Ok(line) => line,
                Err(End::Closed) if listing.is_some() => {
                    return Ended::Trouble("closed before the list was complete".to_owned(), None);
                }
                Err(End::Closed) if !has_shown && opened.elapsed() < OPEN_MIN => {
                    return Ended::Trouble("closed as soon as it was opened".to_owned(), None);
                }
                Err(End::Closed) => return Ended::Closed,
                Err(End::Broken(why)) => return Ended::Trouble(why, None),
            };
            has_shown = true;
            self.health.heard(self.kind);
            let line = parse::line(self.kind, &line);
            let ended = match &mut listing {
                Some(_) => self.take_listed(&mut listing, line).await,
                None => self.show(line).await,
            };
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    /// Takes in a line of the list that a watch begins with.
    async fn take_listed(&mut self, listing: &mut Option<Listing>, line: Line) -> Option<Ended> {
        let listed = listing.get_or_insert_default();
        match line {
            Line::Shown(object) => {
                listed.unreadable.remove(&object.key());
                listed.objects.insert(object.key(), object);
            }
            Line::Gone(key, _) => {
                listed.objects.remove(&key);
                listed.unreadable.remove(&key);
            }
            Line::Unreadable(problem, _) => self.note_unreadable(listed, &problem),
            Line::Bookmark { version, ends_list: true } => {
                let listed = listing.take().unwrap_or_default();
                return self.show_list(version, listed).await.err();
            }
            // A server that does not know what it was asked for: the end of the list would never be told.
            Line::Bookmark { version: _, ends_list: false } => return Some(Ended::NoStreams),
            Line::Error(status) => return Some(self.error(&status)),
        }
        None
    }

    /// Shows a line of a watch that has listed.
    async fn show(&mut self, line: Line) -> Option<Ended> {
        self.pauses.reset();
        let (input, version) = match line {
            Line::Shown(object) => {
                let (key, version) = (object.key(), object.version());
                self.known.insert(key);
                (Input::Observed(object), version)
            }
            Line::Gone(key, version) => {
                self.known.remove(&key);
                (Input::Gone(key, version), version)
            }
            Line::Bookmark { version, ends_list: _ } => (Input::Reached(self.kind, version), version),
            Line::Unreadable(problem, version) => {
                self.client.report().unreadable(&problem);
                self.known.extend(problem.key.clone());
                self.at = version.or(self.at);
                return None;
            }
            Line::Error(status) => return Some(self.error(&status)),
        };
        self.at = Some(version);
        self.send(input).await.err()
    }

    /// Shows a complete list that was made at `version`.
    async fn show_list(&mut self, version: Version, listing: Listing) -> Result<(), Ended> {
        let Listing { objects, unreadable } = listing;
        self.client.report().listed(self.kind, objects.len() + unreadable.len());
        let stored: BTreeSet<ObjectKey> = objects.keys().cloned().chain(unreadable).collect();
        let mut objects: Vec<Object> = objects.into_values().collect();
        objects.sort_by_key(Object::version);
        for object in objects {
            self.send(Input::Observed(object)).await?;
        }
        let known = std::mem::replace(&mut self.known, stored);
        let vanished: Vec<ObjectKey> = known.difference(&self.known).cloned().collect();
        drop(known);
        for key in vanished {
            self.send(Input::Gone(key, version)).await?;
        }
        self.at = Some(version);
        self.send(Input::Reached(self.kind, version)).await?;
        self.pauses.reset();
        self.health.listed(self.kind);
        if !self.has_listed {
            self.has_listed = true;
            // Whoever is last comes after what all others have sent.
            if self.unlisted.fetch_sub(1, Ordering::AcqRel) == 1 {
                self.send(Input::Synced).await?;
            }
        }
        Ok(())
    }

    /// Lists by pages; the next watch goes on from there.
    async fn list(&mut self) -> Ended {
        let mut listing = Listing::default();
        let mut next: Option<String> = None;
        loop {
            let limit = self.options.page;
            let query = match &next {
                None => format!("limit={limit}"),
                Some(token) => format!("limit={limit}&continue={}", escaped(token)),
            };
            let (answered, _) = self.client.send(self.call("list", &query), PAGE_MAX).await;
            let answered = match answered {
                Ok(answered) if answered.code == StatusCode::OK => answered,
                Ok(answered) => {
                    let status = Status::read(&answered.body);
                    let why = format!("the list was answered {}: {}", answered.code, status.message);
                    return Ended::Trouble(why, answered.retry_after.or(status.retry_after()));
                }
                Err(failed) => return Ended::Trouble(failed.to_string(), None),
            };
            let page = match list::page(self.kind, &answered.body) {
                Ok(page) => page,
                Err(why) => return Ended::Trouble(format!("the list cannot be read: {why}"), None),
            };
            self.health.heard(self.kind);
            for item in page.items {
                match item {
                    Ok(object) => drop(listing.objects.insert(object.key(), object)),
                    Err(problem) => self.note_unreadable(&mut listing, &problem),
                }
            }
            next = page.next;
            if next.is_none() {
                return self.show_list(page.version, listing).await.err().unwrap_or(Ended::Closed);
            }
        }
    }

    fn note_unreadable(&self, listing: &mut Listing, problem: &ParseProblem) {
        self.client.report().unreadable(problem);
        if let Some(key) = &problem.key {
            listing.objects.remove(key);
            listing.unreadable.insert(key.clone());
        }
    }

    /// What a response is the end of that is no watch.
    async fn refused(&mut self, response: http::Response<Body>) -> Ended {
        let (head, body) = response.into_parts();
        let wanted = retry_after(&head.headers);
        let body = match timeout(OPEN_MAX, body.collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) | Err(_) => bytes::Bytes::new(),
        };
        let status = Status::read(&body);
        // A server without streaming lists calls the request bad or invalid.
        let is_bad = matches!(head.status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
        if self.at.is_none() && is_bad {
            return Ended::NoStreams;
        }
        self.ended_by(head.status.as_u16(), &status, wanted)
    }

    /// What a line with an error is the end of.
    fn error(&mut self, body: &[u8]) -> Ended {
        let status = Status::read(body);
        self.ended_by(status.code, &status, None)
    }

    fn ended_by(&mut self, code: u16, status: &Status, wanted: Option<Duration>) -> Ended {
        if code == StatusCode::GONE.as_u16() {
            // What has changed since is not known any more; a list tells.
            self.at = None;
        }
        let why = format!("the watch was answered {code} {}: {}", status.reason, status.message);
        Ended::Trouble(why, wanted.or(status.retry_after()))
    }

    async fn send(&self, input: Input) -> Result<(), Ended> {
        self.inputs.send(input).await.map_err(|_| Ended::Unheard)
    }

    /// The query of the next watch: it goes on where the last one stood, or begins with a list.
    fn query(&self) -> String {
        let lifetime = self.options.lifetime.mul_f64(1.0 + fastrand::f64()).as_secs().max(1);
        let from = match self.at {
            Some(version) => format!("resourceVersion={version}"),
            None => "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=".to_owned(),
        };
        format!("watch=true&allowWatchBookmarks=true&timeoutSeconds={lifetime}&{from}")
    }

    fn call(&self, verb: &'static str, query: &str) -> Call {
        let mut request = Request::new(Body::empty());
        let uri = format!("{}?{query}", resource::collection(self.kind));
        // Paths of collections, numbers and escaped tokens are a URI.
        *request.uri_mut() = uri.parse().unwrap_or_default();
        request.headers_mut().insert(ACCEPT, http::HeaderValue::from_static("application/json"));
        Call { verb, resource: self.kind.plural(), subresource: "", request }
    }
}

/// A token as a value of a query.
fn escaped(token: &str) -> String {
    let mut escaped = String::new();
    for byte in token.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}
