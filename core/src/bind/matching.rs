//! Which volume fits a claim, and which is the best.
//!
//! Guarantees: the answer depends on the objects alone, never on an order of iteration (shared/S38); what a
//! search finds passes [`misfit`], and nothing better does.
//!
//! Deliberately absent: maximum matching. A claim takes its best volume even if it is the only one
//! that another claim could take. Upstream: `FindMatchingVolume` and `findBestMatchForClaim`.

use alloc::sync::Arc;

use super::size_index::{MatchKey, SizeIndex, covered, covering, matched_class, preference};
use crate::ids::{ClassName, VolumeName};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Claim, Holder, Store, Volume, VolumePhase};
use crate::quantity::Amount;
use crate::selector::Labels;
use crate::why::Misfit;

/// How a volume may come to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'a> {
    /// The binder chooses; `delayed` if the class leaves the choice to the scheduler.
    Binder {
        /// Whether the class waits for its first consumer.
        delayed: bool,
    },
    /// The scheduler chooses for a pod on a node with these labels.
    Scheduler {
        /// Labels of the node.
        node: &'a Labels,
    },
}

/// The first thing in which `volume` is not what a search for `claim` looks for; none if it fits.
///
/// A volume that is reserved for the claim need not be free, of the class or in the selector: whoever
/// reserved it knew what they did. Its access modes must still do.
#[must_use]
pub fn misfit(volume: &Volume, claim: &Claim, way: Way<'_>) -> Option<Misfit> {
    let reserved = match volume.held_by(claim) {
        Holder::Name | Holder::Claim => true,
        Holder::Nobody => false,
        Holder::ClaimMisnamed | Holder::Other => return Some(Misfit::Taken),
    };
    let affinity_holds = match way {
        Way::Binder { delayed: _ } => true,
        Way::Scheduler { node } => volume.affinity.as_ref().is_none_or(|it| it.matches(node)),
    };
    let free = || volume.phase == VolumePhase::Available || volume.phase == VolumePhase::Pending;
    let selected = || {
        let matches = claim.selector.as_ref().is_none_or(|it| it.matches(&volume.labels));
        matches || is_planted(Mutant::SelectorIgnored)
    };
    let checks: [(bool, Misfit); 3] = [
        (is_large_enough(volume, claim), Misfit::TooSmall),
        (is_of_mode(volume, claim), Misfit::VolumeMode),
        (is_of_attributes_class(volume, claim), Misfit::AttributesClass),
    ];
    if let Some((_, misfit)) = checks.into_iter().find(|(holds, _)| !holds) {
        return Some(misfit);
    }
    if volume.deleting && !is_half_bound(volume, claim) && !is_planted(Mutant::TakesDeletedVolume) {
        return Some(Misfit::Deleting);
    }
    if !has_modes(volume, claim) {
        return Some(Misfit::AccessModes);
    }
    if !affinity_holds {
        return Some(Misfit::NodeAffinity);
    }
    if reserved {
        return None;
    }
    match way {
        Way::Binder { delayed: true } => return Some(Misfit::Delayed),
        Way::Binder { delayed: false } | Way::Scheduler { .. } => {}
    }
    if !free() {
        return Some(Misfit::Phase);
    }
    if !selected() {
        return Some(Misfit::Selector);
    }
    (!is_of_class(volume, claim)).then_some(Misfit::Class)
}

/// Whether a bind of the two has come so far that the volume is protected: it will stay, so the bind goes on. Nobody
/// knows whether a write on the claim is still under way.
fn is_half_bound(volume: &Volume, claim: &Claim) -> bool {
    volume.held_by(claim) == Holder::Claim
        && volume.phase == VolumePhase::Bound
        && !is_planted(Mutant::HalfBoundLeft)
}

/// The first thing in which a free volume that the claim names is not what it asks for.
///
/// The user chose it, so that selector and phase do not matter.
#[must_use]
pub fn misfit_of_named(volume: &Volume, claim: &Claim) -> Option<Misfit> {
    let checks: [(bool, Misfit); 6] = [
        (!volume.deleting || is_planted(Mutant::TakesNamedDeletedVolume), Misfit::Deleting),
        (is_named_large_enough(volume, claim), Misfit::TooSmall),
        (is_of_class(volume, claim), Misfit::Class),
        (is_of_attributes_class(volume, claim), Misfit::AttributesClass),
        (is_of_mode(volume, claim), Misfit::VolumeMode),
        (has_modes(volume, claim), Misfit::AccessModes),
    ];
    checks.into_iter().find(|(holds, _)| !holds).map(|(_, misfit)| misfit)
}

fn is_large_enough(volume: &Volume, claim: &Claim) -> bool {
    volume.capacity.amount() >= claim.request.amount() || is_planted(Mutant::SizeIgnored)
}

fn is_named_large_enough(volume: &Volume, claim: &Claim) -> bool {
    if is_planted(Mutant::GiantSizeRounded) {
        return volume.capacity.value_rounded_up() >= claim.request.value_rounded_up();
    }
    is_large_enough(volume, claim)
}

fn is_of_class(volume: &Volume, claim: &Claim) -> bool {
    volume.class.as_text() == claim.class_name().as_text()
        || is_planted(Mutant::ClassIgnored)
        || takes_any_class(claim)
}

fn is_of_attributes_class(volume: &Volume, claim: &Claim) -> bool {
    volume.attributes_class == claim.attributes_class || is_planted(Mutant::AttributesClassIgnored)
}

fn is_of_mode(volume: &Volume, claim: &Claim) -> bool {
    volume.volume_mode == claim.volume_mode || is_planted(Mutant::VolumeModeIgnored)
}

fn has_modes(volume: &Volume, claim: &Claim) -> bool {
    volume.access_modes.covers(claim.access_modes) || is_planted(Mutant::AccessModesIgnored)
}

/// Where a search looks.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a, 'f> {
    /// All that is observed.
    pub store: &'a Store,
    /// The volumes that nobody has and that nobody is writing.
    pub free: &'f SizeIndex<VolumeName>,
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer<'a> {
    /// A volume that is reserved for the claim.
    Reserved(&'a Arc<Volume>),
    /// A free volume, and no free one is better.
    Free(&'a Arc<Volume>),
    /// Nothing that fits.
    Nothing,
}

/// The best volume for `claim`: one reserved for it if there is one, else the best free one.
///
/// A volume that is being written is not free. The cost grows with the logarithm of the number of free
/// volumes, and with those passed over: volumes that only the selector or the node refuses.
#[must_use]
pub fn best<'a>(found: Candidates<'a, '_>, claim: &Claim, way: Way<'_>) -> Offer<'a> {
    match reserved(found.store, claim, way) {
        Some(volume) if !is_passed_over(found, claim, way, volume) => Offer::Reserved(volume),
        Some(_) | None => free(found, claim, way).map_or(Offer::Nothing, Offer::Free),
    }
}

/// Whether a free volume comes before one that is reserved for `claim`: never.
fn is_passed_over(found: Candidates<'_, '_>, claim: &Claim, way: Way<'_>, reserved: &Volume) -> bool {
    let has_fewer_modes =
        |free: &Arc<Volume>| preference(free.access_modes) < preference(reserved.access_modes);
    if is_planted(Mutant::ReservedNotPreferred) {
        return free(found, claim, way).is_some();
    }
    is_planted(Mutant::ReservedInModesOnly) && free(found, claim, way).is_some_and(has_fewer_modes)
}

/// The volume reserved for `claim` that fits and comes first: by UID before by name, then as for
/// free volumes.
fn reserved<'a>(store: &'a Store, claim: &Claim, way: Way<'_>) -> Option<&'a Arc<Volume>> {
    let reserved = store.index().volumes_reserved_for(&claim.key).filter_map(|name| store.volume(name));
    reserved.filter(|volume| misfit(volume, claim, way).is_none()).min_by_key(|volume| {
        let by_name_only = volume.held_by(claim) == Holder::Name;
        (by_name_only, preference(volume.access_modes), volume.capacity.amount().clone(), volume.name.clone())
    })
}

/// The best free volume: fewest access modes, then smallest, then first by name.
fn free<'a>(found: Candidates<'a, '_>, claim: &Claim, way: Way<'_>) -> Option<&'a Arc<Volume>> {
    let store = found.store;
    if way == (Way::Binder { delayed: true }) {
        return None;
    }
    let mut wanted_key = match_key_for(claim);
    let wanted = if is_planted(Mutant::AccessModesIgnored) { 0 } else { claim.access_modes.set() };
    let size = if is_planted(Mutant::SizeIgnored) { &Amount::ZERO } else { claim.request.amount() };
    for modes in covering(wanted) {
        wanted_key.modes = modes;
        let mut fitting = found
            .free
            .at_least(&wanted_key, size)
            .filter_map(|name| store.volume(name))
            .filter(|volume| misfit(volume, claim, way).is_none());
        if let Some(volume) = fitting.next() {
            return Some(volume);
        }
    }
    if !takes_any_class(claim) {
        return None;
    }
    store.volumes().find(|volume| volume.claim_ref.is_none() && misfit(volume, claim, way).is_none())
}

/// Whether a claim that asks for no class counts as one that takes any: never.
fn takes_any_class(claim: &Claim) -> bool {
    is_planted(Mutant::NoClassIsAnyClass) && claim.class.as_ref().is_some_and(ClassName::is_empty)
}

/// The volumes that nobody has and that do not fit `claim`, by name, with the first thing that each lacks.
///
/// It looks at every volume, and is for people who ask.
pub fn misfits<'a>(store: &'a Store, claim: &'a Claim) -> impl Iterator<Item = (&'a VolumeName, Misfit)> {
    let way = Way::Binder { delayed: false };
    let missed =
        store.volumes().filter_map(move |it| misfit(it, claim, way).map(|misfit| (&it.name, misfit)));
    missed.filter(|(_, misfit)| match misfit {
        Misfit::Taken | Misfit::Phase => false,
        Misfit::Deleting
        | Misfit::TooSmall
        | Misfit::Class
        | Misfit::AttributesClass
        | Misfit::VolumeMode
        | Misfit::AccessModes
        | Misfit::Selector
        | Misfit::NodeAffinity
        | Misfit::Delayed => true,
    })
}

/// The match key of the volumes that a claim would like best.
#[must_use]
pub fn match_key_for(claim: &Claim) -> MatchKey {
    MatchKey {
        class: matched_class(&claim.class_name()),
        attributes_class: claim.attributes_class.clone(),
        volume_mode: claim.volume_mode,
        modes: claim.access_modes.set(),
    }
}

/// The match keys of the claims that could take `volume`, those that ask for most first.
pub(super) fn match_keys_of_takers(volume: &Volume) -> impl Iterator<Item = MatchKey> {
    covered(volume.access_modes.set()).map(|modes| MatchKey {
        class: matched_class(&volume.class),
        attributes_class: volume.attributes_class.clone(),
        volume_mode: volume.volume_mode,
        modes,
    })
}

/// Upstream's search among `volumes` in the order of a list, for one node or for none: the smallest
/// volume that fits, the earlier one of two of a size; a reserved one wins at once.
///
/// Unlike [`best`] it leaves the access modes to its caller where there is no node, does not group by
/// them, and takes no `Pending` volume. The scheduler's contract is made of this function.
#[must_use]
pub fn first_smallest<'a>(
    claim: &Claim,
    volumes: impl Iterator<Item = &'a Volume>,
    node: Option<&Labels>,
    delayed: bool,
) -> Option<&'a Volume> {
    let mut best: Option<&Volume> = None;
    for volume in volumes {
        let as_asked = Claim { access_modes: volume.access_modes, ..claim.clone() };
        let way = Way::Binder { delayed: delayed && node.is_none() };
        if volume.deleting && !is_planted(Mutant::TakesDeletedVolume) {
            continue;
        }
        let near = node.is_none_or(|node| volume.affinity.as_ref().is_none_or(|it| it.matches(node)));
        match misfit(volume, &as_asked, way) {
            Some(_) => continue,
            None if matches!(volume.held_by(claim), Holder::Name | Holder::Claim) => {
                return near.then_some(volume);
            }
            None => {}
        }
        let modes_do = node.is_none() || volume.access_modes.covers(claim.access_modes);
        let smaller = best.is_none_or(|best| volume.capacity.amount() < best.capacity.amount());
        if volume.phase == VolumePhase::Available && near && modes_do && smaller {
            best = Some(volume);
        }
    }
    best
}
