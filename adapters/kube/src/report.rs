//! What this adapter tells about its own work: for metrics and logs.

use std::time::Duration;

use windlass_core::ids::Kind;

use crate::parse::ParseProblem;

/// One request, after its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestDone {
    /// The verb as permissions name it: `get`, `list`, `watch`, `patch`, `create`.
    pub verb: &'static str,
    /// The resource as paths name it, such as `persistentvolumeclaims`.
    pub resource: &'static str,
    /// The sub-resource, such as `status`; empty if none.
    pub subresource: &'static str,
    /// The status of the response; none where there was no response.
    pub code: Option<u16>,
    /// From when the request was sent to the end of its response; of a watch, to the head of the response.
    pub duration: Duration,
    /// How long the request waited for its turn before it was sent, because of the limit on the rate.
    pub waited: Duration,
}

/// Why an event was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dropped {
    /// Too many were waiting already.
    QueueFull,
    /// Too many for this object.
    ObjectTooBusy,
    /// The server did not take it, or did not answer.
    Failed,
}

impl Dropped {
    /// The reason as a metric has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::ObjectTooBusy => "object_rate",
            Self::Failed => "failed",
        }
    }
}

/// Where reports go. Called from many tasks, and has to return at once.
pub trait Report: Send + Sync + 'static {
    /// A request has ended.
    fn request(&self, done: &RequestDone) {
        let _: &RequestDone = done;
    }

    /// An object could not be read. Told once for each version of the object that a watch shows, and for each
    /// answer with it.
    fn unreadable(&self, problem: &ParseProblem) {
        let _: &ParseProblem = problem;
    }

    /// The watch of `kind` has listed: so many objects.
    fn listed(&self, kind: Kind, objects: usize) {
        let _: (Kind, usize) = (kind, objects);
    }

    /// The watch of `kind` was cut or refused, and begins again after a pause.
    fn watch_failed(&self, kind: Kind, why: &str, pause: Duration) {
        let _: (Kind, &str, Duration) = (kind, why, pause);
    }

    /// An event was not sent.
    fn event_dropped(&self, reason: Dropped) {
        let _: Dropped = reason;
    }
}

/// Reports to nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Report for Quiet {}
