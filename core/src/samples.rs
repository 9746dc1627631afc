//! Objects for the tests of private functions; tests of the public ones take the builders of the
//! fixtures.

use crate::ids::{ClaimKey, ClassName, Uid, Version, VolumeName};
use crate::observed::{
    AccessMode, AccessModes, Claim, ClaimRef, ClaimStatus, Finalizers, ReclaimPolicy, Volume, VolumeMode,
    VolumePhase,
};
use crate::quantity::Quantity;
use crate::selector::Labels;
use crate::text::Text;

/// An unbound claim `default/claim` for 1Gi, `ReadWriteOnce`, that says nothing of a class.
pub(crate) fn claim() -> Claim {
    Claim {
        key: ClaimKey::new("default", "claim"),
        uid: Uid::new("uid-claim"),
        version: Version(3),
        deleting: false,
        finalizers: Finalizers::default(),
        owner_pod: None,
        completed: false,
        bound_by_controller: false,
        volume_mode: VolumeMode::Filesystem,
        access_modes: AccessModes::new([AccessMode::ReadWriteOnce]),
        request: quantity("1Gi"),
        class: None,
        attributes_class: Text::EMPTY,
        volume_name: VolumeName::default(),
        selector: None,
        selected_node: None,
        status: ClaimStatus::default(),
    }
}

/// A free volume `pv` of 1Gi, `ReadWriteOnce`, without a class.
pub(crate) fn volume() -> Volume {
    Volume {
        name: VolumeName::new("pv"),
        uid: Uid::new("uid-pv"),
        version: Version(5),
        deleting: false,
        finalizers: Finalizers::default(),
        phase: VolumePhase::Available,
        bound_by_controller: false,
        volume_mode: VolumeMode::Filesystem,
        reclaim_policy: ReclaimPolicy::Retain,
        access_modes: AccessModes::new([AccessMode::ReadWriteOnce]),
        capacity: quantity("1Gi"),
        class: ClassName::default(),
        attributes_class: Text::EMPTY,
        claim_ref: None,
        provisioned_by: None,
        capacity_before_resize: None,
        labels: Labels::default(),
        affinity: None,
    }
}

/// A `claimRef` to `default/name`, by UID if there is one.
pub(crate) fn claim_ref(name: &str, uid: Option<&str>) -> ClaimRef {
    ClaimRef { key: ClaimKey::new("default", name), uid: uid.map(Uid::new) }
}

/// The quantity that `text` is; zero if it is none.
pub(crate) fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap_or(Quantity::ZERO)
}
