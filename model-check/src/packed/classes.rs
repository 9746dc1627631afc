//! What each action is to fairness.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use windlass_core::ids::{Kind, PodKey};
use windlass_core::operation::OperationKey;
use windlass_core::order::Timer;
use windlass_world::actors::Action;

use crate::engine::Fairness;

/// A kind of step about one object, or one about none.
///
/// Controllers share classes: they are sorted in each state, so that a place is not one controller's for good.
/// Classes that are shared ask less of an execution to be fair, so that more executions have to converge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// A watch of the kind shows something.
    Delivery(Kind),
    /// A request that outlived its process is carried out, or lost.
    Orphan,
    /// New volumes that nobody claimed are announced.
    Announcement,
    /// A request about the object is carried out.
    Request(OperationKey),
    /// The answer to a request about the object arrives.
    Answer(OperationKey),
    /// The pause of what is done to the object ends.
    Retry(OperationKey),
    /// The scheduler works on the pod.
    Schedule(PodKey),
}

impl Class {
    /// The class of an action; none if nothing may rest on it: a fault, users, and the safety net.
    fn of(action: &Action) -> Option<Self> {
        match action {
            Action::Deliver(_, kind) => Some(Self::Delivery(*kind)),
            Action::Land(_) | Action::Vanish(_) => Some(Self::Orphan),
            Action::Fire(_, Timer::Announce) => Some(Self::Announcement),
            Action::Perform(_, order) => Some(Self::Request(order.key.clone())),
            Action::Answer(_, order) => Some(Self::Answer(order.key.clone())),
            Action::Fire(_, Timer::Retry(key, _)) => Some(Self::Retry(key.clone())),
            Action::Schedule(pod, _) => Some(Self::Schedule(pod.clone())),
            Action::Relist(..)
            | Action::Disturb(..)
            | Action::Crash(_)
            | Action::CrashScheduler
            | Action::User
            | Action::Fire(_, Timer::Sweep | Timer::Resync | Timer::Continue) => None,
        }
    }
}

/// The classes that have come up, each with its number. Numbers differ from run to run where threads race;
/// what the engine finds does not depend on them.
#[derive(Debug, Default)]
pub(super) struct Classes {
    numbers: Mutex<BTreeMap<Class, u16>>,
}

impl Classes {
    /// What `action` is to fairness.
    ///
    /// # Panics
    ///
    /// With more classes than 16 bits number.
    pub(super) fn of(&self, action: &Action) -> Fairness {
        let Some(class) = Class::of(action) else { return Fairness::Outside };
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = numbers.len();
        let number = numbers.entry(class).or_insert_with(|| {
            u16::try_from(next).expect("a small cluster has fewer classes of steps than 16 bits number")
        });
        Fairness::Class(*number)
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::ids::{ObjectKey, VolumeName};
    use windlass_core::operation::Operation;

    use super::*;

    #[test]
    fn a_class_is_a_kind_of_step_about_one_object() {
        let classes = Classes::default();
        let retry = |name: &str| {
            let key = ObjectKey::Volume(VolumeName::new(name)).into();
            Action::Fire(0, Timer::Retry(key, Operation::Write))
        };
        let of = |action: &Action| classes.of(action);
        assert_eq!(of(&retry("a")), of(&retry("a")));
        assert_ne!(of(&retry("a")), of(&retry("b")));
        assert_eq!(of(&Action::Deliver(0, Kind::Claim)), of(&Action::Deliver(1, Kind::Claim)));
        assert_ne!(of(&Action::Deliver(0, Kind::Claim)), of(&Action::Deliver(0, Kind::Volume)));
        assert_eq!(of(&Action::User), Fairness::Outside);
        let many: Vec<Fairness> = (0..1000).map(|at| of(&retry(&format!("v{at}")))).collect();
        let numbers: std::collections::BTreeSet<String> = many.iter().map(|it| format!("{it:?}")).collect();
        assert_eq!(numbers.len(), many.len());
    }
}
