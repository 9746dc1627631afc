//! What is kept about the operations on one key.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, OperationKey};
use crate::order::Order;
use crate::why::Because;

/// What is known about the operations on one key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) state: State,
    /// The kinds of operations that failed when they were last tried.
    pub(super) backoffs: BTreeMap<Operation, Backoff>,
    /// The object that waits for the end of this operation.
    pub(super) also_locks: Option<OperationKey>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum State {
    /// Nothing is under way; failures are still counted.
    #[default]
    BackoffOnly,
    /// The order is out.
    Out { order: Order, because: Because, sweeps: u8 },
    /// The order failed; `Timer::Retry` is armed, and nothing else is done to the object.
    Paused { order: Order, pause: Pause },
    /// The operation on another key concerns this one too.
    LockedBy(OperationKey),
}

/// How a kind of operation fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Backoff {
    /// Failures in a row, up to [`crate::limits::FAILURES_COUNTED_MAX`].
    pub(super) failures: u8,
    /// Whether `Timer::Retry` is armed for it alone: an external operation that failed.
    pub(super) waits: bool,
}

/// Why an operation pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pause {
    /// The object had moved on; its newer state has not been seen yet.
    Moved,
    /// Whoever carries it out was busy.
    Busy,
    /// It was refused.
    Refused,
    /// Nobody knows whether it took effect.
    InDoubt,
}

/// How an order ended, without what came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// There is no such object.
    Missing,
    /// It failed, and so it pauses.
    Failed {
        /// Why.
        pause: Pause,
        /// For how long at least, in milliseconds; what is beyond the longest pause is not kept.
        least_ms: u32,
    },
}

impl Outcome {
    /// It failed, and nobody wishes for a pause of a certain length.
    #[must_use]
    pub const fn failed(pause: Pause) -> Self {
        Self::Failed { pause, least_ms: 0 }
    }
}

/// What an operation may have to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing<'a> {
    /// Nothing: an order may be sent.
    Free,
    /// The answer to this order.
    Out(&'a Order, &'a Because),
    /// The end of a pause.
    Paused(Pause),
    /// The end of an operation on this key.
    LockedBy(&'a OperationKey),
}
