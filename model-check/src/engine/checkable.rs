//! What a model has to tell the engine beyond what stateright asks for.

use stateright::Model;

/// A model that the engine can explore.
///
/// `actions` and `next_state` have to be functions of their arguments, as stateright demands too: a path
/// is a list of positions in what `actions` returns.
pub trait Checkable:
    Model<State: Clone + Send + Sync + PartialEq, Action: Clone + Send + Sync> + Sync
{
    /// 64 bits that tell states apart; the same in every run and on every thread.
    ///
    /// Two states with the same fingerprint are one state to the engine. The chance that this hides a state
    /// is about n² / 2⁶⁵ for n states, if the bits are well mixed.
    fn fingerprint(&self, state: &Self::State) -> u64;

    /// What a step is to fairness.
    fn fairness(&self, state: &Self::State, action: &Self::Action) -> Fairness;

    /// The names of what a state breaks that breaks a property of the kind `Always`. Where there are none, the
    /// property is named itself: a model of many properties has one for stateright that stands for all of them,
    /// and names each here.
    fn names_of_broken(&self, _: &Self::State) -> Vec<&'static str> {
        Vec::new()
    }

    /// Judges a state at rest: one that no fair step leaves (fair steps, if any, lead back to itself).
    fn judge_rest(&self, state: &Self::State) -> Vec<Broken>;

    /// Bytes that the model itself holds for all states seen.
    fn bytes(&self) -> u64 {
        0
    }
}

/// What a step is to the executions that have to converge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fairness {
    /// A fault, a user, or a safety net: no part of the executions that have to converge.
    Outside,
    /// Taken sooner or later if it stays possible. Which number a class has makes no difference.
    Class(u16),
}

/// A property that a state at rest breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its name; the engine keeps the first finding of each name.
    pub property: &'static str,
    /// What is wrong, in words.
    pub what: String,
}
