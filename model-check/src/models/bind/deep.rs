//! Larger bounds, for the suite that may take an hour.

use super::scenario;
use crate::models::{EACH_ONCE, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    each("misbound-each", scenario!("misbound")).states(4_618_825),
    each("crash-after-first-write-each", scenario!("crash-after-first-write")).states(6_217_472),
    each("reserved-misfit-and-one-that-fits-each", scenario!("reserved-misfit-and-one-that-fits"))
        .states(1_483_376),
    two("claim-names-volume-2", scenario!("claim-names-volume")).states(1_166_476),
    two("class-must-match-2", scenario!("class-must-match")).states(2_213_598),
    two("claim-deleted-midway-2", scenario!("claim-deleted-midway")).states(10_087_181),
];

/// One controller, and each fault once.
const fn each(name: &'static str, scenario: &'static str) -> Spec {
    Spec::new(name, scenario).faults(EACH_ONCE).suite(Suite::Deep)
}

/// Two controllers that agree on nothing.
const fn two(name: &'static str, scenario: &'static str) -> Spec {
    Spec::new(name, scenario).controllers(2).behind(1).suite(Suite::Deep)
}
