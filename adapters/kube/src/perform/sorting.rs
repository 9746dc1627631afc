//! What became of an order, sorted by what the core has to do next: one pure function.
//!
//! Guarantees: `Missing` is answered only where the server said that it has no object of this very kind and
//! name, for the core may take it for a proof; what may have been done is `Unknown`.

use std::time::Duration;

use windlass_core::ids::ObjectKey;
use windlass_core::order::{Answer, Order};

use crate::client::{Answered, Failed};
use crate::parse::{self, ParseProblem};
use crate::resource;
use crate::status::Status;

/// An answer, and what there is to say about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sorted {
    pub(super) answer: Answer,
    pub(super) detail: String,
    /// The object of the answer, where it cannot be read.
    pub(super) unreadable: Option<ParseProblem>,
}

impl Sorted {
    fn new(answer: Answer, detail: impl Into<String>) -> Self {
        Self { answer, detail: detail.into(), unreadable: None }
    }
}

/// Sorts what came of `order`, which is about `object`.
pub(super) fn sort(order: &Order, object: &ObjectKey, got: &Result<Answered, Failed>) -> Sorted {
    match got {
        Ok(Answered { code: 200..=299, body, .. }) => done(order, object, body),
        Ok(Answered { code, retry_after, body }) => {
            let status = Status::read(body);
            let detail = format!("{code} {}: {}", status.reason, status.message);
            Sorted::new(not_done(*code, object, &status, *retry_after), detail)
        }
        Err(failed @ Failed::NotSent(_)) => Sorted::new(Answer::TryLater { after_ms: 0 }, failed.to_string()),
        Err(failed @ (Failed::Cut(_) | Failed::TimedOut)) => Sorted::new(Answer::Unknown, failed.to_string()),
    }
}

/// The answer to a request that the server says it has done.
fn done(order: &Order, object: &ObjectKey, body: &[u8]) -> Sorted {
    match parse::object(object.kind(), body) {
        Ok(it) if it.key() == *object => Sorted::new(Answer::Done(it), ""),
        Ok(it) => Sorted::new(Answer::Unknown, format!("the answer is about {}, not {object}", it.key())),
        Err(problem) => {
            let is_object = problem.key.as_ref() == Some(object);
            let answer = match (order.version(), is_object) {
                // It is there, and nobody will make sense of it until somebody changes it.
                (None, true) => Answer::Refused,
                // A write was done, though to what end cannot be told.
                (Some(_), _) | (None, false) => Answer::Unknown,
            };
            let detail = format!("the answer cannot be read: {problem}");
            Sorted { answer, detail, unreadable: is_object.then_some(problem) }
        }
    }
}

/// The answer to a request that the server did not do, or does not know whether it did.
fn not_done(code: u16, object: &ObjectKey, status: &Status, retry_after: Option<Duration>) -> Answer {
    let names_it = status.is_missing(resource::plural(object.kind()), resource::names(object).1);
    match code {
        404 if names_it => Answer::Missing,
        409 if status.reason != "AlreadyExists" => Answer::Conflict,
        // What the server says to another UID, where the version is the right one.
        422 if status.is_of_another() => Answer::Conflict,
        // The server gave up waiting: it may have begun.
        408 => Answer::Unknown,
        // Busy, and what was asked for is out of date: it will be otherwise later.
        410 | 429 => {
            let wished = retry_after.or(status.retry_after()).unwrap_or_default();
            Answer::TryLater { after_ms: u32::try_from(wished.as_millis()).unwrap_or(u32::MAX) }
        }
        // A path or namespace that is not there, a request that is not understood, not allowed or not valid.
        // A redirection is not followed.
        300..=499 => Answer::Refused,
        // Whoever has failed in between, storage may have committed the write all the same.
        0..=299 | 500.. => Answer::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};
    use windlass_core::ids::{Uid, Version, VolumeName};
    use windlass_core::observed::VolumePhase;
    use windlass_core::order::Target;

    use super::*;

    fn object() -> ObjectKey {
        ObjectKey::Volume(VolumeName::new("pv-1"))
    }

    fn read() -> Order {
        Order::Read { object: object(), identity: None, known: None, asker: object() }
    }

    fn write() -> Order {
        let volume = Target { key: VolumeName::new("pv-1"), uid: Uid::numbered(1), version: Version(1) };
        Order::MarkVolume { volume, phase: VolumePhase::Bound }
    }

    fn sorted(order: &Order, code: u16, body: &Value) -> Answer {
        let body = Bytes::from(body.to_string());
        sort(order, &object(), &Ok(Answered { code, retry_after: None, body })).answer
    }

    fn missing(kind: &str, name: &str) -> Value {
        json!({"reason": "NotFound", "code": 404, "details": {"kind": kind, "name": name}})
    }

    fn volume(name: &str, size: &str) -> Value {
        json!({
            "metadata": {"name": name, "uid": "u", "resourceVersion": "5"},
            "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}},
        })
    }

    #[test]
    fn every_answer_of_the_server_has_its_class() {
        let reason = |it: &str| json!({"reason": it});
        let plural = "persistentvolumes";
        let table = [
            (404, missing(plural, "pv-1"), Answer::Missing),
            (404, missing(plural, "pv-2"), Answer::Refused),
            (404, missing("namespaces", "pv-1"), Answer::Refused),
            (404, json!("404 page not found"), Answer::Refused),
            (409, reason("Conflict"), Answer::Conflict),
            (409, json!(null), Answer::Conflict),
            (409, reason("AlreadyExists"), Answer::Refused),
            (400, reason("BadRequest"), Answer::Refused),
            (401, reason("Unauthorized"), Answer::Refused),
            (403, reason("Forbidden"), Answer::Refused),
            (405, reason("MethodNotAllowed"), Answer::Refused),
            (413, reason("RequestEntityTooLarge"), Answer::Refused),
            (415, reason("UnsupportedMediaType"), Answer::Refused),
            (422, reason("Invalid"), Answer::Refused),
            (422, json!({"details": {"causes": [{"field": "spec.x"}]}}), Answer::Refused),
            (422, json!({"details": {"causes": [{"field": "metadata.uid"}]}}), Answer::Conflict),
            (302, json!(null), Answer::Refused),
            (408, reason("Timeout"), Answer::Unknown),
            (410, reason("Expired"), Answer::TryLater { after_ms: 0 }),
            (429, reason("TooManyRequests"), Answer::TryLater { after_ms: 0 }),
            (429, json!({"details": {"retryAfterSeconds": 7}}), Answer::TryLater { after_ms: 7_000 }),
            (500, reason("InternalError"), Answer::Unknown),
            (502, json!("<html>"), Answer::Unknown),
            (503, reason("ServiceUnavailable"), Answer::Unknown),
            (504, reason("Timeout"), Answer::Unknown),
            (999, json!(null), Answer::Unknown),
            (101, json!(null), Answer::Unknown),
        ];
        for (code, body, expected) in table {
            for order in [read(), write()] {
                assert_eq!(sorted(&order, code, &body), expected, "{order}: {code} {body}");
            }
        }
    }

    #[test]
    fn what_is_done_comes_with_the_object_or_is_not_known() {
        for order in [read(), write()] {
            assert!(matches!(sorted(&order, 200, &volume("pv-1", "1Gi")), Answer::Done(_)), "{order}");
            assert_eq!(sorted(&order, 200, &volume("pv-2", "1Gi")), Answer::Unknown, "{order}");
            assert_eq!(sorted(&order, 200, &json!("<html>")), Answer::Unknown, "{order}");
        }
        assert_eq!(sorted(&write(), 200, &volume("pv-1", "plenty")), Answer::Unknown);
        assert_eq!(sorted(&read(), 200, &volume("pv-1", "plenty")), Answer::Refused);
    }

    #[test]
    fn without_an_answer_it_matters_whether_anything_was_sent() {
        let sort = |failed| sort(&write(), &object(), &Err(failed)).answer;
        assert_eq!(sort(Failed::NotSent("refused".to_owned())), Answer::TryLater { after_ms: 0 });
        assert_eq!(sort(Failed::Cut("reset".to_owned())), Answer::Unknown);
        assert_eq!(sort(Failed::TimedOut), Answer::Unknown);
    }
}
