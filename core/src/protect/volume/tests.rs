//! The decision about a volume as a table.

use alloc::string::ToString;
use alloc::sync::Arc;

use super::*;
use crate::observed::{Finalizers, Object, Source};
use crate::samples::{claim, claim_ref, volume};

/// What the volume is like, its phase, its `claimRef`, its claim in the cache, the proof; what is to be done.
#[test]
fn decisions_follow_the_table() {
    check("stays protected,    Bound,     uid,  has it,    unproven  keep");
    check("stays unprotected,  Available, -,    none,      unproven  add");
    check("leaves unprotected, Available, -,    none,      unproven  keep");
    check("leaves protected,   Bound,     uid,  has it,    unproven  wait");
    check("leaves protected,   Bound,     uid,  none,      proven    wait");
    check("leaves protected,   Bound,     -,    none,      unproven  wait");
    check("leaves protected,   Available, -,    none,      unproven  remove");
    check("leaves protected,   Pending,   -,    none,      unproven  remove");
    check("leaves protected,   Available, name, none,      unproven  remove");
    check("leaves protected,   Released,  uid,  has it,    unproven  wait");
    check("leaves protected,   Released,  uid,  has it,    proven    wait");
    check("leaves protected,   Released,  uid,  elsewhere, unproven  read");
    check("leaves protected,   Released,  uid,  unbound,   unproven  read");
    check("leaves protected,   Released,  uid,  none,      unproven  read");
    check("leaves protected,   Released,  uid,  none,      proven    remove");
    check("leaves protected,   Failed,    uid,  none,      proven    remove");
    // A proof about an older state of the volume, or about another claim, is none.
    check("leaves protected,   Released,  uid,  none,      outdated  read");
    check("leaves protected,   Released,  uid,  none,      another   read");
}

#[track_caller]
fn check(row: &str) {
    let columns: alloc::vec::Vec<&str> = row.splitn(5, ',').map(str::trim).collect();
    let (proof, want) = columns[4].split_once("  ").unwrap();
    let mut volume = Volume {
        deleting: columns[0].starts_with("leaves"),
        phase: VolumePhase::parse(columns[1]).unwrap(),
        claim_ref: match columns[2] {
            "uid" => Some(claim_ref("claim", Some("uid-claim"))),
            "name" => Some(claim_ref("claim", None)),
            _ => None,
        },
        ..volume()
    };
    if columns[0].ends_with(" protected") {
        volume.finalizers = Finalizers::default().with(Finalizer::VolumeProtection);
    }
    let mut claim = Claim { completed: columns[3] != "unbound", ..claim() };
    claim.volume_name = crate::ids::VolumeName::new(if columns[3] == "elsewhere" { "other" } else { "pv" });
    let mut store = Store::default();
    if columns[3] != "none" {
        store.observe(&Object::Claim(Arc::new(claim)), Source::Watch);
    }
    let unclaimed = (proof != "unproven").then(|| Unclaimed {
        claim: Uid::new(if proof == "another" { "uid-other" } else { "uid-claim" }),
        version: if proof == "outdated" { Version(4) } else { volume.version },
    });
    let got = match decide(observe(&store, &volume, unclaimed.as_ref())) {
        Next::Add => "add",
        Next::ReadClaim(_) => "read",
        Next::Remove => "remove",
        Next::Keep => "keep",
        Next::Wait(_) => "wait",
    };
    assert_eq!(got.to_string(), want.trim(), "{}", row);
}
