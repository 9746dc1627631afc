//! The states that wait to be expanded, in the order of their numbers.
//!
//! Pipeline: `search` appends the states that a batch found → **`frontier`** → the next batches.
//!
//! They are kept in blocks of one batch each, so that memory is given back as a level is worked off, and a
//! growing level never has to be copied.

use std::collections::VecDeque;

/// Blocks without states that are kept for new states.
const SPARE_MAX: usize = 4;

/// The states of one level, and those found for the next.
pub(super) struct Frontier<S> {
    block: usize,
    level: VecDeque<Vec<S>>,
    next: VecDeque<Vec<S>>,
    spare: Vec<Vec<S>>,
    waiting: usize,
}

impl<S> Frontier<S> {
    /// An empty one, in blocks of so many states.
    pub(super) fn new(block: usize) -> Self {
        Self { block, level: VecDeque::new(), next: VecDeque::new(), spare: Vec::new(), waiting: 0 }
    }

    /// Moves states to the end of the next level.
    pub(super) fn append(&mut self, states: &mut Vec<S>) {
        self.waiting += states.len();
        let mut states = states.drain(..);
        while states.len() > 0 {
            if self.next.back().is_none_or(|it| it.len() == self.block) {
                self.next.push_back(self.spare.pop().unwrap_or_default());
            }
            if let Some(last) = self.next.back_mut() {
                last.extend(states.by_ref().take(self.block - last.len()));
            }
        }
    }

    /// Makes the next level the one to take from; false if it has no states.
    pub(super) fn descend(&mut self) -> bool {
        assert!(self.level.is_empty(), "a level is worked off before the next one");
        std::mem::swap(&mut self.level, &mut self.next);
        !self.level.is_empty()
    }

    /// The next states of the level.
    pub(super) fn take(&mut self) -> Option<Vec<S>> {
        let block = self.level.pop_front()?;
        self.waiting -= block.len();
        Some(block)
    }

    /// Takes back the memory of states that have been expanded.
    pub(super) fn recycle(&mut self, mut block: Vec<S>) {
        if self.spare.len() < SPARE_MAX {
            block.clear();
            self.spare.push(block);
        }
    }

    /// States that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Bytes of the states that wait, and of the blocks that are free; what states hold on the heap is not
    /// known here.
    pub(super) fn bytes(&self) -> u64 {
        let spare: usize = self.spare.iter().map(Vec::capacity).sum();
        ((self.waiting + spare) * size_of::<S>()) as u64
    }
}

#[test]
fn states_come_out_in_order_and_level_by_level() {
    let mut frontier = Frontier::new(4);
    assert!(!frontier.descend());
    frontier.append(&mut (0..3).collect());
    frontier.append(&mut (3..10).collect());
    assert!(frontier.descend());
    assert_eq!(frontier.take(), Some(vec![0, 1, 2, 3]));
    frontier.append(&mut vec![10]);
    assert_eq!(frontier.waiting(), 7);
    assert_eq!(frontier.take(), Some(vec![4, 5, 6, 7]));
    assert_eq!(frontier.take(), Some(vec![8, 9]));
    assert_eq!(frontier.take(), None);
    frontier.recycle(vec![8, 9]);
    assert!(frontier.descend());
    assert_eq!(frontier.take(), Some(vec![10]));
    assert!(!frontier.descend());
}
