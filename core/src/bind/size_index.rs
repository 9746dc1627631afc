//! What is to be matched, by what has to be alike and by size.
//!
//! Guarantees: a search costs the logarithm of what is kept, whatever is bound or busy.

use alloc::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::ClassName;
use crate::mutants::{Mutant, is_planted};
use crate::observed::{AccessMode, AccessModes, Volume, VolumeMode, VolumePhase};
use crate::quantity::Amount;
use crate::text::Text;

/// What a volume must have exactly as a claim asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MatchKey {
    /// Storage class.
    pub class: ClassName,
    /// Volume attributes class.
    pub attributes_class: Text,
    /// Folder or device.
    pub volume_mode: VolumeMode,
    /// Access modes as a set ([`AccessModes::set`]).
    pub modes: u8,
}

/// Things kept by match key and, of one match key, by size: `K` is the name of a volume or of a claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>"))]
pub struct SizeIndex<K>(BTreeMap<MatchKey, BTreeSet<(Amount, Slot<K>)>>);

/// A slot among the things of one size; the two ends serve to name a range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Slot<K> {
    Before,
    At(K),
    After,
}

impl<K> Default for SizeIndex<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> SizeIndex<K> {
    /// Puts in `key` of that size.
    pub fn insert(&mut self, matched: MatchKey, size: Amount, key: K) {
        self.0.entry(matched).or_default().insert((size, Slot::At(key)));
    }

    /// Takes out `key` of that size; answers whether it was there.
    pub fn remove(&mut self, matched: &MatchKey, size: Amount, key: K) -> bool {
        let Some(kept) = self.0.get_mut(matched) else { return false };
        let removed = kept.remove(&(size, Slot::At(key)));
        if kept.is_empty() {
            self.0.remove(matched);
        }
        removed
    }

    /// What has this match key and at least that size, smallest first, then by name.
    pub fn at_least(&self, matched: &MatchKey, size: &Amount) -> impl Iterator<Item = &K> {
        let from = (size.clone(), Slot::Before);
        self.0.get(matched).into_iter().flat_map(move |kept| kept.range(from.clone()..)).filter_map(key_of)
    }

    /// What has this match key and at most that size, largest first.
    pub fn at_most(&self, matched: &MatchKey, size: &Amount) -> impl Iterator<Item = &K> {
        let to = (size.clone(), Slot::After);
        self.0
            .get(matched)
            .into_iter()
            .flat_map(move |kept| kept.range(..to.clone()).rev())
            .filter_map(key_of)
    }

    /// How many things are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is kept, with its match key and size.
    pub fn iter(&self) -> impl Iterator<Item = (&MatchKey, &Amount, &K)> {
        self.0.iter().flat_map(|(matched, kept)| {
            kept.iter().filter_map(move |it| key_of(it).map(|key| (matched, &it.0, key)))
        })
    }
}

/// The key in a slot; what is kept has one.
const fn key_of<K>(kept: &(Amount, Slot<K>)) -> Option<&K> {
    match &kept.1 {
        Slot::At(key) => Some(key),
        Slot::Before | Slot::After => None,
    }
}

/// The sets of modes that cover `wanted`, in order of preference: fewer modes first, then in the order
/// in which sets of modes are written. A claim takes no more sharing than it asked for if it can.
pub(super) fn covering(wanted: u8) -> impl Iterator<Item = u8> {
    MODE_SETS.into_iter().filter(move |set| set & wanted == wanted)
}

/// The sets of modes that `offered` covers, those that ask for most first.
pub(super) fn covered(offered: u8) -> impl Iterator<Item = u8> {
    MODE_SETS.into_iter().rev().filter(move |set| offered & set == *set)
}

/// All sets of access modes: by count, then as their lists in the order RWO, ROX, RWX, RWOP sort.
const MODE_SETS: [u8; 16] = [
    0b0000, // none
    0b0001, 0b0010, 0b0100, 0b1000, // one
    0b0011, 0b0101, 0b1001, 0b0110, 0b1010, 0b1100, // two
    0b0111, 0b1011, 0b1101, 0b1110, // three
    0b1111, // all
];

/// Where in the order of preference a list of modes stands.
pub(super) fn preference(modes: AccessModes) -> usize {
    MODE_SETS.iter().position(|set| *set == modes.set()).unwrap_or(MODE_SETS.len())
}

const _: () = assert!(MODE_SETS.len() == 1 << AccessMode::ALL.len());

/// Whether a search may find this volume: nobody is named by it, and nothing has become of it yet.
///
/// A volume that was just created is still `Pending`, but it will be `Available` as soon as somebody
/// writes so. Taking it at once saves that write.
pub(super) fn is_free(volume: &Volume) -> bool {
    match volume.phase {
        VolumePhase::Pending | VolumePhase::Available => {
            volume.claim_ref.is_none() && (!volume.deleting || is_planted(Mutant::TakesDeletedVolume))
        }
        VolumePhase::Bound | VolumePhase::Released | VolumePhase::Failed => false,
    }
}

/// The match key of a volume.
pub(super) fn match_key_of(volume: &Volume) -> MatchKey {
    MatchKey {
        class: matched_class(&volume.class),
        attributes_class: volume.attributes_class.clone(),
        volume_mode: volume.volume_mode,
        modes: volume.access_modes.set(),
    }
}

/// The class by which a volume or a claim is kept.
pub(super) fn matched_class(class: &ClassName) -> ClassName {
    if is_planted(Mutant::ClassIgnored) { ClassName::default() } else { class.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_modes_are_ordered_by_count() {
        let counts: alloc::vec::Vec<u32> = MODE_SETS.iter().map(|set| set.count_ones()).collect();
        assert!(counts.is_sorted());
        let distinct: BTreeSet<u8> = MODE_SETS.into_iter().collect();
        assert_eq!(distinct.len(), MODE_SETS.len());
    }

    #[test]
    fn covering_sets_hold_all_that_is_wanted() {
        for wanted in 0..16_u8 {
            assert!(covering(wanted).all(|set| set & wanted == wanted));
            assert_eq!(covering(wanted).next(), Some(wanted), "the set itself is the first choice");
            assert_eq!(covered(wanted).next(), Some(wanted));
        }
    }
}
