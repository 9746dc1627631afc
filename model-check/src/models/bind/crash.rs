//! One controller that crashes once, with a choice of volumes or of claims.

use super::scenario;
use crate::models::{CRASH, LOSS, Spec};

pub(super) const ALL: &[Spec] = &[
    Spec::new("attributes-class", scenario!("attributes-class")).faults(CRASH).states(3_775),
    Spec::new("claim-names-volume", scenario!("claim-names-volume")).faults(CRASH).states(3_103),
    Spec::new("crash-after-first-write", scenario!("crash-after-first-write")).faults(CRASH).states(2_723),
    Spec::new("fewest-access-modes", scenario!("fewest-access-modes")).faults(CRASH).states(4_039),
    Spec::new("quantities-in-other-words", scenario!("quantities-in-other-words"))
        .faults(CRASH)
        .states(3_775),
    Spec::new("reserved-volume-first", scenario!("reserved-volume-first")).faults(CRASH).states(3_775),
    Spec::new("selector", scenario!("selector")).faults(CRASH).states(3_794),
    Spec::new("user-cannot-redirect-a-claim", scenario!("user-cannot-redirect-a-claim"))
        .faults(CRASH)
        .states(4_067),
    Spec::new("reserved-misfit-and-one-that-fits", scenario!("reserved-misfit-and-one-that-fits"))
        .faults(CRASH)
        .states(876),
    Spec::new("misbound", scenario!("misbound")).faults(CRASH).states(3_130),
    Spec::new("static-binding", scenario!("static-binding")).faults(CRASH).states(89_096),
    Spec::new("equal-volumes", scenario!("equal-volumes")).faults(CRASH).states(88_732),
    Spec::new("volume-reserved-by-name", scenario!("volume-reserved-by-name")).faults(CRASH).states(53_782),
    Spec::new("user-takes-the-volume-back", scenario!("user-takes-the-volume-back"))
        .faults(CRASH)
        .states(32_889),
    Spec::new("claim-asks-for-no-class", scenario!("claim-asks-for-no-class")).faults(CRASH).states(3_775),
    Spec::new("better-volume-appears", scenario!("better-volume-appears")).faults(LOSS).states(8_481),
    Spec::new("static-binding-one-order", scenario!("static-binding")).orders(1).states(155),
    Spec::new("local-volumes-two-claims", scenario!("local-volumes-two-claims"))
        .behind(1)
        .orders(1)
        .states(2_090),
    Spec::new("claim-deleted-midway", scenario!("claim-deleted-midway")).faults(CRASH).states(8_014),
];
