//! A client that edits what is not its own: references, names, labels, finalizers, marks and phases.

use std::time::Instant;

use oorandom::Rand64;
use serde_json::{Value, json};
use windlass_cluster::{Member, Patch, requests};
use windlass_core::ids::ObjectKey;
use windlass_core::wire::names::{BIND_COMPLETED, BOUND_BY_CONTROLLER};
use windlass_world::actors::Part;

use crate::cluster::{Cluster, tell};
use crate::judge::{Unnamed, assert_sound, finds_users_guilty};
use crate::loops::{chance, wait_for_rest};
use crate::pairs::Pairs;

/// Edits of one run; `WINDLASS_EDITS` makes others.
const EDITS: usize = 600;
/// Pairs that are edited.
const PAIRS: usize = 20;
/// Edits after which a controller is killed.
const KILL_EVERY: usize = 100;

/// Lets a client edit pairs by chance while two controllers bind them. No property may break; and when it stops,
/// everything comes to rest where the world would.
pub(crate) fn a_client_is_hostile(cluster: &mut Cluster) {
    let edits = std::env::var("WINDLASS_EDITS").ok().and_then(|it| it.parse().ok()).unwrap_or(EDITS);
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(5);
    let pairs = Pairs::new("hostile", PAIRS);
    for number in [1, 2] {
        cluster.start_controller(number, Member::ApiServer, &[]);
    }
    pairs.create(cluster.api(), &mut drawn);
    let mut taken = 0;
    for edit in 0..edits {
        taken += usize::from(edit_something(cluster, &pairs, &mut drawn));
        if edit % KILL_EVERY == KILL_EVERY - 1 {
            cluster.start_controller(1, Member::ApiServer, &[]);
        }
        if edit % 60 == 59 {
            pairs.create(cluster.api(), &mut drawn);
        }
    }
    assert!(taken * 2 > edits, "only {taken} of {edits} edits were taken");
    wait_for_rest(cluster);
    let changes = assert_sound(
        cluster,
        after,
        Unnamed::User,
        &["shared/H1", "bind/S1", "bind/S2", "bind/S17", "bind/S29", "bind/D1", "bind/S6", "bind/S16"],
    )
    .all;
    assert!(finds_users_guilty(cluster, after), "edits that no controller may make were not found");
    tell(&format!("{taken} edits of a hostile client, {changes} changes judged,"), began);
    cluster.clear();
}

/// Makes one edit; whether the server took it.
fn edit_something(cluster: &Cluster, pairs: &Pairs, chance: &mut Rand64) -> bool {
    let at = below(chance, pairs.count);
    let other = below(chance, pairs.count);
    let (key, part, patch) = match below(chance, 2) {
        0 => of_volume(cluster, pairs, at, other, chance),
        _ => of_claim(pairs, at, chance),
    };
    let api = cluster.api();
    match patch {
        Some(patch) => api.patch(&requests::part_path(&key, part), Patch::Merge, &patch).is_ok(),
        None => api.delete_with(&requests::path(&key), &requests::delete_options(None, None)).is_ok(),
    }
}

fn below(chance: &mut Rand64, end: usize) -> usize {
    usize::try_from(chance.rand_range(0..u64::try_from(end).unwrap())).unwrap()
}

fn annotation(name: &str, value: Value) -> Value {
    json!({"metadata": {"annotations": {(name): value}}})
}

fn metadata(chance: &mut Rand64) -> Value {
    match below(chance, 4) {
        0 => json!({"metadata": {"labels": {"pair": "none"}}}),
        1 => json!({"metadata": {"labels": {"seen": "yes"}}}),
        2 => json!({"metadata": {"finalizers": ["example.com/hold"]}}),
        _ => json!({"metadata": {"finalizers": null}}),
    }
}

/// An edit of a volume; no patch is a deletion.
fn of_volume(
    cluster: &Cluster,
    pairs: &Pairs,
    at: usize,
    other: usize,
    chance: &mut Rand64,
) -> (ObjectKey, Part, Option<Value>) {
    let key = pairs.volume_key(at);
    let claim = pairs.claim_key(other);
    let stored = requests::read(cluster.api(), &claim).unwrap();
    let uid = stored.as_ref().and_then(|it| it.pointer("/metadata/uid")).cloned();
    let name = |key: &ObjectKey| key.to_string().rsplit('/').next().unwrap_or_default().to_owned();
    let reference = |uid: Value| json!({"spec": {"claimRef": {"name": name(&claim), "namespace": "default", "uid": uid}}});
    let (part, patch) = match below(chance, 12) {
        0 => (Part::Main, Some(json!({"spec": {"claimRef": null}}))),
        1 => (Part::Main, Some(json!({"spec": {"claimRef": {"uid": null}}}))),
        2 => (Part::Main, Some(reference(json!("00000000-0000-4000-8000-000000000001")))),
        3 => (Part::Main, Some(reference(uid.unwrap_or(Value::Null)))),
        4 => (Part::Main, Some(reference(Value::Null))),
        5 => (Part::Main, Some(annotation(BOUND_BY_CONTROLLER, Value::Null))),
        6 => (Part::Main, Some(annotation(BOUND_BY_CONTROLLER, json!("yes")))),
        7 => {
            let phases = ["Pending", "Available", "Bound", "Released", "Failed"];
            (Part::Status, Some(json!({"status": {"phase": phases[below(chance, phases.len())]}})))
        }
        8 => (Part::Main, None),
        _ => (Part::Main, Some(metadata(chance))),
    };
    (key, part, patch)
}

/// An edit of a claim; no patch is a deletion.
fn of_claim(pairs: &Pairs, at: usize, chance: &mut Rand64) -> (ObjectKey, Part, Option<Value>) {
    let other = below(chance, pairs.count);
    let volume = pairs.volume_key(other).to_string().trim_start_matches("pv/").to_owned();
    let (part, patch) = match below(chance, 10) {
        0 => (Part::Main, Some(annotation(BIND_COMPLETED, Value::Null))),
        1 => (Part::Main, Some(annotation(BIND_COMPLETED, json!("yes")))),
        2 => (Part::Main, Some(annotation(BOUND_BY_CONTROLLER, Value::Null))),
        3 => (Part::Main, Some(json!({"spec": {"volumeName": volume}}))),
        4 => {
            let phases = ["Pending", "Bound", "Lost"];
            (Part::Status, Some(json!({"status": {"phase": phases[below(chance, phases.len())]}})))
        }
        5 => (Part::Main, None),
        _ => (Part::Main, Some(metadata(chance))),
    };
    (pairs.claim_key(at), part, patch)
}
