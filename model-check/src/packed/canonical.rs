//! One state for all worlds that nothing can tell apart.

use std::collections::BTreeSet;

use windlass_core::ids::Kind;
use windlass_core::order::Order;
use windlass_fixtures::world::ApiServer;

use super::parts::{Part, fingerprint};
use super::ranks::Ranks;
use super::tables::{Joint, Others};
use super::{Packed, Seat, State};

impl Packed {
    /// The one state that stands for all that differ in the names of versions, in the order of controllers,
    /// and in requests that cannot take effect any more.
    pub(super) fn canonical(&self, state: State) -> State {
        let mut state = State { others: self.pruned(state.others, state.api), ..state };
        let all = Joint::of(self.parts(&state));
        state.api.ranks = all.inside(state.api.ranks);
        state.others.ranks = all.inside(state.others.ranks);
        for seat in state.processes.iter_mut().take(usize::from(self.bounded.controllers)) {
            *seat = seat.with_ranks(|ranks| all.inside(ranks));
        }
        let [mut first, mut second] = state.processes.map(|seat| self.fingerprints(&seat));
        if self.bounded.controllers > 1 && second < first {
            state.processes.reverse();
            std::mem::swap(&mut first, &mut second);
        }
        if self.bounded.controllers < 2 {
            second = Default::default();
        }
        state.fingerprint = fingerprint(&(
            (self.tables.apis.get(state.api.id).fingerprint, state.api.ranks),
            (self.tables.others.get(state.others.id).fingerprint, state.others.ranks),
            (first, second),
            (state.budgets, state.steps_taken, state.broken),
        ));
        state
    }

    /// The parts of a state; a controller that there is not mentions no version.
    fn parts<'a>(&self, state: &'a State) -> impl Iterator<Item = Ranks> + use<'a> {
        let own = [state.api.ranks, state.others.ranks];
        own.into_iter().chain(state.processes.iter().map(Seat::ranks))
    }

    /// What tells the process in a seat from others.
    fn fingerprints(&self, seat: &Seat) -> [(u64, Ranks); 1 + Kind::ALL.len()] {
        let watch = |part: Part| (self.tables.watches.get(part.id).fingerprint, part.ranks);
        let [a, b, c, d, e] = seat.watches.map(watch);
        [(self.tables.cores.get(seat.core.id).fingerprint, seat.core.ranks), a, b, c, d, e]
    }

    /// The ranks in use.
    pub(super) fn all_ranks(&self, state: &State) -> Ranks {
        Joint::of(self.parts(state)).0
    }

    /// What is beside the API server without the requests that cannot take effect any more.
    fn pruned(&self, others: Part, api: Part) -> Part {
        if self.tables.others.get(others.id).value.orphans.is_empty() {
            return others;
        }
        let joint = Joint::of([others.ranks, api.ranks]);
        let (inner_others, inner_api) = (joint.inside(others.ranks), joint.inside(api.ranks));
        let question = ([others.id, api.id, 0, 0], [inner_others, inner_api, Ranks::default()]);
        let pruned = self.tables.pruned.answer(question, || {
            let api = self.tables.apis.opened(api.id, inner_api);
            let mut others = self.tables.others.opened(others.id, inner_others);
            prune(&mut others.orphans, &api);
            self.tables.keep_others(others).0
        });
        Part { ranks: joint.outside(pruned.ranks, Ranks::default()), ..pruned }
    }

    /// What is beside the API server, with the requests of a process that has crashed.
    pub(super) fn keep_orphans(&self, others: &Others, orphans: impl Iterator<Item = Order>) -> Part {
        let mut others = others.clone();
        others.orphans.extend(orphans);
        self.tables.keep_others(others).0
    }
}

/// Leaves out the requests of crashed processes that nothing can come of: a read, whose answer nobody waits
/// for, and a write on a state of an object that is past. Versions only grow, so that it stays past.
pub(crate) fn prune(orphans: &mut BTreeSet<Order>, api: &ApiServer) {
    orphans.retain(|order| {
        let stored = api.get(&order.key()).map(|record| record.object.version());
        order.version().is_some() && order.version() == stored
    });
}
