//! The search by index against a plain one, written from what the specification says, over drawn stores.

use std::sync::Arc;

use windlass_core::affinity::{AffinityTerm, MatchFields, VolumeAffinity};
use windlass_core::bind::free_volumes;
use windlass_core::bind::matching::{Candidates, Offer, Way, best, misfit};
use windlass_core::call::Call;
use windlass_core::ids::{ClaimKey, ClassName, ObjectKey, Uid, VolumeName};
use windlass_core::in_flight::InFlight;
use windlass_core::machine::View;
use windlass_core::observed::{
    AccessMode, AccessModes, Claim, ClaimRef, Object, Source, Store, Volume, VolumeMode, VolumePhase,
};
use windlass_core::order::Order;
use windlass_core::selector::{Expression, Labels, Selector};
use windlass_core::text::Text;
use windlass_core::why::Because;
use windlass_world::builders::{claim, quantity, volume};

use crate::numbers::Numbers;

const SIZES: [&str; 5] = ["1Gi", "2Gi", "2048Mi", "3Gi", "500m"];
const STORES: u64 = 4_000;

#[test]
fn the_index_finds_what_a_plain_search_finds() {
    let mut found = [0_u32; 3];
    for seed in 0..STORES {
        let numbers = &mut Numbers(seed);
        let volumes: Vec<Volume> = (0..numbers.below(14)).map(|at| any_volume(numbers, at)).collect();
        let (forwards, backwards) = (store_of(volumes.iter()), store_of(volumes.iter().rev()));
        assert_eq!(forwards, backwards);
        for _ in 0..4 {
            let claim = any_claim(numbers);
            let node = labels(numbers);
            let way = match numbers.below(4) {
                0 => Way::Scheduler { node: &node },
                1 => Way::Binder { delayed: true },
                _ => Way::Binder { delayed: false },
            };
            let busy = VolumeName::new(&format!("pv{}", numbers.below(20)));
            let in_flight = at_work_on(&busy);
            let [free, again] =
                [&forwards, &backwards].map(|store| free_volumes(View { store, in_flight: &in_flight }));
            let offer = best(Candidates { store: &forwards, free: &free }, &claim, way);
            let other = best(Candidates { store: &backwards, free: &again }, &claim, way);
            assert_eq!(offer, other, "seed {seed}");
            let wanted = plain(&volumes, &claim, way, &busy);
            let (kind, got) = match offer {
                Offer::Reserved(volume) => (0, Some((true, volume.name.as_str()))),
                Offer::Free(volume) => (1, Some((false, volume.name.as_str()))),
                Offer::Nothing => (2, None),
            };
            found[kind] += 1;
            assert_eq!(got, wanted, "seed {seed}: {claim:?} among {volumes:?}, {way:?}, busy {busy}");
            for volume in &volumes {
                let fits = fits(volume, &claim, way);
                assert_eq!(misfit(volume, &claim, way).is_none(), fits, "seed {seed}: {volume:?} {claim:?}");
            }
        }
    }
    assert!(found.iter().all(|count| *count > 1_000), "the drawn stores miss a case: {found:?}");
}

/// Operations of which one is on that volume.
fn at_work_on(volume: &VolumeName) -> InFlight {
    let mut in_flight = InFlight::new(1);
    let look = Order::read(ObjectKey::Volume(volume.clone()), Call::Look);
    in_flight.send(look, Because::InDoubt, &mut Vec::new());
    in_flight
}

/// The best volume, and whether it is a reserved one, by looking at each.
fn plain<'a>(
    volumes: &'a [Volume],
    claim: &Claim,
    way: Way<'_>,
    busy: &VolumeName,
) -> Option<(bool, &'a str)> {
    let fitting = volumes.iter().filter(|it| fits(it, claim, way));
    let rank = |it: &&Volume| {
        let mut modes: Vec<usize> = it.access_modes.iter().map(place_of).collect();
        modes.sort_unstable();
        // Fewest modes, then the modes in their order, then the smallest, then the name.
        (modes.len(), modes, it.capacity.amount().clone(), it.name.as_str().to_string())
    };
    let reserved = fitting.clone().filter(|it| it.claim_ref.is_some());
    // A reservation by UID says more than one by name.
    let reserved = reserved.min_by_key(|it| (it.claim_ref.as_ref().map(|it| it.uid.is_none()), rank(it)));
    let free = fitting.filter(|it| it.claim_ref.is_none() && it.name != *busy).min_by_key(rank);
    reserved.map(|it| (true, it.name.as_str())).or(free.map(|it| (false, it.name.as_str())))
}

fn place_of(mode: AccessMode) -> usize {
    AccessMode::ALL.iter().position(|it| *it == mode).unwrap()
}

/// Whether a search may answer `volume` for `claim`: the tests of the specification, one by one.
fn fits(volume: &Volume, claim: &Claim, way: Way<'_>) -> bool {
    let bound_to = volume
        .claim_ref
        .as_ref()
        .map(|it| it.key == claim.key && it.uid.as_ref().is_none_or(|uid| *uid == claim.uid));
    if bound_to == Some(false) {
        return false;
    }
    let covers = claim.access_modes.iter().all(|mode| volume.access_modes.iter().any(|it| it == mode));
    let near = match way {
        Way::Scheduler { node } => volume.affinity.as_ref().is_none_or(|it| it.matches(node)),
        Way::Binder { delayed: _ } => true,
    };
    let by_uid = volume.claim_ref.as_ref().is_some_and(|it| it.uid.as_ref() == Some(&claim.uid));
    let is_half_bound = by_uid && bound_to == Some(true) && volume.phase == VolumePhase::Bound;
    let common = volume.capacity.amount() >= claim.request.amount()
        && volume.volume_mode == claim.volume_mode
        && volume.attributes_class == claim.attributes_class
        && (!volume.deleting || is_half_bound)
        && covers
        && near;
    let is_new_or_available = matches!(volume.phase, VolumePhase::Pending | VolumePhase::Available);
    let free = is_new_or_available
        && claim.selector.as_ref().is_none_or(|it| it.matches(&volume.labels))
        && volume.class == claim.class.clone().unwrap_or_default()
        && way != (Way::Binder { delayed: true });
    common && (bound_to == Some(true) || free)
}

fn store_of<'a>(volumes: impl Iterator<Item = &'a Volume>) -> Store {
    let mut store = Store::default();
    for volume in volumes {
        store.observe(&Object::Volume(Arc::new(volume.clone())), Source::Answer);
    }
    assert!(store.check());
    store
}

fn any_volume(numbers: &mut Numbers, at: u64) -> Volume {
    let uids = [None, Some(Uid::new("uid-a")), Some(Uid::new("uid-b"))];
    let claim_ref =
        ClaimRef { key: ClaimKey::new("default", numbers.pick(&["a", "b"])), uid: numbers.pick(&uids) };
    let is_reserved = numbers.one_in(3);
    let nearby = numbers.pick(&[None, Some("near"), Some("far")]);
    Volume {
        deleting: numbers.one_in(8),
        phase: numbers.pick(&[
            VolumePhase::Pending,
            VolumePhase::Available,
            VolumePhase::Available,
            VolumePhase::Available,
            VolumePhase::Bound,
            VolumePhase::Released,
        ]),
        volume_mode: any_volume_mode(numbers),
        access_modes: any_modes(numbers),
        capacity: quantity(numbers.pick(&SIZES)),
        class: ClassName::new(numbers.pick(&["", "", "gold"])),
        attributes_class: any_attributes_class(numbers),
        claim_ref: is_reserved.then_some(claim_ref),
        labels: labels(numbers),
        affinity: nearby.map(|zone| Arc::new(affinity_to(zone))),
        // Names in another order than the volumes are drawn.
        ..volume(&format!("pv{}", (at * 7) % 20))
    }
}

fn any_claim(numbers: &mut Numbers) -> Claim {
    let nearby = Selector::new([(Text::new("zone"), Text::new("near"))], []).unwrap();
    Claim {
        volume_mode: any_volume_mode(numbers),
        access_modes: if numbers.one_in(2) { claim("a").access_modes } else { any_modes(numbers) },
        request: quantity(numbers.pick(&SIZES)),
        class: numbers.pick(&[None, None, Some(ClassName::default()), Some(ClassName::new("gold"))]),
        attributes_class: any_attributes_class(numbers),
        selector: numbers.one_in(4).then(|| Arc::new(nearby)),
        ..claim(numbers.pick(&["a", "b"]))
    }
}

fn any_volume_mode(numbers: &mut Numbers) -> VolumeMode {
    if numbers.one_in(8) { VolumeMode::Block } else { VolumeMode::Filesystem }
}

fn any_attributes_class(numbers: &mut Numbers) -> Text {
    Text::new(if numbers.one_in(8) { "fast" } else { "" })
}

fn any_modes(numbers: &mut Numbers) -> AccessModes {
    AccessModes::new((0..numbers.below(4)).map(|_| numbers.pick(&AccessMode::ALL)).collect::<Vec<_>>())
}

fn labels(numbers: &mut Numbers) -> Labels {
    let zone = numbers.pick(&["near", "far"]);
    [(Text::new("zone"), Text::new(zone))].into_iter().collect()
}

fn affinity_to(zone: &str) -> VolumeAffinity {
    let expression =
        Expression { key: Text::new("zone"), operator: Text::new("In"), values: vec![Text::new(zone)] };
    VolumeAffinity::new([AffinityTerm {
        match_expressions: vec![expression],
        match_fields: MatchFields::Absent,
    }])
}
