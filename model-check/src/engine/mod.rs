//! Explores every state of a model, and judges safety and convergence.
//!
//! Pipeline: a [`Checkable`] model and its [`Bounds`] → **[`explore()`]** → an [`Exploration`], whose paths
//! [`replay`] turns back into states.
//!
//! Guarantees:
//! - Every state that can be reached within the model's boundary is visited, unless a bound stops the search,
//!   or two states have the same fingerprint. The result says the former; the chance of the latter is about
//!   n² / 2⁶⁵ for n states.
//! - Numbers, findings and paths are the same for any number of threads.
//! - The path to a finding is a shortest one, and among those the first by positions of actions. The first
//!   finding of a property is never replaced.
//! - If every state is visited, a livelock is reported if and only if a weakly fair execution within the
//!   boundary never comes to rest; with it comes a loop that is itself fair.
//!
//! # The search
//!
//! States are visited level by level. A level is worked off in batches of a fixed number of states, and a
//! batch in chunks, which threads take one by one:
//! 1. `expand` takes every step from the states of a chunk, and drops what is known. The set of visited
//!    states is only read.
//! 2. `merge` adds what is left to the set. The set is split by fingerprints, and each part goes through all
//!    chunks in order: so the first by parent and action stays, whichever thread did what.
//! 3. The new states are numbered in the same order, judged by the model's properties, and appended to the
//!    next level. A state that breaks a property is not expanded.
//!
//! Of a state that was expanded there remain its fingerprint in an array with open addressing, two bits from
//! which its parent is found, and the position of the step that led to it: some fourteen bytes. Paths are
//! followed back by these, and replayed forward by the model.
//!
//! # Convergence
//!
//! Faults, users and safety nets are [`Fairness::Outside`]: an execution that has to converge takes no such
//! step from some moment on. All other steps belong to a class, and an execution is fair if it takes each
//! class again and again unless that class is again and again impossible. The fair steps of all states are
//! kept, whatever led to those states, since the moment may come in any of them. Then
//! - a state that no fair step leaves is at rest, and [`Checkable::judge_rest`] says whether it may be;
//! - an execution that never rests stays, from some moment on, among states that reach one another. A
//!   strongly connected component is a livelock if, for every class, one of its states has no step of the
//!   class, or one of the steps of the class stays inside.
//!
//! Both together say: every fair execution, from every reachable state, comes to rest, and where it rests is
//! right. Why components are enough, and what steps from a state to itself count for, is written down in
//! `livelock`. Convergence costs six bytes a fair step and some twelve a state.
//!
//! # Deliberately absent
//!
//! Properties of the kind `Eventually`: they are reported as findings, so that nobody takes silence for a
//! proof. Strong fairness. Reduction of states, by symmetry or otherwise: a model may do it, by giving
//! equivalent states the same fingerprint; for convergence, equivalent steps then have to be of the same
//! class. Anything kept on disk.

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
pub use checkable::{Broken, Checkable, Fairness};
pub use exploration::{Exploration, Finding, Path, Replay, replay};
pub use explore::explore;
pub use livelock::CONVERGENCE;
