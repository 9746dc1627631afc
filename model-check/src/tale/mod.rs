//! A counterexample as people read it: step by step, with what changed and what each controller believed.
//!
//! Pipeline: `engine` → **`tale`** → text, a Mermaid diagram, a page, a scenario that repeats it.
//!
//! Guarantees: a tale depends on its counterexample alone, to the byte; its scenario takes the same steps.

mod belief;
mod change;
mod html;
mod lane;
mod mermaid;
mod text;
mod words;

use std::collections::BTreeSet;

use windlass_core::ids::ObjectKey;
use windlass_world::actors::{Action, Happening, Setting, Story, World};
use windlass_world::record::Record;
use windlass_world::run::{choices, name_of};
use windlass_world::scenario::Scenario;

pub use belief::{Belief, Standing};
pub use change::{Change, Line};
pub use lane::Lane;
pub use words::Wrong;

/// Objects that a tale shows although no step touches them: a cluster of so few is shown whole.
const OBJECTS_SHOWN_MIN: usize = 4;

/// Steps that break a property.
#[derive(Clone, Copy, Debug)]
pub struct Counterexample<'a> {
    /// The cluster at the start, and what users do.
    pub scenario: &'a Scenario,
    /// What stays the same.
    pub setting: &'a Setting,
    /// Controllers that are live.
    pub controllers: u8,
    /// The steps.
    pub actions: &'a [Action],
    /// The step, counted from 0, at which a cycle begins: after the last one it goes on there, for ever.
    pub cycle_from: Option<usize>,
    /// Id of the property, such as `bind/S1`.
    pub id: &'a str,
    /// What the property says.
    pub says: &'a str,
    /// What broke it, in words.
    pub what: &'a str,
}

/// A counterexample, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tale {
    /// The property: its id and what it says.
    pub property: String,
    /// What broke it, in words.
    pub what: String,
    /// The lanes of all who take part, in order.
    pub lanes: Vec<Lane>,
    /// The steps.
    pub steps: Vec<TaleStep>,
    /// The step, counted from 0, at which a cycle begins.
    pub cycle_from: Option<usize>,
    scenario: Scenario,
}

/// One step of a tale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaleStep {
    /// Its number, from 1.
    pub number: usize,
    /// Its name, as a path of a scenario has it.
    pub name: String,
    /// Who acts.
    pub from: Lane,
    /// Whom it reaches, if that is another.
    pub to: Option<Lane>,
    /// What it does, in words.
    pub words: String,
    /// What came of it: who, and what, in words.
    pub consequences: Vec<(String, String)>,
    /// What goes wrong in it, if anything does.
    pub wrong: Option<Wrong>,
    /// The controllers that start again in it.
    pub restarted: Vec<u8>,
    /// What changed in the API server.
    pub changes: Vec<Change>,
    /// What controllers know after it of the objects that the tale touches.
    pub beliefs: Vec<Belief>,
    /// These objects after it, as fields and values; those that are stored.
    pub objects: Vec<(ObjectKey, Vec<(String, String)>)>,
}

impl TaleStep {
    /// Who acts, and whom it reaches: `watches → controller 0`.
    #[must_use]
    pub fn ends(&self) -> String {
        match self.to {
            Some(to) => format!("{} → {to}", self.from),
            None => self.from.to_string(),
        }
    }
}

impl Tale {
    /// Takes the steps of a counterexample once more, and notes what comes of them.
    ///
    /// An action that is not possible to the letter, because it was found in a world that counts its versions
    /// otherwise, stands for the one of the same name.
    #[must_use]
    pub fn new(counterexample: &Counterexample<'_>) -> Self {
        let Counterexample { scenario, setting, controllers, actions, cycle_from, id, says, what } =
            *counterexample;
        let mut world = World::new(scenario, setting, controllers);
        let mut steps = Vec::new();
        let mut touched = BTreeSet::new();
        for (number, action) in (1..).zip(actions) {
            let (action, name) = possible(&world, setting, action);
            touched.extend(
                action.order().into_iter().flat_map(|it| [it.key.object().cloned(), it.also_locks()]),
            );
            let step = take(&mut world, setting, &action, number, name);
            touched.extend(step.changes.iter().map(|change| Some(change.object.clone())));
            steps.push(step);
        }
        let touched: BTreeSet<ObjectKey> = touched.into_iter().flatten().collect();
        for step in &mut steps {
            if step.beliefs.len() > OBJECTS_SHOWN_MIN {
                step.beliefs.retain(|belief| touched.contains(&belief.object));
                step.objects.retain(|(object, _)| touched.contains(object));
            }
        }
        Self {
            property: format!("{id}: {says}"),
            what: what.to_owned(),
            lanes: lanes(&steps, controllers),
            cycle_from: cycle_from.filter(|from| *from < steps.len()),
            scenario: repeating(counterexample, &steps),
            steps,
        }
    }

    /// The scenario that takes these steps. [`windlass_world::scenario::write_scenario`] makes of it the
    /// file that `windlass simulate` runs, and a regression test.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Whether the step of this number, from 1, is the one that breaks the property. A cycle has none: it is
    /// broken by all of its steps together.
    #[must_use]
    pub fn is_broken_at(&self, number: usize) -> bool {
        self.cycle_from.is_none() && number == self.steps.len()
    }
}

/// The action itself, if it is possible, else the one of the same name; with its name.
fn possible(world: &World, setting: &Setting, action: &Action) -> (Action, String) {
    let alone = name_of(world, setting, action);
    let choices = choices(world, setting);
    let same = choices.iter().find(|(_, it)| it == action);
    let alike = || choices.iter().find(|(name, _)| *name == alone);
    match same.or_else(alike) {
        Some((name, found)) => (found.clone(), name.clone()),
        None => (action.clone(), alone),
    }
}

/// Takes one step.
fn take(world: &mut World, setting: &Setting, action: &Action, number: usize, name: String) -> TaleStep {
    let before = world.clone();
    let mut story = Story::told();
    world.apply(setting, action, &mut story);
    let (from, to) = lane::ends(action);
    let stored = world.api.iter().map(|record: &Record| (record.key(), change::fields(record)));
    TaleStep {
        number,
        name,
        from,
        to,
        words: words::words(&before, action, &story.happenings),
        consequences: words::consequences(action, &story.happenings),
        wrong: words::fault(action),
        restarted: story.happenings.iter().filter_map(restarted).collect(),
        changes: change::changes(&before.api, &world.api),
        beliefs: belief::beliefs(world),
        objects: stored.collect(),
    }
}

/// The controller that starts again.
fn restarted(happening: &Happening) -> Option<u8> {
    match happening {
        Happening::Crashed { process } => Some(*process),
        Happening::Asked { .. }
        | Happening::Performed { .. }
        | Happening::Faulted { .. }
        | Happening::Told { .. }
        | Happening::Relisted { .. }
        | Happening::Landed { .. }
        | Happening::Fired { .. }
        | Happening::User { .. }
        | Happening::Placed { .. }
        | Happening::SchedulerWrote { .. }
        | Happening::PodBound { .. }
        | Happening::GaveUp { .. }
        | Happening::SchedulerCrashed => None,
    }
}

/// All who take part: the controllers and the API server always do.
fn lanes(steps: &[TaleStep], controllers: u8) -> Vec<Lane> {
    let acting = steps.iter().flat_map(|step| [Some(step.from), step.to]).flatten();
    let always = (0..controllers).map(Lane::Controller).chain([Lane::ApiServer]);
    let lanes: BTreeSet<Lane> = acting.chain(always).collect();
    lanes.into_iter().collect()
}

/// The scenario of a counterexample, with its path.
fn repeating(counterexample: &Counterexample<'_>, steps: &[TaleStep]) -> Scenario {
    let Counterexample { scenario, setting, controllers, id, says, what, .. } = *counterexample;
    let suffix = id.to_lowercase().replace('/', "-");
    let parts = [scenario.name.as_str(), &suffix];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Scenario {
        name: parts.join("-"),
        shows: format!("Steps that once broke {id}: {says}: {what}"),
        controllers,
        orders_in_flight_max: Some(setting.orders_in_flight_max),
        watch_backlog_max: Some(setting.watch_backlog_max),
        path: path(setting, controllers, steps),
        ..scenario.clone()
    }
}

/// The names of the steps. Where the setting has processes start with the first lists of empty kinds shown,
/// a scenario shows them step by step: after each start of a process, before all else.
fn path(setting: &Setting, controllers: u8, steps: &[TaleStep]) -> Vec<String> {
    let lists = |controller: u8| {
        let kinds = setting.empty_kinds.iter();
        kinds.map(move |kind| format!("deliver {} to controller {controller}", kind.name()))
    };
    let mut path: Vec<String> = (0..controllers).flat_map(lists).collect();
    for step in steps {
        path.push(step.name.clone());
        path.extend(step.restarted.iter().copied().flat_map(lists));
    }
    path
}
