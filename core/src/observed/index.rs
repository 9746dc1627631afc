//! Indexes over the observed objects: who names whom, and which volumes are free.
//!
//! Guarantees: each index is a function of the objects and of which of them are set aside; a bound volume stands in no shelf, so
//! that it costs a search nothing.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use core::ops::Bound;

use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::modes::{AccessMode, AccessModes, VolumeMode};
use super::volume::{ClaimRef, Volume, VolumePhase};
use super::{Object, Pod};
use crate::ids::{ClaimKey, ClassName, PodKey, VolumeName};
use crate::mutants::{Mutant, is_planted};
use crate::quantity::Amount;
use crate::text::Text;

/// What a volume must have exactly as a claim asks for it: a shelf holds volumes that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Shelf {
    /// Storage class.
    pub class: ClassName,
    /// Volume attributes class.
    pub attributes_class: Text,
    /// Folder or device.
    pub volume_mode: VolumeMode,
    /// Access modes as a set ([`AccessModes::set`]).
    pub modes: u8,
}

/// Things kept by shelf and, inside a shelf, by size: `K` is the name of a volume or of a claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>"))]
pub struct Shelves<K>(BTreeMap<Shelf, BTreeSet<(Amount, Place<K>)>>);

/// A place among the things of one size; the two ends serve to name a range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Place<K> {
    Before,
    At(K),
    After,
}

impl<K> Default for Shelves<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Shelves<K> {
    /// Puts `key` of that size on its shelf.
    pub fn insert(&mut self, shelf: Shelf, size: Amount, key: K) {
        self.0.entry(shelf).or_default().insert((size, Place::At(key)));
    }

    /// Takes `key` of that size from its shelf; answers whether it was there.
    pub fn remove(&mut self, shelf: &Shelf, size: Amount, key: K) -> bool {
        let Some(kept) = self.0.get_mut(shelf) else { return false };
        let removed = kept.remove(&(size, Place::At(key)));
        if kept.is_empty() {
            self.0.remove(shelf);
        }
        removed
    }

    /// What stands on `shelf` and has at least that size, smallest first, then by name.
    pub fn at_least(&self, shelf: &Shelf, size: &Amount) -> impl Iterator<Item = &K> {
        let from = (size.clone(), Place::Before);
        self.0.get(shelf).into_iter().flat_map(move |kept| kept.range(from.clone()..)).filter_map(key_of)
    }

    /// What stands on `shelf` and has at most that size, largest first.
    pub fn at_most(&self, shelf: &Shelf, size: &Amount) -> impl Iterator<Item = &K> {
        let to = (size.clone(), Place::After);
        self.0.get(shelf).into_iter().flat_map(move |kept| kept.range(..to.clone()).rev()).filter_map(key_of)
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

    /// All that is kept, with its shelf and size.
    pub fn iter(&self) -> impl Iterator<Item = (&Shelf, &Amount, &K)> {
        self.0.iter().flat_map(|(shelf, kept)| {
            kept.iter().filter_map(move |it| key_of(it).map(|key| (shelf, &it.0, key)))
        })
    }
}

/// The key that stands at a place, which in a shelf is every place.
const fn key_of<K>(kept: &(Amount, Place<K>)) -> Option<&K> {
    match &kept.1 {
        Place::At(key) => Some(key),
        Place::Before | Place::After => None,
    }
}

/// The shelf sets that cover `wanted`, in order of preference: fewer modes first, then in the order
/// in which sets of modes are written. A claim takes no more sharing than it asked for if it can.
pub(crate) fn covering(wanted: u8) -> impl Iterator<Item = u8> {
    MODE_SETS.into_iter().filter(move |set| set & wanted == wanted)
}

/// The sets of modes that `offered` covers, those that ask for most first.
pub(crate) fn covered(offered: u8) -> impl Iterator<Item = u8> {
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
pub(crate) fn preference(modes: AccessModes) -> usize {
    MODE_SETS.iter().position(|set| *set == modes.set()).unwrap_or(MODE_SETS.len())
}

const _: () = assert!(MODE_SETS.len() == 1 << AccessMode::ALL.len());

/// All indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Volumes by the claim in their `claimRef`.
    by_claim_ref: BTreeSet<(ClaimKey, VolumeName)>,
    /// Claims by the volume in their `volumeName`.
    by_volume_name: BTreeSet<(VolumeName, ClaimKey)>,
    /// Pods by the claims that they use.
    by_pod_claim: BTreeSet<(ClaimKey, PodKey)>,
    /// Volumes that a search may find: see [`is_free`], but for those that are set aside.
    free: Shelves<VolumeName>,
}

impl Index {
    /// The indexes of these objects, of which the volumes in `aside` stand in no shelf.
    pub(super) fn of(
        claims: &BTreeMap<ClaimKey, Arc<Claim>>,
        volumes: &BTreeMap<VolumeName, Arc<Volume>>,
        pods: &BTreeMap<PodKey, Arc<Pod>>,
        aside: &BTreeSet<VolumeName>,
    ) -> Self {
        let mut index = Self::default();
        claims.values().for_each(|it| index.insert_claim(it));
        volumes.values().for_each(|it| index.insert_volume(it));
        pods.values().for_each(|it| index.insert_pod(it));
        aside.iter().filter_map(|name| volumes.get(name)).for_each(|it| index.take_off(it));
        index
    }

    /// Volumes whose `claimRef` has this name, with or without a UID.
    pub fn volumes_reserved_for<'a>(
        &'a self,
        claim: &ClaimKey,
    ) -> impl Iterator<Item = &'a VolumeName> + use<'a> {
        pairs_of(&self.by_claim_ref, claim)
    }

    /// Claims whose `volumeName` is this one.
    pub fn claims_naming<'a>(&'a self, volume: &VolumeName) -> impl Iterator<Item = &'a ClaimKey> + use<'a> {
        pairs_of(&self.by_volume_name, volume)
    }

    /// Pods that use this claim.
    pub fn pods_using<'a>(&'a self, claim: &ClaimKey) -> impl Iterator<Item = &'a PodKey> + use<'a> {
        pairs_of(&self.by_pod_claim, claim)
    }

    /// The volumes that a search may find.
    #[must_use]
    pub const fn free(&self) -> &Shelves<VolumeName> {
        &self.free
    }

    /// Packs the sets; see `Store::pack`.
    pub(super) fn pack(&mut self) {
        let Self { by_claim_ref, by_volume_name, by_pod_claim, free: _ } = self;
        *by_claim_ref = core::mem::take(by_claim_ref).into_iter().collect();
        *by_volume_name = core::mem::take(by_volume_name).into_iter().collect();
        *by_pod_claim = core::mem::take(by_pod_claim).into_iter().collect();
    }

    /// Takes `volume` off its shelf.
    pub(super) fn take_off(&mut self, volume: &Volume) {
        if is_free(volume) {
            self.free.remove(&shelf_of(volume), volume.capacity.amount().clone(), volume.name.clone());
        }
    }

    /// Puts `volume` on its shelf, if it is free.
    pub(super) fn put_on(&mut self, volume: &Volume) {
        if is_free(volume) {
            self.free.insert(shelf_of(volume), volume.capacity.amount().clone(), volume.name.clone());
        }
    }

    /// Takes `after` in for `before`, a state of the same object.
    pub(super) fn replace(&mut self, before: Option<&Object>, after: &Object) {
        match before {
            // Most changes are of no index; a look at two states is cheaper than one at a large map.
            Some(before) if is_alike(before, after) => {}
            Some(before) => {
                self.remove(before);
                self.insert(after);
            }
            None => self.insert(after),
        }
    }

    /// Takes `object` in.
    pub(super) fn insert(&mut self, object: &Object) {
        match object {
            Object::Claim(claim) => self.insert_claim(claim),
            Object::Volume(volume) => self.insert_volume(volume),
            Object::Pod(pod) => self.insert_pod(pod),
            Object::Class(_) | Object::Node(_) => {}
        }
    }

    /// Takes `object` out.
    pub(super) fn remove(&mut self, object: &Object) {
        match object {
            Object::Claim(claim) => {
                self.by_volume_name.remove(&(claim.volume_name.clone(), claim.key.clone()));
            }
            Object::Volume(volume) => self.remove_volume(volume),
            Object::Pod(pod) => {
                for used in pod.claims.iter() {
                    self.by_pod_claim.remove(&(used.key.clone(), pod.key.clone()));
                }
            }
            Object::Class(_) | Object::Node(_) => {}
        }
    }

    fn insert_claim(&mut self, claim: &Claim) {
        if !claim.volume_name.is_empty() {
            self.by_volume_name.insert((claim.volume_name.clone(), claim.key.clone()));
        }
    }

    fn insert_volume(&mut self, volume: &Volume) {
        if let Some(claim_ref) = &volume.claim_ref {
            self.by_claim_ref.insert((claim_ref.key.clone(), volume.name.clone()));
        }
        self.put_on(volume);
    }

    fn insert_pod(&mut self, pod: &Pod) {
        for used in pod.claims.iter() {
            self.by_pod_claim.insert((used.key.clone(), pod.key.clone()));
        }
    }

    fn remove_volume(&mut self, volume: &Volume) {
        if let Some(claim_ref) = &volume.claim_ref {
            self.by_claim_ref.remove(&(claim_ref.key.clone(), volume.name.clone()));
        }
        self.take_off(volume);
    }
}

/// Whether two states of one object stand in the indexes alike.
fn is_alike(before: &Object, after: &Object) -> bool {
    match (before, after) {
        (Object::Claim(before), Object::Claim(after)) => before.volume_name == after.volume_name,
        (Object::Volume(before), Object::Volume(after)) => {
            let key = |it: &ClaimRef| it.key.clone();
            let same_claim = before.claim_ref.as_ref().map(key) == after.claim_ref.as_ref().map(key);
            let place = |it: &Volume| is_free(it).then(|| (shelf_of(it), it.capacity.amount().clone()));
            same_claim && place(before) == place(after)
        }
        (Object::Pod(before), Object::Pod(after)) => before.claims == after.claims,
        (Object::Class(_) | Object::Node(_), Object::Class(_) | Object::Node(_)) => true,
        (Object::Claim(_) | Object::Volume(_) | Object::Pod(_) | Object::Class(_) | Object::Node(_), _) => {
            false
        }
    }
}

/// Whether a search may find this volume: nobody is named by it, and nothing has become of it yet.
///
/// A volume that was just created is still `Pending`, but it will be `Available` as soon as somebody
/// writes so. Taking it at once saves that write.
fn is_free(volume: &Volume) -> bool {
    match volume.phase {
        VolumePhase::Pending | VolumePhase::Available => {
            volume.claim_ref.is_none() && (!volume.deleting || is_planted(Mutant::TakesDeletedVolume))
        }
        VolumePhase::Bound | VolumePhase::Released | VolumePhase::Failed => false,
    }
}

/// The shelf that a volume stands on.
pub(crate) fn shelf_of(volume: &Volume) -> Shelf {
    Shelf {
        class: shelf_class(&volume.class),
        attributes_class: volume.attributes_class.clone(),
        volume_mode: volume.volume_mode,
        modes: volume.access_modes.set(),
    }
}

/// The class by which a volume or a claim stands on a shelf.
pub(crate) fn shelf_class(class: &ClassName) -> ClassName {
    if is_planted(Mutant::ClassIgnored) { ClassName::default() } else { class.clone() }
}

/// The second halves of the pairs that start with `first`.
fn pairs_of<'a, A: Ord + Clone, B: Ord + Default>(
    pairs: &'a BTreeSet<(A, B)>,
    first: &A,
) -> impl Iterator<Item = &'a B> + use<'a, A, B> {
    let first = first.clone();
    let from = Bound::Included((first.clone(), B::default()));
    pairs.range((from, Bound::Unbounded)).take_while(move |(it, _)| *it == first).map(|(_, second)| second)
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
