//! What an exploration found out, and the states along a path that it reports.

use std::time::Duration;

use stateright::Model;

use super::bounds::Bound;
use super::checkable::Checkable;

/// What an exploration found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exploration {
    /// Unique states.
    pub states: u64,
    /// Steps between states within the boundary, those into known states counted too.
    pub steps: u64,
    /// The longest of the shortest ways to any state, in steps.
    pub depth: u32,
    /// States that no fair step leaves; none are counted unless convergence is checked.
    pub states_at_rest: u64,
    /// Bytes that the engine and the model held at most, counted between batches. Buffers of batches are split
    /// among threads, so that this differs a little from one number of threads to another.
    pub bytes: u64,
    /// How long it took.
    pub took: Duration,
    /// The bound that stopped it before every state was expanded.
    pub stopped_by: Option<Bound>,
    /// What is broken: the first finding of each property, in the order in which they were found.
    pub findings: Vec<Finding>,
    /// The properties of the kind `Sometimes` that no state witnessed.
    pub unwitnessed: Vec<&'static str>,
}

/// A property that is broken, and how to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The property.
    pub property: String,
    /// What is wrong, in words.
    pub what: String,
    /// A shortest path to it; for a livelock, a shortest path to the loop and the loop itself.
    pub path: Path,
    /// For a livelock, where the loop starts: the steps from this index on lead back to where they began.
    pub cycle_from: Option<usize>,
}

/// A path as positions, which any later run finds again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Position in `init_states`.
    pub init: usize,
    /// At each state, position in `actions`.
    pub actions: Vec<usize>,
}

/// The states along a path, each with the action that led to it; the first one has none.
pub type Replay<M> = Vec<(Option<<M as Model>::Action>, <M as Model>::State)>;

/// The states along a path, each with the action that led to it; none if the model has no such path.
pub fn replay<M: Checkable>(model: &M, path: &Path) -> Option<Replay<M>> {
    let mut state = model.init_states().into_iter().nth(path.init)?;
    let mut steps = Vec::with_capacity(path.actions.len() + 1);
    let mut actions = Vec::new();
    steps.push((None, state.clone()));
    for &position in &path.actions {
        actions.clear();
        model.actions(&state, &mut actions);
        let action = actions.get(position)?;
        state = model.next_state(&state, action.clone())?;
        steps.push((Some(action.clone()), state.clone()));
    }
    Some(steps)
}
