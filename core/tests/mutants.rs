//! Mutants that a scenario of the fixtures shows when it runs in turn; a model checker has to find all.
#![cfg(feature = "model-check")]

use std::path::Path;

use windlass_core::mutants::{Mutant, plant};
use windlass_world::run::{Plan, judge_end, run};
use windlass_world::scenario::{Scenario, read_scenario};

/// A scenario, and the mutants under which it does not end as it should.
const SHOWN: [(&str, &[Mutant]); 24] = [
    ("access-mode-missing", &[Mutant::AccessModesIgnored]),
    (
        "attributes-class",
        &[
            Mutant::PromisedVolumeOffered,
            Mutant::FollowerNotWaiting,
            Mutant::TwoOrdersForOneObject,
            Mutant::PhaseBeforeClaimRef,
        ],
    ),
    ("claim-created-again", &[Mutant::UidIgnored]),
    ("claim-deleted", &[Mutant::MissingIsNoProof, Mutant::DeletedClaimWakesNoVolume]),
    ("claim-names-giant-volume", &[Mutant::GiantSizeRounded]),
    ("claim-names-misfit", &[Mutant::SizeIgnored]),
    ("claim-names-missing-volume", &[Mutant::VolumeWakesNoClaim]),
    ("claim-names-taken-volume", &[Mutant::TakesNamedVolumeOfAnother]),
    ("class-must-match", &[Mutant::ClassIgnored]),
    ("class-seen-late", &[Mutant::DelayIgnored, Mutant::UnseenClassIsAbsent]),
    ("controller-restarts", &[Mutant::ClaimBeforeVolume]),
    ("deleted-volume-is-passed-over", &[Mutant::TakesDeletedVolume]),
    ("lost-volume-returns", &[Mutant::LostForGood]),
    ("misbound", &[Mutant::TakesBackMisboundVolume]),
    ("name-erased", &[Mutant::ErasedNameBoundAgain]),
    ("nobody-provisions", &[Mutant::FreeVolumeWakesNobody]),
    ("pair-with-deleted-volume", &[Mutant::PairWithDeletedVolume]),
    ("reserved-misfit-and-one-that-fits", &[Mutant::VolumeModeIgnored, Mutant::ClaimWakesNoLoser]),
    ("reserved-volume-first", &[Mutant::ReservedNotPreferred, Mutant::ReservedInModesOnly]),
    ("scheduler-selected-a-node", &[Mutant::SelectedNodeIgnored]),
    ("selector", &[Mutant::SelectorIgnored]),
    ("surplus-volume-freed", &[Mutant::SurplusKept]),
    ("surplus-volume-made-for-the-claim", &[Mutant::SurplusMadeFreed]),
    ("surplus-volume-of-a-user", &[Mutant::NameNotKept]),
];

/// One test, since a mutant is planted for the whole process.
#[test]
fn a_scenario_fails_under_its_mutants_only() {
    for (name, mutants) in SHOWN {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/scenarios/{name}.yaml"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let scenario = read_scenario(&text, name).unwrap_or_default();
        assert!(!scenario.expectations.is_empty(), "{name} expects nothing");
        assert!(ends_well(&scenario), "{name} fails without a mutant");
        for mutant in mutants {
            plant(Some(*mutant));
            let survives = ends_well(&scenario);
            plant(None);
            assert!(!survives, "{name} does not show {}", mutant.name());
        }
    }
}

fn ends_well(scenario: &Scenario) -> bool {
    judge_end(scenario, &run(scenario, &Plan::default()), None).is_ok()
}
