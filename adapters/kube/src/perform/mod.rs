//! Orders, carried out on a real API server.
//!
//! Pipeline: core → `Order` → **`perform`** → API server → `Answer` → core.
//!
//! Guarantees: one order is one request, and it has one answer, within half a minute; a write names the UID
//! and the version that it was decided on, so that the server refuses it on any other state; a write touches
//! no field but those of its order; a read asks the API server's storage and none of its caches.
//!
//! Deliberately absent: attempts to do it again, and any choice. Each order says all there is to say.

mod body;
mod sorting;

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use kube::client::Body;
use windlass_core::ids::ObjectKey;
use windlass_core::order::{Answer, Order};

use crate::client::{Call, Client, TURN_MAX};
use crate::report::RequestDone;
use crate::resource;

/// Longest wait for the response to an order, after its turn has come.
///
/// The server is asked to give up after three quarters of it: so it mostly says itself that it did not come to
/// an end, and a write that nobody waits for any more is not at work for long.
const RESPONSE_MAX: Duration = Duration::from_secs(20);

// Together half a minute: the core gives up an order no sooner than after twice that.
const _: () = assert!(TURN_MAX.as_secs() + RESPONSE_MAX.as_secs() <= 30);

/// Carries out orders. Clones share the client.
#[derive(Clone, Debug)]
pub struct Performer {
    client: Client,
    response_max: Duration,
}

/// An order that was carried out, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performed {
    /// What the core is to be told.
    pub answer: Answer,
    /// The request; none where the order called for none.
    pub request: Option<RequestDone>,
    /// What there is to say about it: the server's words where it did not do it. Empty where it did.
    pub detail: String,
}

impl Performer {
    /// Orders are carried out by way of `client`.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client, response_max: RESPONSE_MAX }
    }

    /// The same, with another limit on the wait for a response.
    #[must_use]
    pub fn with_response_max(self, response_max: Duration) -> Self {
        Self { response_max, ..self }
    }

    /// Carries out `order`.
    pub async fn perform(&self, order: &Order) -> Performed {
        let object = object_of(order);
        let Some(path) = resource::path(&object) else {
            // The server could not even be asked: no object has such a name.
            let detail = format!("{object} is no name of an object");
            return Performed { answer: Answer::Missing, request: None, detail };
        };
        let (got, done) = self.client.send(self.call(order, &object, path), self.response_max).await;
        let sorting::Sorted { answer, detail, unreadable } = sorting::sort(order, &object, &got);
        if let Some(problem) = unreadable {
            self.client.report().unreadable(&problem);
        }
        Performed { answer, request: Some(done), detail }
    }

    fn call(&self, order: &Order, object: &ObjectKey, path: String) -> Call {
        let subresource = match order {
            Order::MarkVolume { .. } | Order::MarkClaim { .. } => "status",
            Order::ReserveVolume { .. }
            | Order::FreeVolume { .. }
            | Order::BindClaim { .. }
            | Order::Read { .. } => "",
        };
        let slash = if subresource.is_empty() { "" } else { "/" };
        let timeout = (self.response_max * 3 / 4).as_secs().max(1);
        let uri = format!("{path}{slash}{subresource}?timeout={timeout}s");
        let (verb, method, body) = match body::of(order) {
            Some(patch) => ("patch", Method::PATCH, Body::from(Bytes::from(patch))),
            None => ("get", Method::GET, Body::empty()),
        };
        let mut request = Request::new(body);
        *request.method_mut() = method;
        // Segments are escaped where the path is made, so that it is a URI.
        *request.uri_mut() = uri.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if verb == "patch" {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/merge-patch+json"));
        }
        Call { verb, resource: resource::plural(object.kind()), subresource, request }
    }
}

/// The object that is written or read.
fn object_of(order: &Order) -> ObjectKey {
    match order {
        Order::Read { object, .. } => object.clone(),
        Order::ReserveVolume { .. }
        | Order::MarkVolume { .. }
        | Order::FreeVolume { .. }
        | Order::BindClaim { .. }
        | Order::MarkClaim { .. } => order.key(),
    }
}
