//! One state for all worlds that nothing can tell apart.

use std::collections::BTreeSet;

use windlass_core::order::Order;
use windlass_world::actors::ApiServer;

use super::parts::{Part, fingerprint};
use super::ranks::Ranks;
use super::tables::{Joint, Others};
use super::{Packed, State};

/// In the fingerprint of a state: the place of the API server.
const API: u64 = 100;
/// The place of what is beside it.
const OTHERS: u64 = 101;
/// The place of a core in its seat.
const CORE: u64 = 0;
/// The places of its watches.
const WATCHES: std::ops::RangeFrom<u64> = 1..;

impl Packed {
    /// Makes `next`, a change of `from`, the one state that stands for all that differ in the names of versions,
    /// in the order of processes of one sort, and in requests that cannot take effect any more. What is the same as in
    /// `from`, which is such a state, is not looked at again.
    pub(super) fn canonical(&self, from: &State, next: &mut State) {
        if (next.api, next.others) != (from.api, from.others) {
            next.others = self.pruned(next.others, next.api);
        }
        self.rename(next);
        next.beside = replaced(next.beside, from.api, next.api, |part| self.api_mark(part));
        next.beside = replaced(next.beside, from.others, next.others, |part| self.others_mark(part));
        let seats = from.processes.iter().zip(&next.processes).take(self.processes());
        for ((before, after), sum) in seats.zip(&mut next.seats) {
            *sum = replaced(*sum, before.core, after.core, |part| self.core_mark(part));
            for (place, (before, after)) in WATCHES.zip(before.watches.iter().zip(after.watches)) {
                *sum = replaced(*sum, *before, after, |part| self.watch_mark(place, part));
            }
        }
        debug_assert_eq!((next.beside, next.seats), self.sums(next), "sums follow the parts");
        self.finish(next);
    }

    /// The same for a state that is a change of none.
    pub(super) fn canonical_anew(&self, mut state: State) -> State {
        state.others = self.pruned(state.others, state.api);
        self.rename(&mut state);
        (state.beside, state.seats) = self.sums(&state);
        self.finish(&mut state);
        state
    }

    /// Names the versions of a state by rank.
    fn rename(&self, state: &mut State) {
        let beside = state.api.ranks.or(state.others.ranks);
        let seats = state.processes.iter().take(self.processes());
        let all = seats.fold(beside, |all, seat| all.or(seat.ranks()));
        state.all = all.within(all);
        if all.is_dense() {
            return;
        }
        state.api.ranks = state.api.ranks.within(all);
        state.others.ranks = state.others.ranks.within(all);
        for seat in state.processes.iter_mut().take(self.processes()) {
            *seat = seat.with_ranks(|ranks| ranks.within(all));
        }
    }

    /// Sorts the processes of each sort in a state, and fingerprints the whole.
    fn finish(&self, state: &mut State) {
        for added in 1..self.processes() {
            let mut at = added;
            while at > 0 && Self::sort(at) == Self::sort(at - 1) && state.seats[at] < state.seats[at - 1] {
                state.processes.swap(at - 1, at);
                state.seats.swap(at - 1, at);
                at -= 1;
            }
        }
        let rest = (state.budgets, state.steps_taken, self.tables.breaches.mark(state.broken));
        state.fingerprint = fingerprint(&(state.beside, state.seats, rest));
    }

    /// What tells the parts of a state from others: those beside the controllers, and each controller.
    fn sums(&self, state: &State) -> (u64, [u64; super::PROCESSES_MAX]) {
        let beside = self.api_mark(state.api).wrapping_add(self.others_mark(state.others));
        let mut seats = [0; super::PROCESSES_MAX];
        for (sum, seat) in seats.iter_mut().zip(&state.processes).take(self.processes()) {
            let watches = WATCHES.zip(seat.watches).map(|(place, part)| self.watch_mark(place, part));
            *sum = watches.fold(self.core_mark(seat.core), u64::wrapping_add);
        }
        (beside, seats)
    }

    fn api_mark(&self, part: Part) -> u64 {
        mark(API, self.tables.apis.get(part.id).fingerprint, part.ranks)
    }

    fn others_mark(&self, part: Part) -> u64 {
        mark(OTHERS, self.tables.others.get(part.id).fingerprint, part.ranks)
    }

    fn core_mark(&self, part: Part) -> u64 {
        mark(CORE, self.tables.cores.get(part.id).fingerprint, part.ranks)
    }

    fn watch_mark(&self, place: u64, part: Part) -> u64 {
        mark(place, self.tables.watches.get(part.id).fingerprint, part.ranks)
    }

    /// What is beside the API server without the requests that cannot take effect any more.
    fn pruned(&self, others: Part, api: Part) -> Part {
        if !self.tables.others.get(others.id).facts.has_orphans {
            return others;
        }
        let joint = Joint::of(others.ranks, api.ranks);
        let [inner_others, inner_api] = joint.inner;
        let pruned = self.tables.pruned.answer(([others.id, api.id], joint.inner), || {
            let api = self.tables.apis.opened(api.id, inner_api);
            let mut others = self.tables.others.opened(others.id, inner_others);
            prune(&mut others.orphans, &api);
            self.tables.keep_others(others).0
        });
        joint.outside(pruned)
    }

    /// What is beside the API server, with the requests of a process that has crashed.
    pub(super) fn keep_orphans(&self, others: &Others, orphans: impl Iterator<Item = Order>) -> Part {
        let mut others = others.clone();
        others.orphans.extend(orphans);
        self.tables.keep_others(others).0
    }
}

/// What a part adds to the sum of its state: 64 bits that tell it from others, and its place from others.
fn mark(place: u64, value: u64, ranks: Ranks) -> u64 {
    fingerprint(&(value, place, ranks.word()))
}

/// A sum of marks with one part in the place of another.
fn replaced(sum: u64, before: Part, after: Part, mark: impl Fn(Part) -> u64) -> u64 {
    if before == after { sum } else { sum.wrapping_sub(mark(before)).wrapping_add(mark(after)) }
}

/// Leaves out the requests of crashed processes that nothing can come of.
pub(crate) fn prune(orphans: &mut BTreeSet<Order>, api: &ApiServer) {
    orphans.retain(|order| {
        let stored = order.key.object().and_then(|key| api.get(key)).map(|record| record.object.version());
        order.may_take_effect(stored)
    });
}
