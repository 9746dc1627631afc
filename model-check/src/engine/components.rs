//! Strongly connected components of the fair steps.
//!
//! Pipeline: `edges` → **`components`** → `livelock`.
//!
//! This is Pearce's variant of Tarjan's algorithm ("A space-efficient algorithm for finding strongly
//! connected components", 2016) with its own stack instead of recursion. One number a state serves in turn
//! as the order of the visit, as the lowest order that can be reached, and as the component. Besides, each
//! state stands at most once on the stack of the search, and on that of the states without a component yet.

use super::edges::{BEYOND, Edges};

/// A state that was not visited.
const UNSEEN: u32 = 0;

/// Bytes that the search is sure to need for so many states: a number each. The stacks come on top; at worst
/// they take twelve bytes a state.
pub(super) fn bytes(states: u64) -> u64 {
    states * size_of::<u32>() as u64
}

/// The component of each state. Components are numbered downwards, each after those that it leads to.
pub(super) struct Components {
    of: Vec<u32>,
    /// Bytes that the stacks of the search took.
    pub(super) bytes_of_stacks: u64,
}

impl Components {
    /// The component of a state; that of a step's target beyond the boundary is none.
    pub(super) fn of(&self, state: u32) -> Option<u32> {
        if state == BEYOND { None } else { self.of.get(state as usize).copied() }
    }
}

/// A state on the stack of the search.
struct Frame {
    state: u32,
    /// How many of its steps were taken, doubled; and one more if it cannot be the first visited state of its
    /// component.
    progress: u32,
}

/// A search for the components.
struct Walk<'a> {
    edges: &'a Edges,
    numbers: Vec<u32>,
    frames: Vec<Frame>,
    /// Visited states without a component that are no longer on the stack of the search.
    loose: Vec<u32>,
    next_visit: u32,
    next_component: u32,
}

/// Finds all components, and hands each to `judge` with its states as soon as it is known.
///
/// Whether two states are in the same component is known at that time for the states of the component: see
/// [`Members`].
pub(super) fn components(edges: &Edges, mut judge: impl FnMut(&Members<'_>)) -> Components {
    let mut walk = Walk {
        edges,
        numbers: vec![UNSEEN; edges.states()],
        frames: Vec::new(),
        loose: Vec::new(),
        next_visit: UNSEEN + 1,
        next_component: u32::MAX - 1,
    };
    // From the last state to the first: steps lead mostly to states found later, whose components are then
    // known, so that the search stays shallow and reads the steps nearly in the order of memory.
    for state in (0..edges.states() as u32).rev() {
        if walk.numbers[state as usize] == UNSEEN {
            walk.enter(state);
            walk.run(&mut judge);
        }
    }
    let bytes = walk.frames.capacity() * size_of::<Frame>() + walk.loose.capacity() * size_of::<u32>();
    Components { of: walk.numbers, bytes_of_stacks: bytes as u64 }
}

/// The states of one component.
pub(super) struct Members<'a> {
    pub(super) component: u32,
    pub(super) states: &'a [u32],
    numbers: &'a [u32],
}

impl Members<'_> {
    /// Whether the target of a step is one of them.
    pub(super) fn has(&self, target: u32) -> bool {
        target != BEYOND && self.numbers[target as usize] == self.component
    }
}

impl Walk<'_> {
    fn enter(&mut self, state: u32) {
        self.numbers[state as usize] = self.next_visit;
        self.next_visit += 1;
        self.frames.push(Frame { state, progress: 0 });
    }

    fn run(&mut self, judge: &mut impl FnMut(&Members<'_>)) {
        while let Some(frame) = self.frames.last_mut() {
            let state = frame.state;
            let steps = self.edges.range(state);
            let at = steps.start + (frame.progress >> 1) as usize;
            if at == steps.end {
                let is_first = frame.progress & 1 == 0;
                self.frames.pop();
                self.leave(state, is_first, judge);
                continue;
            }
            let target = self.edges.target(at);
            if target != BEYOND && self.numbers[target as usize] == UNSEEN {
                // The same step is looked at again on return, when the target has its number.
                self.enter(target);
                continue;
            }
            frame.progress += 2;
            if target != BEYOND && self.numbers[target as usize] < self.numbers[state as usize] {
                self.numbers[state as usize] = self.numbers[target as usize];
                frame.progress |= 1;
            }
        }
    }

    fn leave(&mut self, state: u32, is_first: bool, judge: &mut impl FnMut(&Members<'_>)) {
        self.loose.push(state);
        if !is_first {
            return;
        }
        let lowest = self.numbers[state as usize];
        let older = self.loose.iter().rposition(|it| self.numbers[*it as usize] < lowest);
        let start = older.map_or(0, |it| it + 1);
        let component = self.next_component;
        for member in &self.loose[start..] {
            self.numbers[*member as usize] = component;
        }
        let states = &self.loose[start..];
        self.next_visit -= states.len() as u32;
        self.next_component -= 1;
        judge(&Members { component, states, numbers: &self.numbers });
        self.loose.truncate(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Components by the definition: states that reach one another.
    fn naive(targets: &[Vec<u32>]) -> Vec<Vec<bool>> {
        let count = targets.len();
        let mut reaches = vec![vec![false; count]; count];
        for (source, targets) in targets.iter().enumerate() {
            reaches[source][source] = true;
            targets.iter().filter(|it| **it != BEYOND).for_each(|it| reaches[source][*it as usize] = true);
        }
        for middle in 0..count {
            for source in 0..count {
                for target in 0..count {
                    reaches[source][target] |= reaches[source][middle] && reaches[middle][target];
                }
            }
        }
        (0..count).map(|a| (0..count).map(|b| reaches[a][b] && reaches[b][a]).collect()).collect()
    }

    fn edges(targets: &[Vec<u32>]) -> Edges {
        let mut edges = Edges::default();
        for targets in targets {
            edges.append(targets, &vec![0; targets.len()], &[targets.len() as u32]);
        }
        edges
    }

    #[test]
    fn components_are_the_states_that_reach_one_another() {
        let mut seed = 1u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        for _ in 0..500 {
            let count = 1 + random(12);
            let of = |random: &mut dyn FnMut(u64) -> u64| {
                let target = random(count + 1) as u32;
                if u64::from(target) == count { BEYOND } else { target }
            };
            let targets: Vec<Vec<u32>> =
                (0..count).map(|_| (0..random(4)).map(|_| of(&mut random)).collect()).collect();
            let mut judged = Vec::new();
            let found = components(&edges(&targets), |members| {
                let states = members.states;
                assert!((0..count as u32).all(|it| members.has(it) == states.contains(&it)));
                assert!(!members.has(BEYOND));
                judged.extend_from_slice(states);
            });
            judged.sort_unstable();
            assert_eq!(judged, (0..count as u32).collect::<Vec<_>>());
            for (a, row) in (0..).zip(naive(&targets)) {
                for (b, want) in (0..).zip(row) {
                    assert_eq!(found.of(a) == found.of(b), want, "{targets:?}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn a_long_way_needs_no_deep_stack() {
        let count = 1_000_000;
        let targets: Vec<Vec<u32>> = (0..count).map(|it| vec![(it + 1) % count]).collect();
        let mut sizes = Vec::new();
        components(&edges(&targets), |members| sizes.push(members.states.len()));
        assert_eq!(sizes, [count as usize]);
    }
}
