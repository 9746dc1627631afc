//! Counts of states and results, against stateright and for any number of threads.

use std::hash::Hash;

use stateright::Checker;

use super::super::two_phase::TwoPhase;
use super::super::{Bounds, Checkable, explore};
use super::puzzles::{Grid, Jugs};
use super::{explore_all, lasting};

/// Compares with stateright, which needs a model without violations to see every state.
#[track_caller]
fn check_against_stateright<M>(model: &M, want: u64)
where
    M: Checkable + Clone + Send + 'static,
    M::State: Hash + std::fmt::Debug,
    M::Action: std::fmt::Debug + PartialEq,
{
    let ours = explore_all(model, 1);
    assert_eq!(ours.states, want);
    let bfs = model.clone().checker().spawn_bfs().join();
    assert_eq!(bfs.unique_state_count() as u64, ours.states);
    assert_eq!(bfs.max_depth() as u32, ours.depth + 1, "stateright counts states, not steps");
    let inits = model.init_states();
    // Stateright expands an initial state as often as it is listed.
    if inits.iter().enumerate().all(|(at, it)| !inits[..at].contains(it)) {
        assert_eq!(bfs.state_count() as u64, ours.steps + inits.len() as u64);
    }
    let dfs = model.clone().checker().spawn_dfs().join();
    assert_eq!(dfs.unique_state_count() as u64, ours.states);
}

#[test]
fn two_phase_commit_has_its_known_states() {
    check_against_stateright(&TwoPhase::new(3), 288);
    check_against_stateright(&TwoPhase::new(4), 1_568);
    check_against_stateright(&TwoPhase::new(5), 8_832);
}

#[test]
fn a_puzzle_has_as_many_states_as_stateright_finds() {
    let jugs = Jugs { sizes: [31, 23, 17], wanted: 100 };
    check_against_stateright(&jugs, explore_all(&jugs, 2).states);
    let jugs = Jugs { sizes: [31, 23, 17], wanted: 11 };
    check_against_stateright(&jugs, explore_all(&jugs, 2).states);
}

#[test]
fn a_grid_has_as_many_states_as_its_limits_say() {
    // The last counter ends at the boundary, one below its limit.
    check_against_stateright(&Grid { limits: vec![3, 1, 5] }, 4 * 2 * 5);
}

#[track_caller]
fn check_threads<M: Checkable>(model: &M) {
    for checks_convergence in [false, true] {
        let bounds = Bounds { checks_convergence, ..Bounds::default() };
        let of = |threads| lasting(explore(model, &Bounds { threads, ..bounds.clone() }, &|_| {}));
        let alone = of(1);
        for threads in [0, 2, 3, 8, 200] {
            assert_eq!(of(threads), alone, "{threads} threads");
        }
    }
}

#[test]
fn results_are_the_same_for_any_number_of_threads() {
    check_threads(&TwoPhase::new(1));
    check_threads(&TwoPhase::new(5));
    check_threads(&TwoPhase::new(6));
    check_threads(&Jugs { sizes: [61, 53, 40], wanted: 11 });
    check_threads(&Grid { limits: vec![3, 1, 5] });
    check_threads(&Grid { limits: vec![9, 9, 9, 9, 9] });
}
