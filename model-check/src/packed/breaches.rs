//! Sets of properties that are broken: each kept once, so that a state holds a number.
//!
//! Nearly every state breaks nothing, and there may be hundreds of properties.

use boxcar::Vec as Kept;
use dashmap::{DashMap, Entry};
use rapidhash::fast::SeedableState;

use super::parts::fingerprint;

/// A set of properties, by its number in a table; 0 is the empty set. Other numbers differ from run to run
/// where threads race.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Breaches(u32);

impl Breaches {
    /// No property.
    pub(super) const NONE: Self = Self(0);

    /// Whether there is no property in it.
    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// The sets that have come up. A set is the numbers of its properties, in order.
pub(super) struct BreachSets {
    ids: DashMap<Box<[usize]>, u32, SeedableState<'static>>,
    /// All but the empty set.
    sets: Kept<Box<[usize]>>,
}

impl Default for BreachSets {
    fn default() -> Self {
        Self { ids: DashMap::with_hasher(SeedableState::fixed()), sets: Kept::new() }
    }
}

impl BreachSets {
    /// The set of these properties, which are in order.
    pub(super) fn keep(&self, numbers: Vec<usize>) -> Breaches {
        if numbers.is_empty() {
            return Breaches::NONE;
        }
        match self.ids.entry(numbers.into()) {
            Entry::Occupied(entry) => Breaches(*entry.get()),
            Entry::Vacant(entry) => {
                let at = self.sets.push(entry.key().clone());
                let id = u32::try_from(at + 1).unwrap_or(u32::MAX);
                entry.insert(id);
                Breaches(id)
            }
        }
    }

    /// The numbers of the properties of a set.
    pub(super) fn numbers(&self, breaches: Breaches) -> &[usize] {
        let at = breaches.0.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.sets.get(at)).map_or(&[], |set| set)
    }

    /// The properties of either set.
    pub(super) fn either(&self, one: Breaches, other: Breaches) -> Breaches {
        if other.is_none() || one == other {
            return one;
        }
        let mut numbers = [self.numbers(one), self.numbers(other)].concat();
        numbers.sort_unstable();
        numbers.dedup();
        self.keep(numbers)
    }

    /// What tells a set from others, in every run.
    pub(super) fn mark(&self, breaches: Breaches) -> u64 {
        if breaches.is_none() { 0 } else { fingerprint(&self.numbers(breaches)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_kept_once_and_joined() {
        let sets = BreachSets::default();
        let of = |numbers: &[usize]| sets.keep(numbers.to_vec());
        assert_eq!(of(&[]), Breaches::NONE);
        assert_eq!(sets.numbers(Breaches::NONE), &[] as &[usize]);
        assert_eq!(of(&[3, 500]), of(&[3, 500]));
        assert_ne!(of(&[3]), of(&[500]));
        for (one, other, both) in
            [(&[3][..], &[500][..], &[3, 500][..]), (&[3, 4], &[3], &[3, 4]), (&[], &[7], &[7])]
        {
            assert_eq!(sets.either(of(one), of(other)), of(both));
            assert_eq!(sets.either(of(other), of(one)), of(both));
            assert_eq!(sets.numbers(of(both)), both);
        }
        assert_eq!(sets.mark(Breaches::NONE), 0);
        assert_ne!(sets.mark(of(&[3])), sets.mark(of(&[500])));
    }
}
