//! Properties of states, paths and bounds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stateright::{Model, Property};

use super::super::two_phase::TwoPhase;
use super::super::{Bound, Bounds, Broken, Checkable, Fairness, Path, explore, replay};
use super::explore_all;
use super::puzzles::Grid;
use super::table::Table;

#[test]
fn a_counterexample_is_a_shortest_one_and_the_first_of_its_length() {
    let grid = Grid { limits: vec![3, 4, 4] };
    let found = explore_all(&grid, 2);
    let finding = found.findings.iter().find(|it| it.property == "not far out").expect("it is broken");
    // From the second initial state, the first counter goes up before the others do.
    assert_eq!(finding.path, Path { init: 1, actions: vec![0, 0, 1, 1, 1, 1, 2, 2] });
    assert_eq!(finding.cycle_from, None);
    let states = replay(&grid, &finding.path).expect("the model has this path");
    assert_eq!(states.last().map(|it| it.1.clone()), Some(vec![3, 4, 2]));
    assert_eq!(states.len(), 9);
    // The corner lies behind states that are broken, and those are not expanded.
    assert!(found.findings.iter().all(|it| it.property != "below the corner"));
}

#[test]
fn the_first_violation_is_kept() {
    let table = Table { right: vec![0, 1, 2, 5], ..Table::of("0a1 0a2 2a3 1a4 1a5 5a6 3a9") };
    let found = explore_all(&table, 1);
    let paths: Vec<_> = found.findings.iter().map(|it| (it.property.as_str(), &it.path)).collect();
    assert_eq!(paths, [("right", &Path { init: 0, actions: vec![0, 0] })]);
    assert_eq!(found.states, 7, "what lies behind a violation is not explored");
    assert_eq!(found.unwitnessed, ["nine"]);
}

#[test]
fn a_broken_initial_state_is_a_finding_without_steps() {
    let found = explore_all(&Table { right: vec![9], ..Table::of("0a1") }, 1);
    assert_eq!(found.findings[0].path, Path::default());
    assert_eq!((found.states, found.steps, found.depth, found.states_at_rest), (1, 0, 0, 0));
}

#[test]
fn a_state_beyond_the_boundary_is_no_witness() {
    let table = Table::of("0a1 1a9");
    assert!(explore_all(&table, 1).unwitnessed.is_empty());
    let found = explore_all(&Table { boundary: Some(9), ..table }, 1);
    assert_eq!(found.unwitnessed, ["nine"]);
    assert_eq!((found.states, found.steps, found.depth), (2, 1, 1));
    assert_eq!(found.states_at_rest, 0, "a fair step leaves the last state, if only beyond the boundary");
}

#[test]
fn a_boundary_before_the_start_leaves_nothing() {
    let found = explore_all(&Table { boundary: Some(0), ..Table::of("0a1") }, 2);
    assert_eq!((found.states, found.findings), (0, Vec::new()));
}

#[test]
fn bounds_stop_loudly_and_keep_what_was_found() {
    let model = TwoPhase::new(8);
    let of = |bounds: Bounds| explore(&model, &bounds, &|_| {});
    let found = of(Bounds { states_max: 10_000, threads: 2, ..Bounds::default() });
    assert_eq!(found.stopped_by, Some(Bound::States));
    assert!((10_000..1_000_000).contains(&found.states));
    let found = of(Bounds { bytes_max: 2 << 20, ..Bounds::default() });
    assert_eq!(found.stopped_by, Some(Bound::Bytes));
    assert!((1..1_000_000).contains(&found.states));
    let found = of(Bounds { time_max: Some(Duration::ZERO), ..Bounds::default() });
    assert_eq!(found.stopped_by, Some(Bound::Time));
    assert_eq!(found.unwitnessed, ["all commit", "all abort"]);
    let found = explore_all(&TwoPhase::new(3), 1);
    assert_eq!(found.stopped_by, None);
    let exact = Bounds { states_max: 288, ..Bounds::default() };
    assert_eq!(explore(&TwoPhase::new(3), &exact, &|_| {}).stopped_by, None, "nothing was left to do");
    assert_eq!([Bound::States, Bound::Bytes, Bound::Time].map(|it| it.to_string())[0], "the bound on states");
}

#[test]
fn the_first_finding_ends_the_search_if_it_should() {
    let grid = Grid { limits: vec![9, 9, 9, 4] };
    let bounds = Bounds { stops_at_first: true, checks_convergence: false, ..Bounds::default() };
    let found = explore(&grid, &bounds, &|_| {});
    assert_eq!(found.findings.len(), 1);
    assert!(found.states < explore_all(&grid, 1).states);
    assert_eq!(found.stopped_by, None);
}

#[test]
fn progress_is_reported_while_the_search_goes_on() {
    let reports = AtomicU64::new(0);
    let last = AtomicU64::new(0);
    let bounds = Bounds { time_max: Some(Duration::from_secs(2)), ..Bounds::default() };
    let found = explore(&TwoPhase::new(10), &bounds, &|it| {
        reports.fetch_add(1, Ordering::Relaxed);
        assert!(it.states > last.swap(it.states, Ordering::Relaxed));
        assert!(it.bytes > it.states && it.frontier > 0 && it.depth > 0 && it.steps > 0);
    });
    assert_eq!(found.stopped_by, Some(Bound::Time));
    assert!((2..=10).contains(&reports.into_inner()));
}

#[test]
fn a_path_that_the_model_does_not_have_is_none() {
    let table = Table::of("0a1");
    assert!(replay(&table, &Path { init: 0, actions: vec![0] }).is_some());
    assert!(replay(&table, &Path { init: 1, actions: Vec::new() }).is_none());
    assert!(replay(&table, &Path { init: 0, actions: vec![1] }).is_none());
}

/// A model that hopes for something in the end.
struct Hopeful;

impl Model for Hopeful {
    type State = u8;
    type Action = ();

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, _: &mut Vec<()>) {}

    fn next_state(&self, _: &u8, (): ()) -> Option<u8> {
        None
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::eventually("it ends well", |_, _| true)]
    }
}

impl Checkable for Hopeful {
    fn fingerprint(&self, state: &u8) -> u64 {
        u64::from(*state)
    }

    fn fairness(&self, _: &u8, (): &()) -> Fairness {
        Fairness::Outside
    }

    fn judge_rest(&self, _: &u8) -> Vec<Broken> {
        Vec::new()
    }
}

#[test]
fn a_property_that_is_not_judged_is_a_finding() {
    let found = explore_all(&Hopeful, 1);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(found.findings[0].property, "it ends well");
    assert!(found.findings[0].what.contains("not judged"));
}
