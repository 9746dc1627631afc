//! States at rest, and livelocks, on graphs whose answer is plain to see.

use super::super::{Checkable, Exploration, Fairness, Finding, replay};
use super::explore_all;
use super::table::{Edge, Table};

/// The states along the loop of a finding, after checking that it is one, and that it is fair.
fn fair_loop<M: Checkable>(model: &M, finding: &Finding) -> Vec<M::State> {
    let from = finding.cycle_from.expect("a livelock has a loop");
    let steps = replay(model, &finding.path).expect("the model has this path");
    let around: Vec<M::State> = steps[from..].iter().map(|it| it.1.clone()).collect();
    assert!(around.len() > 1 && around.first() == around.last(), "the loop closes");
    let mut unexcused = u64::MAX;
    for (state, next) in around.iter().zip(&steps[from + 1..]) {
        let mut possible = 0;
        let mut actions = Vec::new();
        model.actions(state, &mut actions);
        for action in actions {
            if let Fairness::Class(class) = model.fairness(state, &action)
                && model.next_state(state, action).is_some()
            {
                possible |= 1 << class;
            }
        }
        unexcused &= possible;
        let taken = next.0.as_ref().map(|it| model.fairness(state, it));
        match taken {
            Some(Fairness::Class(class)) => unexcused &= !(1u64 << class),
            Some(Fairness::Outside) | None => panic!("a loop has fair steps only"),
        }
    }
    assert_eq!(unexcused, 0, "a class is possible all the time, and never taken");
    around
}

/// Explores a table, and returns its findings' names, with the loop of a livelock.
fn judge(table: &Table) -> (Exploration, Vec<String>) {
    let found = explore_all(table, 1);
    let name = |it: &Finding| match it.cycle_from {
        None => it.property.clone(),
        Some(from) => {
            let around: String = fair_loop(table, it).iter().map(ToString::to_string).collect();
            format!("{} {from}: {around}", it.property)
        }
    };
    let names = found.findings.iter().map(name).collect();
    (found, names)
}

#[track_caller]
fn check(steps: &str, want: &[&str]) {
    assert_eq!(judge(&Table::of(steps)).1, want);
}

#[test]
fn a_cycle_without_exit_is_a_livelock() {
    check("0a1 1a0", &["convergence 0: 010"]);
    check("0a1 1a2 2a1", &["convergence 1: 121"]);
    check("0a1 1b2 2a1", &["convergence 1: 121"]);
}

#[test]
fn an_exit_that_stays_possible_is_taken() {
    check("0a1 1a0 0b2 1b2", &[]);
    check("0a1 1a2 2a0 0b3 1b3 2b4 3c4", &[]);
}

#[test]
fn an_exit_that_is_possible_now_and_then_may_be_missed() {
    check("0a1 1a0 0b2", &["convergence 0: 010"]);
    check("0a1 1a2 2a0 0b3 2b3", &["convergence 0: 0120"]);
}

#[test]
fn an_exit_of_a_class_that_is_also_taken_inside_may_be_missed() {
    check("0a1 1a0 0a2 1a2", &["convergence 0: 010"]);
}

#[test]
fn steps_outside_fairness_neither_make_a_livelock_nor_end_one() {
    check("0a1 1.0", &[]);
    check("0a1 1a0 0.2 1.2", &["convergence 0: 010"]);
    check("0a1 0.2 2a3 3a2 3.0", &["convergence 1: 232"]);
}

#[test]
fn the_loop_takes_what_every_state_allows() {
    // Class b is possible in all states, and taken in one of them only: the shortest loop would be unfair.
    check("0a1 1a0 0b3 1b2 2a0 2b3", &["convergence 0: 0120"]);
    // Here it is possible in all but one state, which lies off the shortest loop.
    check("0a1 1a0 0b3 1b3 1a2 2a0", &["convergence 0: 0120"]);
}

#[test]
fn a_loop_inside_a_loop_is_judged_with_it() {
    // The inner loop 1 2 alone is left by b, which is impossible in state 0 only.
    check("0a1 1a2 2a1 2c0 1b3 2b3", &["convergence 0: 0120"]);
    // Class b leads from the inner loop to the outer one, and from there back: it is taken inside.
    check("0a1 1a2 2a1 1b0 2b0 0b1", &["convergence 0: 010"]);
    // Everywhere b leaves.
    check("0a1 1a2 2a1 2c0 0b3 1b3 2b3", &[]);
}

#[test]
fn the_closest_of_two_livelocks_is_reported() {
    check("0a1 0b2 2a3 3a2 1a4 4a5 5a4", &["convergence 1: 232"]);
    // The first component is left in the end, the second one is not.
    check("0a1 1a0 0b2 1b2 2a3 3a2", &["convergence 1: 232"]);
}

#[test]
fn a_state_is_at_rest_if_no_fair_step_leaves_it() {
    let judge_restless = |text: &str| judge(&Table { restless: vec![2, 9], ..Table::of(text) });
    let (found, names) = judge_restless("0a1 0a2");
    assert_eq!((found.states_at_rest, names), (2, vec!["rest".to_owned()]));
    assert_eq!(found.findings[0].what, "rests in 2");
    assert_eq!(found.findings[0].path.actions, [1]);
    let (found, names) = judge_restless("0a1 1a3 3.2 2a1");
    assert_eq!((found.states_at_rest, names.len()), (1, 0));
    let (found, names) = judge_restless("0a2 2.0");
    assert_eq!((found.states_at_rest, names), (1, vec!["rest".to_owned()]));
}

#[test]
fn steps_from_a_state_to_itself_alone_are_rest() {
    let (found, names) = judge(&Table { restless: vec![1], ..Table::of("0a1 1a1 1b1") });
    assert_eq!((found.states_at_rest, names), (1, vec!["rest".to_owned()]));
    let (found, names) = judge(&Table::of("0a1 1a1 1b1"));
    assert_eq!((found.states_at_rest, names.len()), (1, 0));
}

#[test]
fn a_step_from_a_state_to_itself_counts_as_taken() {
    // Class a may go round for ever, b cannot be put off.
    check("0a0 0a1", &["convergence 0: 00"]);
    check("0a0 0b1", &[]);
    check("0a0 0b0 0a1 0b1", &["convergence 0: 000"]);
    // Among two states, b is taken as a step from 1 to itself.
    check("0a1 1a0 0b2 1b2 1b1", &["convergence 0: 0110"]);
}

#[test]
fn the_boundary_hides_no_livelock() {
    let table = Table { boundary: Some(5), ..Table::of("0a1 1a0 0b7") };
    assert_eq!(judge(&table).1, ["convergence 0: 010"]);
    // The step that leaves is possible everywhere, and so is taken.
    let table = Table { boundary: Some(5), ..Table::of("0a1 1a0 0b7 1b7") };
    assert_eq!(judge(&table).1, [""; 0]);
}

#[test]
fn a_broken_state_has_no_steps() {
    let table = Table { right: vec![0, 1], restless: vec![2], ..Table::of("0a1 1a2 2a1") };
    let (found, names) = judge(&table);
    assert_eq!((found.states_at_rest, names), (0, vec!["right".to_owned()]));
}

/// Whether a fair loop exists, by trying all ways: a state, and the classes possible ever since the start of
/// the loop that were not taken, are all that matters.
fn has_fair_loop(table: &Table) -> bool {
    let fair: Vec<(u32, u64, u32)> = table.edges.iter().filter(|it| it.1 != '.').map(of_edge).collect();
    let possible = |state: u32| fair.iter().filter(|it| it.0 == state).fold(0, |sum, it| sum | it.1);
    let is_at_rest = |state: u32| fair.iter().all(|it| it.0 != state || it.2 == state);
    let mut reached = vec![0];
    let mut at = 0;
    while let Some(state) = reached.get(at).copied() {
        let next = table.edges.iter().filter(|it| it.0 == state).map(|it| it.2);
        next.for_each(|it| {
            if !reached.contains(&it) {
                reached.push(it)
            }
        });
        at += 1;
    }
    reached.into_iter().filter(|it| !is_at_rest(*it)).any(|start| {
        let mut seen = Vec::new();
        let mut waiting = vec![(start, possible(start))];
        while let Some((state, unexcused)) = waiting.pop() {
            for (_, class, target) in fair.iter().filter(|it| it.0 == state) {
                let next = (*target, unexcused & !class & possible(*target));
                if next == (start, 0) {
                    return true;
                }
                if !seen.contains(&next) {
                    seen.push(next);
                    waiting.push(next);
                }
            }
        }
        false
    })
}

fn of_edge(edge: &Edge) -> (u32, u64, u32) {
    (edge.0, 1 << (edge.1 as u8 - b'a'), edge.2)
}

#[test]
fn livelocks_are_found_where_fair_loops_are() {
    let mut seed = 7u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut livelocks = 0;
    for _ in 0..3_000 {
        let states = 2 + random(5);
        let mut edge = || {
            let class = [b'.', b'a', b'a', b'b', b'b', b'c'][random(6) as usize];
            Edge(random(states) as u32, char::from(class), random(states) as u32)
        };
        let table = Table { edges: (0..states * 2).map(|_| edge()).collect(), ..Table::default() };
        let (found, names) = judge(&table);
        let want = has_fair_loop(&table);
        assert_eq!(!found.findings.is_empty(), want, "{:?}: {names:?}", table.edges);
        livelocks += u32::from(want);
    }
    assert!((1_000..2_500).contains(&livelocks), "{livelocks}: both kinds are there");
}
