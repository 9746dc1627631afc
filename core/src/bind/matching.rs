//! Which volume fits a claim, and which is the best.
//!
//! Guarantees: the answer depends on the objects alone, never on an order of iteration (S38); what a
//! search finds passes [`misfit`], and nothing better does.
//!
//! Deliberately absent: maximum matching. A claim takes its best volume even if it is the only one
//! that another claim could take. Upstream: `FindMatchingVolume` and `findBestMatchForClaim`.

use alloc::sync::Arc;

use crate::ids::VolumeName;
use crate::observed::{Claim, Holder, Shelf, Store, Volume, VolumePhase, covered, covering, preference};
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
    let selected = || claim.selector.as_ref().is_none_or(|it| it.matches(&volume.labels));
    let checks: [(bool, Misfit); 3] = [
        (volume.capacity.amount() >= claim.request.amount(), Misfit::TooSmall),
        (volume.volume_mode == claim.volume_mode, Misfit::VolumeMode),
        (volume.attributes_class == claim.attributes_class, Misfit::AttributesClass),
    ];
    if let Some((_, misfit)) = checks.into_iter().find(|(holds, _)| !holds) {
        return Some(misfit);
    }
    if volume.deleting {
        return Some(Misfit::Deleting);
    }
    if !volume.access_modes.covers(claim.access_modes) {
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
    (volume.class.as_text() != claim.class_name().as_text()).then_some(Misfit::Class)
}

/// The first thing in which a free volume that the claim names is not what it asks for.
///
/// The user chose it, so that selector and phase do not matter.
#[must_use]
pub fn misfit_of_named(volume: &Volume, claim: &Claim) -> Option<Misfit> {
    let checks: [(bool, Misfit); 6] = [
        (!volume.deleting, Misfit::Deleting),
        (volume.capacity.amount() >= claim.request.amount(), Misfit::TooSmall),
        (volume.class == claim.class_name(), Misfit::Class),
        (volume.attributes_class == claim.attributes_class, Misfit::AttributesClass),
        (volume.volume_mode == claim.volume_mode, Misfit::VolumeMode),
        (volume.access_modes.covers(claim.access_modes), Misfit::AccessModes),
    ];
    checks.into_iter().find(|(holds, _)| !holds).map(|(_, misfit)| misfit)
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
pub fn best<'a>(store: &'a Store, claim: &Claim, way: Way<'_>) -> Offer<'a> {
    match reserved(store, claim, way) {
        Some(volume) => Offer::Reserved(volume),
        None => free(store, claim, way).map_or(Offer::Nothing, Offer::Free),
    }
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
fn free<'a>(store: &'a Store, claim: &Claim, way: Way<'_>) -> Option<&'a Arc<Volume>> {
    if way == (Way::Binder { delayed: true }) {
        return None;
    }
    let mut shelf = shelf_for(claim);
    for modes in covering(claim.access_modes.set()) {
        shelf.modes = modes;
        let mut fitting = store
            .index()
            .free()
            .at_least(&shelf, claim.request.amount())
            .filter_map(|name| store.volume(name))
            .filter(|volume| misfit(volume, claim, way).is_none());
        if let Some(volume) = fitting.next() {
            return Some(volume);
        }
    }
    None
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

/// The shelf from which a claim would like to take a volume.
#[must_use]
pub fn shelf_for(claim: &Claim) -> Shelf {
    Shelf {
        class: claim.class_name(),
        attributes_class: claim.attributes_class.clone(),
        volume_mode: claim.volume_mode,
        modes: claim.access_modes.set(),
    }
}

/// The shelves of the claims that could take `volume`, those that ask for most first.
pub(super) fn shelves_of_takers(volume: &Volume) -> impl Iterator<Item = Shelf> {
    covered(volume.access_modes.set()).map(|modes| Shelf {
        class: volume.class.clone(),
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
