//! A claim, as far as it decides something.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use super::finalizers::Finalizers;
use super::modes::{AccessModes, VolumeMode};
use crate::ids::{ClaimKey, ClassName, NodeName, Uid, Version, VolumeName};
use crate::quantity::Quantity;
use crate::selector::Selector;
use crate::text::Text;

/// A PersistentVolumeClaim as observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// Namespace and name.
    pub key: ClaimKey,
    /// Identity; a claim created again under the same name has another.
    pub uid: Uid,
    /// The server's version of this state.
    pub version: Version,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// Those of `metadata.finalizers` that somebody acts on.
    pub finalizers: Finalizers,
    /// UID of the pod that is its controlling owner: the claim was made for a volume of that pod.
    pub owner_pod: Option<Arc<Uid>>,
    /// Annotation `pv.kubernetes.io/bind-completed` is present: this claim has been bound once.
    pub completed: bool,
    /// Annotation `pv.kubernetes.io/bound-by-controller` is present: no user chose the volume.
    pub bound_by_controller: bool,
    /// `spec.volumeMode`.
    pub volume_mode: VolumeMode,
    /// `spec.accessModes`.
    pub access_modes: AccessModes,
    /// `spec.resources.requests.storage`.
    pub request: Quantity,
    /// The beta class annotation if present, else `spec.storageClassName`. `None`: says nothing,
    /// which is not the same as asking for the class of no name.
    pub class: Option<ClassName>,
    /// `spec.volumeAttributesClassName`; empty means none.
    pub attributes_class: Text,
    /// `spec.volumeName`; empty means none.
    pub volume_name: VolumeName,
    /// `spec.selector`.
    pub selector: Option<Arc<Selector>>,
    /// Annotation `volume.kubernetes.io/selected-node`; empty counts as present, as upstream has it.
    pub selected_node: Option<NodeName>,
    /// `status`.
    pub status: ClaimStatus,
}

impl Claim {
    /// The class that volumes must have: empty if the claim names none or says nothing.
    #[must_use]
    pub fn class_name(&self) -> ClassName {
        self.class.clone().unwrap_or_default()
    }
}

/// The status of a claim, as far as the binder owns it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClaimStatus {
    /// `status.phase`.
    pub phase: ClaimPhase,
    /// `status.accessModes`; none means that the field is not there.
    pub access_modes: AccessModes,
    /// `status.capacity.storage`.
    pub capacity: Option<Quantity>,
    /// `status.currentVolumeAttributesClassName`; empty means none.
    pub attributes_class: Text,
}

/// `status.phase` of a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ClaimPhase {
    /// Not bound; also what an empty phase means, which the API server never stores.
    #[default]
    Pending,
    /// Bound to `spec.volumeName`.
    Bound,
    /// Was bound to a volume that is gone or is another's.
    Lost,
}

impl ClaimPhase {
    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Bound => "Bound",
            Self::Lost => "Lost",
        }
    }

    /// The phase of that API name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Bound, Self::Lost].into_iter().find(|phase| phase.as_str() == name)
    }
}
