//! Makes states of what the chunks of a batch found: each once, numbered in the order of parents and of
//! their actions.
//!
//! Pipeline: `expand` → **`merge`** → `search`.
//!
//! Three passes, each in parallel. [`add`] goes by parts of the set of visited states: each part takes the
//! keys that belong to it, chunk by chunk, and so tells which of several equal states comes first, however
//! the work is shared. [`Sifted::sift`] goes by chunks: it drops all but the first ones and judges them.
//! Then numbers are known, and [`Numbers`] writes them to where they are missing: by parts into the set, and
//! by chunks into the fair steps.

use std::hint::black_box;

use stateright::{Expectation, Property};

use super::checkable::Checkable;
use super::expand::{Chunk, Entry, FairSteps};
use super::share::share;
use super::visited::{Key, NO_NUMBER, Table, Visited};

/// Bits of a code that hold a position in a chunk; the others hold the chunk.
const ORDER_BITS: u32 = 24;

/// The most chunks of a batch.
pub(super) const CHUNKS_MAX: usize = 128;

/// Names a found state within a batch: the order of codes is the order of chunks and of states in them.
fn code(chunk: usize, order: u32) -> u32 {
    assert!(order >> ORDER_BITS == 0, "the steps of some hundred states fit 24 bits");
    ((chunk as u32) << ORDER_BITS) | order
}

/// Keys that are looked up together, as in `expand`.
const GROUP: usize = 32;

/// Adds the keys of a part, given by chunk, and notes with each entry which found state has come first.
///
/// Until [`Numbers`] replaces it, the number of a new state is its code.
pub(super) fn add(tables: &mut [Table], entries: &mut [Vec<Entry>]) {
    // Parts are equal powers of two, so that the last bits number the tables of each.
    let mask = tables.len() - 1;
    let of = |key: Key| key.table() & mask;
    for (chunk, entries) in entries.iter_mut().enumerate() {
        for group in entries.chunks_mut(GROUP) {
            black_box(group.iter().fold(0, |sum, it| sum ^ tables[of(it.key)].touch(it.key)));
            for entry in group {
                let own = code(chunk, entry.order);
                let table = &mut tables[of(entry.key)];
                entry.winner = table.insert(entry.key, own).unwrap_or(own);
            }
        }
    }
}

/// What [`Sifted::sift`] learns about a chunk.
#[derive(Default)]
pub(super) struct Sifted {
    /// Of each found state: the code of the first one that is equal.
    winners: Vec<u32>,
    /// Of each found state: how many before it were kept.
    ranks: Vec<u32>,
    /// What is broken, by rank and name.
    pub(super) broken: Vec<(u32, &'static str)>,
    /// Of each property of the kind `Sometimes`: whether a state is a witness.
    pub(super) witnessed: Vec<bool>,
}

/// The properties to judge.
pub(super) struct Properties<M: Checkable> {
    pub(super) always: Vec<Property<M>>,
    /// Those not witnessed yet.
    pub(super) sometimes: Vec<Property<M>>,
}

impl<M: Checkable> Properties<M> {
    /// Those of a model that can be judged state by state.
    pub(super) fn of(model: &M) -> Self {
        let of = |kind| model.properties().into_iter().filter(move |it| it.expectation == kind).collect();
        Self { always: of(Expectation::Always), sometimes: of(Expectation::Sometimes) }
    }
}

impl Sifted {
    /// Drops all found states of a chunk but the first ones, and judges those.
    pub(super) fn sift<M: Checkable>(
        &mut self,
        model: &M,
        properties: &Properties<M>,
        number: usize,
        chunk: &mut Chunk<M>,
    ) {
        self.winners.clear();
        self.winners.resize(chunk.found.len(), NO_NUMBER);
        for entry in chunk.entries.iter().flatten() {
            self.winners[entry.order as usize] = entry.winner;
        }
        self.ranks.clear();
        let (mut kept, mut order) = (0, 0);
        for winner in &self.winners {
            self.ranks.push(kept);
            kept += u32::from(*winner == code(number, order));
            order += 1;
        }
        retain(&mut chunk.found, &self.winners, number);
        retain(&mut chunk.ways, &self.winners, number);
        self.judge(model, properties, &chunk.found);
    }

    fn judge<M: Checkable>(&mut self, model: &M, properties: &Properties<M>, found: &[M::State]) {
        self.broken.clear();
        self.witnessed.clear();
        self.witnessed.resize(properties.sometimes.len(), false);
        for (rank, state) in (0..).zip(found) {
            for property in &properties.always {
                if !(property.condition)(model, state) {
                    let names = model.names_of_broken(state);
                    let names = if names.is_empty() { vec![property.name] } else { names };
                    self.broken.extend(names.into_iter().map(|name| (rank, name)));
                }
            }
            for (witnessed, property) in self.witnessed.iter_mut().zip(&properties.sometimes) {
                *witnessed = *witnessed || (property.condition)(model, state);
            }
        }
    }

    /// Bytes of its buffers.
    pub(super) fn bytes(&self) -> u64 {
        ((self.winners.capacity() + self.ranks.capacity()) * size_of::<u32>()) as u64
    }
}

/// Keeps the items that have come first.
fn retain<T>(items: &mut Vec<T>, winners: &[u32], number: usize) {
    let mut winners = (0..).zip(winners);
    items.retain(|_| winners.next().is_some_and(|(order, winner)| *winner == code(number, order)));
}

/// The numbers of the states that a batch found.
pub(super) struct Numbers<'a> {
    /// The first number of each chunk.
    pub(super) firsts: &'a [u32],
    /// What was learnt about each chunk.
    pub(super) sifted: &'a [Sifted],
}

impl Numbers<'_> {
    fn of(&self, code: u32) -> u32 {
        let (chunk, order) = (code >> ORDER_BITS, code & ((1 << ORDER_BITS) - 1));
        self.firsts[chunk as usize] + self.sifted[chunk as usize].ranks[order as usize]
    }

    /// Writes numbers into a part of the set.
    pub(super) fn write(&self, tables: &mut [Table], entries: &[Vec<Entry>]) {
        for (chunk, entries) in entries.iter().enumerate() {
            for entry in entries.iter().filter(|it| it.winner == code(chunk, it.order)) {
                let table = entry.key.table() & (tables.len() - 1);
                tables[table].renumber(entry.key, self.of(entry.winner));
            }
        }
    }

    /// Writes numbers into the fair steps of a chunk.
    pub(super) fn complete(&self, chunk: usize, fair: &mut FairSteps) {
        for (step, order) in fair.pending.drain(..) {
            fair.targets[step as usize] = self.of(self.sifted[chunk].winners[order as usize]);
        }
    }
}

/// Lends each part of the set to `work`, with the entries that belong to it, by chunk.
pub(super) fn by_part<M: Checkable>(
    threads: usize,
    visited: &mut Visited,
    chunks: &mut [Chunk<M>],
    work: impl Fn(&mut [Table], &mut [Vec<Entry>]) + Sync,
) {
    let parts = chunks.first().map_or(1, |it| it.entries.len());
    let take = |part: usize, it: &mut Chunk<M>| std::mem::take(&mut it.entries[part]);
    let mut entries: Vec<Vec<Vec<Entry>>> =
        (0..parts).map(|part| chunks.iter_mut().map(|it| take(part, it)).collect()).collect();
    let jobs = visited.parts(parts).zip(&mut entries).collect();
    share(threads, jobs, |(tables, entries): (&mut [Table], &mut Vec<Vec<Entry>>)| work(tables, entries));
    for (part, entries) in entries.into_iter().enumerate() {
        for (chunk, entries) in chunks.iter_mut().zip(entries) {
            chunk.entries[part] = entries;
        }
    }
}
