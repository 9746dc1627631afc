//! A counterexample as small as it gets: shortest first, then with the fewest faults, then in the simplest
//! cluster.
//!
//! The engine finds a shortest way within the bounds of its model. Here the bounds are narrowed, one at a time,
//! for as long as the same property breaks by a way that is no longer.

use windlass_world::actors::FaultKind;
use windlass_world::scenario::Scenario;

use crate::bounded::Bounded;
use crate::engine::{Bounds, Finding, explore};
use crate::packed::Packed;

/// States after which a narrower model is given up: what it would tell is not worth more.
const STATES_MAX: u64 = 200_000;

/// The model with the narrowest bounds in which `finding`, of a model of `bounded`, comes about, and how; none
/// if no narrower one shows it within the states that this may take.
pub(crate) fn minimise(bounded: &Bounded, finding: &Finding, threads: usize) -> Option<(Packed, Finding)> {
    let mut smallest: Option<(Packed, Finding)> = None;
    loop {
        let (from, finding) = match &smallest {
            Some((packed, finding)) => (packed.bounded().clone(), finding),
            None => (bounded.from(finding.path.init), finding),
        };
        match narrower(&from).into_iter().find_map(|bounded| found(&bounded, finding, threads)) {
            None => return smallest,
            Some(smaller) => smallest = Some(smaller),
        }
    }
}

/// The same property broken in `bounded` by a way that is no longer than that of `finding`.
fn found(bounded: &Bounded, finding: &Finding, threads: usize) -> Option<(Packed, Finding)> {
    let packed = Packed::new(bounded.clone());
    let bounds = Bounds { threads, states_max: STATES_MAX, stops_at_first: true, ..Bounds::default() };
    let explored = explore(&packed, &bounds, &|_| {});
    let same = explored.findings.into_iter().find(|it| it.property == finding.property)?;
    (same.path.actions.len() <= finding.path.actions.len()).then_some((packed, same))
}

/// The model with one thing less, each way: a fault, a controller, an object, a step of the users.
fn narrower(bounded: &Bounded) -> Vec<Bounded> {
    let mut narrower = Vec::new();
    for kind in FaultKind::ALL.into_iter().filter(|kind| bounded.budgets.left(*kind) > 0) {
        narrower.push(Bounded { budgets: bounded.budgets.with(kind, 0), ..bounded.clone() });
    }
    if bounded.controllers > 1 {
        narrower.push(Bounded { controllers: bounded.controllers - 1, ..bounded.clone() });
    }
    let Bounded { scenario, .. } = bounded;
    let without = |scenario: Scenario| {
        let Bounded { controllers, budgets, setting, .. } = bounded;
        Bounded::new(scenario, *controllers, *budgets, setting.clone())
    };
    for at in (0..scenario.start.len()).filter(|_| scenario.start.len() > 1) {
        let mut fewer = scenario.clone();
        fewer.start.remove(at);
        narrower.push(without(fewer));
    }
    for at in 0..scenario.steps.len() {
        let mut fewer = scenario.clone();
        fewer.steps.remove(at);
        narrower.push(without(fewer));
    }
    narrower
}
