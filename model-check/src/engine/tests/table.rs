//! A model given as a table of steps, so that a test shows its whole graph.

use stateright::{Model, Property};

use super::super::{Broken, Checkable, Fairness};

/// A step from one state to another; classes are digits, and a dot is a step outside fairness.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge(pub(super) u32, pub(super) char, pub(super) u32);

/// A graph of numbered states that starts at 0.
#[derive(Clone, Default)]
pub(super) struct Table {
    pub(super) edges: Vec<Edge>,
    /// States in which it is wrong to rest.
    pub(super) restless: Vec<u32>,
    /// States in which nothing is wrong; all, if none are listed.
    pub(super) right: Vec<u32>,
    /// States from this one on are beyond the boundary.
    pub(super) boundary: Option<u32>,
}

impl Table {
    /// Reads steps such as `0a1 1.0`: source, class, target; states are single digits, classes `a` to `z`.
    pub(super) fn of(text: &str) -> Self {
        let digit = |it: char| it.to_digit(10).expect("a state is a digit");
        let edge = |it: &str| match it.chars().collect::<Vec<_>>().as_slice() {
            [source, class, target] => Edge(digit(*source), *class, digit(*target)),
            _ => panic!("{it}: a step is a source, a class and a target"),
        };
        Self { edges: text.split_whitespace().map(edge).collect(), ..Self::default() }
    }
}

impl Model for Table {
    type State = u32;
    type Action = Edge;

    fn init_states(&self) -> Vec<u32> {
        vec![0]
    }

    fn actions(&self, state: &u32, actions: &mut Vec<Edge>) {
        actions.extend(self.edges.iter().filter(|it| it.0 == *state));
    }

    fn next_state(&self, _: &u32, edge: Edge) -> Option<u32> {
        Some(edge.2)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("right", |it: &Self, state| it.right.is_empty() || it.right.contains(state)),
            Property::sometimes("nine", |_, state| *state == 9),
        ]
    }

    fn within_boundary(&self, state: &u32) -> bool {
        self.boundary.is_none_or(|it| *state < it)
    }
}

impl Checkable for Table {
    fn fingerprint(&self, state: &u32) -> u64 {
        u64::from(*state) + 1
    }

    fn fairness(&self, _: &u32, edge: &Edge) -> Fairness {
        match edge.1 {
            '.' => Fairness::Outside,
            class => Fairness::Class(u16::from(class as u8 - b'a')),
        }
    }

    fn judge_rest(&self, state: &u32) -> Vec<Broken> {
        let broken = Broken { property: "rest", what: format!("rests in {state}") };
        if self.restless.contains(state) { vec![broken] } else { Vec::new() }
    }
}
