//! Two-phase commit as a model: the yardstick of the engine, since its counts of states are well known.
//!
//! Resource managers prepare or abort on their own; a transaction manager commits once it has heard from all
//! of them, and may abort before. Messages are never lost, may arrive in any order, and stay. The protocol is
//! that of Gray and Lamport's "Consensus on Transaction Commit".
//!
//! Guarantees: no manager commits where another aborts; and since the transaction manager decides at last,
//! every manager does.

use stateright::{Model, Property};

use super::{Broken, Checkable, Fairness};

/// The most resource managers: a set of them is a word of 16 bits.
pub const MANAGERS_MAX: u8 = 16;

/// Two-phase commit among some resource managers.
#[derive(Clone, Copy, Debug)]
pub struct TwoPhase {
    managers: u8,
}

impl TwoPhase {
    /// The protocol among so many resource managers.
    ///
    /// # Panics
    ///
    /// If there are none, or more than [`MANAGERS_MAX`].
    #[must_use]
    pub fn new(managers: u8) -> Self {
        assert!((1..=MANAGERS_MAX).contains(&managers), "a set of managers is a word of 16 bits");
        Self { managers }
    }

    fn all(self) -> u16 {
        u16::MAX >> (MANAGERS_MAX - self.managers)
    }
}

/// What the transaction manager has decided, and told everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// To commit.
    Commit,
    /// To abort.
    Abort,
}

/// The state of everybody, and the messages; managers are bits. A manager in no set of outcomes that has not
/// said that it is prepared is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What the transaction manager has decided.
    pub decision: Decision,
    /// Managers that have said that they are prepared.
    pub said: u16,
    /// Managers that the transaction manager has heard.
    pub heard: u16,
    /// Managers that have committed.
    pub committed: u16,
    /// Managers that have aborted.
    pub aborted: u16,
}

/// A step of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The transaction manager hears that a manager is prepared.
    Hear(u8),
    /// The transaction manager decides to commit.
    Commit,
    /// The transaction manager decides to abort.
    Abort,
    /// A manager prepares, and says so.
    Prepare(u8),
    /// A manager aborts on its own.
    GiveUp(u8),
    /// A manager does what was decided.
    Follow(u8),
}

impl Model for TwoPhase {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State { decision: Decision::Open, said: 0, heard: 0, committed: 0, aborted: 0 }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        let is_open = state.decision == Decision::Open;
        if is_open {
            actions.push(Step::Abort);
        }
        if is_open && state.heard == self.all() {
            actions.push(Step::Commit);
        }
        for manager in 0..self.managers {
            let bit = 1 << manager;
            let is_at_work = (state.said | state.committed | state.aborted) & bit == 0;
            if is_open && state.said & !state.heard & bit != 0 {
                actions.push(Step::Hear(manager));
            }
            if is_at_work {
                actions.extend([Step::Prepare(manager), Step::GiveUp(manager)]);
            }
            if !is_open {
                actions.push(Step::Follow(manager));
            }
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut next = *last;
        match step {
            Step::Hear(manager) => next.heard |= 1 << manager,
            Step::Commit => next.decision = Decision::Commit,
            Step::Abort => next.decision = Decision::Abort,
            Step::Prepare(manager) => next.said |= 1 << manager,
            Step::GiveUp(manager) => next.aborted |= 1 << manager,
            Step::Follow(manager) => {
                let bit = 1 << manager;
                (next.committed, next.aborted) = (next.committed & !bit, next.aborted & !bit);
                match next.decision {
                    Decision::Open => return None,
                    Decision::Commit => next.committed |= bit,
                    Decision::Abort => next.aborted |= bit,
                }
            }
        }
        (next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("managers agree", |_, it: &State| it.committed == 0 || it.aborted == 0),
            Property::sometimes("all commit", |model: &Self, it: &State| it.committed == model.all()),
            Property::sometimes("all abort", |model: &Self, it: &State| it.aborted == model.all()),
        ]
    }
}

impl Checkable for TwoPhase {
    fn fingerprint(&self, state: &State) -> u64 {
        let State { decision, said, heard, committed, aborted } = *state;
        let sets = [said, heard, committed, aborted].iter().fold(0, |sum, it| sum << 16 | u64::from(*it));
        // The halves of a wide product mix all bits; the constants are arbitrary odd ones.
        let product = u128::from(sets ^ 0x9e6c_63d0_876a_46b9)
            * u128::from((decision as u64 + 1).wrapping_mul(0xd6e8_feb8_6659_fd93));
        product as u64 ^ (product >> 64) as u64
    }

    fn fairness(&self, _: &State, step: &Step) -> Fairness {
        match step {
            // Nobody has to give up.
            Step::GiveUp(_) => Fairness::Outside,
            Step::Hear(_) | Step::Commit | Step::Abort => Fairness::Class(0),
            Step::Prepare(manager) | Step::Follow(manager) => Fairness::Class(1 + u16::from(*manager)),
        }
    }

    fn judge_rest(&self, state: &State) -> Vec<Broken> {
        let open = (self.all() & !state.committed & !state.aborted).count_ones();
        let what = format!("{open} managers neither commit nor abort");
        if open == 0 { Vec::new() } else { vec![Broken { property: "every manager decides", what }] }
    }
}
