//! A small world with its bounds: what a model explores all of.

use std::collections::BTreeSet;

use windlass_core::ids::{Kind, ObjectKey};
use windlass_core::order::Timer;
use windlass_world::actors::{Action, Budgets, Setting, World};
use windlass_world::scenario::{Scenario, Start, Step};

/// A scenario, and how often what may go wrong.
#[derive(Clone, Debug)]
pub struct Bounded {
    /// What is stored at the start, and what users do.
    pub scenario: Scenario,
    /// Other starts, with the same steps of the users: all of them are explored in one model.
    pub starts: Vec<Vec<Start>>,
    /// What stays the same.
    pub setting: Setting,
    /// Live controllers.
    pub controllers: u8,
    /// Faults that may happen.
    pub budgets: Budgets,
    /// Whether the timer of the resync may fire.
    pub resyncs: bool,
    /// Whether there ever is a pod.
    pub has_pods: bool,
}

impl Bounded {
    /// That scenario with these bounds.
    #[must_use]
    pub fn new(scenario: Scenario, controllers: u8, budgets: Budgets, setting: Setting) -> Self {
        let kinds = kinds(&scenario);
        let empty_kinds = Kind::ALL.into_iter().filter(|kind| !kinds.contains(kind)).collect();
        let setting = Setting { steps: scenario.steps.clone(), empty_kinds, ..setting };
        let has_pods = kinds.contains(&Kind::Pod);
        let scenario = Scenario { enabled: setting.machines, ..scenario };
        Self { scenario, starts: Vec::new(), setting, controllers, budgets, resyncs: true, has_pods }
    }

    /// The same from each of these starts. Objects of the scenario itself stand for those of all kinds.
    #[must_use]
    pub fn from_each(mut self, starts: Vec<Vec<Start>>) -> Self {
        // What is expected of the scenario's own end is not expected of theirs.
        self.scenario.expectations.clear();
        Self { starts, ..self }
    }

    /// The same from one of the starts.
    #[must_use]
    pub fn from(&self, number: usize) -> Self {
        let start = self.starts.get(number).unwrap_or(&self.scenario.start).clone();
        let Self { scenario, starts: _, setting, controllers, budgets, resyncs, has_pods } = self;
        Self {
            scenario: Scenario { start, ..scenario.clone() },
            starts: Vec::new(),
            setting: setting.clone(),
            controllers: *controllers,
            budgets: *budgets,
            resyncs: *resyncs,
            has_pods: *has_pods,
        }
    }

    /// Whether `action` is within the bounds, with these faults left.
    #[must_use]
    pub fn allows(&self, left: &Budgets, action: &Action) -> bool {
        let is_resync = matches!(action, Action::Fire(_, Timer::Resync));
        left.allows(action) && (self.resyncs || !is_resync)
    }

    /// How many starts there are.
    #[must_use]
    pub fn starts_count(&self) -> usize {
        self.starts.len().max(1)
    }

    /// The world at its start.
    #[must_use]
    pub fn world(&self) -> World {
        let world = World::new(&self.scenario, &self.setting, self.controllers);
        World { budgets: self.budgets, ..world }
    }

    /// The objects that users change or delete after the start.
    #[must_use]
    pub fn touched(&self) -> BTreeSet<ObjectKey> {
        let keys = self.scenario.steps.iter().filter_map(|step| match step {
            Step::Edit { key, .. } | Step::Delete(key) => Some(key.clone()),
            Step::LoseNode(name) => Some(ObjectKey::Node(name.clone())),
            Step::Create { .. } | Step::RestartControllers | Step::WaitSettled | Step::WaitMs(_) => None,
        });
        keys.collect()
    }

    /// The objects that users create after the start.
    #[must_use]
    pub fn created(&self) -> BTreeSet<ObjectKey> {
        created(&self.scenario).collect()
    }
}

/// The kinds of which there ever is an object.
fn kinds(scenario: &Scenario) -> BTreeSet<Kind> {
    let start = scenario.start.iter().map(|start| start.record.key());
    start.chain(created(scenario)).map(|key| key.kind()).collect()
}

fn created(scenario: &Scenario) -> impl Iterator<Item = ObjectKey> {
    scenario.steps.iter().filter_map(|step| match step {
        Step::Create { record, .. } => Some(record.key()),
        Step::Edit { .. }
        | Step::Delete(_)
        | Step::RestartControllers
        | Step::LoseNode(_)
        | Step::WaitSettled
        | Step::WaitMs(_) => None,
    })
}
