//! Protection: claims that pods use, and volumes that claims have.
//!
//! A model is named after its scenario in `fixtures/scenarios`, and after what makes it larger.

use windlass_core::controller::Enabled;

use super::{CRASH, EACH_ONCE, Spec};

/// The scenario of that name.
macro_rules! scenario {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/scenarios/", $name, ".yaml"))
    };
}

const CLAIMS: Enabled = Enabled { protect_claims: true, ..Enabled::NONE };
const VOLUMES: Enabled = Enabled { protect_volumes: true, ..Enabled::NONE };
const BOTH: Enabled = Enabled { protect_claims: true, ..VOLUMES };

/// All models of protection.
pub const ALL: &[Spec] = &[
    Spec::new("protect-claim-used-by-a-pod", scenario!("protect-claim-used-by-a-pod"))
        .machines(CLAIMS)
        .faults(EACH_ONCE)
        .states(11_276),
    Spec::new("protect-claim-used-by-a-pod-2", scenario!("protect-claim-used-by-a-pod"))
        .machines(CLAIMS)
        .controllers(2)
        .behind(1)
        .states(3_399),
    Spec::new("protect-claim-kept-for-its-pod", scenario!("protect-claim-kept-for-its-pod"))
        .machines(CLAIMS)
        .faults(EACH_ONCE)
        .states(424),
    Spec::new("protect-pod-on-its-way", scenario!("protect-pod-on-its-way"))
        .machines(CLAIMS)
        .faults(EACH_ONCE)
        .states(18_544),
    Spec::new("protect-pod-on-its-way-2", scenario!("protect-pod-on-its-way"))
        .machines(CLAIMS)
        .controllers(2)
        .behind(1)
        .states(30_937),
    Spec::new("protect-two-claims-one-list", scenario!("protect-two-claims-one-list"))
        .machines(CLAIMS)
        .faults(CRASH)
        .states(1_199),
    Spec::new("protect-two-claims-one-list-2", scenario!("protect-two-claims-one-list"))
        .machines(CLAIMS)
        .controllers(2)
        .behind(1)
        .states(24_770),
    Spec::new("protect-list-before-the-deletion", scenario!("protect-list-before-the-deletion"))
        .machines(CLAIMS)
        .faults(CRASH)
        .states(2_554),
    Spec::new("protect-finalizer-taken-away", scenario!("protect-finalizer-taken-away"))
        .machines(CLAIMS)
        .faults(CRASH)
        .states(3_600),
    Spec::new("protect-bind-on-its-way", scenario!("protect-bind-on-its-way"))
        .machines(VOLUMES)
        .faults(EACH_ONCE)
        .states(2_068),
    Spec::new("protect-claim-of-an-ephemeral-volume", scenario!("protect-claim-of-an-ephemeral-volume"))
        .machines(CLAIMS)
        .faults(CRASH)
        .states(644),
    Spec::new("protect-objects-of-before", scenario!("protect-objects-of-before"))
        .machines(BOTH)
        .faults(EACH_ONCE)
        .states(317_329),
    Spec::new("protect-volume-with-a-wrong-phase", scenario!("protect-volume-with-a-wrong-phase"))
        .machines(VOLUMES)
        .faults(EACH_ONCE)
        .states(160),
    Spec::new("protect-volume-of-a-claim", scenario!("protect-volume-of-a-claim"))
        .machines(Enabled::ALL)
        .faults(EACH_ONCE)
        .states(210_631),
    Spec::new("protect-deleted-meanwhile", scenario!("protect-deleted-meanwhile"))
        .machines(BOTH)
        .faults(CRASH)
        .states(9_193),
    Spec::new("protect-free-volume", scenario!("protect-free-volume"))
        .machines(Enabled::ALL)
        .faults(CRASH)
        .states(1_068),
    Spec::new("protect-free-volume-2", scenario!("protect-free-volume"))
        .machines(Enabled::ALL)
        .controllers(2)
        .behind(1)
        .states(441_302),
];
