//! How each state was first reached: its parent, and the position of the step among the parent's actions.
//!
//! Pipeline: `search` appends each new state → **`ways`** → [`Path`]s of findings.
//!
//! States are numbered in the order of their parents. So parents need no array: the number of children of
//! each state in turn is written in unary, a one for each child and a zero to end the list, which comes to
//! two bits a state. A sample every so many states bounds the search for a state's own bit. Positions take
//! two bytes.
//!
//! Deliberately absent: the states themselves; [`replay`](super::replay) finds them again.

use super::exploration::Path;

/// States between two samples.
const SAMPLE: usize = 512;

/// The ways to all states.
#[derive(Default)]
pub(super) struct Ways {
    /// A zero ends the children of the root, of state 0, of state 1, and so on; initial states are the
    /// root's children.
    bits: Vec<u64>,
    /// Bits written.
    length: u64,
    /// Where the bit of each [`SAMPLE`]th state stands.
    samples: Vec<u64>,
    /// Of each state but the initial ones.
    positions: Vec<u16>,
    /// Of each initial state.
    inits: Vec<usize>,
}

impl Ways {
    /// Notes an initial state; they come first.
    pub(super) fn push_init(&mut self, position: usize) {
        self.inits.push(position);
        self.push_bit(0);
    }

    /// Notes the next state; parents never decrease.
    pub(super) fn push(&mut self, parent: u32, position: u32) {
        self.positions.push(u16::try_from(position).expect("a state has at most 65,536 actions"));
        self.push_bit(u64::from(parent) + 1);
    }

    /// Notes the next state as a child behind so many zeros.
    fn push_bit(&mut self, zeros: u64) {
        let number = self.len() as u64 - 1;
        let at = zeros + number;
        assert!(at >= self.length, "states come in the order of their parents");
        let word = (at / u64::from(u64::BITS)) as usize;
        self.bits.resize(word + 1, 0);
        self.bits[word] |= 1 << (at % u64::from(u64::BITS));
        self.length = at + 1;
        if number.is_multiple_of(SAMPLE as u64) {
            self.samples.push(at);
        }
    }

    fn len(&self) -> usize {
        self.inits.len() + self.positions.len()
    }

    /// The parent of a state; none if it is an initial one.
    fn parent(&self, state: u32) -> Option<u32> {
        let sample = state as usize / SAMPLE;
        let start = self.samples[sample];
        let mut ones = state as usize % SAMPLE;
        let mut word = (start / u64::from(u64::BITS)) as usize;
        let mut bits = self.bits[word] & (u64::MAX << (start % u64::from(u64::BITS)));
        while ones >= bits.count_ones() as usize {
            ones -= bits.count_ones() as usize;
            word += 1;
            bits = self.bits[word];
        }
        for _ in 0..ones {
            bits &= bits - 1;
        }
        let at = word as u64 * u64::from(u64::BITS) + u64::from(bits.trailing_zeros());
        let zeros = at - u64::from(state);
        zeros.checked_sub(1).map(|it| u32::try_from(it).expect("a parent is a state"))
    }

    /// A shortest path to a state.
    pub(super) fn path(&self, state: u32) -> Path {
        let (mut state, mut actions) = (state, Vec::new());
        while let Some(parent) = self.parent(state) {
            actions.push(usize::from(self.positions[state as usize - self.inits.len()]));
            state = parent;
        }
        actions.reverse();
        Path { init: self.inits[state as usize], actions }
    }

    /// Bytes that are in use; memory beyond them was never written to, and so is not resident.
    pub(super) fn bytes(&self) -> u64 {
        let words = self.bits.len() + self.samples.len() + self.inits.len();
        (words * size_of::<u64>() + self.positions.len() * size_of::<u16>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_and_positions_are_found_again() {
        let mut ways = Ways::default();
        let mut want: Vec<(Option<u32>, usize)> = Vec::new();
        for position in [3, 5] {
            ways.push_init(position);
            want.push((None, position));
        }
        let (mut parent, mut seed) = (0u32, 1u32);
        while want.len() < 20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Mostly several children, now and then a long row of states without any.
            parent += if seed >> 24 == 7 { 70 } else { u32::from(seed >> 30 == 0) };
            parent = parent.min(want.len() as u32 - 1);
            let position = seed >> 8 & 0xffff;
            ways.push(parent, position);
            want.push((Some(parent), position as usize));
        }
        for (state, (parent, position)) in (0u32..).zip(&want) {
            assert_eq!(ways.parent(state), *parent);
            let path = ways.path(state);
            match parent {
                None => assert_eq!(path, Path { init: *position, actions: Vec::new() }),
                Some(parent) => {
                    let (last, rest) = path.actions.split_last().expect("a step from the parent");
                    assert_eq!((last, rest), (position, ways.path(*parent).actions.as_slice()));
                }
            }
        }
        assert!(ways.bytes() < 20_000 * 5 / 2, "{}", ways.bytes());
    }
}
