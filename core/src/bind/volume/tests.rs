//! The decision about a volume as a table.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::ids::VolumeName;
use crate::samples::{claim, claim_ref, quantity, volume};
use crate::text::Text;

/// Phases, whom the volume names, what it is like (`-`: as most are), what is to be done.
const TABLE: [&str; 28] = [
    "Pending                          nobody       -  announce",
    "Available                        nobody       -  wait Unclaimed",
    "Bound Released Failed            nobody       -  mark Available NobodyClaims",
    "Available                        name         -  wait ReservedForName(default/claim)",
    "Pending Bound Released Failed    name         -  mark Available NobodyClaims",
    "Pending Available Bound          gone         -  mark Released ClaimGone",
    "Pending Available Bound          unseen       -  read default/claim",
    "Released Failed                  gone         -  wait Retained(default/claim)",
    "Released Failed                  unseen       -  wait Retained(default/claim)",
    "Released Failed                  gone         delete  wait ReclaimElsewhere(Delete)",
    "Released Failed                  unseen       recycle  wait ReclaimElsewhere(Recycle)",
    "Pending Available Bound          undecided    -  wait ReservedForClaim(default/claim)",
    "Released Failed                  undecided    -  wait ReservedForClaim(default/claim)",
    "Pending Available Bound          undecided    small  wait ReservedMisfit(default/claim, TooSmall)",
    "Bound                            undecided    other-class  wait ReservedForClaim(default/claim)",
    "Bound                            ours         -  keep",
    "Pending Available                ours         -  mark Bound BindGoesOn",
    "Released Failed                  ours         -  mark Bound BindGoesOn",
    "Pending Available Bound          misnamed     -  wait ReservedMisnamed(default/claim)",
    "Released Failed                  misnamed     -  wait ReservedMisnamed(default/claim)",
    "Pending Available Bound          elsewhere    provisioned delete  mark Released ClaimBoundElsewhere",
    "Released Failed                  elsewhere    provisioned delete  wait ReclaimElsewhere(Delete)",
    "Pending Available Bound          elsewhere    provisioned  free to its name",
    "Pending Available Bound          elsewhere    delete by-controller  free",
    "Pending Available Bound          elsewhere    provisioned by-controller  free",
    "Released Failed                  elsewhere    by-controller  free",
    "Pending Available Bound          elsewhere    -  free to its name",
    "Released Failed                  elsewhere    -  free to its name",
];

#[test]
fn decisions_follow_the_table() {
    for row in TABLE {
        let (phases, claimant, like, want) = parse(row);
        for phase in phases {
            let volume = like_that(Volume { phase, ..volume() }, like);
            let (claim_ref, claim) = (claim_ref("claim", Some("uid-claim")), Arc::new(claim()));
            let all = all_claimants(&claim_ref, &claim);
            let claimant = all.into_iter().find(|it| word(it) == claimant).unwrap();
            assert_eq!(show(&decide(&volume, claimant)), want, "{row}");
        }
    }
}

#[test]
fn the_table_has_each_observation() {
    let (claim_ref, claim) = (claim_ref("claim", None), Arc::new(claim()));
    let words = all_claimants(&claim_ref, &claim).map(|it| word(&it));
    let all = VolumePhase::ALL.into_iter().flat_map(|phase| words.map(|word| (phase, word)));
    let rows = TABLE.into_iter().flat_map(|row| {
        let (phases, claimant, _, _) = parse(row);
        phases.into_iter().map(move |phase| (phase, claimant))
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), all.collect::<BTreeSet<_>>());
}

/// Each way of being named. The match of [`word`] stops the build when one is added.
fn all_claimants<'a>(claim_ref: &'a ClaimRef, claim: &'a Arc<Claim>) -> [Claimant<'a>; 8] {
    [
        Claimant::Nobody,
        Claimant::Name(claim_ref),
        Claimant::Unseen(claim_ref, Proof::Gone),
        Claimant::Unseen(claim_ref, Proof::None),
        Claimant::Undecided(claim),
        Claimant::Ours(claim),
        Claimant::OursMisnamed(claim),
        Claimant::Elsewhere(claim),
    ]
}

fn word(claimant: &Claimant<'_>) -> &'static str {
    match claimant {
        Claimant::Nobody => "nobody",
        Claimant::Name(_) => "name",
        Claimant::Unseen(_, Proof::Gone) => "gone",
        Claimant::Unseen(_, Proof::None) => "unseen",
        Claimant::Undecided(_) => "undecided",
        Claimant::Ours(_) => "ours",
        Claimant::OursMisnamed(_) => "misnamed",
        Claimant::Elsewhere(_) => "elsewhere",
    }
}

/// Reads a row: columns are two spaces apart or more.
fn parse(row: &str) -> (Vec<VolumePhase>, &str, &str, &str) {
    let columns: Vec<&str> = row.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect();
    let phases = columns[0].split(' ').map(|it| VolumePhase::parse(it).unwrap()).collect();
    (phases, columns[1], columns[2], columns[3])
}

fn like_that(mut volume: Volume, like: &str) -> Volume {
    volume.claim_ref = Some(claim_ref("claim", Some("uid-claim")));
    for word in like.split(' ') {
        match word {
            "provisioned" => volume.provisioned_by = Some(Text::new("example.com/csi")),
            "delete" => volume.reclaim_policy = ReclaimPolicy::Delete,
            "recycle" => volume.reclaim_policy = ReclaimPolicy::Recycle,
            "by-controller" => volume.bound_by_controller = true,
            "small" => volume.capacity = quantity("1Mi"),
            "other-class" => volume.class = crate::ids::ClassName::new("other"),
            _ => assert_eq!(word, "-"),
        }
    }
    volume
}

fn show(next: &Next<'_>) -> String {
    match next {
        Next::Mark(phase, because) => format!("mark {} {because:?}", phase.as_str()),
        Next::Announce => "announce".into(),
        Next::Free(KeepName::No) => "free".into(),
        Next::Free(KeepName::Yes) => "free to its name".into(),
        Next::ReadClaim(claim_ref) => format!("read {}", claim_ref.key),
        Next::Wait(why) => format!("wait {why:?}"),
        Next::Keep => "keep".into(),
    }
}

#[test]
fn observations_tell_claims_apart() {
    // The `claimRef`; what the claim of that UID says; what is seen.
    check_seen("-               -          nobody");
    check_seen("claim           -          name");
    check_seen("claim uid-claim -          undecided");
    check_seen("claim uid-claim pv         ours");
    check_seen("claim uid-claim other      elsewhere");
    check_seen("other uid-claim pv         misnamed");
    // Under another name the UID is looked for only among the claims that name the volume.
    check_seen("other uid-claim -          unseen");
    check_seen("claim uid-old   -          unseen");
    check_seen("claim uid-old   pv         unseen");
    check_seen("claim uid-gone  -          gone");
}

#[track_caller]
fn check_seen(row: &str) {
    let words: Vec<&str> = row.split_whitespace().collect();
    let (named, says, want) = match words[..] {
        ["-", says, want] => (None, says, want),
        [name, says, want] => (Some(claim_ref(name, None)), says, want),
        [name, uid, says, want] => (Some(claim_ref(name, Some(uid))), says, want),
        _ => panic!("{row}"),
    };
    let says = if says == "-" { "" } else { says };
    let volume = Arc::new(Volume { claim_ref: named, ..volume() });
    let claim = Arc::new(Claim { volume_name: VolumeName::new(says), ..claim() });
    let mut store = Store::default();
    for object in [crate::observed::Object::Claim(claim), crate::observed::Object::Volume(volume.clone())] {
        store.observe(&object, crate::observed::Source::Watch);
    }
    let gone = Uid::new("uid-gone");
    assert_eq!(word(&observe(&store, &volume, Some(&gone))), want, "{row}");
}
