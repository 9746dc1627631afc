//! What became of an order, sorted by what the core has to do next: one pure function.
//!
//! Guarantees: `Missing` is answered only where the server said that it has no object of this very kind and
//! name, for the core may take it for a proof; what may have been done is `Unknown`.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::ids::{Kind, ObjectKey};
use windlass_core::observed::Object;
use windlass_core::order::{Answer, Guard, Payload, Refusal};

use super::About;
use crate::client::{Answered, Failed};
use crate::parse::{self, ParseProblem};
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

/// Sorts what came of an order of that guard, whose request is about `about`.
pub(super) fn sort(guard: &Guard, about: &About, got: &Result<Answered, Failed>) -> Sorted {
    match got {
        Ok(Answered { code: 200..=299, body, .. }) => match about {
            About::Object(key) => done(guard, key, body),
            About::List(kind) => listed(*kind, body),
        },
        Ok(Answered { code, retry_after, body }) => {
            let status = Status::read(body);
            let detail = format!("{code} {}: {}", status.reason, status.message);
            Sorted::new(not_done(*code, about, &status, *retry_after), detail)
        }
        Err(failed @ Failed::NotSent(_)) => Sorted::new(Answer::TryLater { after_ms: 0 }, failed.to_string()),
        Err(failed @ (Failed::Cut(_) | Failed::TimedOut)) => Sorted::new(Answer::Unknown, failed.to_string()),
    }
}

/// The answer to a request about one object that the server says it has done.
fn done(guard: &Guard, object: &ObjectKey, body: &[u8]) -> Sorted {
    match parse::object(object.kind(), body) {
        Ok(it) if it.key() == *object => Sorted::new(Answer::object(it), ""),
        Ok(it) => Sorted::new(Answer::Unknown, format!("the answer is about {}, not {object}", it.key())),
        Err(problem) => {
            let is_object = problem.key.as_ref() == Some(object);
            let answer = match (guard, is_object) {
                // It is there, and nobody will make sense of it until somebody changes it.
                (Guard::Read, true) => Answer::Refused(Refusal::Other),
                // A write was done, though to what end cannot be told.
                (Guard::Update(_) | Guard::Create | Guard::Delete(_) | Guard::External(_), _)
                | (Guard::Read, false) => Answer::Unknown,
            };
            let detail = format!("the answer cannot be read: {problem}");
            Sorted { answer, detail, unreadable: is_object.then_some(problem) }
        }
    }
}

/// The answer to a list. One object in it that cannot be read may be the one that matters: then the list proves nothing.
fn listed(kind: Kind, body: &[u8]) -> Sorted {
    #[derive(Deserialize)]
    struct Items<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    let Ok(Items { items }) = serde_json::from_slice(body) else {
        return Sorted::new(Answer::Unknown, "the answer is no list");
    };
    let objects: Result<Arc<[Object]>, ParseProblem> =
        items.iter().map(|it| parse::object(kind, it.get().as_bytes())).collect();
    match objects {
        Ok(objects) => Sorted::new(Answer::Done(Payload::List(objects)), ""),
        Err(problem) => {
            let detail = format!("an object of the list cannot be read: {problem}");
            Sorted { answer: Answer::Refused(Refusal::Other), detail, unreadable: Some(problem) }
        }
    }
}

/// The answer to a request that the server did not do, or does not know whether it did.
fn not_done(code: u16, about: &About, status: &Status, retry_after: Option<Duration>) -> Answer {
    let names_it = match about {
        About::Object(key) => status.is_missing(key.kind().plural(), key.name().as_str()),
        About::List(_) => false,
    };
    match code {
        404 if names_it => Answer::Missing,
        409 if status.reason == "AlreadyExists" => Answer::Refused(Refusal::Exists),
        409 => Answer::Conflict,
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
        300..=499 => Answer::Refused(Refusal::Other),
        // Whoever has failed in between, storage may have committed the write all the same.
        0..=299 | 500.. => Answer::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};
    use windlass_core::ids::{Uid, Version, VolumeName};
    use windlass_core::order::Target;

    use super::*;

    fn object() -> ObjectKey {
        ObjectKey::Volume(VolumeName::new("pv-1"))
    }

    fn write() -> Guard {
        Guard::Update(Target { uid: Uid::numbered(1), version: Version(1) })
    }

    fn sorted(guard: &Guard, code: u16, body: &Value) -> Answer {
        let body = Bytes::from(body.to_string());
        sort(guard, &About::Object(object()), &Ok(Answered { code, retry_after: None, body })).answer
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
            (404, missing(plural, "pv-2"), Answer::Refused(Refusal::Other)),
            (404, missing("namespaces", "pv-1"), Answer::Refused(Refusal::Other)),
            (404, json!("404 page not found"), Answer::Refused(Refusal::Other)),
            (409, reason("Conflict"), Answer::Conflict),
            (409, json!(null), Answer::Conflict),
            (409, reason("AlreadyExists"), Answer::Refused(Refusal::Exists)),
            (400, reason("BadRequest"), Answer::Refused(Refusal::Other)),
            (401, reason("Unauthorized"), Answer::Refused(Refusal::Other)),
            (403, reason("Forbidden"), Answer::Refused(Refusal::Other)),
            (405, reason("MethodNotAllowed"), Answer::Refused(Refusal::Other)),
            (413, reason("RequestEntityTooLarge"), Answer::Refused(Refusal::Other)),
            (415, reason("UnsupportedMediaType"), Answer::Refused(Refusal::Other)),
            (422, reason("Invalid"), Answer::Refused(Refusal::Other)),
            (422, json!({"details": {"causes": [{"field": "spec.x"}]}}), Answer::Refused(Refusal::Other)),
            (422, json!({"details": {"causes": [{"field": "metadata.uid"}]}}), Answer::Conflict),
            (302, json!(null), Answer::Refused(Refusal::Other)),
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
            for guard in [Guard::Read, write()] {
                assert_eq!(sorted(&guard, code, &body), expected, "{guard:?}: {code} {body}");
            }
        }
    }

    #[test]
    fn what_is_done_comes_with_the_object_or_is_not_known() {
        for guard in [Guard::Read, write()] {
            assert!(matches!(sorted(&guard, 200, &volume("pv-1", "1Gi")), Answer::Done(_)), "{guard:?}");
            assert_eq!(sorted(&guard, 200, &volume("pv-2", "1Gi")), Answer::Unknown, "{guard:?}");
            assert_eq!(sorted(&guard, 200, &json!("<html>")), Answer::Unknown, "{guard:?}");
        }
        assert_eq!(sorted(&write(), 200, &volume("pv-1", "plenty")), Answer::Unknown);
        assert_eq!(sorted(&Guard::Read, 200, &volume("pv-1", "plenty")), Answer::Refused(Refusal::Other));
    }

    #[test]
    fn without_an_answer_it_matters_whether_anything_was_sent() {
        let sort = |failed| sort(&write(), &About::Object(object()), &Err(failed)).answer;
        assert_eq!(sort(Failed::NotSent("refused".to_owned())), Answer::TryLater { after_ms: 0 });
        assert_eq!(sort(Failed::Cut("reset".to_owned())), Answer::Unknown);
        assert_eq!(sort(Failed::TimedOut), Answer::Unknown);
    }
}
