//! The steps that a part of the world can take, what they cost, and what they are to fairness.

use std::sync::OnceLock;

use windlass_core::order::{Order, Timer};
use windlass_world::actors::{Action, ApiServer, Fault, FaultKind, Process, Setting};

use super::classes::Classes;
use super::parts::{Answers, Part, Table};
use super::tables::{Alone, Others, Pair, Watch};
use crate::engine::Fairness;

/// The steps that a part can take.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// What decides whether a state has each of them: this is read for every state.
    pub(super) briefs: Box<[Brief]>,
    moves: Box<[Move]>,
}

/// The outside of a move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brief {
    /// The budget that it is paid from, if it is a fault.
    pub(super) fault: Option<FaultKind>,
    pub(super) fairness: Fairness,
}

/// A step that a part can take. What is read when it is taken once more fits one line of a cache.
#[derive(Debug)]
pub(super) struct Move {
    /// The action, of the first process if it is one's; its versions are those of the part.
    pub(super) action: Box<Action>,
    /// What kind of step it is to the parts that take it.
    pub(super) way: Way,
    /// The order that it is about, its ranks being places among those of the part.
    pub(super) order: Option<Part>,
    /// What becomes of the part, once somebody has asked, where the step is its own.
    pub(super) alone: OnceLock<Alone>,
    /// What becomes of a core that is sent an answer.
    pub(super) answered: Answers<Pair, Part>,
}

/// Which parts take part in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Only the part whose move it is.
    Alone,
    /// The API server, and then the part by itself, which learns nothing of what was written.
    WriteUnheard,
    /// The API server, and the core to which it answers.
    Write,
    /// The API server, and the scheduler.
    Schedule,
    /// A core, and the requests that outlive it.
    Crash,
    /// A watch, and the core that it shows a change.
    Show,
    /// A watch or a process that looks at all that is stored.
    Look,
}

impl Moves {
    /// The move of that number.
    ///
    /// # Panics
    ///
    /// When there is none: a step is one of those that the state has.
    pub(super) fn get(&self, nth: u16) -> &Move {
        self.moves.get(usize::from(nth)).expect("a step is one of those that the state has")
    }

    /// The fault that the move of that number is, if it is one.
    pub(super) fn fault(&self, nth: u16) -> Option<FaultKind> {
        self.briefs.get(usize::from(nth)).expect("a step is one of those that the state has").fault
    }
}

impl FromIterator<(Brief, Move)> for Moves {
    fn from_iter<I: IntoIterator<Item = (Brief, Move)>>(moves: I) -> Self {
        let (briefs, moves): (Vec<Brief>, Vec<Move>) = moves.into_iter().unzip();
        Self { briefs: briefs.into(), moves: moves.into() }
    }
}

/// The steps of a watch.
pub(super) fn watch_moves(watch: &Watch, classes: &Classes, orders: &Table<Order, ()>) -> Moves {
    let mut process = Process::start(&Setting::default());
    process.informers = [(watch.kind, watch.informer.clone())].into();
    let mut actions = Vec::new();
    process.flow(0, &mut actions);
    process.faults(0, &mut actions);
    actions.retain(|action| matches!(action, Action::Deliver(..) | Action::Relist(..)));
    let shows = watch.informer.next_shown().is_some();
    actions.into_iter().map(|action| of(action, shows, classes, orders)).collect()
}

/// The steps of a process without its watches, faults and timers among them; with `resyncs`, that of the
/// resync too.
pub(super) fn process_moves(
    process: &Process,
    resyncs: bool,
    classes: &Classes,
    orders: &Table<Order, ()>,
) -> Moves {
    let mut actions = Vec::new();
    process.flow(0, &mut actions);
    process.faults(0, &mut actions);
    process.timers(0, &mut actions);
    actions.retain(|action| resyncs || !matches!(action, Action::Fire(_, Timer::Resync)));
    actions.into_iter().map(|action| of(action, false, classes, orders)).collect()
}

/// The steps of what is beside the API server, as far as they are its own.
pub(super) fn own_moves(
    others: &Others,
    classes: &Classes,
    orders: &Table<Order, ()>,
) -> impl Iterator<Item = (Brief, Move)> {
    let mut actions = Vec::new();
    for order in &others.orphans {
        actions.extend([Action::Land(order.clone()), Action::Vanish(order.clone())]);
    }
    if others.scheduler.has_plans() {
        actions.push(Action::CrashScheduler);
    }
    actions.into_iter().map(|action| of(action, false, classes, orders))
}

/// The steps of the scheduler.
pub(super) fn scheduler_moves(
    others: &Others,
    api: &ApiServer,
    classes: &Classes,
    orders: &Table<Order, ()>,
) -> impl Iterator<Item = (Brief, Move)> {
    let moves = others.scheduler.moves(api);
    moves.map(|(pod, next)| of(Action::Schedule(pod, next), false, classes, orders))
}

/// The move of an action; of a watch that `shows` a change next, or not.
fn of(action: Action, shows: bool, classes: &Classes, orders: &Table<Order, ()>) -> (Brief, Move) {
    let order = action.order().map(|order| orders.keep(order.clone(), |_| ()));
    let way = match &action {
        Action::Deliver(..) if shows => Way::Show,
        Action::Deliver(..) | Action::Relist(..) => Way::Look,
        Action::Perform(..) => Way::Write,
        Action::Disturb(_, _, Fault::AnswerLost) | Action::Land(_) => Way::WriteUnheard,
        Action::Schedule(..) => Way::Schedule,
        Action::Crash(_) => Way::Crash,
        Action::Answer(..)
        | Action::Fire(..)
        | Action::Disturb(..)
        | Action::Vanish(_)
        | Action::CrashScheduler
        | Action::User => Way::Alone,
    };
    let brief = Brief { fault: FaultKind::of(&action), fairness: classes.of(&action) };
    (
        brief,
        Move { action: Box::new(action), way, order, alone: OnceLock::new(), answered: Answers::default() },
    )
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
