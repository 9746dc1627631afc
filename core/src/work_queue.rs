//! The keys about which to decide, in a fair order.

use alloc::collections::BTreeSet;
use core::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::limits::IN_PROGRESS_IN_A_ROW_MAX;

/// A set of keys from which each gets its turn, however many come in meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>"))]
pub(crate) struct WorkQueue<K> {
    keys: BTreeSet<K>,
    /// The key that had the last turn; forgotten when there are no keys, so that it is no history.
    last: Option<K>,
}

impl<K> Default for WorkQueue<K> {
    fn default() -> Self {
        Self { keys: BTreeSet::new(), last: None }
    }
}

impl<K: Ord + Clone> WorkQueue<K> {
    /// Adds `key`, unless it is there.
    pub(crate) fn insert(&mut self, key: K) {
        self.keys.insert(key);
    }

    /// Adds `keys`, unless they are there.
    pub(crate) fn extend(&mut self, keys: impl IntoIterator<Item = K>) {
        self.keys.extend(keys);
    }

    /// Takes out the first key after the last one taken, and starts again behind the end.
    pub(crate) fn pop(&mut self) -> Option<K> {
        let after = self.last.as_ref().map(|last| (Bound::Excluded(last), Bound::Unbounded));
        let next =
            after.and_then(|range| self.keys.range(range).next()).or_else(|| self.keys.first()).cloned();
        if let Some(key) = &next {
            self.keys.remove(key);
        }
        self.last = if self.keys.is_empty() { None } else { next.clone() };
        next
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether `key` is there.
    pub(crate) fn contains(&self, key: &K) -> bool {
        self.keys.contains(key)
    }

    fn remove(&mut self, key: &K) {
        self.keys.remove(key);
        if self.keys.is_empty() {
            self.last = None;
        }
    }
}

/// Keys of which those come first that are in the middle of something, and the others get their turn all the same.
///
/// So a burst is finished one by one, and a process that ends leaves little behind that is half done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>"))]
pub(crate) struct InProgressFirst<K> {
    in_progress: BTreeSet<K>,
    /// None of them is in `in_progress`.
    others: WorkQueue<K>,
    /// How many of `in_progress` had their turn since one of the others; 0 while there are no others.
    in_a_row: u8,
}

impl<K> Default for InProgressFirst<K> {
    fn default() -> Self {
        Self { in_progress: BTreeSet::new(), others: WorkQueue::default(), in_a_row: 0 }
    }
}

impl<K: Ord + Clone> InProgressFirst<K> {
    /// Adds `key`, unless it is there.
    pub(crate) fn insert(&mut self, key: K) {
        if !self.in_progress.contains(&key) {
            self.others.insert(key);
        }
    }

    /// Adds `keys`, unless they are there.
    pub(crate) fn extend(&mut self, keys: impl IntoIterator<Item = K>) {
        keys.into_iter().for_each(|key| self.insert(key));
    }

    /// Adds `key`, which is in the middle of something.
    pub(crate) fn insert_in_progress(&mut self, key: K) {
        self.others.remove(&key);
        self.in_progress.insert(key);
        self.count(self.in_a_row);
    }

    /// Takes out the next one.
    pub(crate) fn pop(&mut self) -> Option<K> {
        let is_their_turn = self.in_a_row < IN_PROGRESS_IN_A_ROW_MAX || self.others.is_empty();
        if is_their_turn && let Some(key) = self.in_progress.pop_first() {
            self.count(self.in_a_row.saturating_add(1));
            return Some(key);
        }
        let next = self.others.pop();
        self.count(0);
        next
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.in_progress.len() + self.others.len()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.in_progress.is_empty() && self.others.is_empty()
    }

    /// Whether `key` is there.
    pub(crate) fn contains(&self, key: &K) -> bool {
        self.in_progress.contains(key) || self.others.contains(key)
    }

    /// Where nobody waits it does not matter who had the last turns.
    fn count(&mut self, in_a_row: u8) {
        self.in_a_row = if self.others.is_empty() { 0 } else { in_a_row };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_gets_its_turn_though_earlier_ones_come_back() {
        let mut queue = WorkQueue::default();
        for key in ["a", "b", "c"] {
            queue.insert(key);
        }
        let mut turns = alloc::vec::Vec::new();
        for _ in 0..6 {
            let key = queue.pop().unwrap_or_default();
            turns.push(key);
            queue.insert(key);
        }
        assert_eq!(turns, ["a", "b", "c", "a", "b", "c"]);
    }

    #[test]
    fn what_is_in_progress_comes_first_and_keeps_nobody_waiting_for_ever() {
        let mut queue = InProgressFirst::default();
        for key in ["a", "b", "c"] {
            queue.insert(key);
        }
        queue.insert_in_progress("c");
        let mut turns = alloc::vec::Vec::new();
        for _ in 0..2 * (IN_PROGRESS_IN_A_ROW_MAX + 1) {
            let key = queue.pop().unwrap_or_default();
            turns.push(key);
            if key == "c" {
                queue.insert_in_progress(key);
            }
        }
        let mut expected = [["c"; IN_PROGRESS_IN_A_ROW_MAX as usize].as_slice(), &["a"]].concat();
        expected.extend(["c"; IN_PROGRESS_IN_A_ROW_MAX as usize]);
        expected.push("b");
        assert_eq!(turns, expected);
        assert_eq!((queue.pop(), queue.pop()), (Some("c"), None));
        assert_eq!(queue, InProgressFirst::default());
    }

    #[test]
    fn a_key_is_there_once() {
        let mut queue = InProgressFirst::default();
        queue.insert("a");
        queue.insert_in_progress("a");
        queue.insert("a");
        assert_eq!((queue.len(), queue.pop(), queue.is_empty()), (1, Some("a"), true));
    }

    #[test]
    fn an_empty_set_remembers_nothing() {
        let mut queue = WorkQueue::default();
        queue.insert("b");
        assert_eq!((queue.pop(), queue.pop()), (Some("b"), None));
        assert_eq!(queue, WorkQueue::default());
    }
}
