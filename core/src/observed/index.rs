//! Indexes over the observed objects: who names whom.
//!
//! Guarantees: each index is a function of the objects.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use core::ops::Bound;

use super::claim::Claim;
use super::volume::Volume;
use super::{Object, Pod};
use crate::ids::{ClaimKey, PodKey, VolumeName};

/// All indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Volumes by the claim in their `claimRef`.
    by_claim_ref: BTreeSet<(ClaimKey, VolumeName)>,
    /// Claims by the volume in their `volumeName`.
    by_volume_name: BTreeSet<(VolumeName, ClaimKey)>,
    /// Pods by the claims that they use.
    by_pod_claim: BTreeSet<(ClaimKey, PodKey)>,
}

impl Index {
    /// The indexes of these objects.
    pub(super) fn of(
        claims: &BTreeMap<ClaimKey, Arc<Claim>>,
        volumes: &BTreeMap<VolumeName, Arc<Volume>>,
        pods: &BTreeMap<PodKey, Arc<Pod>>,
    ) -> Self {
        let mut index = Self::default();
        claims.values().for_each(|it| index.insert_claim(it));
        volumes.values().for_each(|it| index.insert_volume(it));
        pods.values().for_each(|it| index.insert_pod(it));
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

    /// Packs the sets; see `Store::pack`.
    pub(super) fn pack(&mut self) {
        let Self { by_claim_ref, by_volume_name, by_pod_claim } = self;
        *by_claim_ref = core::mem::take(by_claim_ref).into_iter().collect();
        *by_volume_name = core::mem::take(by_volume_name).into_iter().collect();
        *by_pod_claim = core::mem::take(by_pod_claim).into_iter().collect();
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
    }
}

/// Whether two states of one object stand in the indexes alike.
fn is_alike(before: &Object, after: &Object) -> bool {
    match (before, after) {
        (Object::Claim(before), Object::Claim(after)) => before.volume_name == after.volume_name,
        (Object::Volume(before), Object::Volume(after)) => {
            let key = |it: &Volume| it.claim_ref.as_ref().map(|it| it.key.clone());
            key(before) == key(after)
        }
        (Object::Pod(before), Object::Pod(after)) => before.claims == after.claims,
        (Object::Class(_) | Object::Node(_), Object::Class(_) | Object::Node(_)) => true,
        (Object::Claim(_) | Object::Volume(_) | Object::Pod(_) | Object::Class(_) | Object::Node(_), _) => {
            false
        }
    }
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
