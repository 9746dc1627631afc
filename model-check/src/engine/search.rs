//! The search: batch by batch through each level of the breadth-first order.
//!
//! Pipeline: `frontier` → `expand` → `merge` → **`search`** → `frontier`, `ways`, `edges`, findings.
//!
//! Here runs only what has to run in order, and it is little: states are moved, steps are copied, and
//! findings noted. Batches hold a fixed number of states, so that where a bound stops the search depends on
//! no clock and no thread; the clock's own bound is the exception.

use std::time::{Duration, Instant};

use stateright::Expectation;

use super::bounds::{Bound, Bounds, Snapshot};
use super::checkable::{Broken, Checkable};
use super::components;
use super::edges::Edges;
use super::expand::{Chunk, Parents, ROOT, Task};
use super::exploration::{Finding, Path};
use super::frontier::Frontier;
use super::merge::{self, CHUNKS_MAX, Numbers, Properties, Sifted};
use super::share::share;
use super::visited::{TABLES, Visited};
use super::ways::Ways;

/// States of a chunk: the unit in which threads take work.
const CHUNK: usize = 64;

/// States of a batch.
const BATCH: usize = CHUNK * CHUNKS_MAX;

/// Found states below which a batch is not worth waking other threads.
const ALONE_MAX: usize = 2048;

/// Time between two reports of progress.
const PROGRESS_EACH: Duration = Duration::from_millis(200);

/// States that can be numbered: the rest of 32 bits is for the last batch, and for numbers that are none.
const STATES_MAX: u64 = 3 << 30;

/// A search, and all that it knows.
pub(super) struct Search<'a, M: Checkable> {
    pub(super) model: &'a M,
    bounds: &'a Bounds,
    start: Instant,
    pub(super) visited: Visited,
    pub(super) ways: Ways,
    pub(super) edges: Edges,
    properties: Properties<M>,
    frontier: Frontier<M::State>,
    /// Numbers of the waiting states that break a property, in order; they are not expanded.
    closed: Vec<u32>,
    /// Parts of the set of visited states that are added to in parallel.
    parts: usize,
    chunks: Vec<Chunk<M>>,
    sifted: Vec<Sifted>,
    /// The number of the first state that waits.
    first_waiting: u32,
    /// Unique states.
    pub(super) states: u64,
    pub(super) steps: u64,
    pub(super) depth: u32,
    pub(super) states_at_rest: u64,
    pub(super) bytes_most: u64,
    pub(super) findings: Vec<Finding>,
}

impl<'a, M: Checkable> Search<'a, M> {
    pub(super) fn new(model: &'a M, bounds: &'a Bounds) -> Self {
        let parts = bounds.threads.clamp(1, TABLES).next_power_of_two();
        Self {
            model,
            bounds,
            start: Instant::now(),
            visited: Visited::new(bounds.checks_convergence),
            ways: Ways::default(),
            edges: Edges::default(),
            properties: Properties::of(model),
            frontier: Frontier::new(BATCH),
            closed: Vec::new(),
            parts,
            chunks: (0..CHUNKS_MAX).map(|_| Chunk::new(parts)).collect(),
            sifted: (0..CHUNKS_MAX).map(|_| Sifted::default()).collect(),
            first_waiting: 0,
            states: 0,
            steps: 0,
            depth: 0,
            states_at_rest: 0,
            bytes_most: 0,
            findings: Vec::new(),
        }
    }

    /// Searches until every state is expanded or something ends the search; returns the bound that did.
    pub(super) fn run(&mut self, progress: &dyn Fn(&Snapshot)) -> Option<Bound> {
        self.refuse_eventually();
        self.seed();
        let mut next_report = PROGRESS_EACH;
        let mut level = 0;
        while self.frontier.descend() {
            self.depth = level;
            level += 1;
            while let Some(states) = self.frontier.take() {
                self.expand(&states);
                self.frontier.recycle(states);
                let snapshot = self.snapshot();
                self.bytes_most = self.bytes_most.max(snapshot.bytes);
                if snapshot.elapsed >= next_report {
                    progress(&snapshot);
                    next_report = snapshot.elapsed + PROGRESS_EACH;
                }
                if self.is_over() {
                    return None;
                }
                let bound = self.bound(&snapshot);
                if bound.is_some() {
                    return bound;
                }
            }
        }
        None
    }

    /// Whether a finding ends the search.
    pub(super) fn is_over(&self) -> bool {
        self.bounds.stops_at_first && !self.findings.is_empty()
    }

    /// The properties of the kind `Sometimes` without a witness.
    pub(super) fn unwitnessed(&self) -> Vec<&'static str> {
        self.properties.sometimes.iter().map(|it| it.name).collect()
    }

    /// Time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Keeps the first finding of each property.
    pub(super) fn note(&mut self, property: &str, what: String, path: impl FnOnce(&Ways) -> Path) {
        if self.findings.iter().all(|it| it.property != property) {
            let path = path(&self.ways);
            self.findings.push(Finding { property: property.to_owned(), what, path, cycle_from: None });
        }
    }

    /// A property that nobody judges must not look as if it held.
    fn refuse_eventually(&mut self) {
        for property in self.model.properties() {
            if property.expectation == Expectation::Eventually {
                let what = "properties of the kind `Eventually` are not judged; `judge_rest` says what has to hold \
                            in the end";
                self.note(property.name, what.to_owned(), |_| Path::default());
            }
        }
    }

    fn seed(&mut self) {
        let task = Task {
            model: self.model,
            visited: &self.visited,
            checks_convergence: self.bounds.checks_convergence,
            parts: self.parts,
        };
        self.chunks[0].seed(&task, self.model.init_states());
        self.absorb(1);
    }

    /// Expands a batch.
    fn expand(&mut self, states: &[M::State]) {
        let first = self.first_waiting;
        self.first_waiting += states.len() as u32;
        let closed = self.closed.partition_point(|it| *it < self.first_waiting);
        let closed: Vec<u32> = self.closed.drain(..closed).collect();
        let task = Task {
            model: self.model,
            visited: &self.visited,
            checks_convergence: self.bounds.checks_convergence,
            parts: self.parts,
        };
        let parents = (first..).step_by(CHUNK).zip(states.chunks(CHUNK));
        let jobs: Vec<_> = parents.zip(&mut self.chunks).collect();
        let count = jobs.len();
        share(self.bounds.threads, jobs, |((first, states), chunk)| {
            chunk.expand(&task, &Parents { first, states, closed: &closed });
        });
        self.absorb(count);
    }

    /// Makes states of what the first chunks have found.
    fn absorb(&mut self, count: usize) {
        let (chunks, sifted) = (&mut self.chunks[..count], &mut self.sifted[..count]);
        let found: usize = chunks.iter().map(|it| it.found.len()).sum();
        let threads = if found < ALONE_MAX { 1 } else { self.bounds.threads };
        merge::by_part(threads, &mut self.visited, chunks, merge::add);
        let (model, properties) = (self.model, &self.properties);
        let jobs: Vec<_> = sifted.iter_mut().zip(&mut *chunks).enumerate().collect();
        share(threads, jobs, |(number, (sifted, chunk))| sifted.sift(model, properties, number, chunk));
        let firsts = self.number(count);
        let (chunks, sifted) = (&mut self.chunks[..count], &self.sifted[..count]);
        if self.bounds.checks_convergence {
            let numbers = Numbers { firsts: &firsts, sifted };
            merge::by_part(threads, &mut self.visited, chunks, |tables, entries| {
                numbers.write(tables, entries);
            });
            let jobs: Vec<_> = chunks.iter_mut().map(|it| &mut it.fair).enumerate().collect();
            share(threads, jobs, |(number, fair)| numbers.complete(number, fair));
        }
        let at_rest = self.collect(count);
        self.judge(at_rest, &firsts);
    }

    /// The first number of each chunk.
    fn number(&self, count: usize) -> Vec<u32> {
        let mut next = self.states;
        let mut firsts = Vec::with_capacity(count);
        for chunk in &self.chunks[..count] {
            firsts.push(u32::try_from(next).expect("the bound on states keeps numbers below 32 bits"));
            next += chunk.found.len() as u64;
        }
        firsts
    }

    /// Takes states and steps out of the chunks; returns what states at rest break.
    fn collect(&mut self, count: usize) -> Vec<(u32, Broken)> {
        let mut broken = Vec::new();
        for chunk in &mut self.chunks[..count] {
            self.steps += chunk.steps;
            self.states_at_rest += chunk.at_rest;
            self.states += chunk.found.len() as u64;
            self.edges.append(&chunk.fair.targets, &chunk.fair.classes, &chunk.fair.counts);
            for (parent, position) in chunk.ways.drain(..) {
                match parent {
                    ROOT => self.ways.push_init(position as usize),
                    _ => self.ways.push(parent, position),
                }
            }
            self.frontier.append(&mut chunk.found);
            broken.append(&mut chunk.broken);
        }
        broken
    }

    /// Notes what is broken: by states at rest, which are the older ones, then by new states.
    fn judge(&mut self, at_rest: Vec<(u32, Broken)>, firsts: &[u32]) {
        for (number, broken) in at_rest {
            self.note(broken.property, broken.what, |ways| ways.path(number));
        }
        for (chunk, first) in firsts.iter().enumerate() {
            for (rank, name) in std::mem::take(&mut self.sifted[chunk].broken) {
                let number = first + rank;
                self.note(name, "it does not hold in this state".to_owned(), |ways| ways.path(number));
                if self.closed.last() != Some(&number) {
                    self.closed.push(number);
                }
            }
        }
        let sifted = &self.sifted[..firsts.len()];
        let mut positions = 0..;
        self.properties.sometimes.retain(|_| {
            let position = positions.next().unwrap_or_default();
            !sifted.iter().any(|it| it.witnessed[position])
        });
    }

    /// How far the search has come.
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            states: self.states,
            steps: self.steps,
            frontier: self.frontier.waiting() as u64,
            depth: self.depth,
            bytes: self.bytes(),
            elapsed: self.elapsed(),
        }
    }

    /// Bytes held, with those that the search for livelocks is sure to need in the end.
    fn bytes(&self) -> u64 {
        let chunks: u64 = self.chunks.iter().map(Chunk::bytes).sum();
        let sifted: u64 = self.sifted.iter().map(Sifted::bytes).sum();
        let livelocks = if self.bounds.checks_convergence { components::bytes(self.states) } else { 0 };
        let states = self.visited.bytes() + self.ways.bytes() + self.edges.bytes();
        states + self.frontier.bytes() + chunks + sifted + livelocks + self.model.bytes()
    }

    fn bound(&self, snapshot: &Snapshot) -> Option<Bound> {
        let Bounds { states_max, bytes_max, time_max, .. } = self.bounds;
        if snapshot.frontier == 0 {
            None
        } else if snapshot.states > STATES_MAX.min(*states_max) {
            Some(Bound::States)
        } else if snapshot.bytes > *bytes_max {
            Some(Bound::Bytes)
        } else {
            time_max.is_some_and(|it| snapshot.elapsed >= it).then_some(Bound::Time)
        }
    }
}
