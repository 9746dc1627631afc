//! How far an exploration may go, and how far it has come.

use std::fmt;
use std::time::Duration;

/// How far an exploration may go. It stops loudly: [`Exploration::stopped_by`] says so.
///
/// Bounds are looked at between batches of some thousand expanded states, so that counts may end a batch
/// beyond them. The bound on states stops every run at the same state; those on bytes and time do not, since
/// buffers depend on threads, and time on the machine.
///
/// [`Exploration::stopped_by`]: super::Exploration::stopped_by
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Threads that explore; the results are the same for any number. None counts as one.
    pub threads: usize,
    /// Unique states.
    pub states_max: u64,
    /// Bytes, as accounted for by [`Snapshot::bytes`]. What states hold on the heap is not: a model that has
    /// such states says so in [`Checkable::bytes`](super::Checkable::bytes).
    pub bytes_max: u64,
    /// Time on the clock.
    pub time_max: Option<Duration>,
    /// Whether fair steps are kept, states at rest judged and livelocks searched.
    pub checks_convergence: bool,
    /// Whether the first finding ends the exploration.
    pub stops_at_first: bool,
}

/// Everything, on one thread, as far as 32-bit indices and the machine allow.
impl Default for Bounds {
    fn default() -> Self {
        Self {
            threads: 1,
            states_max: u64::MAX,
            bytes_max: u64::MAX,
            time_max: None,
            checks_convergence: true,
            stops_at_first: false,
        }
    }
}

/// The bound that stopped an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// [`Bounds::states_max`], or the number of states that an index can tell apart.
    States,
    /// [`Bounds::bytes_max`].
    Bytes,
    /// [`Bounds::time_max`].
    Time,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::States => "the bound on states",
            Self::Bytes => "the bound on bytes",
            Self::Time => "the bound on time",
        })
    }
}

/// How far an exploration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Unique states so far.
    pub states: u64,
    /// Steps so far, those into known states counted too.
    pub steps: u64,
    /// States that wait to be expanded.
    pub frontier: u64,
    /// Steps from an initial state to those that are being expanded.
    pub depth: u32,
    /// Bytes that the engine and the model hold, with those that the search for livelocks is sure to need.
    pub bytes: u64,
    /// Time since the start.
    pub elapsed: Duration,
}
