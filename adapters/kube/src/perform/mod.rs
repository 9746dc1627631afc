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
use windlass_core::order::{Answer, Guard, Order, Refusal};

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
        let lowered = match lower(order) {
            Ok(lowered) => lowered,
            Err((answer, why)) => {
                return Performed { answer, request: None, detail: format!("{order}: {why}") };
            }
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

/// The server could not even be asked.
const NO_SUCH_NAME: (Answer, &str) = (Answer::Missing, "no object has such a name");

/// Nothing creates or deletes objects, and drivers and the kernel are not reached by this API.
const NO_REQUEST: (Answer, &str) =
    (Answer::Refused(Refusal::Other), "the Kubernetes API has no request for this order");

/// The request that carries out `order`; where there is none, the answer to it, and why.
fn lower(order: &Order) -> Result<Lowered, (Answer, &'static str)> {
    match (&order.guard, order.call.reads(&order.key), order.key.object()) {
        (Guard::Read, Some(Reads::Object(key)), _) => {
            let path = resource::path(&key).ok_or(NO_SUCH_NAME)?;
            Ok(Lowered { about: About::Object(key), path, patch: None })
        }
        (Guard::Read, Some(Reads::List(kind, namespace)), _) => {
            let path = resource::collection_in(kind, &namespace).ok_or(NO_SUCH_NAME)?;
            Ok(Lowered { about: About::List(kind), path, patch: None })
        }
        (Guard::Update(target), None, Some(key)) => {
            let path = resource::path(key).ok_or(NO_SUCH_NAME)?;
            let patch = body::of(key, target, &order.call).ok_or(NO_REQUEST)?;
            Ok(Lowered { about: About::Object(key.clone()), path, patch: Some(patch) })
        }
        (Guard::Read | Guard::Update(_) | Guard::Create | Guard::Delete(_) | Guard::External(_), _, _) => {
            Err(NO_REQUEST)
        }
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::call::{BindCall, Call};
    use windlass_core::ids::{Uid, Version, VolumeName};
    use windlass_core::observed::VolumePhase;
    use windlass_core::order::Target;

    use super::*;

    /// A guard and a call that do not belong together are never sent as something else.
    #[test]
    fn what_the_api_has_no_request_for_is_refused() {
        let target = Target { uid: Uid::numbered(1), version: Version(7) };
        let mark = Call::Bind(BindCall::MarkVolume(VolumePhase::Bound));
        let lowered = |guard: Guard, call: &Call| {
            let key = ObjectKey::Volume(VolumeName::new("disk")).into();
            lower(&Order { key, guard, call: call.clone() }).map(|it| it.patch.is_some())
        };
        assert_eq!(lowered(Guard::Update(target.clone()), &mark), Ok(true));
        assert_eq!(lowered(Guard::Read, &Call::Look), Ok(false));
        for guard in [Guard::Create, Guard::Delete(target.clone()), Guard::Read] {
            assert_eq!(lowered(guard, &mark), Err(NO_REQUEST));
        }
        assert_eq!(lowered(Guard::Update(target), &Call::Look), Err(NO_REQUEST));
    }
}
