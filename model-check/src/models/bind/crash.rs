//! One controller that crashes once, with a choice of volumes or of claims.

use super::scenario;
use crate::models::{CRASH, LOSS, Spec};

pub(super) const ALL: &[Spec] = &[
    Spec::new("attributes-class", scenario!("attributes-class")).faults(CRASH),
    Spec::new("class-must-match", scenario!("class-must-match")).faults(CRASH),
    Spec::new("claim-names-volume", scenario!("claim-names-volume")).faults(CRASH),
    Spec::new("crash-after-first-write", scenario!("crash-after-first-write")).faults(CRASH),
    Spec::new("fewest-access-modes", scenario!("fewest-access-modes")).faults(CRASH),
    Spec::new("quantities-in-other-words", scenario!("quantities-in-other-words")).faults(CRASH),
    Spec::new("reserved-volume-first", scenario!("reserved-volume-first")).faults(CRASH),
    Spec::new("selector", scenario!("selector")).faults(CRASH),
    Spec::new("user-cannot-redirect-a-claim", scenario!("user-cannot-redirect-a-claim")).faults(CRASH),
    Spec::new("volume-mode", scenario!("volume-mode")).faults(CRASH),
    Spec::new("reserved-misfit-and-one-that-fits", scenario!("reserved-misfit-and-one-that-fits"))
        .faults(CRASH),
    Spec::new("misbound", scenario!("misbound")).faults(CRASH),
    Spec::new("static-binding", scenario!("static-binding")).faults(CRASH),
    Spec::new("equal-volumes", scenario!("equal-volumes")).faults(CRASH),
    Spec::new("volume-reserved-by-name", scenario!("volume-reserved-by-name")).faults(CRASH),
    Spec::new("user-takes-the-volume-back", scenario!("user-takes-the-volume-back")).faults(CRASH),
    Spec::new("claim-asks-for-no-class", scenario!("claim-asks-for-no-class")).faults(CRASH),
    Spec::new("better-volume-appears", scenario!("better-volume-appears")).faults(LOSS),
    Spec::new("static-binding-one-order", scenario!("static-binding")).orders(1),
    Spec::new("local-volumes-two-claims", scenario!("local-volumes-two-claims")).behind(1).orders(1),
    Spec::new("claim-deleted-midway", scenario!("claim-deleted-midway")).faults(CRASH),
];
