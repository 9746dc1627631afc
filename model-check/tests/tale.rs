//! Counterexamples as people read them.

use std::path::Path;

use windlass_core::ids::Kind;
use windlass_model_check::tale::{Counterexample, Lane, Tale};
use windlass_world::actors::{Action, Setting, Story, World};
use windlass_world::run::{End, Faults, Plan, choices, find, run, setting};
use windlass_world::scenario::{Scenario, Step, read_scenario, write_scenario};

/// Set this variable to a folder to have the pages written there.
const PAGES: &str = "WINDLASS_PAGES";

/// Steps after those of the scenario: a crash between two writes, and a request that outlives it.
const MORE: [&str; 11] = [
    "crash controller 1",
    "answer controller 0 about pv/only",
    "deliver PersistentVolume to controller 0",
    "deliver PersistentVolumeClaim to controller 0",
    "perform pv/only for controller 0",
    "answer controller 0 about pv/only",
    "deliver PersistentVolume to controller 1",
    "lose the request about pvc/default/second for controller 0",
    "answer controller 0 about pvc/default/second",
    "crash controller 0",
    "deliver PersistentVolumeClaim to controller 0",
];

/// The scenario of this name.
fn scenario(name: &str) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios");
    let path = folder.join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    read_scenario(&text, name).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

/// The actions of these names, one after the other.
fn actions(scenario: &Scenario, names: &[String]) -> Vec<Action> {
    let setting = setting(scenario);
    let mut world = World::new(scenario, &setting, scenario.controllers);
    let mut actions = Vec::new();
    for name in names {
        let action = find(&world, &setting, name).unwrap_or_else(|possible| panic!("{name}: {possible:#?}"));
        world.apply(&setting, &action, &mut Story::default());
        actions.push(action);
    }
    actions
}

/// The race, and what follows it, as if it had broken something.
fn race(more: &[&str], cycle_from: Option<usize>) -> Tale {
    let scenario = scenario("two-controllers-one-volume");
    let names: Vec<String> =
        scenario.path.iter().cloned().chain(more.iter().map(|it| (*it).to_owned())).collect();
    let actions = actions(&scenario, &names);
    Tale::new(&Counterexample {
        scenario: &scenario,
        setting: &setting(&scenario),
        controllers: scenario.controllers,
        actions: &actions,
        cycle_from,
        id: "bind/S1",
        says: "a volume serves at most one claim",
        what: "pv/only is reserved for <pvc/default/second>, and controller 1 thinks otherwise",
    })
}

#[test]
fn a_tale_is_told_in_words() {
    insta::assert_snapshot!("text", race(&MORE, None).text());
    let cycle = race(&[], Some(11)).text();
    assert!(cycle.contains("\n   ── from here on it repeats ──\n12. ✗ controller 0"), "{cycle}");
    assert!(cycle.contains("\nAnd so on from step 12, for ever.\nbind/S1: "), "{cycle}");
}

#[test]
fn a_tale_is_drawn() {
    insta::assert_snapshot!("mermaid", race(&[], Some(11)).mermaid());
    insta::assert_snapshot!("mermaid_broken", race(&[], None).mermaid());
}

#[test]
fn a_page_is_whole_and_takes_no_name_for_markup() {
    let long = race(&MORE, None).html();
    let cycle = race(&[], Some(11)).html();
    if let Some(folder) = std::env::var_os(PAGES) {
        let folder = Path::new(&folder);
        std::fs::write(folder.join("tale.html"), &long).unwrap();
        std::fs::write(folder.join("cycle.html"), &cycle).unwrap();
    }
    for page in [&long, &cycle] {
        assert!(page.contains("&lt;pvc/default/second&gt;"), "{page}");
        for loading in ["<pvc", "http://", "https://", "src=", "<link", "@import", "url("] {
            assert!(!page.contains(loading), "{loading}");
        }
    }
    assert_eq!(long.matches("class=\"state\"").count(), 25);
    assert!(cycle.contains("back to step 12"));
}

#[test]
fn a_tale_becomes_a_scenario_that_takes_the_same_steps() {
    let tale = race(&MORE, None);
    let text = write_scenario(tale.scenario());
    let read = read_scenario(&text, "f").unwrap_or_else(|problems| panic!("{}", problems[0]));
    assert_eq!(&read, tale.scenario());
    assert_eq!(read.name, "two-controllers-one-volume-bind-s1");
    let finished = run(&read, &Plan { is_traced: true, ..Plan::default() });
    assert_eq!((&finished.end, finished.shortfalls(&read)), (&End::Settled, vec![]));
    let taken: Vec<Action> = finished.trace.iter().map(|(_, action)| action.clone()).collect();
    assert_eq!(taken[..read.path.len()], actions(&read, &read.path));
}

/// Runs by seed meet every kind of action: fault, orphan, timer, scheduler.
#[test]
fn every_run_by_a_seed_can_be_told() {
    let scenario = scenario("local-volumes-two-claims");
    let mut lanes = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let plan = Plan { seed: Some(seed), faults: Faults::ALL, is_traced: true, ..Plan::default() };
        let finished = run(&scenario, &plan);
        let actions: Vec<Action> = finished.trace.iter().map(|(_, action)| action.clone()).collect();
        let tale = Tale::new(&Counterexample {
            scenario: &scenario,
            setting: &setting(&scenario),
            controllers: 2,
            actions: &actions,
            cycle_from: None,
            id: "",
            says: "",
            what: "",
        });
        assert!(tale.steps.iter().all(|step| !step.words.is_empty() && !step.words.contains("controller-")));
        assert_eq!(tale.text().lines().filter(|line| line.contains(". ")).count(), actions.len(), "{seed}");
        assert!(tale.mermaid().lines().count() > actions.len());
        assert_eq!(tale.html().matches("class=\"state\"").count(), actions.len());
        lanes.extend(tale.lanes);
    }
    let all = [Lane::Users, Lane::Scheduler, Lane::ApiServer, Lane::Watches, Lane::Controller(0)];
    assert_eq!(
        lanes,
        all.into_iter().chain([Lane::Controller(1)]).skip(1).collect(),
        "without steps, no users"
    );
}

/// A setting that spares steps changes which ones there are, and the scenario makes up for it.
#[test]
fn a_setting_that_spares_steps_is_written_out() {
    let scenario = Scenario { steps: vec![Step::RestartControllers], ..scenario("two-claims-one-volume") };
    let empty_kinds = vec![Kind::Class, Kind::Node, Kind::Pod];
    let spared = Setting { empty_kinds, watch_backlog_max: 2, ..setting(&scenario) };
    for seed in 0..30 {
        let mut world = World::new(&scenario, &spared, 2);
        let mut drawn = Vec::new();
        for step in 1..120 {
            let choices = choices(&world, &spared);
            // Any choice will do, as long as it is not the same one for long.
            let at = (seed * 31 + step * step * 7) % choices.len();
            world.apply(&spared, &choices[at].1, &mut Story::default());
            drawn.push(choices[at].1.clone());
        }
        let tale = Tale::new(&Counterexample {
            scenario: &scenario,
            setting: &spared,
            controllers: 2,
            actions: &drawn,
            cycle_from: None,
            id: "bind/S1",
            says: "",
            what: "",
        });
        assert_eq!(tale.scenario().watch_backlog_max, Some(2));
        let whole = setting(tale.scenario());
        let mut repeated = World::new(tale.scenario(), &whole, 2);
        for action in actions(tale.scenario(), &tale.scenario().path) {
            repeated.apply(&whole, &action, &mut Story::default());
        }
        assert_eq!(repeated.api, world.api, "seed {seed}");
    }
}
