//! The steps that a part of the world can take, and what they are to fairness.

use std::sync::Arc;

use windlass_core::ids::ObjectKey;
use windlass_core::order::{Order, Timer};
use windlass_fixtures::scenario::{Scenario, Step};
use windlass_fixtures::world::{Action, ApiServer, Process, Setting};

use super::parts::{Part, Table};
use super::tables::{Others, Watch};
use crate::engine::Fairness;

/// A step that a part can take.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// The action, of the first process if it is one's; its versions are those of the part.
    pub(super) action: Action,
    /// The order that it is about, its ranks being places among those of the part.
    pub(super) order: Option<Part>,
    pub(super) fairness: Fairness,
}

/// What each action is to fairness.
///
/// A class is a kind of step about one object. Controllers share classes: they are sorted in each state, so
/// that a place is not one controller's for good. Classes that are shared ask less of an execution to be
/// fair, so that more executions have to converge.
pub(super) struct Classes {
    keys: Vec<ObjectKey>,
}

/// The classes of deliveries are the first ones, by kind.
const DELIVERIES: usize = 5;
/// What a class about one object is for: a request, an answer, the end of a pause, the scheduler.
const SORTS: usize = 4;

impl Classes {
    /// The classes for all objects that `scenario` speaks of.
    pub(super) fn new(scenario: &Scenario) -> Self {
        let start = scenario.start.iter().map(|start| start.record.key());
        let created = scenario.steps.iter().filter_map(|step| match step {
            Step::Create { record, .. } => Some(record.key()),
            Step::Edit { .. }
            | Step::Delete(_)
            | Step::RestartControllers
            | Step::LoseNode(_)
            | Step::WaitSettled
            | Step::WaitMs(_) => None,
        });
        let mut keys: Vec<ObjectKey> = start.chain(created).collect();
        keys.sort();
        keys.dedup();
        Self { keys }
    }

    fn class(&self, sort: usize, key: &ObjectKey) -> Fairness {
        // An object that no one creates may still be named: it stands behind the last.
        let at = self.keys.binary_search(key).unwrap_or(self.keys.len());
        let class = DELIVERIES + 1 + at * SORTS + sort;
        Fairness::Class(u8::try_from(class).unwrap_or(u8::MAX))
    }

    /// What `action` is to fairness.
    pub(super) fn of(&self, action: &Action) -> Fairness {
        match action {
            Action::Deliver(_, kind) => {
                let place = windlass_core::ids::Kind::ALL.iter().position(|it| it == kind);
                Fairness::Class(u8::try_from(place.unwrap_or_default()).unwrap_or_default())
            }
            Action::Land(_) | Action::Vanish(_) => {
                Fairness::Class(u8::try_from(DELIVERIES).unwrap_or_default())
            }
            Action::Perform(_, order) => self.class(0, &order.key()),
            Action::Answer(_, order) => self.class(1, &order.key()),
            Action::Fire(_, Timer::Retry(key)) => self.class(2, key),
            Action::Schedule(pod, _) => self.class(3, &ObjectKey::Pod(pod.clone())),
            // Nothing may rest on these: faults, users, and the safety net.
            Action::Relist(..)
            | Action::Disturb(..)
            | Action::Crash(_)
            | Action::CrashScheduler
            | Action::User
            | Action::Fire(_, Timer::Sweep | Timer::Resync) => Fairness::Outside,
        }
    }
}

/// The steps of a watch.
pub(super) fn watch_moves(watch: &Watch, classes: &Classes, orders: &Table<Order, ()>) -> Vec<Move> {
    let mut process = Process::start(&Setting::default());
    process.informers = [(watch.kind, watch.informer.clone())].into();
    let mut actions = Vec::new();
    process.flow(0, &mut actions);
    process.faults(0, &mut actions);
    actions.retain(|action| matches!(action, Action::Deliver(..) | Action::Relist(..)));
    actions.into_iter().map(|action| of(action, classes, orders)).collect()
}

/// The steps of a process without its watches, faults and timers among them.
pub(super) fn process_moves(process: &Process, classes: &Classes, orders: &Table<Order, ()>) -> Vec<Move> {
    let mut actions = Vec::new();
    process.flow(0, &mut actions);
    process.faults(0, &mut actions);
    process.timers(0, &mut actions);
    actions.into_iter().map(|action| of(action, classes, orders)).collect()
}

/// The steps of what is beside the API server, as far as they are its own.
pub(super) fn other_moves(
    others: &Others,
    api: &ApiServer,
    classes: &Classes,
    orders: &Table<Order, ()>,
) -> Arc<[Move]> {
    let mut actions = Vec::new();
    for order in &others.orphans {
        actions.extend([Action::Land(order.clone()), Action::Vanish(order.clone())]);
    }
    let moves = others.scheduler.moves(api);
    actions.extend(moves.map(|(pod, next)| Action::Schedule(pod, next)));
    if others.scheduler.has_plans() {
        actions.push(Action::CrashScheduler);
    }
    actions.into_iter().map(|action| of(action, classes, orders)).collect()
}

fn of(action: Action, classes: &Classes, orders: &Table<Order, ()>) -> Move {
    let order = action.order().map(|order| orders.keep(order.clone(), |_| ()));
    let fairness = classes.of(&action);
    Move { action, order, fairness }
}

/// Makes of an action of the first process one of the process at `place`, and renames its versions.
pub(super) fn readdress(action: &mut Action, place: u8, mut rename: impl FnMut(&mut Order)) {
    match action {
        Action::Deliver(process, _)
        | Action::Relist(process, _)
        | Action::Crash(process)
        | Action::Fire(process, _) => *process = place,
        Action::Perform(process, order)
        | Action::Disturb(process, order, _)
        | Action::Answer(process, order) => {
            *process = place;
            rename(order);
        }
        Action::Land(order) | Action::Vanish(order) => rename(order),
        Action::User | Action::Schedule(..) | Action::CrashScheduler => {}
    }
}
