//! The models: small worlds with their bounds, as data.

pub mod bind;
pub mod protect;

use std::fmt;
use std::str::FromStr;

use windlass_core::controller::Enabled;
use windlass_world::actors::{Budgets, FaultKind, Setting};
use windlass_world::scenario::{Start, read_scenario};

use crate::bounded::Bounded;

/// A set of models, by the time that it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suite {
    /// Seconds: a part of the tests.
    Smoke,
    /// Minutes: for every change.
    Pr,
    /// Up to an hour: larger bounds.
    Deep,
}

impl Suite {
    /// All suites, each a part of the next.
    pub const ALL: [Self; 3] = [Self::Smoke, Self::Pr, Self::Deep];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Pr => "pr",
            Self::Deep => "deep",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Suite {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|suite| suite.as_str() == name);
        found.ok_or_else(|| format!("there is no suite {name:?}; write smoke, pr or deep"))
    }
}

/// A model, as data.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its name.
    pub name: &'static str,
    /// The scenario, as a file of `fixtures/scenarios` has it.
    pub scenario: &'static str,
    /// The machines that a controller runs. Objects pass admission where one of them protects objects.
    pub machines: Enabled,
    /// Live controllers.
    pub controllers: u8,
    /// How often each fault may happen.
    pub faults: Budgets,
    /// Orders that a controller may have out.
    pub orders_in_flight_max: u16,
    /// Changes that a watch may be behind before it leaves out what is past.
    pub watch_backlog_max: u16,
    /// The smallest suite that it belongs to.
    pub suite: Suite,
    /// What makes other starts than that of the scenario, if it has many.
    pub starts: Option<fn() -> Vec<Vec<Start>>>,
    /// How many states it has: a change in behaviour shows as a change of this number. 0 where nobody has
    /// counted.
    pub states: u64,
}

/// The binder alone.
pub const BINDER: Enabled = Enabled { bind: true, ..Enabled::NONE };

/// No faults.
pub const NO_FAULTS: Budgets = Budgets::NONE;

/// One crash of a controller.
pub const CRASH: Budgets = NO_FAULTS.with(FaultKind::Crash, 1);

/// One request or answer that is lost.
pub const LOSS: Budgets = NO_FAULTS.with(FaultKind::Loss, 1);

/// One request that is refused, or told to come later.
pub const REFUSAL: Budgets = NO_FAULTS.with(FaultKind::Refusal, 1);

/// Each fault once.
pub const EACH_ONCE: Budgets = Budgets::each(1);

impl Spec {
    /// One controller and no faults, in the suite for every change.
    #[must_use]
    pub const fn new(name: &'static str, scenario: &'static str) -> Self {
        Self {
            name,
            scenario,
            machines: BINDER,
            controllers: 1,
            faults: NO_FAULTS,
            orders_in_flight_max: 8,
            watch_backlog_max: 2,
            suite: Suite::Pr,
            starts: None,
            states: 0,
        }
    }

    /// The same with these machines in each controller.
    #[must_use]
    pub const fn machines(self, machines: Enabled) -> Self {
        Self { machines, ..self }
    }

    /// The same with that many controllers.
    #[must_use]
    pub const fn controllers(self, controllers: u8) -> Self {
        Self { controllers, ..self }
    }

    /// The same with these faults.
    #[must_use]
    pub const fn faults(self, faults: Budgets) -> Self {
        Self { faults, ..self }
    }

    /// The same with at most that many orders of a controller out.
    #[must_use]
    pub const fn orders(self, orders_in_flight_max: u16) -> Self {
        Self { orders_in_flight_max, ..self }
    }

    /// The same with watches that are at most so many changes behind.
    #[must_use]
    pub const fn behind(self, watch_backlog_max: u16) -> Self {
        Self { watch_backlog_max, ..self }
    }

    /// The same from each of many starts.
    #[must_use]
    pub const fn starts(self, starts: fn() -> Vec<Vec<Start>>) -> Self {
        Self { starts: Some(starts), ..self }
    }

    /// The same in this suite.
    #[must_use]
    pub const fn suite(self, suite: Suite) -> Self {
        Self { suite, ..self }
    }

    /// The same, known to have that many states.
    #[must_use]
    pub const fn states(self, states: u64) -> Self {
        Self { states, ..self }
    }

    /// The world with these bounds.
    ///
    /// # Panics
    ///
    /// When the scenario has mistakes, which a test rules out.
    #[must_use]
    pub fn bounded(&self) -> Bounded {
        let scenario = read_scenario(self.scenario, self.name).unwrap_or_else(|problems| {
            panic!("model {}: {}", self.name, problems.first().map(ToString::to_string).unwrap_or_default())
        });
        let setting = Setting {
            machines: self.machines,
            orders_in_flight_max: self.orders_in_flight_max,
            watch_backlog_max: self.watch_backlog_max,
            ..Setting::default()
        };
        let bounded = Bounded::new(scenario, self.controllers, self.faults, setting);
        match self.starts {
            None => bounded,
            Some(starts) => bounded.from_each(starts()),
        }
    }

    /// Its bounds in words, those that are not usual.
    #[must_use]
    pub fn bounds(&self) -> Vec<(String, String)> {
        let faults = FaultKind::ALL.map(|kind| (kind.as_str(), u64::from(self.faults.left(kind))));
        let counts = [("controllers", u64::from(self.controllers))].into_iter().chain(faults).chain([
            ("orders out", u64::from(self.orders_in_flight_max)),
            ("watches behind", u64::from(self.watch_backlog_max)),
        ]);
        let is_told = |(_, count): &(&str, u64)| *count > 0;
        counts.filter(is_told).map(|(name, count)| (name.to_owned(), count.to_string())).collect()
    }
}

/// All models, in the order in which they are checked.
pub fn all() -> impl Iterator<Item = &'static Spec> {
    bind::ALL.iter().copied().flatten().chain(protect::ALL)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_scenario_of_a_model_can_be_read_and_names_are_unique() {
        let names: BTreeSet<&str> = all().map(|spec| spec.name).collect();
        assert_eq!(names.len(), all().count());
        for spec in all() {
            assert!(!spec.bounded().scenario.start.is_empty() || !spec.bounded().scenario.steps.is_empty());
        }
    }
}
