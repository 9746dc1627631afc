//! Pods, claims and volumes that are deleted in every order, under the admission that ships with the API server, while
//! one of two controllers is killed; and everything that was stored meanwhile under the properties of the models.
//!
//! `WINDLASS_ROUNDS=200` runs the long form.

use std::time::Instant;

use oorandom::Rand64;
use serde_json::{Value, json};
use windlass_cluster::{Api, Member, Patch, requests};
use windlass_core::controller::Enabled;
use windlass_core::ids::{Kind, ObjectKey};
use windlass_core::observed::Finalizers;
use windlass_core::wire::names::CLAIM_PROTECTION;

use crate::cluster::{Cluster, tell};
use crate::judge::{Unnamed, assert_allowed, assert_sound};
use crate::loops::{chance, wait_for_changes};
use crate::pairs::Pairs;

/// Pairs of volume and claim of one round, each with a pod.
const PAIRS: usize = 12;
/// Fewest changes of a round while things are deleted: a claim, a volume and a pod are marked or go.
const CHANGES: u64 = 30;
/// One claim in so many has a finalizer of somebody else, who takes it away last.
const HELD_EVERY: usize = 4;
/// The finalizer of somebody else.
const HOLD: &str = "example.com/hold";
/// Rounds of the short form.
const ROUNDS: usize = 10;

/// What has to have been possible to break, or it proves nothing.
const AT_STAKE: [&str; 7] =
    ["protect/S11", "protect/S12", "protect/D1", "bind/S4", "bind/S6", "shared/H1", "bind/S11"];

#[test]
fn what_is_in_use_stays_and_the_rest_goes() {
    let Some(mut cluster) = Cluster::running(Enabled::ALL) else { return };
    let rounds = std::env::var("WINDLASS_ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(ROUNDS);
    let began = Instant::now();
    let after = cluster.control_plane.version().unwrap();
    let mut drawn = chance(7);
    for number in [1, 2] {
        cluster.start_controller(number, Member::ApiServer, &[]);
    }
    for round in 0..rounds {
        one_round(&mut cluster, &format!("protect{round:03}"), &mut drawn);
    }
    let changes = assert_sound(&cluster, after, Unnamed::User, &AT_STAKE).all;
    assert_allowed(&cluster);
    tell(&format!("{rounds} rounds of {PAIRS} pods, claims and volumes, {changes} changes judged,"), began);
}

fn one_round(cluster: &mut Cluster, name: &str, chance: &mut Rand64) {
    let pairs = Pairs::new(name, PAIRS);
    pairs.create(cluster.api(), chance);
    for at in 0..PAIRS {
        cluster.api().create(&requests::collection(Kind::Pod, "default"), &pod(name, at, &pairs)).unwrap();
    }
    cluster.wait_for(&format!("the pairs of {name} to be bound"), |stored| pairs.are_bound(stored));
    let held: Vec<ObjectKey> = (0..PAIRS).step_by(HELD_EVERY).map(|at| pairs.claim_key(at)).collect();
    set_finalizers(cluster, &held, &json!([CLAIM_PROTECTION, HOLD]));
    let from = cluster.control_plane.version().unwrap();
    let moment = chance.rand_range(0..CHANGES);
    let (claims_first, number) =
        (chance.rand_range(0..2) == 0, if chance.rand_range(0..2) == 0 { 1 } else { 2 });
    let mut pods: Vec<usize> = (0..PAIRS).collect();
    for at in (1..pods.len()).rev() {
        pods.swap(at, usize::try_from(chance.rand_range(0..u64::try_from(at + 1).unwrap())).unwrap());
    }
    let api = cluster.api().clone();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Some pods go before their claims are deleted, the others later.
            let (early, late) = pods.split_at(PAIRS / 3);
            early.iter().for_each(|at| delete_pod(&api, name, *at));
            pairs.delete(&api, claims_first);
            late.iter().for_each(|at| delete_pod(&api, name, *at));
        });
        wait_for_changes(cluster, from, moment);
        cluster.start_controller(number, Member::ApiServer, &[]);
    });
    cluster.wait_for(&format!("the held claims of {name} to be let go"), |stored| {
        held.iter().try_for_each(|key| match stored.get(key) {
            Some(it) if it.object.finalizers() == Finalizers::default() => Ok(()),
            Some(_) => Err(format!("{key} is protected")),
            None => Err(format!("{key} is gone, though somebody else holds it")),
        })
    });
    set_finalizers(cluster, &held, &Value::Null);
    cluster.wait_for(&format!("the pairs of {name} to be gone"), |stored| pairs.are_gone(stored));
}

fn set_finalizers(cluster: &Cluster, keys: &[ObjectKey], finalizers: &Value) {
    for key in keys {
        let patch = json!({"metadata": {"finalizers": finalizers}});
        cluster.api().patch(&requests::path(key), Patch::Merge, &patch).unwrap();
    }
}

/// A pod that uses the claim of a pair. Half of them have a node; nobody gives the others one.
fn pod(name: &str, at: usize, pairs: &Pairs) -> Value {
    let claim = pairs.claim_key(at);
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("{name}-pod-{at:02}")},
        "spec": {
            "containers": [{"name": "main", "image": "none"}],
            "automountServiceAccountToken": false,
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim.name().as_str()}}],
        },
    });
    if at.is_multiple_of(2) {
        pod["spec"]["nodeName"] = json!("no-such-node");
    }
    pod
}

fn delete_pod(api: &Api, name: &str, at: usize) {
    let pod = windlass_core::ids::PodKey::new("default", &format!("{name}-pod-{at:02}"));
    let path = requests::path(&ObjectKey::Pod(pod));
    api.delete_with(&path, &json!({"gracePeriodSeconds": 0})).unwrap();
}
