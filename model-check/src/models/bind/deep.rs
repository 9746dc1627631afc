//! Larger bounds, for the suite that may take an hour.

use super::scenario;
use crate::models::{EACH_ONCE, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("misbound-each", scenario!("misbound")).faults(EACH_ONCE).suite(Suite::Deep),
    Spec::new("crash-after-first-write-each", scenario!("crash-after-first-write"))
        .faults(EACH_ONCE)
        .suite(Suite::Deep),
    Spec::new("attributes-class-each", scenario!("attributes-class")).faults(EACH_ONCE).suite(Suite::Deep),
    Spec::new("class-must-match-each", scenario!("class-must-match")).faults(EACH_ONCE).suite(Suite::Deep),
    Spec::new("claim-names-volume-each", scenario!("claim-names-volume"))
        .faults(EACH_ONCE)
        .suite(Suite::Deep),
    Spec::new("reserved-misfit-and-one-that-fits-each", scenario!("reserved-misfit-and-one-that-fits"))
        .faults(EACH_ONCE)
        .suite(Suite::Deep),
    Spec::new("selector-each", scenario!("selector")).faults(EACH_ONCE).suite(Suite::Deep),
    Spec::new("class-must-match-2", scenario!("class-must-match"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Deep),
    Spec::new("claim-names-volume-2", scenario!("claim-names-volume"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Deep),
    Spec::new("fewest-access-modes-2", scenario!("fewest-access-modes"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Deep),
    Spec::new("reserved-volume-first-2", scenario!("reserved-volume-first"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Deep),
    Spec::new("selector-2", scenario!("selector")).controllers(2).behind(1).suite(Suite::Deep),
    Spec::new("claim-deleted-midway-each", scenario!("claim-deleted-midway"))
        .faults(EACH_ONCE)
        .suite(Suite::Deep),
    Spec::new("claim-deleted-midway-2", scenario!("claim-deleted-midway"))
        .controllers(2)
        .behind(1)
        .suite(Suite::Deep),
];
