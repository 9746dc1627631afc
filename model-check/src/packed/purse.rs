//! The faults that are left, as one word.

use windlass_world::actors::{Action, Budgets};

/// How many sorts of faults there are.
const SORTS: usize = 7;

/// A [`Budgets`] in one word: a byte for each sort of fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Purse(u64);

/// What an action takes out of a purse: nothing, or one of the sort of that number, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Price(u8);

impl Purse {
    /// These faults.
    pub(super) fn of(budgets: &Budgets) -> Self {
        let Budgets { crashes, scheduler_crashes, conflicts, losses, refusals, relists, sweeps } = *budgets;
        let sorts = [crashes, scheduler_crashes, conflicts, losses, refusals, relists, sweeps, 0];
        Self(u64::from_le_bytes(sorts))
    }

    /// The faults in it.
    pub(super) const fn budgets(self) -> Budgets {
        let [crashes, scheduler_crashes, conflicts, losses, refusals, relists, sweeps, _] =
            self.0.to_le_bytes();
        Budgets { crashes, scheduler_crashes, conflicts, losses, refusals, relists, sweeps }
    }

    /// Itself as a number.
    pub(super) const fn word(self) -> u64 {
        self.0
    }

    /// Whether there is enough in it.
    pub(super) const fn affords(self, price: Price) -> bool {
        price.0 == 0 || self.0 >> price.shift() & 0xff > 0
    }

    /// What is left of it; there has to be enough in it.
    pub(super) const fn spend(self, price: Price) -> Self {
        if price.0 == 0 { self } else { Self(self.0.wrapping_sub(1 << price.shift())) }
    }
}

impl Price {
    /// What `action` costs.
    pub(super) fn of(action: &Action) -> Self {
        let (full, mut left) = (Purse(u64::MAX).budgets(), Purse(u64::MAX).budgets());
        left.spend(action);
        let spent = Purse::of(&full).0 ^ Purse::of(&left).0;
        let is_of = |sort: &usize| spent >> (sort * 8) & 0xff > 0;
        let sort = (0..SORTS).find(is_of).map_or(0, |sort| sort + 1);
        Self(u8::try_from(sort).unwrap_or_default())
    }

    const fn shift(self) -> u8 {
        self.0.saturating_sub(1) * 8
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::ids::Kind;
    use windlass_core::order::Timer;

    use super::*;

    #[test]
    fn a_purse_is_the_budgets_that_it_holds() {
        let mut budgets = Budgets {
            crashes: 1,
            scheduler_crashes: 2,
            conflicts: 3,
            losses: 4,
            refusals: 5,
            relists: 6,
            sweeps: 1,
        };
        let mut purse = Purse::of(&budgets);
        let actions = [
            Action::Crash(0),
            Action::User,
            Action::Fire(0, Timer::Sweep),
            Action::Relist(0, Kind::Claim),
            Action::Fire(0, Timer::Resync),
            Action::Crash(0),
            Action::CrashScheduler,
        ];
        for action in actions {
            let price = Price::of(&action);
            assert_eq!(purse.affords(price), budgets.allows(&action), "{action:?}");
            if purse.affords(price) {
                budgets.spend(&action);
                purse = purse.spend(price);
            }
            assert_eq!(purse.budgets(), budgets, "{action:?}");
        }
    }
}
