//! The machines of `windlass-controller`, put together: routes inputs, lets each machine decide.
//!
//! Pipeline: `Input` → **`controller`** → `observed::Store` → `bind` → `in_flight` → `Effect`.
//!
//! Guarantees: the same inputs in the same order give the same effects in the same order, whatever
//! the machine it runs on; nothing is decided before the first lists are complete.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::bind::{Bind, matching};
use crate::coverage;
use crate::ids::{Kind, ObjectKey, Version};
use crate::in_flight::{InFlight, Outcome, Pause, Standing};
use crate::limits::{NEAR_MISSES_NAMED_MAX, ORDERS_IN_FLIGHT_MAX, RESYNC_MS};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Change, Object, Source, Store};
use crate::order::{Answer, Effect, Input, Order, Timer};
use crate::versions::Versioned;
use crate::why::Why;

/// The whole state of one controller process.
///
/// All of it is a cache of the API server: dropping it and observing everything again leads to the
/// same end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Controller {
    store: Store,
    in_flight: InFlight,
    bind: Bind,
    /// Whether the first lists of all kinds are complete.
    synced: bool,
    /// Time between two resyncs, in milliseconds.
    resync_ms: u32,
}

impl Default for Controller {
    fn default() -> Self {
        Self::new(ORDERS_IN_FLIGHT_MAX)
    }
}

impl Controller {
    /// A process that has seen nothing, with at most that many orders out at once.
    #[must_use]
    pub fn new(orders_in_flight_max: u16) -> Self {
        let in_flight = InFlight::new(orders_in_flight_max);
        Self {
            store: Store::default(),
            in_flight,
            bind: Bind::default(),
            synced: false,
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
                self.resync(effects);
            }
            Input::Answered(order, answer) => self.answered(&order, &answer, effects),
            Input::TimerFired(Timer::Resync) => self.resync(effects),
            Input::TimerFired(Timer::Announce) => self.bind.announce(),
            Input::TimerFired(Timer::Sweep) => self.in_flight.sweep(effects),
            Input::TimerFired(Timer::Retry(key)) => {
                let freed = self.in_flight.retry(&key, effects);
                self.wake(&freed);
            }
        }
        if self.synced {
            self.bind.run(&mut self.store, &mut self.in_flight, effects);
        }
    }

    /// What is observed.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Whether the first lists of all kinds are complete, so that things are decided.
    #[must_use]
    pub const fn is_synced(&self) -> bool {
        self.synced
    }

    /// How many orders are out.
    #[must_use]
    pub const fn orders_out(&self) -> u16 {
        self.in_flight.out()
    }

    /// How many claims and how many volumes wait for their turn to be decided about: there is no room for orders.
    #[must_use]
    pub fn due(&self) -> (usize, usize) {
        self.bind.due()
    }

    /// What a claim or a volume waits for by itself; none if nothing is to be done, and what is under way left out.
    #[must_use]
    pub fn why(&self, key: &ObjectKey) -> Option<Why> {
        self.bind.reason(key, &self.store)
    }

    /// The orders whose answers are waited for, by the object that each is about. One that was given up is not
    /// among them, though its answer may come yet.
    pub fn awaited(&self) -> impl Iterator<Item = (&ObjectKey, &Order)> {
        self.in_flight.awaited()
    }

    /// Whether no operation is under way or pauses.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_idle()
    }

    /// Why nothing is done about `key` at this moment, in words; none if nothing is to be done.
    #[must_use]
    pub fn reason(&self, key: &ObjectKey) -> Option<String> {
        match self.in_flight.standing(key) {
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
            Standing::Behind(leader) => Some(format!("waits for what is done to {leader}")),
            Standing::Free => {
                let why = self.bind.reason(key, &self.store)?;
                Some(format!("{why}{}", self.near_misses(key, &why)))
            }
        }
    }

    /// For a claim that no free volume fits: what the first few of them lack.
    fn near_misses(&self, key: &ObjectKey, why: &Why) -> String {
        let (
            ObjectKey::Claim(key),
            Why::NoVolumeFits | Why::DefaultClassElsewhere(_) | Why::NoVolumeOfClassFits(_),
        ) = (key, why)
        else {
            return String::new();
        };
        let Some(claim) = self.store.claim(key) else { return String::new() };
        let mut missed = matching::misfits(&self.store, claim);
        let named: Vec<String> = missed
            .by_ref()
            .take(NEAR_MISSES_NAMED_MAX)
            .map(|(volume, misfit)| format!("; {volume}: {misfit}"))
            .collect();
        let others = missed.count();
        let others = if others > 0 { format!("; and {others} more") } else { String::new() };
        format!("{}{others}", named.concat())
    }

    /// Returns the first broken invariant in words.
    ///
    /// # Errors
    ///
    /// When the state contradicts itself. It costs time in proportion to everything observed.
    pub fn check(&self) -> Result<(), String> {
        let Self { store, in_flight, bind, synced: _, resync_ms: _ } = self;
        if !store.check() {
            return Err("O1: an index does not follow the objects".to_string());
        }
        in_flight.check()?;
        bind.check(store, in_flight)
    }

    fn observe(&mut self, object: &Object, source: Source, effects: &mut Vec<Effect>) {
        let change = self.store.observe(object, source);
        // Most of what a watch shows is what an answer has shown before.
        if change != Change::Nothing {
            self.take_in(&object.key(), &change, effects);
        }
    }

    fn take_in(&mut self, key: &ObjectKey, change: &Change, effects: &mut Vec<Effect>) {
        let Change::Changed { before: _, after } = change else { return };
        let freed = self.in_flight.observed(key, after.is_none(), effects);
        self.wake(&freed);
        self.bind.changed(change, &self.store);
    }

    fn answered(&mut self, order: &Order, answer: &Answer, effects: &mut Vec<Effect>) {
        coverage::reach(|| coverage::answer(order, answer));
        let key = order.key();
        let because = match self.in_flight.standing(&key) {
            Standing::Out(sent, because) if sent == order => Some(because.clone()),
            Standing::Out(..) | Standing::Paused(_) | Standing::Behind(_) | Standing::Free => None,
        };
        if let Answer::Done(object) = answer {
            self.observe(object, Source::Answer, effects);
        }
        // Nobody asks what else is known of an object that was written as ordered.
        let known = match answer {
            Answer::Done(_) => None,
            Answer::Conflict
            | Answer::Missing
            | Answer::TryLater { .. }
            | Answer::Refused
            | Answer::Unknown => self.store.object(&key).map(|object| object.version()),
        };
        // The very state that the order was decided on does not exist any more.
        let is_of_known = order.version() == known || is_planted(Mutant::MissingDisprovesNewer);
        if *answer == Answer::Missing && order.version().is_some() && is_of_known {
            let change = self.store.disprove(&key);
            self.take_in(&key, &change, effects);
        }
        self.bind.answered(order, because.as_ref(), answer, effects);
        let freed = self.in_flight.settle(order, outcome(order, answer), known, effects);
        self.wake(&freed);
    }

    fn wake(&mut self, freed: &[ObjectKey]) {
        for key in freed {
            if let ObjectKey::Volume(name) = key {
                self.store.put_back(name);
            }
            self.bind.freed(key, &self.store);
        }
    }

    fn resync(&mut self, effects: &mut Vec<Effect>) {
        self.bind.wake_all(&self.store);
        effects.push(Effect::ArmTimer(Timer::Resync, self.resync_ms));
    }
}

impl Versioned for Controller {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { store, in_flight, bind, synced: _, resync_ms: _ } = self;
        store.map_versions(map);
        in_flight.map_versions(map);
        bind.map_versions(map);
    }
}

/// What an answer means for the operation.
fn outcome(order: &Order, answer: &Answer) -> Outcome {
    match (answer, order.version()) {
        (Answer::Done(_), _) => Outcome::Done,
        (Answer::Missing, _) => Outcome::Missing,
        (Answer::Conflict, Some(_)) => Outcome::failed(Pause::Moved),
        (Answer::Unknown, Some(_)) => Outcome::failed(Pause::InDoubt),
        (Answer::TryLater { after_ms }, _) => Outcome::Failed { pause: Pause::Busy, least_ms: *after_ms },
        (Answer::Refused, _) => Outcome::failed(Pause::Refused),
        // A read changes nothing: whatever became of it, it is simply tried again.
        (Answer::Conflict | Answer::Unknown, None) => Outcome::failed(Pause::Busy),
    }
}
