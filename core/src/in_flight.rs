//! Operations that are under way: who waits for whom, how many there are at once, and pauses that grow.
//!
//! Pipeline: decisions → **`in_flight`** → `Effect::Order`, and `Input::Answered` → **`in_flight`** →
//! the keys about which to decide again.
//!
//! Guarantees (worded in `docs/invariants.md`):
//! - F1: of operations whose keys conflict, at most one is out.
//! - F2: no more orders are out than the limit of their lane.
//! - F3: a write whose end is unknown keeps its object until the server shows what has become of it.
//! - F4: failure after failure, an operation is tried again for ever, with pauses from 500 ms to 122 s, and no sooner
//!   than a busy server wishes, within these bounds.
//! - F6: a late answer to an order that was given up does not end the wait for another one.
//!
//! A write on an object that failed makes all that is done to the object pause: its state is in doubt, or the server
//! asked for patience. An external operation that failed pauses by itself; its opposite may begin at once.
//!
//! Deliberately absent: what the orders are good for, and time: a pause is a timer that was armed.

mod entry;
mod lanes;
mod rows;

mod check;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::{Kind, ObjectKey, Version};
use crate::limits::{
    FAILURES_COUNTED_MAX, PAUSE_FIRST_MS, PAUSE_LONGEST_MS, REFUSALS_WAITED_FOR_MAX, SWEEP_MS,
};
use crate::mutants::{Mutant, is_planted};
use crate::operation::{Lane, Operation, OperationKey, VolumeScope};
use crate::order::{Effect, Guard, Order, Timer};
use crate::versions::Versioned;
use crate::why::Because;
use entry::{Backoff, Entry, State};
use lanes::{Out, sweeps_max};

pub use entry::{Outcome, Pause, Standing};
use rows::Retry;
pub(crate) use rows::{TABLES, answered, look};

/// The operations that are under way or pause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InFlight {
    entries: BTreeMap<OperationKey, Entry>,
    /// Orders that are out: as many as there are entries in [`State::Out`].
    out: Out,
    /// Bound of the orders that the API server carries out at once.
    api_server_max: u16,
    /// Whether `Timer::Sweep` is armed.
    sweeping: bool,
}

impl InFlight {
    /// Nothing under way, and at most `api_server_max` orders at once that the API server carries out.
    #[must_use]
    pub const fn new(api_server_max: u16) -> Self {
        let out = Out::none();
        Self { entries: BTreeMap::new(), out, api_server_max, sweeping: false }
    }

    /// What an operation on `key` waits for.
    #[must_use]
    pub fn standing(&self, key: &OperationKey) -> Standing<'_> {
        let blocking = self.conflicting(key).map(|(_, entry)| match &entry.state {
            State::BackoffOnly => Standing::Free,
            State::Out { order, because, sweeps: _ } => Standing::Out(order, because),
            State::Paused { order: _, pause } => Standing::Paused(*pause),
            State::LockedBy(other) => Standing::LockedBy(other),
        });
        blocking.into_iter().find(|it| *it != Standing::Free).unwrap_or(Standing::Free)
    }

    /// What an operation on an object waits for.
    #[must_use]
    pub fn standing_of(&self, key: &ObjectKey) -> Standing<'_> {
        self.standing(&key.clone().into())
    }

    /// Whether nothing is under way that conflicts with `key`.
    #[must_use]
    pub fn is_free(&self, key: &OperationKey) -> bool {
        self.conflicting(key).all(|(_, entry)| matches!(entry.state, State::BackoffOnly))
    }

    /// Whether nothing is under way for an object.
    #[must_use]
    pub fn is_object_free(&self, key: &ObjectKey) -> bool {
        self.is_free(&key.clone().into())
    }

    /// Whether `order` may be sent now, as far as its keys and its kind of operation go.
    #[must_use]
    pub fn may_send(&self, order: &Order) -> bool {
        let backoff = self.backoff(&order.key, order.operation());
        let locks = order.also_locks();
        !backoff.waits
            && self.is_free(&order.key)
            && locks.is_none_or(|it| self.is_object_free(&it) || is_planted(Mutant::TwoOrdersForOneObject))
    }

    /// The orders whose answers are waited for, by the key that each is about.
    pub fn awaited(&self) -> impl Iterator<Item = (&OperationKey, &Order)> {
        self.entries.iter().filter_map(|(key, entry)| match &entry.state {
            State::Out { order, because: _, sweeps: _ } => Some((key, order)),
            State::Paused { .. } | State::LockedBy(_) | State::BackoffOnly => None,
        })
    }

    /// Whether one more order may be out in this lane.
    #[must_use]
    pub fn has_room(&self, lane: &Lane) -> bool {
        self.out.of(lane) < lanes::limit(lane, self.api_server_max) || is_planted(Mutant::LimitIgnored)
    }

    /// How many orders are out.
    #[must_use]
    pub fn out(&self) -> u16 {
        self.out.sum()
    }

    /// Whether nothing is under way, pauses or is remembered.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sends `order`. [`InFlight::may_send`] must hold, and there must be room in its lane.
    pub fn send(&mut self, order: Order, because: Because, effects: &mut Vec<Effect>) {
        let also_locks = order.also_locks().map(OperationKey::from);
        if let Some(locked) = &also_locks {
            self.entries.entry(locked.clone()).or_default().state = State::LockedBy(order.key.clone());
        }
        self.entries.entry(order.key.clone()).or_default().also_locks = also_locks;
        self.put_out(order, because, effects);
    }

    /// Takes in how `order` ended; `known` is the version of its object that is known by now.
    ///
    /// Answers the keys about which to decide again; none if nothing waited for this answer.
    pub fn settle(
        &mut self,
        order: &Order,
        outcome: Outcome,
        known: Option<Version>,
        effects: &mut Vec<Effect>,
    ) -> Vec<OperationKey> {
        let Some(entry) = self.entries.get(&order.key) else { return Vec::new() };
        let sent = match &entry.state {
            State::Out { order: sent, .. } if sent == order || is_planted(Mutant::LateAnswerEnds) => sent,
            // A late answer to an order that was given up: the facts in it have been taken in already. What is
            // out by now has not ended (F6).
            State::Out { .. } | State::Paused { .. } | State::LockedBy(_) | State::BackoffOnly => {
                return Vec::new();
            }
        };
        let lane = sent.lane().clone();
        self.out.end(&lane);
        let seen_since = order.version() < known && order.version().is_some();
        let Outcome::Failed { pause, least_ms } = outcome else {
            self.forget_failures(order, outcome);
            return self.release(&order.key);
        };
        match (pause, &order.guard) {
            (_, Guard::External(_)) => self.back_off(order, least_ms, effects),
            // Nothing of what it did is looked at.
            (Pause::InDoubt, _) if is_planted(Mutant::UnknownIsFailure) => self.release(&order.key),
            // The newer state is known already: nothing to wait for.
            (Pause::Moved | Pause::InDoubt, _) if seen_since => self.release(&order.key),
            (Pause::Moved | Pause::InDoubt | Pause::Busy | Pause::Refused, _) => {
                self.pause(order.clone(), pause, least_ms, effects)
            }
        }
    }

    /// Takes in that a newer state of an object was observed, or that it is gone.
    pub fn observed(
        &mut self,
        key: &ObjectKey,
        is_gone: bool,
        effects: &mut Vec<Effect>,
    ) -> Vec<OperationKey> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let key = OperationKey::from(key.clone());
        let Some(entry) = self.entries.get_mut(&key) else { return Vec::new() };
        let State::Paused { order, pause } = &entry.state else { return Vec::new() };
        rows::paused(order, *pause, is_gone);
        match (&order.call, pause, is_gone) {
            // What the pause waited for: the new state tells all there is to know.
            (_, Pause::Moved | Pause::InDoubt, _) | (_, Pause::Busy | Pause::Refused, true) => {}
            // What was refused may be allowed now.
            (_, Pause::Refused, false) => {}
            // A read to find out what the watch has just shown.
            (Call::Look, Pause::Busy, false) => {}
            // The server asked for patience; it does not matter for what.
            (Call::Bind(_) | Call::Protect(_), Pause::Busy, false) => return Vec::new(),
        }
        effects.push(Effect::DropTimer(Timer::Retry(key.clone(), order.operation())));
        if is_gone {
            entry.backoffs.clear();
        }
        self.release(&key)
    }

    /// Takes in that the pause of `key` after a failure of that kind of operation is over.
    pub fn retry(
        &mut self,
        key: &OperationKey,
        operation: Operation,
        effects: &mut Vec<Effect>,
    ) -> Vec<OperationKey> {
        let Some(entry) = self.entries.get_mut(key) else { return Vec::new() };
        if let Some(backoff) = entry.backoffs.get_mut(&operation).filter(|it| it.waits) {
            backoff.waits = false;
            return Vec::from([key.clone()]);
        }
        let (because, row) = match &entry.state {
            // The pause of another kind of operation that has failed before.
            State::Paused { order, .. } if order.operation() != operation => {
                rows::retry(Retry::Late);
                return Vec::new();
            }
            State::Paused { order: Order { call: Call::Look, .. }, .. } => {
                (Because::InDoubt, Retry::ReadAgain)
            }
            State::Paused { pause: Pause::Moved, .. } => (Because::Moved, Retry::ReadMoved),
            State::Paused { pause: Pause::InDoubt, .. } => (Because::InDoubt, Retry::ReadInDoubt),
            State::Paused { pause: Pause::Busy | Pause::Refused, .. } => {
                rows::retry(Retry::Freed);
                return self.release(key);
            }
            // The pause was ended by something else, and the timer was on its way already.
            State::Out { .. } | State::LockedBy(_) | State::BackoffOnly => {
                rows::retry(Retry::Late);
                return Vec::new();
            }
        };
        if !self.has_room(&Lane::ApiServer) {
            rows::retry(Retry::NoRoom);
            effects.push(Effect::ArmTimer(Timer::Retry(key.clone(), operation), PAUSE_FIRST_MS));
            return Vec::new();
        }
        rows::retry(row);
        self.put_out(Order::read(key.clone(), Call::Look), because, effects);
        Vec::new()
    }

    /// Counts one more sweep for each order that is out, and gives up those that had their time.
    pub fn sweep(&mut self, effects: &mut Vec<Effect>) {
        self.sweeping = false;
        let mut overdue = Vec::new();
        for entry in self.entries.values_mut() {
            match &mut entry.state {
                State::Out { order, sweeps, .. } if *sweeps < sweeps_max(order.lane()) => *sweeps += 1,
                State::Out { .. } if is_planted(Mutant::SweepGivesUpNothing) => {}
                State::Out { order, .. } => overdue.push(order.clone()),
                State::Paused { .. } | State::LockedBy(_) | State::BackoffOnly => {}
            }
        }
        for order in overdue {
            self.settle(&order, Outcome::failed(Pause::InDoubt), None, effects);
        }
        self.keep_sweeping(effects);
    }

    /// Forgets the failures of a key about which there is nothing to do.
    pub fn rest(&mut self, key: &OperationKey) {
        if let Some(entry) = self.entries.get_mut(key)
            && matches!(entry.state, State::BackoffOnly)
        {
            entry.backoffs.retain(|_, backoff| backoff.waits);
            self.drop_if_empty(key);
        }
    }

    /// The entries whose keys conflict with `key`.
    fn conflicting<'a, 'k>(
        &'a self,
        key: &'k OperationKey,
    ) -> impl Iterator<Item = (&'a OperationKey, &'a Entry)> + use<'a, 'k> {
        let (exact, first) = match key {
            OperationKey::Object(_) => (self.entries.get_key_value(key), None),
            OperationKey::Volume(scope) => (None, Some(first_of(scope))),
        };
        let of_volume = first
            .into_iter()
            .flat_map(|first| self.entries.range(first..))
            .take_while(|(it, _)| is_of_volume(it, key))
            .filter(|(it, _)| it.conflicts(key));
        exact.into_iter().chain(of_volume)
    }

    fn backoff(&self, key: &OperationKey, operation: Operation) -> Backoff {
        self.entries.get(key).and_then(|entry| entry.backoffs.get(&operation)).copied().unwrap_or_default()
    }

    fn put_out(&mut self, order: Order, because: Because, effects: &mut Vec<Effect>) {
        self.out.begin(order.lane());
        let state = State::Out { order: order.clone(), because: because.clone(), sweeps: 0 };
        self.entries.entry(order.key.clone()).or_default().state = state;
        effects.push(Effect::Order(order, because));
        self.keep_sweeping(effects);
    }

    fn keep_sweeping(&mut self, effects: &mut Vec<Effect>) {
        if self.out() > 0 && !self.sweeping {
            self.sweeping = true;
            effects.push(Effect::ArmTimer(Timer::Sweep, SWEEP_MS));
        }
    }

    /// Makes all that is done to the object of `order` pause. What it locks goes on waiting for it, rather than to
    /// make do with something worse because of a hitch; only a refusal that lasts sets it free.
    fn pause(
        &mut self,
        order: Order,
        pause: Pause,
        least_ms: u32,
        effects: &mut Vec<Effect>,
    ) -> Vec<OperationKey> {
        let (key, operation) = (order.key.clone(), order.operation());
        let entry = self.entries.entry(key.clone()).or_default();
        let failures = count_failure(entry, operation);
        entry.state = State::Paused { order, pause };
        let freed = match pause {
            Pause::Refused if failures >= REFUSALS_WAITED_FOR_MAX => self.release_locked(&key),
            Pause::Refused | Pause::Moved | Pause::Busy | Pause::InDoubt => Vec::new(),
        };
        if !is_planted(Mutant::RetryNotArmed) {
            arm_retry(key, operation, failures, least_ms, effects);
        }
        freed
    }

    /// Makes one kind of operation wait, and nothing else that is done to its key.
    fn back_off(&mut self, order: &Order, least_ms: u32, effects: &mut Vec<Effect>) -> Vec<OperationKey> {
        let (key, operation) = (order.key.clone(), order.operation());
        let entry = self.entries.entry(key.clone()).or_default();
        let failures = count_failure(entry, operation);
        entry.backoffs.insert(operation, Backoff { failures, waits: true });
        arm_retry(key.clone(), operation, failures, least_ms, effects);
        self.release(&key)
    }

    /// Sets `key` and what it locks free.
    fn release(&mut self, key: &OperationKey) -> Vec<OperationKey> {
        let mut freed = self.release_locked(key);
        freed.push(key.clone());
        self.set_idle(key);
        freed
    }

    fn release_locked(&mut self, key: &OperationKey) -> Vec<OperationKey> {
        let locked = self.entries.get_mut(key).and_then(|entry| entry.also_locks.take());
        if let Some(locked) = &locked {
            self.set_idle(locked);
        }
        locked.into_iter().collect()
    }

    /// Forgets the failures of what has succeeded, and all failures of an object that is gone.
    fn forget_failures(&mut self, order: &Order, outcome: Outcome) {
        let Some(entry) = self.entries.get_mut(&order.key) else { return };
        let is_about_itself = !order.is_read() || order.call == Call::Look;
        if outcome == Outcome::Missing && is_about_itself {
            entry.backoffs.clear();
        } else {
            entry.backoffs.remove(&order.operation());
        }
    }

    fn set_idle(&mut self, key: &OperationKey) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.state = State::BackoffOnly;
        }
        self.drop_if_empty(key);
    }

    fn drop_if_empty(&mut self, key: &OperationKey) {
        if self.entries.get(key).is_some_and(|entry| *entry == Entry::default()) {
            self.entries.remove(key);
        }
    }
}

impl Versioned for InFlight {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { entries, out: _, api_server_max: _, sweeping: _ } = self;
        for Entry { state, backoffs: _, also_locks: _ } in entries.values_mut() {
            match state {
                State::Out { order, because: _, sweeps: _ } | State::Paused { order, pause: _ } => {
                    order.map_versions(map);
                }
                State::LockedBy(_) | State::BackoffOnly => {}
            }
        }
    }
}

/// The first key of a volume, in the order of keys.
fn first_of(scope: &VolumeScope) -> OperationKey {
    VolumeScope { volume: scope.volume.clone(), node: None, pod: None }.into()
}

/// Whether two keys are of the same volume.
fn is_of_volume(one: &OperationKey, other: &OperationKey) -> bool {
    match (one, other) {
        (OperationKey::Volume(one), OperationKey::Volume(other)) => one.volume == other.volume,
        (OperationKey::Object(_) | OperationKey::Volume(_), OperationKey::Object(_))
        | (OperationKey::Object(_), OperationKey::Volume(_)) => false,
    }
}

/// Counts one more failure of that kind of operation.
fn count_failure(entry: &mut Entry, operation: Operation) -> u8 {
    let backoff = entry.backoffs.entry(operation).or_default();
    backoff.failures = backoff.failures.saturating_add(1).min(FAILURES_COUNTED_MAX);
    backoff.failures
}

fn arm_retry(
    key: OperationKey,
    operation: Operation,
    failures: u8,
    least_ms: u32,
    effects: &mut Vec<Effect>,
) {
    let longer_ms = least_ms.min(PAUSE_LONGEST_MS);
    effects.push(Effect::ArmTimer(Timer::Retry(key, operation), pause_ms(failures).max(longer_ms)));
}

/// The pause after that many failures in a row, in milliseconds.
fn pause_ms(failures: u8) -> u32 {
    let doubled = PAUSE_FIRST_MS.checked_shl(u32::from(failures.saturating_sub(1)));
    doubled.unwrap_or(PAUSE_LONGEST_MS).min(PAUSE_LONGEST_MS)
}
