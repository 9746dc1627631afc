//! The decision about a claim as a table, and what counts as use.

use alloc::string::{String, ToString};
use alloc::sync::Arc;

use super::*;
use crate::ids::{ClaimKey, NodeName, ObjectKey, Version};
use crate::observed::{Change, Finalizers, Object, PodClaim, Source};
use crate::samples::claim;

/// What the claim is like, the pod beside it, whether a list has proven it unused; what is to be done.
#[test]
fn decisions_follow_the_table() {
    check("stays protected,      no pod,              unproven  keep");
    check("stays unprotected,    no pod,              unproven  add");
    check("stays unprotected,    scheduled by-name,   unproven  add");
    check("leaves unprotected,   scheduled by-name,   unproven  keep");
    check("leaves unprotected,   no pod,              proven    keep");
    check("leaves protected,     scheduled by-name,   unproven  wait default/pod");
    check("leaves protected,     unscheduled by-name, unproven  wait default/pod");
    check("leaves protected,     finished by-name,    unproven  wait default/pod");
    check("leaves protected,     scheduled ephemeral, unproven  wait default/pod");
    check("leaves protected,     stranger ephemeral,  unproven  list");
    check("leaves protected,     down ephemeral,      unproven  list");
    check("leaves protected,     down by-name,        unproven  wait default/pod");
    check("leaves protected,     other by-name,       unproven  list");
    check("leaves protected,     no pod,              unproven  list");
    check("leaves protected,     no pod,              proven    remove");
    check("leaves protected,     stranger ephemeral,  proven    remove");
    // What the cache shows counts more than an older proof.
    check("leaves protected,     scheduled by-name,   proven    wait default/pod");
}

#[track_caller]
fn check(row: &str) {
    let (claim_words, rest) = row.split_once(',').unwrap();
    let (pod_words, rest) = rest.split_once(',').unwrap();
    let (proof, want) = rest.trim().split_once("  ").unwrap();
    let mut claim = claim();
    (claim.deleting, claim.owner_pod) =
        (claim_words.starts_with("leaves"), Some(Arc::new(Uid::new("uid-pod"))));
    if claim_words.ends_with(" protected") {
        claim.finalizers = Finalizers::default().with(Finalizer::ClaimProtection);
    }
    let mut store = Store::default();
    if let Some(pod) = pod_of(pod_words.trim()) {
        let change = store.observe(&Object::Pod(Arc::new(pod)), Source::Watch);
        assert_ne!(change, Change::Nothing);
    }
    let unused = (proof == "proven").then(|| claim.uid.clone());
    let got = match decide(observe(&store, &claim, unused.as_ref())) {
        Next::Add => "add".to_string(),
        Next::List => "list".to_string(),
        Next::Remove => "remove".to_string(),
        Next::Keep => "keep".to_string(),
        Next::Wait(Why::UsedByPod(pod)) => alloc::format!("wait {pod}"),
        Next::Wait(why) => panic!("{row}: {why:?}"),
    };
    assert_eq!(got, want.trim(), "{row}");
}

fn pod_of(words: &str) -> Option<Pod> {
    let (sort, way) = words.split_once(' ').unwrap();
    let node = if matches!(sort, "scheduled" | "finished" | "down") { "node" } else { "" };
    let key = ClaimKey::new("default", if sort == "other" { "another" } else { "claim" });
    let uid: String = if sort == "stranger" { "uid-stranger".into() } else { "uid-pod".into() };
    (sort != "no").then(|| Pod {
        key: PodKey::new("default", "pod"),
        uid: Uid::new(&uid),
        version: Version(1),
        deleting: sort == "down",
        finalizers: Finalizers::default(),
        shut_down: sort == "down",
        terminated: sort == "finished",
        node_name: NodeName::new(node),
        claims: [PodClaim { key, ephemeral: way == "ephemeral" }].into(),
    })
}

#[test]
fn a_proof_is_of_one_claim() {
    let mut claim = claim();
    claim.deleting = true;
    claim.finalizers = Finalizers::default().with(Finalizer::ClaimProtection);
    let store = Store::default();
    assert_eq!(observe(&store, &claim, Some(&Uid::new("uid-before"))), Seen::NotSeenUsed);
    assert_eq!(observe(&store, &claim, Some(&claim.uid)), Seen::Unused);
    assert_eq!(ObjectKey::Claim(claim.key.clone()).to_string(), "pvc/default/claim");
}
