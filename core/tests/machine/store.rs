//! What the store takes in and what it refuses, and that its indexes follow.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_core::ids::{ClaimKey, Kind, ObjectKey, Uid, Version, VolumeName};
use windlass_core::observed::{BindingMode, Change, Claim, Object, Source, Store, Volume, VolumePhase};
use windlass_world::builders::{claim, claim_ref, class, node, pod, quantity, volume};

use crate::numbers::Numbers;

#[test]
fn time_runs_one_way() {
    // How it came, the version; what is known after.
    check("watch 5 > 5, watch 7 > 7, watch 6 > 7");
    check("watch 5 > 5, answer 7 > 7, watch 6 > 7, watch 7 > 7");
    check("answer 7 > 7, watch 5 > 7, answer 6 > 7, watch 8 > 8");
    // The watch has shown the deletion: a late answer does not bring the object back.
    check("watch 5 > 5, gone 8 > -, answer 7 > -, answer 8 > -, answer 9 > 9");
    check("reached 8 > -, answer 7 > -, answer 9 > 9");
    // An answer has shown the object that was created again: the deletion is of the one before.
    check("watch 5 > 5, answer 9 > 9, gone 8 > 9, gone 10 > -");
    // The server said that there is none, and the watch is behind.
    check("watch 5 > 5, disproved 0 > -, watch 6 > 6");
    check("watch 5 > 5, disproved 0 > -, answer 5 > -, watch 5 > 5");
    check("disproved 0 > -, gone 5 > -, answer 4 > -");
}

#[track_caller]
fn check(row: &str) {
    let mut store = Store::default();
    let key = ObjectKey::Volume(VolumeName::new("pv1"));
    for step in row.split(", ") {
        let words: Vec<&str> = step.split(' ').collect();
        let version: u64 = words[1].parse().unwrap();
        let before = store.object(&key);
        let change = match words[0] {
            "watch" => store.observe(&at(version), Source::Watch),
            "answer" => store.observe(&at(version), Source::Answer),
            "gone" => store.forget(&key, Version(version)),
            "disproved" => store.disprove(&key),
            _ => {
                store.advance(Kind::Volume, Version(version));
                Change::Nothing
            }
        };
        let after = store.object(&key);
        let shown = after.as_ref().map_or("-".to_string(), |it| it.version().to_string());
        assert_eq!(shown, words[3], "{step} in {row}");
        assert_eq!(change == Change::Nothing, before == after, "{step} in {row}");
        if change != Change::Nothing {
            let is_alike =
                before.as_ref().zip(after.as_ref()).is_some_and(|(one, other)| one.is_alike(other));
            let expected = if is_alike { Change::Refreshed } else { Change::Changed { before, after } };
            assert_eq!(change, expected, "{step} in {row}");
        }
        assert!(store.check(), "{step} in {row}");
    }
}

fn at(version: u64) -> Object {
    Object::Volume(Arc::new(Volume { version: Version(version), ..volume("pv1") }))
}

#[test]
fn a_new_object_under_an_old_name_replaces_it() {
    let mut store = Store::default();
    store.observe(&at(5), Source::Watch);
    let again = Volume {
        uid: Uid::new("uid-again"),
        version: Version(9),
        claim_ref: Some(claim_ref("a", None)),
        ..volume("pv1")
    };
    store.observe(&Object::Volume(Arc::new(again)), Source::Watch);
    assert_eq!(store.volume(&VolumeName::new("pv1")).unwrap().uid, Uid::new("uid-again"));
    let claim = ClaimKey::new("default", "a");
    assert_eq!(store.index().volumes_reserved_for(&claim).count(), 1, "it is reserved");
    assert!(store.check());
    // The states of the first one are older.
    assert_eq!(store.observe(&at(8), Source::Answer), Change::Nothing);
}

#[test]
fn kinds_have_frontiers_of_their_own() {
    let mut store = Store::default();
    store.advance(Kind::Claim, Version(9));
    assert_ne!(store.observe(&at(5), Source::Answer), Change::Nothing);
    assert_eq!((store.frontier(Kind::Claim), store.frontier(Kind::Volume)), (Version(9), Version(0)));
    store.advance(Kind::Claim, Version(4));
    assert_eq!(store.frontier(Kind::Claim), Version(9), "a frontier never goes back");
}

#[test]
fn indexes_follow_every_change() {
    for seed in 0..100 {
        let numbers = &mut Numbers(seed);
        let mut store = Store::default();
        let mut newest: BTreeMap<ObjectKey, Version> = BTreeMap::new();
        for step in 0..200 {
            let object = any_object(numbers);
            let key = object.key();
            let known = newest.get(&key).copied();
            match numbers.below(8) {
                0 => store.forget(&key, Version(numbers.below(40))),
                1 => store.disprove(&key),
                2..=4 => store.observe(&object, Source::Answer),
                _ => store.observe(&object, Source::Watch),
            };
            assert!(store.check(), "seed {seed}, step {step}");
            let now = store.object(&key).map(|it| it.version());
            assert!(now.is_none() || now >= known, "seed {seed}, step {step}: back in time");
            match now {
                Some(version) => newest.insert(key, version),
                None => newest.remove(&key),
            };
        }
    }
}

fn any_object(numbers: &mut Numbers) -> Object {
    let name = numbers.pick(&["a", "b", "c"]);
    let other = numbers.pick(&["", "a", "b"]);
    let version = Version(numbers.below(40));
    match numbers.below(5) {
        0 => Object::Class(Arc::new(windlass_core::observed::Class {
            version,
            ..class(name, BindingMode::Immediate)
        })),
        1 => Object::Node(Arc::new(windlass_core::observed::Node { version, ..node(name) })),
        2 => Object::Pod(Arc::new(windlass_core::observed::Pod { version, ..pod(name, &[other, "c"]) })),
        3 => Object::Claim(Arc::new(Claim { version, volume_name: VolumeName::new(other), ..claim(name) })),
        _ => Object::Volume(Arc::new(Volume {
            version,
            phase: numbers.pick(&VolumePhase::ALL),
            capacity: quantity(numbers.pick(&["1Gi", "2Gi"])),
            claim_ref: numbers.one_in(2).then(|| claim_ref(other, None)),
            deleting: numbers.one_in(5),
            ..volume(name)
        })),
    }
}
