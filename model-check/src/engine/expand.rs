//! Expands some states of the frontier: takes every step from each, and keeps what leads to unknown states.
//!
//! Pipeline: a chunk of the frontier → **`expand`** → `merge`.
//!
//! The set of visited states is only read here, so that any number of chunks can be expanded at a time.
//! Nearly all the time beside the model's own goes into waiting for memory to tell whether a state is known.
//! So successors are gathered in groups, the places of a whole group are read at once, and only then is each
//! looked up.

use std::hint::black_box;

use super::checkable::{Broken, Checkable, Fairness};
use super::edges::BEYOND;
use super::visited::{Key, TABLES, Visited};

/// Successors that are looked up together: enough to keep the memory busy, few enough to stay in the cache.
const GROUP: usize = 64;

/// Places of the memory of found states: a few for each state that a chunk finds, and no more than the
/// innermost cache can spare.
const RECENT: usize = 2048;

/// The parent of initial states.
pub(super) const ROOT: u32 = u32::MAX;

/// The target of a step until `merge` has numbered it.
const PENDING: u32 = u32::MAX - 1;

/// What all chunks share.
pub(super) struct Task<'a, M> {
    pub(super) model: &'a M,
    pub(super) visited: &'a Visited,
    pub(super) checks_convergence: bool,
    /// Parts of the set of visited states that are added to in parallel.
    pub(super) parts: usize,
}

/// States to expand, with consecutive numbers.
pub(super) struct Parents<'a, S> {
    pub(super) first: u32,
    pub(super) states: &'a [S],
    /// Numbers, in order, of states that are not to be expanded.
    pub(super) closed: &'a [u32],
}

/// What came of expanding some states, in the order of parents and of their actions.
///
/// Its vectors keep their memory from batch to batch.
pub(super) struct Chunk<M: Checkable> {
    /// The states that were unknown when the batch began; the same one may be there twice.
    pub(super) found: Vec<M::State>,
    /// Of each found state: its parent, and the position of the step among the parent's actions.
    pub(super) ways: Vec<(u32, u32)>,
    /// The keys of the found states, by the part of the set that they belong to.
    pub(super) entries: Vec<Vec<Entry>>,
    /// The fair steps from each parent.
    pub(super) fair: FairSteps,
    /// All steps.
    pub(super) steps: u64,
    /// Parents at rest.
    pub(super) at_rest: u64,
    /// What they break.
    pub(super) broken: Vec<(u32, Broken)>,
    /// Of each found state: its key.
    keys: Vec<Key>,
    /// By some bits of its key: the found state that was last met. What stands here from earlier batches
    /// is told by `keys`, so that nothing has to be cleared.
    recent: Vec<u32>,
    actions: Vec<M::Action>,
    group: Vec<Successor<M::State>>,
    spans: Vec<Span>,
}

/// The key of a found state, and where that state stands.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: Key,
    /// Position among the found states of its chunk.
    pub(super) order: u32,
    /// Filled in by `merge`: the code of the first one found with this key, if that is known.
    pub(super) winner: u32,
}

/// Fair steps, as `Edges` wants them.
#[derive(Default)]
pub(super) struct FairSteps {
    pub(super) targets: Vec<u32>,
    pub(super) classes: Vec<u16>,
    /// Of each parent.
    pub(super) counts: Vec<u32>,
    /// Steps whose target has no number yet: position of the step, and of the found state.
    pub(super) pending: Vec<(u32, u32)>,
}

/// Where a step leads.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// To the very state that it starts from.
    Own,
    /// Out of the model's boundary.
    Beyond,
    /// To a state that has to be looked up.
    Inside,
}

struct Successor<S> {
    state: S,
    key: Key,
    position: u32,
    place: Place,
    /// The class of a fair step whose target has to be known.
    class: Option<u16>,
}

/// The successors of one parent in a group.
struct Span {
    number: u32,
    successors: usize,
    is_closed: bool,
}

impl<M: Checkable> Chunk<M> {
    pub(super) fn new(parts: usize) -> Self {
        Self {
            found: Vec::new(),
            ways: Vec::new(),
            entries: (0..parts).map(|_| Vec::new()).collect(),
            fair: FairSteps::default(),
            steps: 0,
            at_rest: 0,
            broken: Vec::new(),
            keys: Vec::new(),
            recent: vec![0; RECENT],
            actions: Vec::new(),
            group: Vec::new(),
            spans: Vec::new(),
        }
    }

    /// Takes every step from some states.
    pub(super) fn expand(&mut self, task: &Task<'_, M>, parents: &Parents<'_, M::State>) {
        self.clear();
        for (number, state) in (parents.first..).zip(parents.states) {
            let is_closed = !parents.closed.is_empty() && parents.closed.binary_search(&number).is_ok();
            let before = self.group.len();
            if !is_closed {
                self.step(task, state);
            }
            self.spans.push(Span { number, successors: self.group.len() - before, is_closed });
            if self.group.len() >= GROUP {
                self.look_up(task, parents);
            }
        }
        self.look_up(task, parents);
    }

    /// Takes initial states for what was found.
    pub(super) fn seed(&mut self, task: &Task<'_, M>, states: Vec<M::State>) {
        self.clear();
        for (position, state) in (0..).zip(states) {
            if task.model.within_boundary(&state) {
                self.find(task, Key::of(task.model.fingerprint(&state)), &state, (ROOT, position));
            }
        }
    }

    fn clear(&mut self) {
        self.found.clear();
        self.keys.clear();
        self.ways.clear();
        self.entries.iter_mut().for_each(Vec::clear);
        self.fair.targets.clear();
        self.fair.classes.clear();
        self.fair.counts.clear();
        self.fair.pending.clear();
        self.broken.clear();
        self.steps = 0;
        self.at_rest = 0;
    }

    /// Gathers the successors of a state.
    fn step(&mut self, task: &Task<'_, M>, state: &M::State) {
        let model = task.model;
        model.actions(state, &mut self.actions);
        for (position, action) in (0..).zip(self.actions.drain(..)) {
            let class = if task.checks_convergence { class(model.fairness(state, &action)) } else { None };
            let Some(next) = model.next_state(state, action) else {
                continue;
            };
            let place = if next == *state {
                Place::Own
            } else if model.within_boundary(&next) {
                Place::Inside
            } else {
                Place::Beyond
            };
            self.steps += u64::from(place != Place::Beyond);
            if place == Place::Inside || class.is_some() {
                let fingerprint = if place == Place::Inside { model.fingerprint(&next) } else { 0 };
                let key = Key::of(fingerprint);
                self.group.push(Successor { state: next, key, position, place, class });
            }
        }
    }

    /// Tells known successors from unknown ones, and judges the parents at rest.
    fn look_up(&mut self, task: &Task<'_, M>, parents: &Parents<'_, M::State>) {
        black_box(self.group.iter().fold(0, |sum, it| sum ^ task.visited.touch(it.key)));
        let mut group = std::mem::take(&mut self.group);
        let mut spans = std::mem::take(&mut self.spans);
        let mut successors = group.iter();
        for span in spans.drain(..) {
            let before = self.fair.targets.len();
            let mut leaves = false;
            for successor in successors.by_ref().take(span.successors) {
                leaves |= self.resolve(task, span.number, successor);
            }
            if task.checks_convergence {
                self.fair.counts.push((self.fair.targets.len() - before) as u32);
                if !leaves && !span.is_closed {
                    self.at_rest += 1;
                    let state = &parents.states[(span.number - parents.first) as usize];
                    let broken = task.model.judge_rest(state);
                    self.broken.extend(broken.into_iter().map(|it| (span.number, it)));
                }
            }
        }
        group.clear();
        (self.group, self.spans) = (group, spans);
    }

    /// Keeps a successor if it is unknown, and its step if it is fair; returns whether it is fair and leads
    /// away from its parent.
    fn resolve(&mut self, task: &Task<'_, M>, parent: u32, successor: &Successor<M::State>) -> bool {
        let known = match successor.place {
            Place::Own => Some(parent),
            Place::Beyond => Some(BEYOND),
            Place::Inside => task.visited.find(successor.key),
        };
        let order = match known {
            Some(_) => None,
            None => Some(self.find(task, successor.key, &successor.state, (parent, successor.position))),
        };
        let Some(class) = successor.class else {
            return false;
        };
        self.fair.pending.extend(order.map(|it| (self.fair.targets.len() as u32, it)));
        self.fair.targets.push(known.unwrap_or(PENDING));
        self.fair.classes.push(class);
        known != Some(parent)
    }

    /// Keeps an unknown state, unless this chunk has found it lately; returns which of the found states it is.
    fn find(&mut self, task: &Task<'_, M>, key: Key, state: &M::State, way: (u32, u32)) -> u32 {
        let recent = &mut self.recent[key.middle_bits() % RECENT];
        if self.keys.get(*recent as usize) == Some(&key) {
            return *recent;
        }
        let order = self.found.len() as u32;
        *recent = order;
        self.entries[key.table() * task.parts / TABLES].push(Entry { key, order, winner: 0 });
        self.keys.push(key);
        self.found.push(state.clone());
        self.ways.push(way);
        order
    }

    /// Bytes of its buffers.
    pub(super) fn bytes(&self) -> u64 {
        let entries: usize = self.entries.iter().map(Vec::capacity).sum();
        let bytes = (self.found.capacity() * size_of::<M::State>())
            + self.ways.capacity() * size_of::<(u32, u32)>()
            + entries * size_of::<Entry>()
            + self.keys.capacity() * size_of::<Key>()
            + self.recent.capacity() * size_of::<u32>()
            + self.fair.targets.capacity() * (size_of::<u32>() + size_of::<u16>())
            + self.fair.counts.capacity() * size_of::<u32>()
            + self.fair.pending.capacity() * size_of::<(u32, u32)>()
            + self.group.capacity() * size_of::<Successor<M::State>>();
        bytes as u64
    }
}

/// The class of a fair step.
fn class(fairness: Fairness) -> Option<u16> {
    match fairness {
        Fairness::Outside => None,
        Fairness::Class(class) => Some(class),
    }
}
