//! The whole of an exploration: the search, then livelocks.

use super::bounds::{Bounds, Snapshot};
use super::checkable::Checkable;
use super::exploration::Exploration;
use super::livelock::{CONVERGENCE, livelock};
use super::search::Search;

/// Explores a model, and reports how far it has come a few times a second, on the calling thread.
///
/// # Panics
///
/// If the model panics, if its `actions` and `next_state` are no functions of their arguments, if a state has
/// more than 65,536 actions, or if a class of fairness is out of range.
pub fn explore<M: Checkable>(
    model: &M,
    bounds: &Bounds,
    progress: &(dyn Fn(&Snapshot) + Sync),
) -> Exploration {
    let mut search = Search::new(model, bounds);
    let stopped_by = search.run(progress);
    let is_broken = search.findings.iter().any(|it| it.property == CONVERGENCE);
    if bounds.checks_convergence && !search.is_over() && !is_broken {
        // What a bound left out has no steps here, and can only hide livelocks, not make them up.
        let found = livelock(&mut search);
        search.findings.extend(found);
    }
    if bounds.stops_at_first {
        search.findings.truncate(1);
    }
    Exploration {
        states: search.states,
        steps: search.steps,
        depth: search.depth,
        states_at_rest: search.states_at_rest,
        bytes: search.bytes_most,
        took: search.elapsed(),
        stopped_by,
        unwitnessed: search.unwitnessed(),
        findings: search.findings,
    }
}
