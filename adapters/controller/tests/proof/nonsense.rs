//! Objects that the API server takes and nobody expects: nothing panics, each has a reason, the others are served.

use std::time::Instant;

use oorandom::Rand64;
use serde_json::{Map, Value, json};
use windlass_cluster::wait::{Look, until};
use windlass_cluster::{Member, Patch, requests};
use windlass_core::ids::{ClaimKey, Kind, ObjectKey};
use windlass_world::manifest::merge;
use windlass_world::scenario::Scenario;

use crate::cluster::{Cluster, WITHIN, tell};
use crate::pairs::Pairs;
use crate::scenarios::known_by_one;

/// Longest name of an object.
const NAME_MAX: usize = 253;
/// Labels of an object that has very many.
const LABELS: usize = 10_000;
/// Bytes that all annotations of an object may have together, nearly.
const ANNOTATIONS_BYTES: usize = 250_000;

fn volume(name: &str, spec: Value) -> Value {
    let mut volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"},
            "persistentVolumeReclaimPolicy": "Retain", "storageClassName": shortened(name),
            "hostPath": {"path": "/data"}},
    });
    merge(&mut volume, &json!({"spec": spec}));
    volume
}

fn claim(name: &str, spec: Value) -> Value {
    let mut claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": "default"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": shortened(name)},
    });
    merge(&mut claim, &json!({"spec": spec}));
    claim
}

/// Pairs of odd objects: a name, whether the two are bound, what is odd about the volume and about the claim.
fn odd_pairs() -> Vec<(String, bool, Value, Value)> {
    let labels: Map<String, Value> = (0..LABELS).map(|at| (format!("label-{at}"), json!("x"))).collect();
    let long = format!("{}.{}", "n".repeat(63), "o".repeat(NAME_MAX - 64));
    let huge = "x".repeat(ANNOTATIONS_BYTES);
    let with = |mut object: Value, meta: Value| {
        merge(&mut object, &json!({"metadata": meta}));
        object
    };
    let sized = |name: &str, offered: &str, asked: &str| {
        let offer = volume(name, json!({"capacity": {"storage": offered}}));
        (offer, claim(name, json!({"resources": {"requests": {"storage": asked}}})))
    };
    let mut pairs = Vec::new();
    let mut add = |name: &str, is_bound: bool, volume: Value, claim: Value| {
        pairs.push((name.to_owned(), is_bound, volume, claim));
    };
    let many = json!({"labels": labels});
    add(
        "many-labels",
        true,
        with(volume("many-labels", json!({})), many.clone()),
        with(claim("many-labels", json!({})), many),
    );
    let large = json!({"annotations": {"example.com/large": huge}});
    add(
        "large",
        true,
        with(volume("large", json!({})), large.clone()),
        with(claim("large", json!({})), large),
    );
    add(&long, true, volume(&long, json!({})), claim(&long, json!({})));
    for (name, is_bound, offered, asked) in [
        ("limit", true, "9223372036854775807", "9223372036854775807"),
        ("exa", true, "8191Ei", "7E"),
        ("tiny", true, "1m", "1n"),
        ("too-small", false, "1n", "1Gi"),
        ("exponent", true, "1e18", "1E"),
    ] {
        let (volume, claim) = sized(name, offered, asked);
        add(name, is_bound, volume, claim);
    }
    let odd = json!({"annotations": {
        "pv.kubernetes.io/bound-by-controller": "", "volume.alpha.kubernetes.io/pre-resize-capacity": "much",
        "pv.kubernetes.io/provisioned-by": "",
    }});
    add(
        "odd-annotations",
        true,
        with(volume("odd-annotations", json!({})), odd),
        claim("odd-annotations", json!({})),
    );
    add(
        "empty-reference",
        false,
        volume("empty-reference", json!({"claimRef": {}})),
        claim("empty-reference", json!({})),
    );
    let selector = json!({"selector": {"matchExpressions": [
        {"key": "a", "operator": "DoesNotExist"}, {"key": "b", "operator": "NotIn", "values": ["", "c"]},
    ]}});
    add("odd-selector", true, volume("odd-selector", json!({})), claim("odd-selector", selector));
    pairs
}

#[test]
fn odd_objects_have_a_reason_and_harm_no_others() {
    let Some(mut cluster) = Cluster::start() else { return };
    let began = Instant::now();
    cluster.start_controller(1, Member::ApiServer, &[]);
    let odd = odd_pairs();
    for (name, _, volume, claim) in &odd {
        for (kind, object) in [(Kind::Volume, volume), (Kind::Claim, claim)] {
            let created = cluster.api().create(&requests::collection(kind, "default"), object);
            created.unwrap_or_else(|error| panic!("{}: {error}", shortened(name)));
        }
    }
    spoil_some(&cluster);
    let pairs = Pairs::new("others", 20);
    pairs.create(cluster.api(), &mut Rand64::new(6));
    cluster.wait_for("the others to be bound", |stored| pairs.are_bound(stored));
    for (name, is_bound, ..) in &odd {
        has_ended(&cluster, name, *is_bound);
    }
    let log = cluster.log(1);
    assert!(log.contains("spoilt"), "nothing is said of what cannot be read:\n{log}");
    cluster.assert_alive();
    tell(&format!("{} odd pairs and {} others", odd.len(), pairs.count), began);
}

/// Waits until a claim is bound, or waits with a reason: what the core says of the objects as they are stored.
#[track_caller]
fn has_ended(cluster: &Cluster, name: &str, is_bound: bool) {
    let path = format!("{}/{name}", requests::collection(Kind::Claim, "default"));
    let wanted = if is_bound { "Bound" } else { "Pending" };
    until(&format!("the end of {}", shortened(name)), WITHIN, || {
        let phase = cluster.api().get(&path)?.pointer("/status/phase").cloned().unwrap_or_default();
        let key = ObjectKey::Claim(ClaimKey::new("default", name));
        let reason = known_by_one(&Scenario::default(), &cluster.stored()?).reason(&key);
        let has_ended = phase == wanted && (is_bound || reason.is_some());
        Ok(if has_ended { Look::Holds(()) } else { Look::NotYet(format!("{phase}, because {reason:?}")) })
    })
    .unwrap();
}

/// As much of a name as a message has room for, and as is enough for a class.
fn shortened(name: &str) -> &str {
    name.get(..20).unwrap_or(name)
}

/// Writes words into a status that are none: the server takes them there.
fn spoil_some(cluster: &Cluster) {
    let path = requests::collection(Kind::Claim, "default");
    let spoilt = claim("spoilt", json!({}));
    cluster.api().create(&path, &spoilt).unwrap();
    let status = json!({"status": {"phase": "Undecided", "accessModes": ["ReadWriteNever"], "capacity": {"storage": "0"}}});
    cluster.api().patch(&format!("{path}/spoilt/status"), Patch::Merge, &status).unwrap();
}
