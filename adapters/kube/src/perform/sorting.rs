//! What became of an order, sorted by what the core has to do next: one pure function.
//!
//! Guarantees: `Missing` is answered only where the server said that it has no object of this very kind and
//! name, for the core may take it for a proof; what may have been done is `Unknown`.

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
        Ok(Answered { code, body, .. }) => {
            let status = Status::read(body);
            let detail = format!("{code} {}: {}", status.reason, status.message);
            Sorted::new(not_done(*code, object, &status), detail)
        }
        Err(failed @ Failed::NotSent(_)) => Sorted::new(Answer::TryLater, failed.to_string()),
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
fn not_done(code: u16, object: &ObjectKey, status: &Status) -> Answer {
    let names_it = status.is_missing(resource::plural(object.kind()), resource::names(object).1);
    match code {
        404 if names_it => Answer::Missing,
        409 if status.reason != "AlreadyExists" => Answer::Conflict,
        // The server gave up waiting: it may have begun.
        408 => Answer::Unknown,
        // Busy, and what was asked for is out of date: it will be otherwise later.
        410 | 429 => Answer::TryLater,
        // A path or namespace that is not there, a request that is not understood, not allowed or not valid.
        // A redirection is not followed.
        300..=499 => Answer::Refused,
        // Whoever has failed in between, storage may have committed the write all the same.
        0..=299 | 500.. => Answer::Unknown,
    }
}
