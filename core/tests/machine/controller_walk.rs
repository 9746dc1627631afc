//! Walks of drawn events, faults and edits: after each step the invariants hold and a copy does the same;
//! at the end all comes to rest, stays there, and a restart finds nothing else to do.

use std::sync::Arc;

use windlass_core::ids::{ClaimKey, ClassName, Kind, ObjectKey, Uid, VolumeName};
use windlass_core::observed::{BindingMode, Claim, ClaimPhase, Object, ReclaimPolicy, Volume, VolumePhase};
use windlass_core::order::Timer;
use windlass_world::builders::{claim, claim_ref, class, pod, quantity, volume};
use windlass_world::scenario::Start;

use crate::cluster::{Cluster, Fate};
use crate::numbers::Numbers;

const WALKS: u64 = 400;
const STEPS: u64 = 250;

const CLAIMS: [&str; 3] = ["a", "b", "c"];
const VOLUMES: [&str; 3] = ["pv1", "pv2", "pv3"];

#[test]
fn walks_without_edits_keep_the_invariants_and_come_to_rest() {
    for seed in 0..WALKS {
        walk(seed, false, 1 + u16::try_from(seed % 4).unwrap());
    }
}

#[test]
fn walks_with_edits_keep_the_invariants_and_come_to_rest() {
    for seed in 0..WALKS {
        walk(seed, true, 1 + u16::try_from(seed % 4).unwrap());
    }
}

fn walk(seed: u64, has_edits: bool, orders_max: u16) {
    println!("seed {seed}, edits {has_edits}, at most {orders_max} orders");
    let numbers = &mut Numbers(seed);
    let mut cluster = Cluster::new(any_start(numbers), orders_max);
    cluster.has_edits = has_edits;
    for _ in 0..6 {
        create(&mut cluster, numbers);
    }
    for _ in 0..STEPS {
        step(&mut cluster, numbers, has_edits);
    }
    cluster.settle();
    judge_rest(&mut cluster);
}

fn step(cluster: &mut Cluster, numbers: &mut Numbers, has_edits: bool) {
    let below = |numbers: &mut Numbers, count: usize| numbers.below(count as u64) as usize;
    match numbers.below(12) {
        0..=3 => cluster.deliver(below(numbers, Kind::ALL.len())),
        4..=6 if !cluster.orders.is_empty() => {
            let at = below(numbers, cluster.orders.len());
            let fates = [
                Fate::Done,
                Fate::Done,
                Fate::Done,
                Fate::AnswerLost,
                Fate::RequestLost,
                Fate::Busy,
                Fate::Refused,
                Fate::Conflict,
            ];
            cluster.meet_fate(at, numbers.pick(&fates));
        }
        7 | 8 if !cluster.answers.is_empty() => {
            let at = below(numbers, cluster.answers.len());
            cluster.answer(at);
        }
        9 if !cluster.armed.is_empty() => {
            let timers: Vec<Timer> = cluster.armed.iter().cloned().collect();
            cluster.fire(numbers.pick(&timers));
        }
        10 if numbers.one_in(3) => create(cluster, numbers),
        10 if has_edits && numbers.one_in(2) => edit(cluster, numbers),
        11 if numbers.one_in(4) => {
            let volume = ObjectKey::Volume(VolumeName::new(numbers.pick(&VOLUMES)));
            let claim = ObjectKey::Claim(ClaimKey::new("default", numbers.pick(&CLAIMS)));
            let class = ObjectKey::Class(ClassName::new("gold"));
            let unprotected = if has_edits { volume } else { class.clone() };
            cluster.delete(&numbers.pick(&[unprotected, claim.clone(), claim, class]));
        }
        11 if numbers.one_in(10) => cluster.restart(),
        _ => {}
    }
}

fn create(cluster: &mut Cluster, numbers: &mut Numbers) {
    let gold = ClassName::new("gold");
    match numbers.below(5) {
        0 | 1 => cluster.create(any_claim(numbers)),
        2 | 3 => cluster.create(any_volume(numbers)),
        _ => {
            let mode = numbers.pick(&[BindingMode::Immediate, BindingMode::WaitForFirstConsumer]);
            let made: [Start; 2] =
                [Start::from(class(gold.as_str(), mode)), Start::from(pod("pod", &[numbers.pick(&CLAIMS)]))];
            cluster.create(numbers.pick(&made));
        }
    }
}

/// What is stored at the start, in any phase: as a controller of another version, or a user, left it.
fn any_start(numbers: &mut Numbers) -> Vec<Start> {
    let mut start = Vec::new();
    for name in VOLUMES {
        let volume = Volume { phase: numbers.pick(&VolumePhase::ALL), ..any_volume(numbers) };
        start.push(Start::from(Volume { name: VolumeName::new(name), ..volume }));
    }
    for name in CLAIMS {
        let claim = Claim { key: ClaimKey::new("default", name), uid: Uid::new(name), ..any_claim(numbers) };
        start.push(Start::from(claim));
    }
    let count = numbers.below(7) as usize;
    start.into_iter().skip(count).collect()
}

fn any_claim(numbers: &mut Numbers) -> Claim {
    Claim {
        volume_name: VolumeName::new(numbers.pick(&["", "", "", "pv1", "pv2"])),
        request: quantity(numbers.pick(&["1Gi", "2Gi"])),
        class: numbers.pick(&[None, None, Some(ClassName::new("gold"))]),
        ..claim(numbers.pick(&CLAIMS))
    }
}

fn any_volume(numbers: &mut Numbers) -> Volume {
    let is_reserved = numbers.one_in(4);
    Volume {
        claim_ref: is_reserved.then(|| claim_ref(numbers.pick(&CLAIMS), None)),
        capacity: quantity(numbers.pick(&["1Gi", "2Gi"])),
        class: numbers.pick(&[ClassName::default(), ClassName::default(), ClassName::new("gold")]),
        reclaim_policy: numbers.pick(&[ReclaimPolicy::Retain, ReclaimPolicy::Delete]),
        ..volume(numbers.pick(&VOLUMES))
    }
}

/// What users may edit and a controller must live with.
fn edit(cluster: &mut Cluster, numbers: &mut Numbers) {
    let volume = ObjectKey::Volume(VolumeName::new(numbers.pick(&VOLUMES)));
    let claim = ObjectKey::Claim(ClaimKey::new("default", numbers.pick(&CLAIMS)));
    let by_name = claim_ref(numbers.pick(&CLAIMS), None);
    let kind = numbers.below(5);
    match kind {
        0 => edit_volume(cluster, &volume, |it| it.claim_ref = None),
        1 => edit_volume(cluster, &volume, |it| it.claim_ref = Some(by_name)),
        2 => edit_volume(cluster, &volume, |it| {
            if let Some(named) = &mut it.claim_ref {
                named.key = by_name.key;
            }
        }),
        3 => edit_volume(cluster, &volume, |it| it.bound_by_controller = false),
        _ => cluster.edit(&claim, |record| {
            if let Object::Claim(claim) = &mut record.object {
                Arc::make_mut(claim).completed = false;
            }
        }),
    }
}

fn edit_volume(cluster: &mut Cluster, key: &ObjectKey, change: impl FnOnce(&mut Volume)) {
    cluster.edit(key, |record| {
        if let Object::Volume(volume) = &mut record.object {
            change(Arc::make_mut(volume));
        }
    });
}

fn judge_rest(cluster: &mut Cluster) {
    let named = |cluster: &Cluster| -> Vec<(ObjectKey, Option<String>)> {
        cluster.api.iter().map(|it| (it.key(), cluster.core.reason(&it.key()))).collect()
    };
    for record in cluster.api.iter() {
        if let Object::Claim(claim) = &record.object {
            let is_settled = claim.status.phase == ClaimPhase::Bound && claim.completed;
            let reason = cluster.core.reason(&record.key());
            assert!(is_settled || reason.is_some(), "{claim:?} waits for no reason");
        }
    }
    // A resync finds nothing to do and tells nothing.
    cluster.told.clear();
    cluster.fire(Timer::Resync);
    assert_eq!((&cluster.orders, &cluster.told), (&Vec::new(), &Vec::new()));
    // A new process decides the same of the same objects.
    let (reasons, stored) = (named(cluster), cluster.api.clone());
    cluster.writes = 0;
    cluster.restart();
    cluster.settle();
    assert_eq!(cluster.writes, 0, "a restart finds something to write");
    assert_eq!(cluster.api, stored);
    assert_eq!(named(cluster), reasons, "a restart sees other reasons");
}
