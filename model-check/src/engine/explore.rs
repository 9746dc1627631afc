//! The search itself: breadth first, one state at a time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use stateright::Expectation;

use super::bounds::{Bound, Bounds, Snapshot};
use super::checkable::{Checkable, Fairness};
use super::exploration::{Exploration, Finding, Path};

/// Explores a model, and reports how far it has come a few times a second.
pub fn explore<M: Checkable>(
    model: &M,
    bounds: &Bounds,
    progress: &(dyn Fn(&Snapshot) + Sync),
) -> Exploration {
    let mut search = Search::new(model, bounds);
    for (init, state) in model.init_states().into_iter().enumerate() {
        search.meet(state, None, init, 0);
    }
    while let Some((index, depth, state)) = search.queue.pop_front() {
        search.expand(index, depth, &state);
        if search.states.len().is_multiple_of(100_000) {
            progress(&search.snapshot(depth));
        }
        let found = bounds.stops_at_first && !search.found.findings.is_empty();
        search.found.stopped_by = search.bound();
        if found || search.found.stopped_by.is_some() {
            break;
        }
    }
    let Search { mut found, start, .. } = search;
    found.took = start.elapsed();
    found
}

struct Search<'a, M: Checkable> {
    model: &'a M,
    bounds: &'a Bounds,
    start: Instant,
    states: BTreeMap<u64, u32>,
    parents: Vec<(Option<u32>, usize)>,
    queue: VecDeque<(u32, u32, M::State)>,
    found: Exploration,
}

impl<'a, M: Checkable> Search<'a, M> {
    fn new(model: &'a M, bounds: &'a Bounds) -> Self {
        let properties = model.properties();
        let sometimes = properties.iter().filter(|it| it.expectation == Expectation::Sometimes);
        let found = Exploration {
            states: 0,
            steps: 0,
            depth: 0,
            states_at_rest: 0,
            bytes: 0,
            took: std::time::Duration::ZERO,
            stopped_by: None,
            findings: Vec::new(),
            unwitnessed: sometimes.map(|it| it.name).collect(),
        };
        let (states, parents, queue) = (BTreeMap::new(), Vec::new(), VecDeque::new());
        Self { model, bounds, start: Instant::now(), states, parents, queue, found }
    }

    /// Notes a state if it is new, judges it, and queues it if nothing is broken.
    fn meet(&mut self, state: M::State, parent: Option<u32>, position: usize, depth: u32) {
        let index = u32::try_from(self.parents.len()).expect("states fit 32 bits");
        if !self.model.within_boundary(&state) || self.states.contains_key(&self.model.fingerprint(&state)) {
            return;
        }
        self.states.insert(self.model.fingerprint(&state), index);
        self.parents.push((parent, position));
        self.found.states += 1;
        self.found.depth = self.found.depth.max(depth);
        let mut is_broken = false;
        for property in self.model.properties() {
            let holds = (property.condition)(self.model, &state);
            match property.expectation {
                Expectation::Always if !holds => {
                    is_broken = true;
                    self.note(property.name, "the property does not hold in this state".to_owned(), index);
                }
                Expectation::Sometimes if holds => {
                    self.found.unwitnessed.retain(|it| *it != property.name);
                }
                Expectation::Eventually => {
                    self.note(property.name, "the engine does not judge `Eventually`".to_owned(), index);
                }
                Expectation::Always | Expectation::Sometimes => {}
            }
        }
        if !is_broken {
            self.queue.push_back((index, depth, state));
        }
    }

    fn expand(&mut self, index: u32, depth: u32, state: &M::State) {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        let mut is_at_rest = true;
        for (position, action) in actions.into_iter().enumerate() {
            let fairness = self.model.fairness(state, &action);
            let Some(next) = self.model.next_state(state, action) else {
                continue;
            };
            self.found.steps += 1;
            is_at_rest &= fairness == Fairness::Outside || next == *state;
            self.meet(next, Some(index), position, depth + 1);
        }
        if self.bounds.checks_convergence && is_at_rest {
            self.found.states_at_rest += 1;
            for broken in self.model.judge_rest(state) {
                self.note(broken.property, broken.what, index);
            }
        }
    }

    /// Keeps the first finding of each property.
    fn note(&mut self, property: &str, what: String, index: u32) {
        if self.found.findings.iter().any(|it| it.property == property) {
            return;
        }
        let (mut init, mut actions, mut next) = (0, Vec::new(), Some(index));
        while let Some((parent, position)) = next.and_then(|it| self.parents.get(it as usize)) {
            match parent {
                Some(_) => actions.push(*position),
                None => init = *position,
            }
            next = *parent;
        }
        actions.reverse();
        let path = Path { init, actions };
        self.found.findings.push(Finding { property: property.to_owned(), what, path, cycle_from: None });
    }

    fn bound(&self) -> Option<Bound> {
        let is_late = self.bounds.time_max.is_some_and(|it| self.start.elapsed() >= it);
        if self.queue.is_empty() {
            None
        } else if self.found.states >= self.bounds.states_max {
            Some(Bound::States)
        } else {
            is_late.then_some(Bound::Time)
        }
    }

    fn snapshot(&self, depth: u32) -> Snapshot {
        let Exploration { states, steps, .. } = self.found;
        let (frontier, elapsed) = (self.queue.len() as u64, self.start.elapsed());
        Snapshot { states, steps, frontier, depth, bytes: self.model.bytes(), elapsed }
    }
}
