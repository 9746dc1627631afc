//! Events: what `kubectl describe` shows under an object.
//!
//! Pipeline: core → `Effect::Tell` → **`events`** → API server.
//!
//! Guarantees:
//! - telling never waits, and never disturbs anything else: an event that finds no place is dropped and
//!   counted;
//! - what was told before in the same words is counted on the event that is there;
//! - the requests are bounded, for each object and in all.
//!
//! Events are those of the core group, with the names that the persistent-volume controller of Kubernetes
//! reports itself under, so that whatever is looked for by these names is found.
//!
//! Deliberately absent: attempts to do it again. Events are for people; what they say, the objects show.

mod body;
mod sent;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use kube::client::Body;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use windlass_core::order::Event;

use crate::client::{Call, Client};
use crate::rate::Bucket;
use crate::report::{Dropped, Report};
use sent::{Memory, Place};

/// Longest wait for the response to one event.
const RESPONSE_MAX: Duration = Duration::from_secs(10);

/// Bounds on events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventOptions {
    /// Events that may wait to be sent.
    pub queue_max: usize,
    /// Requests a second, in all, over a longer time; 0 is no limit.
    pub per_second: f32,
    /// Requests at once, in all, after a rest.
    pub burst: u32,
    /// Time after which an object that has used up its burst may have one more. As client-go has it.
    pub object_pause: Duration,
    /// Requests at once for one object, after a rest. As client-go has it.
    pub object_burst: u32,
    /// Events and objects that are remembered.
    pub remembered_max: usize,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self {
            queue_max: 1024,
            per_second: 20.0,
            burst: 100,
            object_pause: Duration::from_secs(300),
            object_burst: 25,
            remembered_max: 1024,
        }
    }
}

/// Where events are told. Clones share one queue.
#[derive(Clone)]
pub struct Events {
    queue: mpsc::Sender<Event>,
    report: Arc<dyn Report>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("queue", &self.queue).finish_non_exhaustive()
    }
}

impl Events {
    /// Begins to send what is told. The task ends when `stop` is cancelled, whatever waits then, or when
    /// everything is sent and nobody can tell any more.
    #[must_use]
    pub fn begin(
        client: &Client,
        options: &EventOptions,
        stop: &CancellationToken,
    ) -> (Self, JoinHandle<()>) {
        let (queue, told) = mpsc::channel(options.queue_max.max(1));
        let sender = Sender {
            client: client.clone(),
            rate: Bucket::new(options.per_second, options.burst),
            memory: Memory::new(options),
        };
        let stop = stop.clone();
        let task = tokio::spawn(async move {
            stop.run_until_cancelled_owned(sender.run(told)).await;
        });
        (Self { queue, report: Arc::clone(client.report()) }, task)
    }

    /// Tells an event. Returns at once.
    pub fn tell(&self, event: Event) {
        if self.queue.try_send(event).is_err() {
            self.report.event_dropped(Dropped::QueueFull);
        }
    }
}

struct Sender {
    client: Client,
    rate: Option<Bucket>,
    memory: Memory,
}

impl Sender {
    async fn run(mut self, mut told: mpsc::Receiver<Event>) {
        while let Some(event) = told.recv().await {
            if let Err(dropped) = self.tell(&event).await {
                self.client.report().event_dropped(dropped);
            }
        }
    }

    async fn tell(&mut self, event: &Event) -> Result<(), Dropped> {
        if !self.memory.allows(&event.uid) {
            return Err(Dropped::ObjectTooBusy);
        }
        let message = body::message(event);
        if let Some((place, count)) = self.memory.repeated(event, &message) {
            let patch = body::repeated(count);
            match self.request("patch", Method::PATCH, &place, Some(&place.name), patch).await {
                Some(200..=299) => return Ok(()),
                // The server forgets events after a while.
                Some(404) => {}
                Some(_) | None => return Err(Dropped::Failed),
            }
        }
        let place = self.memory.new_place(&event.object);
        let first = body::first(event, &message, &place);
        match self.request("create", Method::POST, &place, None, first).await {
            Some(200..=299) => {
                self.memory.keep(event, message, place);
                Ok(())
            }
            Some(_) | None => Err(Dropped::Failed),
        }
    }

    /// Sends one request when the rate allows; answers the status of the response.
    async fn request(
        &self,
        verb: &'static str,
        method: Method,
        place: &Place,
        name: Option<&str>,
        body: Vec<u8>,
    ) -> Option<u16> {
        if let Some(wait) = self.rate.as_ref().and_then(|it| it.take(Duration::MAX)) {
            tokio::time::sleep(wait).await;
        }
        let content = if verb == "patch" { "application/merge-patch+json" } else { "application/json" };
        let mut uri = format!("/api/v1/namespaces/{}/events", place.namespace);
        if let Some(name) = name {
            uri.push('/');
            uri.push_str(name);
        }
        let mut request = Request::new(Body::from(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().ok()?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content));
        let call = Call { verb, resource: "events", subresource: "", request };
        let (got, _) = self.client.send(call, RESPONSE_MAX).await;
        got.ok().map(|answered| answered.code)
    }
}
