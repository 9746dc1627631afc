//! New volumes that nobody claims: each is left alone for a moment before it is shown as available.
//!
//! Guarantees: as long as a volume waits, `Timer::Announce` is armed; whoever comes later does not put it off.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::ids::VolumeName;
use crate::limits::ANNOUNCE_MS;
use crate::mutants::{Mutant, is_planted};
use crate::order::{Effect, Timer};

/// The volumes that wait for their claims, and those that have waited.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct AnnounceDelay {
    waiting: BTreeSet<VolumeName>,
    /// They are to be announced when it is their turn.
    ripe: BTreeSet<VolumeName>,
}

impl AnnounceDelay {
    /// Whether the volume has waited; if not, it waits from here on.
    pub(super) fn has_waited(&mut self, name: &VolumeName, effects: &mut Vec<Effect>) -> bool {
        if self.ripe.remove(name) {
            return true;
        }
        if self.waiting.is_empty() && !is_planted(Mutant::AnnounceNotArmed) {
            effects.push(Effect::ArmTimer(Timer::Announce, ANNOUNCE_MS));
        }
        self.waiting.insert(name.clone());
        false
    }

    /// The volume does not wait any more: it is claimed, gone, or written.
    pub(super) fn forget(&mut self, name: &VolumeName, effects: &mut Vec<Effect>) {
        self.ripe.remove(name);
        if self.waiting.remove(name) && self.waiting.is_empty() {
            effects.push(Effect::DropTimer(Timer::Announce));
        }
    }

    /// The timer has run out. Answers the volumes that have waited.
    pub(super) fn ripen(&mut self) -> Vec<VolumeName> {
        let ripe: Vec<VolumeName> = core::mem::take(&mut self.waiting).into_iter().collect();
        self.ripe.extend(ripe.iter().cloned());
        ripe
    }

    /// The volumes that wait or have waited.
    pub(super) fn iter(&self) -> impl Iterator<Item = &VolumeName> {
        self.waiting.iter().chain(&self.ripe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_waits_once_and_nobody_puts_it_off() {
        let (mut delay, mut effects) = (AnnounceDelay::default(), Vec::new());
        let (first, second) = (VolumeName::new("a"), VolumeName::new("b"));
        assert!(!delay.has_waited(&first, &mut effects));
        assert_eq!(effects, [Effect::ArmTimer(Timer::Announce, ANNOUNCE_MS)]);
        assert!(!delay.has_waited(&second, &mut effects));
        assert!(!delay.has_waited(&first, &mut effects));
        assert_eq!(effects.len(), 1, "the timer runs already");
        assert_eq!(delay.ripen(), [first.clone(), second.clone()]);
        assert!(delay.has_waited(&first, &mut effects));
        delay.forget(&second, &mut effects);
        assert_eq!((delay, effects.len()), (AnnounceDelay::default(), 1));
    }

    #[test]
    fn with_the_last_that_waits_the_timer_ends() {
        let (mut delay, mut effects) = (AnnounceDelay::default(), Vec::new());
        let (first, second) = (VolumeName::new("a"), VolumeName::new("b"));
        delay.has_waited(&first, &mut effects);
        delay.has_waited(&second, &mut effects);
        effects.clear();
        delay.forget(&first, &mut effects);
        assert_eq!(effects, []);
        delay.forget(&second, &mut effects);
        delay.forget(&second, &mut effects);
        assert_eq!(effects, [Effect::DropTimer(Timer::Announce)]);
    }
}
