//! What a machine is: it takes in what has changed, and decides, one key at a time.
//!
//! Pipeline: the composition (`controller`) → **`machine`** → a [`Decision`] → the composition, which alone sends.
//!
//! Guarantees: a machine sees everything and changes nothing but itself. What two machines want to do to one object is
//! sent by the composition, one after the other.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::ObjectKey;
use crate::in_flight::InFlight;
use crate::observed::{Change, Store};
use crate::operation::OperationKey;
use crate::order::{Answer, Effect, Order, Timer};
use crate::why::{Because, Why};

/// What a machine looks at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What is observed.
    pub store: &'a Store,
    /// What is under way.
    pub in_flight: &'a InFlight,
}

/// What came of one decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What to order, and why. It is not sent while something is under way that it conflicts with: the end of that
    /// wakes the key again.
    pub order: Option<(Order, Because)>,
    /// The key about which there is nothing to do, so that its failures are forgotten.
    pub settled: Option<OperationKey>,
    /// Timers and events.
    pub effects: Vec<Effect>,
}

/// The answer to an order, taken in by the store already.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The order.
    pub order: &'a Order,
    /// Because of what it was given; none where nobody waited for the answer any more.
    pub because: Option<&'a Because>,
    /// The answer.
    pub answer: &'a Answer,
}

/// One machine. Its methods are called by the composition only, in the order in which they stand here.
pub trait Machine {
    /// Something is observed that was not before, of whatever kind: wakes those about whom to decide again.
    fn changed(&mut self, change: &Change, view: View<'_>);

    /// An order of whatever machine was sent.
    fn began(&mut self, _order: &Order, _view: View<'_>) {}

    /// Nothing is under way for `key` any more.
    fn freed(&mut self, key: &OperationKey, view: View<'_>);

    /// An order of whatever machine was answered.
    fn answered(&mut self, answered: Answered<'_>, view: View<'_>, effects: &mut Vec<Effect>);

    /// A timer of a machine has run out.
    fn fired(&mut self, _timer: &Timer) {}

    /// Decide about this object once more.
    fn wake(&mut self, key: &ObjectKey);

    /// Decides about the next key that is due; none if none is.
    fn decide(&mut self, view: View<'_>) -> Option<Decision>;

    /// Nothing is due.
    fn idle(&mut self) {}

    /// Its queues, by the names that upstream has for its own, with the number of keys that are due.
    fn queues(&self) -> Vec<(&'static str, usize)>;

    /// What an object waits for by itself; none if it is as it should be, or about to be worked on.
    fn reason(&self, key: &ObjectKey, view: View<'_>) -> Option<Why>;

    /// Further facts about a reason that this machine gave, for people.
    fn details(&self, _key: &ObjectKey, _why: &Why, _view: View<'_>) -> String {
        String::new()
    }

    /// Returns the first broken invariant in words.
    ///
    /// # Errors
    ///
    /// When the books of the machine contradict each other or what is observed.
    fn check(&self, view: View<'_>) -> Result<(), String>;
}
