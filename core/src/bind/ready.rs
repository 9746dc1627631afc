//! The keys about which to decide, in a fair order.

use alloc::collections::BTreeSet;
use core::ops::Bound;

use serde::{Deserialize, Serialize};

/// A set of keys from which each gets its turn, however many come in meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>"))]
pub(super) struct Ready<K> {
    keys: BTreeSet<K>,
    /// The key that had the last turn; forgotten when there are no keys, so that it is no history.
    last: Option<K>,
}

impl<K> Default for Ready<K> {
    fn default() -> Self {
        Self { keys: BTreeSet::new(), last: None }
    }
}

impl<K: Ord + Clone> Ready<K> {
    /// Adds `key`, unless it is there.
    pub(super) fn insert(&mut self, key: K) {
        self.keys.insert(key);
    }

    /// Adds `keys`, unless they are there.
    pub(super) fn extend(&mut self, keys: impl IntoIterator<Item = K>) {
        self.keys.extend(keys);
    }

    /// Takes out the first key after the last one taken, and starts again behind the end.
    pub(super) fn pop(&mut self) -> Option<K> {
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
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether `key` is there.
    pub(super) fn contains(&self, key: &K) -> bool {
        self.keys.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_gets_its_turn_though_earlier_ones_come_back() {
        let mut ready = Ready::default();
        for key in ["a", "b", "c"] {
            ready.insert(key);
        }
        let mut turns = alloc::vec::Vec::new();
        for _ in 0..6 {
            let key = ready.pop().unwrap_or_default();
            turns.push(key);
            ready.insert(key);
        }
        assert_eq!(turns, ["a", "b", "c", "a", "b", "c"]);
    }

    #[test]
    fn an_empty_set_remembers_nothing() {
        let mut ready = Ready::default();
        ready.insert("b");
        assert_eq!((ready.pop(), ready.pop()), (Some("b"), None));
        assert_eq!(ready, Ready::default());
    }
}
