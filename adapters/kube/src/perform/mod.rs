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
use windlass_core::call::Reads;
use windlass_core::ids::{Kind, ObjectKey};
use windlass_core::order::{Answer, Guard, Order};

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
        let Some(lowered) = lower(order) else {
            // The server could not even be asked: no object has such a name.
            let detail = format!("{order}: no object has such a name");
            return Performed { answer: Answer::Missing, request: None, detail };
        };
        let (got, done) = self.client.send(self.call(&lowered), self.response_max).await;
        let sorting::Sorted { answer, detail, unreadable } =
            sorting::sort(&order.guard, &lowered.about, &got);
        if let Some(problem) = unreadable {
            self.client.report().unreadable(&problem);
        }
        Performed { answer, request: Some(done), detail }
    }

    fn call(&self, lowered: &Lowered) -> Call {
        let Lowered { about, path, patch } = lowered;
        let timeout = (self.response_max * 3 / 4).as_secs().max(1);
        let (verb, method) = match (about, patch) {
            (_, Some(_)) => ("patch", Method::PATCH),
            (About::Object(_), None) => ("get", Method::GET),
            (About::List(_), None) => ("list", Method::GET),
        };
        let subresource = patch.as_ref().map_or("", |patch| patch.subresource);
        let slash = if subresource.is_empty() { "" } else { "/" };
        let uri = format!("{path}{slash}{subresource}?timeout={timeout}s");
        let body = patch.as_ref().map(|patch| Bytes::from(patch.body.clone()));
        let mut request = Request::new(body.map_or_else(Body::empty, Body::from));
        *request.method_mut() = method;
        // Segments are escaped where the path is made, so that it is a URI.
        *request.uri_mut() = uri.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(patch) = patch {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(patch.content_type));
        }
        Call { verb, resource: about.kind().plural(), subresource, request }
    }
}

/// An order as a request.
struct Lowered {
    about: About,
    path: String,
    /// None for a read.
    patch: Option<body::Patch>,
}

/// What a request is about: what its answer has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    /// One object.
    Object(ObjectKey),
    /// All objects of a kind that are asked for.
    List(Kind),
}

impl About {
    fn kind(&self) -> Kind {
        match self {
            Self::Object(key) => key.kind(),
            Self::List(kind) => *kind,
        }
    }
}

/// The request that carries out `order`; none where the API can have no object of such a name.
fn lower(order: &Order) -> Option<Lowered> {
    let (about, path) = match order.call.reads(&order.key) {
        Some(Reads::Object(key)) => (About::Object(key.clone()), resource::path(&key)?),
        Some(Reads::List(kind, namespace)) => (About::List(kind), resource::collection_in(kind, &namespace)?),
        None => {
            let key = order.key.object()?;
            (About::Object(key.clone()), resource::path(key)?)
        }
    };
    let patch = match (&order.guard, order.key.object()) {
        (Guard::Update(target), Some(key)) => body::of(key, target, &order.call),
        // Nothing creates or deletes objects, and drivers and the kernel are not reached by this API.
        (Guard::Update(_) | Guard::Read | Guard::Create | Guard::Delete(_) | Guard::External(_), _) => None,
    };
    Some(Lowered { about, path, patch })
}
