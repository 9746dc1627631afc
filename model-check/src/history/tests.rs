//! Histories that are right, and the smallest ones that are not: a judge that finds nothing proves nothing.

use windlass_core::controller::Enabled;
use windlass_core::ids::{ClassName, VolumeName};
use windlass_core::observed::{BindingMode, Claim, ClaimPhase, ClaimStatus, Volume, VolumePhase};
use windlass_world::builders::{claim, claim_ref, class, volume};
use windlass_world::run::{Plan, run};
use windlass_world::scenario::Start;

use super::*;
use crate::models::BINDER;

/// A history that grows by one change after the other.
#[derive(Default)]
struct Told(Vec<Entry>);

impl Told {
    fn add(mut self, author: Author, object: impl Into<Start>) -> Self {
        let version = Version(u64::try_from(self.0.len()).unwrap() + 1);
        let record = object.into().record.stamped(None, version);
        self.0.push(Entry { version, key: record.key(), stored: Some(record), author });
        self
    }

    #[track_caller]
    fn breaks(self, ids: &[&str]) {
        let judged = judge(&self.0);
        let broken: BTreeSet<&str> = judged.broken.iter().map(|it| it.id).collect();
        assert_eq!(broken, ids.iter().copied().collect(), "{:?}", judged.broken);
    }
}

fn new_volume(name: &str) -> Volume {
    Volume { phase: VolumePhase::Pending, ..volume(name) }
}

fn held(by: &str) -> Volume {
    Volume {
        claim_ref: Some(claim_ref(by, Some(&format!("uid-{by}")))),
        bound_by_controller: true,
        ..new_volume("pv")
    }
}

fn bound(volume: &Volume) -> Volume {
    Volume { phase: VolumePhase::Bound, ..volume.clone() }
}

fn completed(name: &str) -> Claim {
    Claim { volume_name: VolumeName::new("pv"), completed: true, bound_by_controller: true, ..claim(name) }
}

fn shown(name: &str) -> Claim {
    let status = ClaimStatus {
        phase: ClaimPhase::Bound,
        access_modes: claim(name).access_modes,
        capacity: Some(volume("pv").capacity),
        ..ClaimStatus::default()
    };
    Claim { status, ..completed(name) }
}

fn pair() -> Told {
    Told::default().add(Author::User, new_volume("pv")).add(Author::User, claim("a"))
}

#[test]
fn four_writes_that_bind_a_pair_are_as_they_have_to_be() {
    let history = pair()
        .add(Author::Controller, held("a"))
        .add(Author::Controller, bound(&held("a")))
        .add(Author::Controller, completed("a"))
        .add(Author::Controller, shown("a"));
    let judged = judge(&history.0);
    assert_eq!(judged.broken, []);
    assert_eq!(judged.by_controllers, 4);
    for id in ["shared/H1", "bind/S3", "bind/S11", "bind/S15", "bind/S29", "bind/B5", "bind/C1"] {
        assert!(judged.at_stake.contains_key(id), "{id} was not at stake: {:?}", judged.at_stake);
    }
    let rest = judge_rest(&judged.end, BINDER);
    assert_eq!(rest.broken, []);
    assert!(
        rest.at_stake.contains_key("bind/L2") && rest.at_stake.contains_key("shared/I3"),
        "{:?}",
        rest.at_stake
    );
}

#[test]
fn a_volume_that_changes_hands_is_found() {
    let stolen = Volume { claim_ref: Some(claim_ref("b", Some("uid-b"))), ..held("a") };
    pair()
        .add(Author::User, claim("b"))
        .add(Author::Controller, held("a"))
        .add(Author::Controller, stolen)
        .breaks(&["bind/S1"]);
}

#[test]
fn what_users_do_is_no_breach() {
    let stolen = Volume { claim_ref: Some(claim_ref("b", Some("uid-b"))), ..held("a") };
    pair()
        .add(Author::User, claim("b"))
        .add(Author::Controller, held("a"))
        .add(Author::User, stolen)
        .breaks(&[]);
}

#[test]
fn a_bind_that_is_completed_before_its_volume_is_held_is_found() {
    pair().add(Author::Controller, completed("a")).breaks(&["bind/S3", "bind/S11"]);
}

#[test]
fn a_claim_that_is_shown_as_bound_before_it_is_found() {
    let early = Claim { status: shown("a").status, ..claim("a") };
    pair().add(Author::Controller, held("a")).add(Author::Controller, early).breaks(&["bind/B5"]);
}

#[test]
fn a_write_that_no_order_says_is_found() {
    let more = Volume { class: ClassName::new("fast"), ..held("a") };
    pair().add(Author::Controller, more).breaks(&[EXPLAINED]);
    pair().add(Author::Controller, claim("c")).breaks(&[EXPLAINED]);
}

#[test]
fn a_volume_that_the_scheduler_had_to_choose_is_found() {
    let waiting = Claim { class: Some(ClassName::new("local")), ..claim("a") };
    let volume = |it: Volume| Volume { class: ClassName::new("local"), ..it };
    Told::default()
        .add(Author::User, class("local", BindingMode::WaitForFirstConsumer))
        .add(Author::User, volume(new_volume("pv")))
        .add(Author::User, waiting)
        .add(Author::Controller, volume(held("a")))
        .breaks(&["bind/S23", "bind/S24"]);
}

#[test]
fn a_pair_that_was_left_unbound_is_found_at_rest() {
    let free = volume("pv");
    let rest = judge_rest(
        &judge(&Told::default().add(Author::User, free).add(Author::User, claim("a")).0).end,
        BINDER,
    );
    let broken: BTreeSet<&str> = rest.broken.iter().map(|it| it.id).collect();
    assert_eq!(broken, ["shared/I3", "bind/L1"].into_iter().collect(), "{:?}", rest.broken);
}

#[test]
fn the_end_of_a_run_is_at_rest() {
    let pairs = windlass_world::builders::pairs(3);
    let finished = run(&Scenario { start: pairs, ..Scenario::default() }, &Plan::default());
    assert_eq!(judge_rest(&finished.world.api, Enabled::ALL).broken, []);
}

#[test]
fn each_property_is_judged_or_excused() {
    for (_, property) in all() {
        let is_fed = match property.judge {
            Judge::Change(_) | Judge::Stored(_) => true,
            Judge::Rest(_) => !is_not_judged(property.id),
            Judge::Process(_) | Judge::Scheduler(_) | Judge::Engine => false,
        };
        assert_eq!(is_fed, !is_not_judged(property.id), "{}", property.id);
    }
}
