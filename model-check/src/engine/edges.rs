//! The fair steps between all states, kept for the search for livelocks.
//!
//! Pipeline: `search` appends the steps of each state → **`edges`** → `components`, `livelock`.
//!
//! Six bytes a step, and four a state for where its steps start. Steps of states that were not expanded
//! are none.

/// The target of a step that leaves the model's boundary.
pub(super) const BEYOND: u32 = u32::MAX;

/// States that share one base, from which their starts are counted: so many that bases cost nothing, and
/// so few that their steps fit 32 bits.
const BASE_STATES: usize = 4096;

/// The fair steps, by source in order.
#[derive(Default)]
pub(super) struct Edges {
    targets: Vec<u32>,
    classes: Vec<u16>,
    /// Where the steps of each state end, counted from its base.
    ends: Vec<u32>,
    bases: Vec<usize>,
}

impl Edges {
    /// Appends the steps of the next states: all steps, and how many of them each state has.
    pub(super) fn append(&mut self, targets: &[u32], classes: &[u16], counts: &[u32]) {
        let mut end = self.targets.len();
        for count in counts {
            if self.ends.len().is_multiple_of(BASE_STATES) {
                self.bases.push(end);
            }
            end += *count as usize;
            let base = self.bases.last().copied().unwrap_or_default();
            self.ends.push(u32::try_from(end - base).expect("the steps of some thousand states fit 32 bits"));
        }
        self.targets.extend_from_slice(targets);
        self.classes.extend_from_slice(classes);
    }

    /// Notes that the states from here to `states` have no steps.
    pub(super) fn finish(&mut self, states: usize) {
        while self.ends.len() < states {
            self.append(&[], &[], &[0]);
        }
    }

    /// States whose steps are known.
    pub(super) fn states(&self) -> usize {
        self.ends.len()
    }

    /// Where the steps of a state stand.
    pub(super) fn range(&self, state: u32) -> std::ops::Range<usize> {
        let state = state as usize;
        let base = self.bases[state / BASE_STATES];
        let start = if state.is_multiple_of(BASE_STATES) { 0 } else { self.ends[state - 1] };
        base + start as usize..base + self.ends[state] as usize
    }

    /// The target of the step at a place.
    pub(super) fn target(&self, at: usize) -> u32 {
        self.targets[at]
    }

    /// The steps of a state: target and class.
    pub(super) fn of(&self, state: u32) -> impl Iterator<Item = (u32, u16)> {
        self.range(state).map(|at| (self.targets[at], self.classes[at]))
    }

    /// Bytes that are in use; memory beyond them was never written to, and so is not resident.
    pub(super) fn bytes(&self) -> u64 {
        (self.targets.len() * 6 + self.ends.len() * 4 + self.bases.len() * 8) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_by_their_source() {
        let mut edges = Edges::default();
        let of = |state: u32| (0..state % 4).map(move |it| (state + it, it as u16));
        for start in (0..10_000).step_by(100) {
            let (targets, classes): (Vec<u32>, Vec<u16>) = (start..start + 100).flat_map(of).unzip();
            let counts: Vec<u32> = (start..start + 100).map(|it| it % 4).collect();
            edges.append(&targets, &classes, &counts);
        }
        edges.finish(10_010);
        assert_eq!(edges.states(), 10_010);
        for state in 0..10_010 {
            let want: Vec<_> = if state < 10_000 { of(state).collect() } else { Vec::new() };
            assert_eq!(edges.of(state).collect::<Vec<_>>(), want, "{state}");
        }
    }
}
