//! One pair, two pairs.

use super::scenario;
use crate::models::{CRASH, EACH_ONCE, Spec, Suite};

pub(super) const ALL: &[Spec] = &[
    Spec::new("deleted-claim-still-binds", scenario!("deleted-claim-still-binds"))
        .faults(EACH_ONCE)
        .suite(Suite::Smoke),
    Spec::new("two-claims-one-volume", scenario!("two-claims-one-volume")).faults(CRASH).suite(Suite::Smoke),
];
