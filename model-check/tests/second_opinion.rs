//! The packed model against plain worlds: the same states, the same ends, by engines that share nothing.

use std::collections::BTreeSet;

use stateright::{Checker, Model};
use windlass_model_check::bounded::Bounded;
use windlass_model_check::engine::{Bounds, Checkable, Fairness, explore};
use windlass_model_check::models::{CRASH, EACH_ONCE, NO_FAULTS};
use windlass_model_check::packed::Packed;
use windlass_model_check::plain::{Plain, actions};
use windlass_world::actors::{Budgets, FaultKind, Setting, Story, World};
use windlass_world::builders::{claim, volume};
use windlass_world::run::{Faults, Plan, run};
use windlass_world::scenario::{Scenario, Step};

fn bounded(claims: &[&str], controllers: u8, faults: Budgets) -> Bounded {
    let start = claims.iter().map(|name| claim(name).into()).chain([volume("a").into()]).collect();
    let setting = Setting { orders_in_flight_max: 4, watch_backlog_max: 2, ..Setting::default() };
    Bounded::new(Scenario { start, ..Scenario::default() }, controllers, faults, setting)
}

fn few() -> [Bounded; 5] {
    let deletion = Step::Delete(windlass_core::ids::ObjectKey::Volume(volume("a").name));
    let mut deleted = bounded(&["x"], 1, CRASH);
    deleted.scenario.steps = vec![deletion];
    deleted.setting.steps = deleted.scenario.steps.clone();
    [
        bounded(&["x"], 1, EACH_ONCE),
        bounded(&["x", "y"], 1, CRASH),
        deleted,
        bounded(&["x"], 2, NO_FAULTS),
        bounded(&[], 3, NO_FAULTS),
    ]
}

#[test]
fn all_engines_count_the_same_states_of_packed_and_of_plain_worlds() {
    for bounded in few() {
        let plain = Plain(bounded.clone()).checker().spawn_bfs().join().unique_state_count();
        let packed = Packed::new(bounded.clone()).checker().spawn_bfs().join().unique_state_count();
        let depth_first = Packed::new(bounded.clone()).checker().spawn_dfs().join().unique_state_count();
        let ours = explore(&Packed::new(bounded), &Bounds::default(), &|_| {});
        assert_eq!(ours.findings, []);
        assert_eq!(u64::try_from(plain), Ok(ours.states));
        assert_eq!((packed, depth_first), (plain, plain));
    }
}

#[test]
fn results_are_the_same_for_any_number_of_threads() {
    for bounded in few() {
        let explored = [1, 2, 5].map(|threads| {
            let packed = Packed::new(bounded.clone());
            let explored = explore(&packed, &Bounds { threads, ..Bounds::default() }, &|_| {});
            (explored.states, explored.steps, explored.depth, explored.states_at_rest, packed.at_stake())
        });
        assert_eq!(explored[0], explored[1]);
        assert_eq!(explored[0], explored[2]);
    }
}

/// The worlds in which a bounded world comes to rest: told apart by what is stored and by what users did.
fn settled(bounded: &Bounded, canonical: &dyn Fn(World) -> World) -> BTreeSet<(String, usize)> {
    let mut known = std::collections::HashSet::new();
    let mut waiting = vec![canonical(bounded.world())];
    let mut settled = BTreeSet::new();
    while let Some(world) = waiting.pop() {
        if !known.insert(world.clone()) {
            continue;
        }
        let mut flow = Vec::new();
        world.progress(&bounded.setting, &mut flow);
        flow.retain(|action| *action != windlass_world::actors::Action::User);
        let pauses = world.processes.iter().flat_map(|process| process.timers.keys());
        let is_paused = pauses.into_iter().any(windlass_core::order::Timer::is_pause);
        if flow.is_empty() && !is_paused {
            let mut end = Plain(bounded.clone()).canonical(world.clone());
            end.processes.clear();
            settled.insert((format!("{:?}", end.api), end.steps_taken));
        }
        for action in actions(bounded, &world) {
            let mut next = world.clone();
            next.apply(&bounded.setting, &action, &mut Story::default());
            waiting.push(canonical(next));
        }
    }
    settled
}

#[test]
fn worlds_that_are_merged_come_to_the_same_ends() {
    // Versions count on for ever where nothing renames them: few writes, so that the space stays finite.
    for bounded in [bounded(&["x"], 1, CRASH), bounded(&["x"], 2, NO_FAULTS)] {
        let bounded = Bounded { resyncs: false, ..bounded };
        let reduced = settled(&bounded, &|world| Plain(bounded.clone()).canonical(world));
        let unreduced = settled(&bounded, &|world| world);
        assert_eq!(reduced, unreduced);
        assert!(!reduced.is_empty());
    }
}

#[test]
fn a_run_that_a_seed_draws_is_a_path_of_the_model() {
    let bounded = bounded(&["x", "y"], 2, EACH_ONCE);
    for seed in 0..40 {
        let scenario = Scenario { watch_backlog_max: Some(2), ..bounded.scenario.clone() };
        let scenario = Scenario { orders_in_flight_max: Some(4), ..scenario };
        let plan = Plan { seed: Some(seed), faults: Faults::ALL, is_traced: true, ..Plan::default() };
        let finished = run(&scenario, &plan);
        let unlimited = Budgets::each(9).with(FaultKind::Sweep, 200);
        // Every kind is listed here, as in a run.
        let mut wide = Bounded { budgets: unlimited, has_pods: true, ..bounded.clone() };
        wide.setting.empty_kinds.clear();
        let packed = Packed::new(wide.clone());
        let mut world = wide.world();
        let mut state = packed.pack(&world);
        for (_, action) in &finished.trace {
            world.apply(&wide.setting, action, &mut Story::default());
            let mut steps = Vec::new();
            packed.actions(&state, &mut steps);
            let next = packed.pack(&world);
            let found = steps.into_iter().filter_map(|step| packed.next_state(&state, step));
            let found: Vec<_> = found.filter(|it| it.is_same_world(&next)).collect();
            assert!(!found.is_empty(), "seed {seed}: the model has no step for {action:?}");
            state = next;
        }
        assert_eq!(packed.unpack(&state).api.iter().count(), finished.world.api.iter().count());
    }
}

#[test]
fn a_state_is_the_world_that_it_stands_for() {
    let packed = Packed::new(bounded(&["x"], 2, EACH_ONCE));
    let mut state = packed.init_states()[0];
    for nth in 0..200_usize {
        let world = packed.unpack(&state);
        assert!(packed.pack(&world).is_same_world(&state));
        let mut steps = Vec::new();
        packed.actions(&state, &mut steps);
        steps.retain(|step| packed.fairness(&state, step) != Fairness::Outside || nth % 7 == 0);
        let Some(step) = steps.get(nth.checked_rem(steps.len()).unwrap_or_default()) else { break };
        let mut after = world.clone();
        after.apply(&packed.bounded().setting, &packed.action(&state, step), &mut Story::default());
        let next = packed.next_state(&state, *step).expect("a step leads somewhere");
        assert!(packed.pack(&after).is_same_world(&next), "{:?}", packed.action(&state, step));
        state = next;
    }
}
