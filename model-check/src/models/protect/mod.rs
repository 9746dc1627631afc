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
        .faults(EACH_ONCE),
    Spec::new("protect-claim-used-by-a-pod-2", scenario!("protect-claim-used-by-a-pod"))
        .machines(CLAIMS)
        .controllers(2)
        .behind(1),
    Spec::new("protect-claim-kept-for-its-pod", scenario!("protect-claim-kept-for-its-pod"))
        .machines(CLAIMS)
        .faults(EACH_ONCE),
    Spec::new("protect-pod-on-its-way", scenario!("protect-pod-on-its-way"))
        .machines(CLAIMS)
        .faults(EACH_ONCE),
    Spec::new("protect-pod-on-its-way-2", scenario!("protect-pod-on-its-way"))
        .machines(CLAIMS)
        .controllers(2)
        .behind(1),
    Spec::new("protect-two-claims-one-list", scenario!("protect-two-claims-one-list"))
        .machines(CLAIMS)
        .faults(CRASH),
    Spec::new("protect-two-claims-one-list-2", scenario!("protect-two-claims-one-list"))
        .machines(CLAIMS)
        .controllers(2)
        .behind(1),
    Spec::new("protect-claim-of-an-ephemeral-volume", scenario!("protect-claim-of-an-ephemeral-volume"))
        .machines(CLAIMS)
        .faults(CRASH),
    Spec::new("protect-objects-of-before", scenario!("protect-objects-of-before"))
        .machines(BOTH)
        .faults(EACH_ONCE),
    Spec::new("protect-volume-with-a-wrong-phase", scenario!("protect-volume-with-a-wrong-phase"))
        .machines(VOLUMES)
        .faults(EACH_ONCE),
    Spec::new("protect-volume-of-a-claim", scenario!("protect-volume-of-a-claim"))
        .machines(Enabled::ALL)
        .faults(EACH_ONCE),
    Spec::new("protect-deleted-meanwhile", scenario!("protect-deleted-meanwhile"))
        .machines(BOTH)
        .faults(CRASH),
    Spec::new("protect-free-volume", scenario!("protect-free-volume")).machines(Enabled::ALL).faults(CRASH),
    Spec::new("protect-free-volume-2", scenario!("protect-free-volume"))
        .machines(Enabled::ALL)
        .controllers(2)
        .behind(1),
];
