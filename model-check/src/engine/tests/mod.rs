//! The engine as a whole: against stateright, against itself with other numbers of threads, and on graphs
//! small enough to be judged by eye.

mod convergence;
mod counts;
mod puzzles;
mod safety;
mod table;

use super::{Bounds, Checkable, Exploration, explore};

/// Explores all of a model with so many threads.
fn explore_all<M: Checkable>(model: &M, threads: usize) -> Exploration {
    explore(model, &Bounds { threads, ..Bounds::default() }, &|_| {})
}

/// An exploration without what differs from run to run, and, since threads have their own buffers, without
/// bytes.
fn lasting(exploration: Exploration) -> Exploration {
    Exploration { took: std::time::Duration::ZERO, bytes: 0, ..exploration }
}
