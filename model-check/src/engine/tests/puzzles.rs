//! Models with many states for comparing counts: a grid, and a puzzle with dead ends.

use stateright::{Model, Property};

use super::super::{Broken, Checkable, Fairness};

/// Counters that go up to a limit each; one may be reset at the limit.
#[derive(Clone)]
pub(super) struct Grid {
    pub(super) limits: Vec<u8>,
}

/// What a grid does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Move {
    Up(usize),
    Reset(usize),
}

impl Model for Grid {
    type State = Vec<u8>;
    type Action = Move;

    fn init_states(&self) -> Vec<Vec<u8>> {
        let mut last = vec![0; self.limits.len()];
        last[0] = 1;
        // The second one is a successor of the first, and the third one is the first again.
        vec![vec![0; self.limits.len()], last, vec![0; self.limits.len()]]
    }

    fn actions(&self, state: &Vec<u8>, actions: &mut Vec<Move>) {
        for (at, (value, limit)) in state.iter().zip(&self.limits).enumerate() {
            actions.push(if value < limit { Move::Up(at) } else { Move::Reset(at) });
        }
    }

    fn next_state(&self, last: &Vec<u8>, step: Move) -> Option<Vec<u8>> {
        let mut next = last.clone();
        match step {
            Move::Up(at) => next[at] += 1,
            // Only the first counter can be reset.
            Move::Reset(0) => next[0] = 0,
            Move::Reset(_) => return None,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("below the corner", |it: &Self, state| *state != it.limits),
            Property::always("not far out", |_, it: &Vec<u8>| {
                it.iter().map(|it| u32::from(*it)).sum::<u32>() < 9
            }),
            Property::sometimes("middle", |it: &Self, state: &Vec<u8>| {
                state.iter().zip(&it.limits).all(|(value, limit)| *value == limit / 2)
            }),
            Property::sometimes("never", |_, it: &Vec<u8>| it.is_empty()),
        ]
    }

    fn within_boundary(&self, state: &Vec<u8>) -> bool {
        state.last() != Some(&5)
    }
}

impl Checkable for Grid {
    fn fingerprint(&self, state: &Vec<u8>) -> u64 {
        state.iter().fold(1, |sum, it| sum * 31 + u64::from(*it))
    }

    fn fairness(&self, _: &Vec<u8>, step: &Move) -> Fairness {
        match step {
            Move::Up(at) => Fairness::Class(*at as u16),
            Move::Reset(_) => Fairness::Outside,
        }
    }

    fn judge_rest(&self, state: &Vec<u8>) -> Vec<Broken> {
        vec![Broken { property: "rest", what: format!("rests in {state:?}") }]
    }
}

/// Three jugs, a tap and a drain. With the wanted volume in the last jug there is a dead end.
#[derive(Clone)]
pub(super) struct Jugs {
    pub(super) sizes: [u32; 3],
    pub(super) wanted: u32,
}

impl Model for Jugs {
    type State = [u32; 3];
    type Action = (usize, usize);

    fn init_states(&self) -> Vec<[u32; 3]> {
        vec![[0; 3]]
    }

    fn actions(&self, state: &[u32; 3], actions: &mut Vec<(usize, usize)>) {
        if state[2] != self.wanted {
            actions.extend((0..4).flat_map(|from| (0..4).map(move |to| (from, to))));
        }
    }

    fn next_state(&self, last: &[u32; 3], (from, to): (usize, usize)) -> Option<[u32; 3]> {
        // The jug beyond the last one is the tap, and the drain.
        let mut next = *last;
        let have = last.get(from).copied().unwrap_or(u32::MAX);
        let space = last.get(to).map_or(u32::MAX, |it| self.sizes[to] - it);
        let amount = have.min(space);
        if from == to || amount == 0 || amount == u32::MAX {
            return None;
        }
        if let Some(it) = next.get_mut(from) {
            *it -= amount;
        }
        if let Some(it) = next.get_mut(to) {
            *it += amount;
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::sometimes("measured", |it: &Self, state: &[u32; 3]| state.contains(&it.wanted)),
            // As long as something may be broken, stateright goes on.
            Property::always("held", |it: &Self, state: &[u32; 3]| {
                state.iter().max() <= it.sizes.iter().max()
            }),
        ]
    }
}

impl Checkable for Jugs {
    fn fingerprint(&self, state: &[u32; 3]) -> u64 {
        state.iter().fold(1, |sum, it| sum * 1000 + u64::from(*it))
    }

    fn fairness(&self, _: &[u32; 3], (from, to): &(usize, usize)) -> Fairness {
        if *to == 3 { Fairness::Outside } else { Fairness::Class(*from as u16) }
    }

    fn judge_rest(&self, _: &[u32; 3]) -> Vec<Broken> {
        Vec::new()
    }
}
