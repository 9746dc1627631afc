//! At most one operation per object, a bounded number at once, and pauses that grow.
//!
//! Pipeline: decisions → **`in_flight`** → `Effect::Order`, and `Input::Answered` → **`in_flight`** →
//! the keys about which to decide again.
//!
//! Guarantees (worded in `docs/invariants.md`):
//! - F1: an object has at most one order out.
//! - F2: no more orders are out than the limit.
//! - F3: an order whose end is unknown keeps its objects until the server shows what has become of it.
//! - F4: failure after failure, an operation is tried again for ever, with pauses from 500 ms to 122 s, and no sooner
//!   than a busy server wishes, within these bounds.
//! - F6: a late answer to an order that was given up does not end the wait for another one.
//!
//! Deliberately absent: what the orders are good for, and time: a pause is a timer that was armed.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::coverage::{self, News, Place, Retry, Stalled, Waiting};
use crate::ids::{Kind, ObjectKey, Version};
use crate::limits::{
    FAILURES_COUNTED_MAX, PAUSE_FIRST_MS, PAUSE_LONGEST_MS, REFUSALS_WAITED_FOR_MAX, SWEEP_MS,
    SWEEPS_WITHOUT_ANSWER_MAX,
};
use crate::mutants::{Mutant, is_planted};
use crate::order::{Effect, Order, Timer};
use crate::versions::Versioned;
use crate::why::Because;

/// The operations that are under way or pause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InFlight {
    entries: BTreeMap<ObjectKey, Entry>,
    /// Orders that are out: as many as there are entries in [`State::Out`].
    out: u16,
    /// Bound of `out`.
    out_max: u16,
    /// Whether `Timer::Sweep` is armed.
    sweeping: bool,
}

/// What is known about the operations on one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Entry {
    state: State,
    /// Failures in a row, up to [`FAILURES_COUNTED_MAX`].
    failures: u8,
    /// The object that waits for the end of this operation.
    follower: Option<ObjectKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum State {
    /// The order is out.
    Out { order: Order, because: Because, sweeps: u8 },
    /// The order failed; `Timer::Retry` is armed.
    Paused { order: Order, pause: Pause },
    /// Another object's order concerns this one too.
    Behind(ObjectKey),
    /// Nothing is under way; the failures are still counted.
    Rested,
}

/// Why an operation pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pause {
    /// The object had moved on; its newer state has not been seen yet.
    Moved,
    /// The server was busy.
    Busy,
    /// The server refused.
    Refused,
    /// Nobody knows whether the write took effect.
    InDoubt,
}

/// How an order ended, without the object that came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// There is no such object.
    Missing,
    /// It failed, and so it pauses.
    Failed {
        /// Why.
        pause: Pause,
        /// For how long at least, in milliseconds; what is beyond the longest pause is not kept.
        least_ms: u32,
    },
}

impl Outcome {
    /// It failed, and nobody wishes for a pause of a certain length.
    #[must_use]
    pub const fn failed(pause: Pause) -> Self {
        Self::Failed { pause, least_ms: 0 }
    }
}

/// What an object may be waiting for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing<'a> {
    /// Nothing: an order may be sent.
    Free,
    /// The answer to this order.
    Out(&'a Order, &'a Because),
    /// The end of a pause.
    Paused(Pause),
    /// The end of an operation on this object.
    Behind(&'a ObjectKey),
}

impl InFlight {
    /// Nothing under way, and at most `out_max` orders at once.
    #[must_use]
    pub const fn new(out_max: u16) -> Self {
        Self { entries: BTreeMap::new(), out: 0, out_max, sweeping: false }
    }

    /// What `key` waits for.
    #[must_use]
    pub fn standing(&self, key: &ObjectKey) -> Standing<'_> {
        match self.entries.get(key).map(|entry| &entry.state) {
            None | Some(State::Rested) => Standing::Free,
            Some(State::Out { order, because, sweeps: _ }) => Standing::Out(order, because),
            Some(State::Paused { order: _, pause }) => Standing::Paused(*pause),
            Some(State::Behind(leader)) => Standing::Behind(leader),
        }
    }

    /// Whether nothing is under way for `key`.
    #[must_use]
    pub fn is_free(&self, key: &ObjectKey) -> bool {
        matches!(self.standing(key), Standing::Free)
    }

    /// The orders whose answers are waited for, by the object that each is about.
    pub fn awaited(&self) -> impl Iterator<Item = (&ObjectKey, &Order)> {
        self.entries.iter().filter_map(|(key, entry)| match &entry.state {
            State::Out { order, because: _, sweeps: _ } => Some((key, order)),
            State::Paused { .. } | State::Behind(_) | State::Rested => None,
        })
    }

    /// Whether one more order may be out.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.out < self.out_max || is_planted(Mutant::LimitIgnored)
    }

    /// How many orders are out.
    #[must_use]
    pub const fn out(&self) -> u16 {
        self.out
    }

    /// Whether nothing is under way, pauses or is remembered.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sends `order`. Its objects must be free and there must be room.
    pub fn send(&mut self, order: Order, because: Because, effects: &mut Vec<Effect>) {
        let (key, follower) = (order.key(), order.follower());
        if let Some(follower) = &follower {
            let failures = self.failures(follower);
            let behind = State::Behind(key.clone());
            self.entries.insert(follower.clone(), Entry { state: behind, failures, follower: None });
        }
        let failures = self.failures(&key);
        self.put_out(key, Entry { state: State::Rested, failures, follower }, order, because, effects);
    }

    /// Takes in how `order` ended; `known` is the version of its object that is known by now.
    ///
    /// Answers the objects about which to decide again; none if nothing waited for this answer.
    pub fn settle(
        &mut self,
        order: &Order,
        outcome: Outcome,
        known: Option<Version>,
        effects: &mut Vec<Effect>,
    ) -> Vec<ObjectKey> {
        let key = order.key();
        let Some(entry) = self.entries.get(&key) else { return Vec::new() };
        match &entry.state {
            State::Out { order: sent, .. } if sent == order || is_planted(Mutant::LateAnswerEnds) => {}
            // A late answer to an order that was given up: the facts in it have been taken in already. What is
            // out by now has not ended (F6).
            State::Out { .. } | State::Paused { .. } | State::Behind(_) | State::Rested => return Vec::new(),
        }
        self.out = self.out.saturating_sub(1);
        let seen_since = order.version() < known && order.version().is_some();
        match outcome {
            Outcome::Done => self.release(&key, order.version().map_or(Keep::Failures, |_| Keep::Nothing)),
            Outcome::Missing => self.release(&key, Keep::Nothing),
            // Nothing of what it did is looked at.
            Outcome::Failed { pause: Pause::InDoubt, .. } if is_planted(Mutant::UnknownIsFailure) => {
                self.release(&key, Keep::Failures)
            }
            // The newer state is known already: nothing to wait for.
            Outcome::Failed { pause: Pause::Moved | Pause::InDoubt, .. } if seen_since => {
                self.release(&key, Keep::Failures)
            }
            Outcome::Failed { pause, least_ms } => self.pause(key, order.clone(), pause, least_ms, effects),
        }
    }

    /// Takes in that a newer state of `key` was observed, or that it is gone.
    pub fn observed(&mut self, key: &ObjectKey, is_gone: bool, effects: &mut Vec<Effect>) -> Vec<ObjectKey> {
        let Some(entry) = self.entries.get(key) else { return Vec::new() };
        match &entry.state {
            State::Paused { order, pause } => {
                coverage::reach(|| paused(order, *pause, is_gone));
                match (order, pause, is_gone) {
                    // What the pause waited for: the new state tells all there is to know.
                    (_, Pause::Moved | Pause::InDoubt, _) | (_, Pause::Busy | Pause::Refused, true) => {}
                    // What was refused may be allowed now.
                    (_, Pause::Refused, false) => {}
                    // A read to find out what the watch has just shown.
                    (Order::Read { object, asker, .. }, Pause::Busy, false) if object == asker => {}
                    // The server asked for patience; it does not matter for what.
                    (_, Pause::Busy, false) => return Vec::new(),
                }
            }
            State::Out { .. } | State::Behind(_) | State::Rested => return Vec::new(),
        }
        effects.push(Effect::DropTimer(Timer::Retry(key.clone())));
        self.release(key, if is_gone { Keep::Nothing } else { Keep::Failures })
    }

    /// Takes in that the pause of `key` is over.
    pub fn retry(&mut self, key: &ObjectKey, effects: &mut Vec<Effect>) -> Vec<ObjectKey> {
        let Some(entry) = self.entries.get(key) else { return Vec::new() };
        let (because, row) = match &entry.state {
            State::Paused { order: Order::Read { object, asker, .. }, .. } if object == asker => {
                (Because::InDoubt, Retry::ReadAgain)
            }
            State::Paused { pause: Pause::Moved, .. } => (Because::Moved, Retry::ReadMoved),
            State::Paused { pause: Pause::InDoubt, .. } => (Because::InDoubt, Retry::ReadInDoubt),
            State::Paused { pause: Pause::Busy | Pause::Refused, .. } => {
                coverage::reach(|| Place::Retry(Retry::Freed));
                return self.release(key, Keep::Failures);
            }
            // The pause was ended by something else, and the timer was on its way already.
            State::Out { .. } | State::Behind(_) | State::Rested => {
                coverage::reach(|| Place::Retry(Retry::Late));
                return Vec::new();
            }
        };
        if !self.has_room() {
            coverage::reach(|| Place::Retry(Retry::NoRoom));
            effects.push(Effect::ArmTimer(Timer::Retry(key.clone()), PAUSE_FIRST_MS));
            return Vec::new();
        }
        coverage::reach(|| Place::Retry(row));
        let entry = entry.clone();
        let read = Order::Read { object: key.clone(), identity: None, known: None, asker: key.clone() };
        self.put_out(key.clone(), entry, read, because, effects);
        Vec::new()
    }

    /// Counts one more sweep for each order that is out, and gives up those that had their time.
    pub fn sweep(&mut self, effects: &mut Vec<Effect>) {
        self.sweeping = false;
        let mut overdue = Vec::new();
        for entry in self.entries.values_mut() {
            match &mut entry.state {
                State::Out { sweeps, .. } if *sweeps < SWEEPS_WITHOUT_ANSWER_MAX => *sweeps += 1,
                State::Out { .. } if is_planted(Mutant::SweepGivesUpNothing) => {}
                State::Out { order, .. } => overdue.push(order.clone()),
                State::Paused { .. } | State::Behind(_) | State::Rested => {}
            }
        }
        for order in overdue {
            self.settle(&order, Outcome::failed(Pause::InDoubt), None, effects);
        }
        self.keep_sweeping(effects);
    }

    /// Forgets the failures of an object about which there is nothing to do.
    pub fn rest(&mut self, key: &ObjectKey) {
        if let Some(Entry { state: State::Rested, .. }) = self.entries.get(key) {
            self.entries.remove(key);
        }
    }

    /// Returns the first broken guarantee in words.
    ///
    /// # Errors
    ///
    /// When the table contradicts itself.
    pub fn check(&self) -> Result<(), &'static str> {
        let Self { entries, out, out_max, sweeping } = self;
        let counted = entries.values().filter(|entry| matches!(entry.state, State::Out { .. })).count();
        if counted != usize::from(*out) || out > out_max {
            return Err("F2: more orders are out than counted or allowed");
        }
        if *out > 0 && !sweeping {
            return Err("F4: an order is out and nobody sweeps");
        }
        for (key, entry) in entries {
            if let State::Behind(leader) = &entry.state
                && entries.get(leader).and_then(|it| it.follower.as_ref()) != Some(key)
            {
                return Err("F1: an object waits behind one that does not lead it");
            }
            if let Some(follower) = &entry.follower
                && !matches!(entries.get(follower).map(|it| &it.state), Some(State::Behind(it)) if it == key)
            {
                return Err("F1: an object leads one that does not wait for it");
            }
        }
        Ok(())
    }

    fn failures(&self, key: &ObjectKey) -> u8 {
        self.entries.get(key).map_or(0, |entry| entry.failures)
    }

    fn put_out(
        &mut self,
        key: ObjectKey,
        entry: Entry,
        order: Order,
        because: Because,
        effects: &mut Vec<Effect>,
    ) {
        let state = State::Out { order: order.clone(), because: because.clone(), sweeps: 0 };
        self.entries.insert(key, Entry { state, ..entry });
        self.out += 1;
        effects.push(Effect::Order(order, because));
        self.keep_sweeping(effects);
    }

    fn keep_sweeping(&mut self, effects: &mut Vec<Effect>) {
        if self.out > 0 && !self.sweeping {
            self.sweeping = true;
            effects.push(Effect::ArmTimer(Timer::Sweep, SWEEP_MS));
        }
    }

    /// Pauses `key`. Its follower goes on waiting for it, rather than to make do with something worse
    /// because of a hitch; only a refusal that lasts sets it free.
    fn pause(
        &mut self,
        key: ObjectKey,
        order: Order,
        pause: Pause,
        least_ms: u32,
        effects: &mut Vec<Effect>,
    ) -> Vec<ObjectKey> {
        let failures = self.failures(&key).saturating_add(1).min(FAILURES_COUNTED_MAX);
        let freed = match pause {
            Pause::Refused if failures >= REFUSALS_WAITED_FOR_MAX => self.release_follower(&key),
            Pause::Refused | Pause::Moved | Pause::Busy | Pause::InDoubt => Vec::new(),
        };
        let follower = self.entries.get(&key).and_then(|entry| entry.follower.clone());
        self.entries.insert(key.clone(), Entry { state: State::Paused { order, pause }, failures, follower });
        if !is_planted(Mutant::RetryNotArmed) {
            let longer_ms = least_ms.min(PAUSE_LONGEST_MS);
            effects.push(Effect::ArmTimer(Timer::Retry(key), pause_ms(failures).max(longer_ms)));
        }
        freed
    }

    /// Sets `key` and its follower free.
    fn release(&mut self, key: &ObjectKey, keep: Keep) -> Vec<ObjectKey> {
        let mut freed = self.release_follower(key);
        freed.push(key.clone());
        self.set_rested(key, keep);
        freed
    }

    fn release_follower(&mut self, key: &ObjectKey) -> Vec<ObjectKey> {
        let follower = self.entries.get_mut(key).and_then(|entry| entry.follower.take());
        if let Some(follower) = &follower {
            self.set_rested(follower, Keep::Failures);
        }
        follower.into_iter().collect()
    }

    fn set_rested(&mut self, key: &ObjectKey, keep: Keep) {
        let failures = match keep {
            Keep::Nothing => 0,
            Keep::Failures => self.failures(key),
        };
        if failures == 0 {
            self.entries.remove(key);
        } else {
            let rested = Entry { state: State::Rested, failures, follower: None };
            self.entries.insert(key.clone(), rested);
        }
    }
}

impl Versioned for InFlight {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { entries, out: _, out_max: _, sweeping: _ } = self;
        for Entry { state, failures: _, follower: _ } in entries.values_mut() {
            match state {
                State::Out { order, because: _, sweeps: _ } | State::Paused { order, pause: _ } => {
                    order.map_versions(map);
                }
                State::Behind(_) | State::Rested => {}
            }
        }
    }
}

/// What is remembered of an object that is set free.
#[derive(Clone, Copy)]
enum Keep {
    Nothing,
    Failures,
}

/// The row of an observation of an object that pauses.
fn paused(order: &Order, pause: Pause, is_gone: bool) -> Place {
    let stalled = match pause {
        Pause::Moved => Stalled::Moved,
        Pause::Busy => Stalled::Busy,
        Pause::Refused => Stalled::Refused,
        Pause::InDoubt => Stalled::InDoubt,
    };
    let waiting = match order {
        Order::Read { object, asker, .. } if object == asker => Waiting::OwnRead,
        Order::Read { .. } => Waiting::Look,
        Order::ReserveVolume { .. }
        | Order::MarkVolume { .. }
        | Order::FreeVolume { .. }
        | Order::BindClaim { .. }
        | Order::MarkClaim { .. } => Waiting::Write,
    };
    Place::Paused(stalled, waiting, if is_gone { News::Gone } else { News::Newer })
}

/// The pause after that many failures in a row, in milliseconds.
fn pause_ms(failures: u8) -> u32 {
    let doubled = PAUSE_FIRST_MS.checked_shl(u32::from(failures.saturating_sub(1)));
    doubled.unwrap_or(PAUSE_LONGEST_MS).min(PAUSE_LONGEST_MS)
}
