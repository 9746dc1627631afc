//! Values that are kept once, each under a number, and answers that are computed once.

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use dashmap::{DashMap, Entry};
use rapidhash::fast::SeedableState;
use rapidhash::quality::RapidHasher;
use windlass_core::versions::Versioned;

use super::ranks::{Ranks, close, open};

/// A value of a table, with the ranks that its versions have in a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Part {
    /// Number of the value in its table. It differs from run to run where threads race.
    pub id: u32,
    /// The ranks of its versions.
    pub ranks: Ranks,
}

/// A kept value. The value itself is apart: most looks are at what is known about it.
#[derive(Debug)]
pub struct Kept<T, F> {
    /// 64 bits that tell it from others, in every run.
    pub fingerprint: u64,
    /// What is known about it.
    pub facts: F,
    value: Box<T>,
}

impl<T, F> Kept<T, F> {
    /// The value, its versions numbered from 1.
    pub const fn value(&self) -> &T {
        &self.value
    }
}

/// A table of values, each kept once.
#[derive(Debug)]
pub struct Table<T, F> {
    ids: DashMap<u64, u32, SeedableState<'static>>,
    kept: boxcar::Vec<Kept<T, F>>,
}

impl<T, F> Default for Table<T, F> {
    fn default() -> Self {
        Self { ids: DashMap::with_hasher(SeedableState::fixed()), kept: boxcar::Vec::new() }
    }
}

impl<T: Versioned + Hash + Eq + Clone, F> Table<T, F> {
    /// Keeps `value`, whose versions are ranks of a world; `facts` are found out when it is new.
    ///
    /// # Panics
    ///
    /// When two values share a fingerprint, of which the chance is n² in 2⁶⁵.
    pub fn keep(&self, mut value: T, facts: impl FnOnce(&T) -> F) -> Part {
        let ranks = close(&mut value);
        let fingerprint = fingerprint(&value);
        let id = match self.ids.entry(fingerprint) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let facts = facts(&value);
                let id = self.kept.push(Kept { fingerprint, facts, value: Box::new(value) });
                let id = u32::try_from(id).unwrap_or(u32::MAX);
                entry.insert(id);
                return Part { id, ranks };
            }
        };
        assert!(*self.get(id).value == value, "two values of one fingerprint: change the seed of the hash");
        Part { id, ranks }
    }

    /// The value of that number.
    ///
    /// # Panics
    ///
    /// When no value has it.
    pub fn get(&self, id: u32) -> &Kept<T, F> {
        let at = usize::try_from(id).unwrap_or(usize::MAX);
        self.kept.get(at).expect("a number comes from the table that it is looked up in")
    }

    /// A copy of a part's value, its versions being ranks within a set: `ranks` of the whole part there.
    pub fn opened(&self, id: u32, ranks: Ranks) -> T {
        let mut value = T::clone(self.get(id).value());
        open(&mut value, ranks);
        value
    }

    /// How many values are kept.
    pub fn count(&self) -> usize {
        self.kept.count()
    }
}

/// Answers to the questions about one part, each computed once, in a row: they are few, and nothing has to be
/// hashed or locked to find one.
#[derive(Debug)]
pub struct Answers<Q, A> {
    first: Link<Q, A>,
}

type Link<Q, A> = OnceLock<Box<Answered<Q, A>>>;

#[derive(Debug)]
struct Answered<Q, A> {
    question: Q,
    answer: A,
    next: Link<Q, A>,
}

impl<Q, A> Default for Answers<Q, A> {
    fn default() -> Self {
        Self { first: OnceLock::new() }
    }
}

impl<Q: Copy + Eq, A: Copy> Answers<Q, A> {
    /// The answer to `question`. Of threads that ask at once, one computes it and the others wait.
    pub fn answer(&self, question: Q, compute: impl Fn() -> A) -> A {
        let mut link = &self.first;
        loop {
            let answered = || Box::new(Answered { question, answer: compute(), next: OnceLock::new() });
            let known = link.get_or_init(answered);
            if known.question == question {
                return known.answer;
            }
            link = &known.next;
        }
    }
}

/// Answers that are computed once for each question.
#[derive(Debug)]
pub struct Memo<K: Eq + Hash, V> {
    answers: DashMap<K, V, SeedableState<'static>>,
}

impl<K: Eq + Hash, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { answers: DashMap::with_hasher(SeedableState::fixed()) }
    }
}

impl<K: Eq + Hash + Copy, V: Clone> Memo<K, V> {
    /// The answer to `question`. Of threads that ask at once, one computes it and the others wait.
    pub fn answer(&self, question: K, compute: impl FnOnce() -> V) -> V {
        if let Some(known) = self.answers.get(&question) {
            return known.clone();
        }
        self.answers.entry(question).or_insert_with(compute).clone()
    }

    /// How many questions were answered.
    pub fn count(&self) -> usize {
        self.answers.len()
    }
}

/// 64 bits that tell values apart, the same in every run.
pub fn fingerprint<T: Hash>(value: &T) -> u64 {
    let mut hasher = RapidHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn each_question_is_answered_once_whoever_asks() {
        let (answers, computed) = (Answers::default(), AtomicU32::new(0));
        let ask = || {
            for question in (0..100).chain(0..100) {
                let answer = answers.answer(question, || {
                    computed.fetch_add(1, Ordering::Relaxed);
                    question * 2
                });
                assert_eq!(answer, question * 2);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(ask);
            scope.spawn(ask);
        });
        assert_eq!(computed.into_inner(), 100);
    }
}
