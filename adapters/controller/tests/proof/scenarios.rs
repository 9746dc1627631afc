//! Every scenario on the real API server, with the real scheduler and the binary that ships, ends as in the world.

use std::path::{Path, PathBuf};
use std::time::Instant;

use windlass_core::controller::Enabled;
use windlass_core::order::Event;
use windlass_model_check::history::judge_rest;
use windlass_model_check::models::BINDER;
use windlass_world::actors::{ApiServer, Happening, Process, Story, World};
use windlass_world::run::{Limits, Plan, missed, plain, reference_tables, run, setting, tables, tables_text};
use windlass_world::scenario::{Scenario, read_scenario};

use crate::cluster::{Cluster, tell};
use crate::judge::{Unnamed, assert_sound};
use crate::real;

/// Scenarios that are not run here, and why. Those with a path are left out by themselves: it orders events
/// and faults that only the world can bring about.
const LEFT_OUT: [(&str, &str); 0] = [];

/// What has to have been possible to break without protection, or it proves nothing.
const AT_STAKE: [&str; 4] = ["shared/H1", "bind/S1", "bind/S3", "bind/D1"];

/// The same with it.
const AT_STAKE_PROTECTED: [&str; 9] = [
    "shared/H1",
    "bind/S1",
    "bind/S3",
    "bind/S4",
    "bind/S21",
    "bind/S23",
    "bind/C1",
    "protect/S11",
    "protect/S12",
];

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    read_scenario(&text, &path.display().to_string()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

#[test]
fn every_scenario_without_a_fault_ends_as_in_the_world() {
    let scenarios: Vec<Scenario> = files().iter().map(|it| read(it)).collect();
    for (name, reason) in LEFT_OUT {
        let scenario = scenarios.iter().find(|it| it.name == name);
        assert!(
            scenario.is_some_and(|it| it.path.is_empty()),
            "{name} need not be left out because {reason}"
        );
    }
    let only = std::env::var("WINDLASS_SCENARIO").ok();
    let is_run = |it: &&Scenario| {
        let is_left_out = LEFT_OUT.iter().any(|(name, _)| *name == it.name);
        it.path.is_empty() && !is_left_out && only.as_ref().is_none_or(|only| *only == it.name)
    };
    // What is protected goes another way: there, admission adds the finalizers, as the world's API server does.
    let is_protected = |it: &&Scenario| it.enabled.protect_claims || it.enabled.protect_volumes;
    let (protected, bare): (Vec<&Scenario>, Vec<&Scenario>) =
        scenarios.iter().filter(is_run).partition(is_protected);
    for (machines, scenarios) in [(BINDER, bare), (Enabled::ALL, protected)] {
        let Some(cluster) = Cluster::running(machines) else { return };
        all_end_alike(cluster, &scenarios, only.is_none());
    }
}

/// Runs these scenarios one after the other. What a few of them put at stake is no matter.
fn all_end_alike(mut cluster: Cluster, scenarios: &[&Scenario], are_all: bool) {
    cluster.control_plane.start_scheduler().unwrap();
    let (began, machines) = (Instant::now(), cluster.machines);
    let mut failures = Vec::new();
    for scenario in scenarios {
        cluster.machines = scenario.enabled;
        if let Err(failure) = end_alike(&mut cluster, scenario) {
            failures.push(format!("{}: {failure}", scenario.name));
        }
        cluster.kill_controllers();
        cluster.clear();
    }
    let count = scenarios.len();
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n"));
    let at_stake: &[&str] = match (are_all, machines == Enabled::ALL) {
        (false, _) => &[],
        (true, false) => &AT_STAKE,
        (true, true) => &AT_STAKE_PROTECTED,
    };
    cluster.machines = machines;
    let changes = assert_sound(&cluster, 0, Unnamed::User, at_stake).all;
    tell(&format!("{count} scenarios, {changes} changes judged,"), began);
}

/// Runs a scenario and compares its end.
fn end_alike(cluster: &mut Cluster, scenario: &Scenario) -> Result<(), String> {
    let arguments: Vec<String> =
        scenario.orders_in_flight_max.iter().map(|it| format!("--orders-in-flight={it}")).collect();
    let mut uids = real::begin(cluster, scenario)?;
    real::restart(cluster, scenario, &arguments);
    real::take_steps(cluster, scenario, &mut uids, &arguments);
    let reference = reference_tables(scenario);
    let mut last = None;
    let look = |stored: &ApiServer| -> Result<(), String> {
        let world = known_by_one(scenario, stored);
        if let Some(shortfall) = missed(&world, scenario).first() {
            return Err(shortfall.to_string());
        }
        let got = tables_text(&tables(&world), Limits::NONE, &plain);
        if let Some(reference) = reference.as_ref().filter(|it| **it != got) {
            return Err(format!("expected\n{reference}\ngot\n{got}"));
        }
        if let Some(breach) = judge_rest(stored, scenario.enabled).broken.first() {
            return Err(breach.to_string());
        }
        let is_still = last.replace(stored.clone()).as_ref() == Some(stored);
        if is_still { Ok(()) } else { Err("something has changed since the last look".to_owned()) }
    };
    cluster.try_wait_for(look)?;
    cluster.try_wait_for_events(&last_told(scenario))
}

/// What is stored, and a controller that knows it: it gives the reasons.
pub(crate) fn known_by_one(scenario: &Scenario, stored: &ApiServer) -> World {
    let setting = setting(scenario);
    let mut world = World::new(&Scenario::default(), &setting, 0);
    world.api = stored.clone();
    world.processes = vec![Process::start(&setting)];
    // Only what the watches show: what it would order is not carried out.
    while let Some(kind) =
        world.processes[0].informers.iter().find(|(_, it)| it.has_news()).map(|(kind, _)| *kind)
    {
        let World { api, processes, .. } = &mut world;
        processes[0].deliver(&setting, 0, kind, api, &mut Story::default());
    }
    world
}

/// What the world's controllers told last about each object that waits in the end, where that is why.
fn last_told(scenario: &Scenario) -> Vec<Event> {
    let finished = run(scenario, &Plan { is_told: true, ..Plan::default() });
    let mut told: Vec<Event> = Vec::new();
    for (_, happening) in &finished.happenings {
        if let Happening::Told { event, .. } = happening {
            told.retain(|it| it.object != event.object);
            told.push(event.clone());
        }
    }
    told.retain(|event| {
        // An earlier one may be of a moment that does not come here.
        finished.world.reason(&event.object).is_some_and(|reason| reason == event.message())
    });
    told
}

impl Cluster {
    /// Waits until `look` finds nothing wrong; else says what it found last.
    fn try_wait_for(&mut self, mut look: impl FnMut(&ApiServer) -> Result<(), String>) -> Result<(), String> {
        use windlass_cluster::wait::{Look, until};
        let mut seen = String::new();
        let waited = until("the end of the scenario", PATIENCE, || {
            let stored = self.stored()?;
            Ok(match look(&stored) {
                Ok(()) => Look::Holds(()),
                Err(what) => {
                    seen = what;
                    Look::NotYet(seen.clone())
                }
            })
        });
        self.assert_alive();
        waited.map_err(|_| seen)
    }

    /// Waits until users have been told these events.
    fn try_wait_for_events(&mut self, wanted: &[Event]) -> Result<(), String> {
        self.try_wait_for(|_| Ok(()))?;
        use windlass_cluster::wait::{Look, until};
        let waited = until("the events", PATIENCE, || {
            let told = self.told()?;
            let missing = wanted.iter().find(|event| {
                let name = event.object.to_string();
                !told.contains(&(name, event.reason.severity().to_owned(), event.reason.as_str().to_owned()))
            });
            Ok(match missing {
                None => Look::Holds(()),
                Some(event) => {
                    Look::NotYet(format!("{} {} among {told:?}", event.object, event.reason.as_str()))
                }
            })
        });
        waited.map_err(|error| error.to_string())
    }
}

/// How long one scenario may take until it has ended as it has to.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
