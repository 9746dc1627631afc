//! Explores every state of a model, and judges safety and convergence.
//!
//! Pipeline: a [`Checkable`] model and its [`Bounds`] → **[`explore`]** → an [`Exploration`], whose paths
//! [`replay`] turns back into states.
//!
//! Guarantees:
//! - Every state that can be reached within the model's boundary is visited, unless a bound stops it, which
//!   the result says.
//! - All results but times are the same for any number of threads.
//! - A path to a state is a shortest one.
//!
//! Deliberately absent: properties of the kind `Eventually`, which become findings of their own, and the
//! reduction of states, which is the model's business.

mod bounds;
mod checkable;
mod components;
mod edges;
mod expand;
mod exploration;
mod explore;
mod frontier;
mod livelock;
mod merge;
mod search;
mod share;
#[cfg(test)]
mod tests;
pub mod two_phase;
mod visited;
mod ways;

pub use bounds::{Bound, Bounds, Snapshot};
pub use checkable::{Broken, CLASSES, Checkable, Fairness};
pub use exploration::{Exploration, Finding, Path, Replay, replay};
pub use explore::explore;
