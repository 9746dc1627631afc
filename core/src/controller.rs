//! The machines of `windlass-controller`, put together: routes inputs, lets each machine decide, sends the orders.
//!
//! Pipeline: `Input` → **`controller`** → `observed::Store` → machines → `in_flight` → `Effect`.
//!
//! Guarantees: the same inputs in the same order give the same effects in the same order, whatever
//! the machine it runs on; nothing is decided before the first lists are complete; a step makes a bounded number of
//! decisions; machines take turns.

mod machines;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::bind;
use crate::ids::{Kind, ObjectKey, Version};
use crate::in_flight::{self, InFlight, Outcome, Pause, Standing};
use crate::limits::{DECISIONS_A_STEP_MAX, ORDERS_IN_FLIGHT_MAX, RESYNC_MS};
use crate::machine::{Answered, Decision, Machine, View};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Change, Object, Source, Store};
use crate::operation::{Lane, OperationKey};
use crate::order::{Answer, Effect, Guard, Input, Order, Payload, Refusal, Timer};
use crate::protect;
use crate::table::Table;
use crate::versions::Versioned;
use crate::why::Why;
use machines::Machines;

pub use machines::Enabled;

/// The tables of all machines.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    bind::TABLES.into_iter().chain(in_flight::TABLES).chain(protect::TABLES)
}

/// The whole state of one controller process.
///
/// All of it is a cache of the API server: dropping it and observing everything again leads to the
/// same end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Controller {
    store: Store,
    in_flight: InFlight,
    machines: Machines,
    /// Whether the first lists of all kinds are complete.
    synced: bool,
    /// How far a resync has come that is going on: the kind, and the last key that was woken.
    resync: Option<(Kind, Option<ObjectKey>)>,
    /// Whether `Timer::Continue` is armed.
    continues: bool,
    /// Time between two resyncs, in milliseconds.
    resync_ms: u32,
}

/// What is kept of a controller: indexes are made anew.
#[derive(Deserialize)]
struct Kept {
    store: Store,
    in_flight: InFlight,
    machines: Machines,
    synced: bool,
    resync: Option<(Kind, Option<ObjectKey>)>,
    continues: bool,
    resync_ms: u32,
}

impl From<Kept> for Controller {
    fn from(kept: Kept) -> Self {
        let Kept { store, in_flight, mut machines, synced, resync, continues, resync_ms } = kept;
        if let Some(bind) = &mut machines.bind {
            bind.index(View { store: &store, in_flight: &in_flight });
        }
        Self { store, in_flight, machines, synced, resync, continues, resync_ms }
    }
}

impl Default for Controller {
    fn default() -> Self {
        Self::new(Enabled::ALL, ORDERS_IN_FLIGHT_MAX)
    }
}

impl Controller {
    /// A process that has seen nothing, with these machines, and with at most that many orders for the API server out
    /// at once.
    #[must_use]
    pub fn new(enabled: Enabled, orders_in_flight_max: u16) -> Self {
        Self {
            store: Store::default(),
            in_flight: InFlight::new(orders_in_flight_max),
            machines: Machines::new(enabled),
            synced: false,
            resync: None,
            continues: false,
            resync_ms: RESYNC_MS,
        }
    }

    /// The same, with that many milliseconds between two resyncs instead of [`RESYNC_MS`].
    #[must_use]
    pub fn resyncing_every(self, resync_ms: u32) -> Self {
        Self { resync_ms, ..self }
    }

    /// Takes in one input to its end and adds what has to be done to `effects`.
    pub fn step(&mut self, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Observed(object) => self.observe(&object, Source::Watch, effects),
            Input::Gone(key, version) => {
                let change = self.store.forget(&key, version);
                self.take_in(&key, &change, effects);
            }
            Input::Reached(kind, version) => {
                for key in self.store.reach(kind, version) {
                    let change = self.store.disprove(&key);
                    self.take_in(&key, &change, effects);
                }
            }
            Input::Synced => {
                self.synced = true;
                self.store.pack();
                self.begin_resync(effects);
            }
            Input::Answered(order, answer) => self.answered(&order, &answer, effects),
            Input::TimerFired(timer) => self.fired(&timer, effects),
        }
        if self.synced {
            self.decide(effects);
        }
    }

    /// What is observed.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The machines that run.
    #[must_use]
    pub fn enabled(&self) -> Enabled {
        self.machines.enabled()
    }

    /// The kinds that it observes.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        self.enabled().kinds()
    }

    /// Whether the first lists of all kinds are complete, so that things are decided.
    #[must_use]
    pub const fn is_synced(&self) -> bool {
        self.synced
    }

    /// How many orders are out.
    #[must_use]
    pub fn orders_out(&self) -> u16 {
        self.in_flight.out()
    }

    /// The queues of the machines, by the names that upstream has for its own, with how many keys wait for their turn
    /// to be decided about: there is no room for orders.
    pub fn queues(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.machines.all().flat_map(Machine::queues)
    }

    /// What an object waits for by itself; none if nothing is to be done, and what is under way left out.
    #[must_use]
    pub fn why(&self, key: &ObjectKey) -> Option<Why> {
        self.machines.all().find_map(|it| it.reason(key, self.view()))
    }

    /// The orders whose answers are waited for, by the key that each is about. One that was given up is not
    /// among them, though its answer may come yet.
    pub fn awaited(&self) -> impl Iterator<Item = (&OperationKey, &Order)> {
        self.in_flight.awaited()
    }

    /// What an operation on an object waits for.
    #[must_use]
    pub fn standing(&self, key: &ObjectKey) -> Standing<'_> {
        self.in_flight.standing_of(key)
    }

    /// Whether no operation is under way or pauses.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_idle()
    }

    /// Why nothing is done about `key` at this moment, in words; none if nothing is to be done.
    #[must_use]
    pub fn reason(&self, key: &ObjectKey) -> Option<String> {
        match self.standing(key) {
            Standing::Out(order, because) => {
                Some(format!("waits for the answer to: {order}, because {because}"))
            }
            Standing::Paused(Pause::Busy) => Some("pauses: the API server is busy".to_string()),
            Standing::Paused(Pause::Refused) => {
                Some("pauses: the API server refused the last write".to_string())
            }
            Standing::Paused(Pause::Moved) => Some("waits for the newer state of the object".to_string()),
            Standing::Paused(Pause::InDoubt) => {
                Some("waits to see whether the last write took effect".to_string())
            }
            Standing::LockedBy(other) => Some(format!("waits for what is done to {other}")),
            Standing::Free => {
                let view = self.view();
                let found = self.machines.all().find_map(|it| it.reason(key, view).map(|why| (it, why)));
                found.map(|(machine, why)| format!("{why}{}", machine.details(key, &why, view)))
            }
        }
    }

    /// Returns the first broken invariant in words.
    ///
    /// # Errors
    ///
    /// When the state contradicts itself. It costs time in proportion to everything observed.
    pub fn check(&self) -> Result<(), String> {
        let Self { store, in_flight, machines, synced: _, resync: _, continues: _, resync_ms: _ } = self;
        if !store.check() {
            return Err("O1: an index does not follow the objects".to_string());
        }
        in_flight.check()?;
        // While it has more to decide than one step may, the books of the machines are open.
        match self.continues {
            true => Ok(()),
            false => machines.all().try_for_each(|it| it.check(self.view())),
        }
    }

    const fn view(&self) -> View<'_> {
        View { store: &self.store, in_flight: &self.in_flight }
    }

    fn observe(&mut self, object: &Object, source: Source, effects: &mut Vec<Effect>) {
        let change = self.store.observe(object, source);
        // Most of what a watch shows is what an answer has shown before.
        if change != Change::Nothing {
            self.take_in(&object.key(), &change, effects);
        }
    }

    fn take_in(&mut self, key: &ObjectKey, change: &Change, effects: &mut Vec<Effect>) {
        let is_gone = match change {
            Change::Nothing => return,
            Change::Refreshed => false,
            Change::Changed { before: _, after } => after.is_none(),
        };
        let freed = self.in_flight.observed(key, is_gone, effects);
        self.free(&freed);
        if matches!(change, Change::Changed { .. }) {
            let view = View { store: &self.store, in_flight: &self.in_flight };
            self.machines.all_mut().for_each(|it| it.changed(change, view));
        }
    }

    fn answered(&mut self, order: &Order, answer: &Answer, effects: &mut Vec<Effect>) {
        in_flight::look(order, answer);
        let because = match self.in_flight.standing(&order.key) {
            Standing::Out(sent, because) if sent == order => Some(because.clone()),
            Standing::Out(..) | Standing::Paused(_) | Standing::LockedBy(_) | Standing::Free => None,
        };
        match answer {
            Answer::Done(Payload::Object(object)) => self.observe(object, Source::Answer, effects),
            Answer::Done(Payload::List(objects)) => {
                objects.iter().for_each(|it| self.observe(it, Source::Answer, effects));
            }
            Answer::Conflict
            | Answer::Missing
            | Answer::TryLater { .. }
            | Answer::Refused(_)
            | Answer::Unknown => {}
        }
        // Nobody asks what else is known of an object that was written as ordered.
        let known = match (answer, order.key.object()) {
            (Answer::Done(_), _) | (_, None) => None,
            (
                Answer::Conflict
                | Answer::Missing
                | Answer::TryLater { .. }
                | Answer::Refused(_)
                | Answer::Unknown,
                Some(key),
            ) => self.store.version(key),
        };
        // The very state that the order was decided on does not exist any more.
        let is_of_known = order.version() == known || is_planted(Mutant::MissingDisprovesNewer);
        if *answer == Answer::Missing
            && order.version().is_some()
            && is_of_known
            && let Some(key) = order.key.object()
        {
            let change = self.store.disprove(key);
            self.take_in(key, &change, effects);
        }
        let view = View { store: &self.store, in_flight: &self.in_flight };
        let answered = Answered { order, because: because.as_ref(), answer };
        self.machines.all_mut().for_each(|it| it.answered(answered, view, effects));
        let freed = self.in_flight.settle(order, outcome(order, answer), known, effects);
        self.free(&freed);
    }

    fn fired(&mut self, timer: &Timer, effects: &mut Vec<Effect>) {
        match timer {
            Timer::Resync => self.begin_resync(effects),
            Timer::Sweep => self.in_flight.sweep(effects),
            Timer::Continue => self.continues = false,
            Timer::Retry(key, operation) => {
                let freed = self.in_flight.retry(key, *operation, effects);
                self.free(&freed);
            }
            Timer::Announce => self.machines.all_mut().for_each(|it| it.fired(timer)),
        }
    }

    /// Tells the machines that nothing is under way for these keys any more.
    fn free(&mut self, freed: &[OperationKey]) {
        let view = View { store: &self.store, in_flight: &self.in_flight };
        for key in freed {
            self.machines.all_mut().for_each(|it| it.freed(key, view));
        }
    }

    /// Begins to wake everything: after the first lists, and as a safety net.
    fn begin_resync(&mut self, effects: &mut Vec<Effect>) {
        self.resync = Kind::ALL.first().map(|kind| (*kind, None));
        effects.push(Effect::ArmTimer(Timer::Resync, self.resync_ms));
    }

    /// Decides about what is due, machine by machine in turn, as far as there is room for orders and as many decisions
    /// as a step may make.
    fn decide(&mut self, effects: &mut Vec<Effect>) {
        let mut left = DECISIONS_A_STEP_MAX;
        while self.in_flight.has_room(&Lane::ApiServer) {
            let mut decided = false;
            for at in 0..Machines::COUNT {
                if left == 0 {
                    return self.go_on_later(effects);
                }
                if self.in_flight.has_room(&Lane::ApiServer) && self.decide_once(at, effects) {
                    (left, decided) = (left - 1, true);
                }
            }
            if decided {
                continue;
            }
            if self.resync.is_none() {
                return self.machines.all_mut().for_each(Machine::idle);
            }
            self.wake_next(usize::from(left));
        }
    }

    /// Arms the timer that goes on with what this step leaves undone.
    fn go_on_later(&mut self, effects: &mut Vec<Effect>) {
        if !self.continues {
            self.continues = true;
            effects.push(Effect::ArmTimer(Timer::Continue, 0));
        }
    }

    /// Lets the machine at that place make a decision, and sends what it orders. Answers whether there was one to make.
    fn decide_once(&mut self, at: usize, effects: &mut Vec<Effect>) -> bool {
        let view = View { store: &self.store, in_flight: &self.in_flight };
        let decision = self.machines.all_mut().nth(at).and_then(|it| it.decide(view));
        let Some(Decision { order, settled, effects: told }) = decision else { return false };
        if let Some(key) = settled {
            self.in_flight.rest(&key);
        }
        effects.extend(told);
        if let Some((order, because)) = order
            && self.in_flight.may_send(&order)
        {
            self.in_flight.send(order.clone(), because, effects);
            let view = View { store: &self.store, in_flight: &self.in_flight };
            self.machines.all_mut().for_each(|it| it.began(&order, view));
        }
        true
    }

    /// Wakes the next objects of a resync.
    fn wake_next(&mut self, count: usize) {
        let Some((kind, after)) = self.resync.take() else { return };
        let keys = self.store.keys_after(kind, after.as_ref(), count);
        for key in &keys {
            self.machines.all_mut().for_each(|it| it.wake(key));
        }
        self.resync = match keys.last() {
            Some(last) => Some((kind, Some(last.clone()))),
            None => Kind::ALL.get(kind.place() + 1).map(|kind| (*kind, None)),
        };
    }
}

impl Versioned for Controller {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { store, in_flight, machines, synced: _, resync: _, continues: _, resync_ms: _ } = self;
        store.map_versions(map);
        in_flight.map_versions(map);
        machines.map_versions(map);
    }
}

/// What an answer means for the operation.
fn outcome(order: &Order, answer: &Answer) -> Outcome {
    match (answer, &order.guard) {
        (Answer::Done(_), _) => Outcome::Done,
        (Answer::Missing, _) => Outcome::Missing,
        (Answer::TryLater { after_ms }, _) => Outcome::Failed { pause: Pause::Busy, least_ms: *after_ms },
        // Somebody has created it: a look shows what it is.
        (Answer::Refused(Refusal::Exists), Guard::Create) => Outcome::failed(Pause::Moved),
        (Answer::Refused(Refusal::Exists | Refusal::Other), _) => Outcome::failed(Pause::Refused),
        // A read changes nothing: whatever became of it, it is simply tried again.
        (Answer::Conflict | Answer::Unknown, Guard::Read) => Outcome::failed(Pause::Busy),
        (Answer::Conflict, _) => Outcome::failed(Pause::Moved),
        (Answer::Unknown, _) => Outcome::failed(Pause::InDoubt),
    }
}
