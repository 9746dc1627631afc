//! The guarantees about operations under way.

use super::lanes::{self, Out};
use super::{Entry, InFlight, State};
use crate::operation::OperationKey;

impl InFlight {
    /// Returns the first broken guarantee in words.
    ///
    /// # Errors
    ///
    /// When the table contradicts itself.
    pub fn check(&self) -> Result<(), &'static str> {
        let Self { entries, out, api_server_max: _, sweeping } = self;
        let mut counted = Out::default();
        for (_, order) in self.awaited() {
            counted.begin(order.lane());
            if counted.of(order.lane()) > lanes::limit(order.lane(), self.api_server_max) {
                return Err("F2: more orders are out than allowed");
            }
        }
        if counted != *out {
            return Err("F2: more orders are out than counted");
        }
        if self.out() > 0 && !sweeping {
            return Err("F4: an order is out and nobody sweeps");
        }
        for (key, entry) in entries {
            if *entry == Entry::default() {
                return Err("F4: an entry without anything in it is kept");
            }
            let is_out =
                |it: &OperationKey| matches!(entries.get(it), Some(Entry { state: State::Out { .. }, .. }));
            if is_out(key) && self.awaited().any(|(other, _)| other != key && other.conflicts(key)) {
                return Err("F1: two operations are out that should take turns");
            }
            if let State::LockedBy(other) = &entry.state
                && entries.get(other).and_then(|it| it.also_locks.as_ref()) != Some(key)
            {
                return Err("F1: an object is locked by one that does not lock it");
            }
            if let Some(locked) = &entry.also_locks
                && !matches!(entries.get(locked).map(|it| &it.state), Some(State::LockedBy(it)) if it == key)
            {
                return Err("F1: an object locks one that does not wait for it");
            }
        }
        Ok(())
    }
}
