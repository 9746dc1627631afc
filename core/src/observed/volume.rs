//! A volume, as far as it decides something.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::finalizers::Finalizers;
use super::modes::{AccessModes, VolumeMode};
use crate::affinity::VolumeAffinity;
use crate::ids::{ClaimKey, ClassName, Uid, Version, VolumeName};
use crate::mutants::{Mutant, is_planted};
use crate::quantity::Quantity;
use crate::selector::Labels;
use crate::text::Text;

/// A PersistentVolume as observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Volume {
    /// Name.
    pub name: VolumeName,
    /// Identity; a volume created again under the same name has another.
    pub uid: Uid,
    /// The server's version of this state.
    pub version: Version,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// Those of `metadata.finalizers` that somebody acts on.
    pub finalizers: Finalizers,
    /// `status.phase`.
    pub phase: VolumePhase,
    /// Annotation `pv.kubernetes.io/bound-by-controller` is present: no user chose the claim.
    pub bound_by_controller: bool,
    /// `spec.volumeMode`.
    pub volume_mode: VolumeMode,
    /// `spec.persistentVolumeReclaimPolicy`.
    pub reclaim_policy: ReclaimPolicy,
    /// `spec.accessModes`.
    pub access_modes: AccessModes,
    /// `spec.capacity.storage`.
    pub capacity: Quantity,
    /// The beta class annotation if present, else `spec.storageClassName`; empty means none.
    pub class: ClassName,
    /// `spec.volumeAttributesClassName`; empty means none.
    pub attributes_class: Text,
    /// `spec.claimRef`.
    pub claim_ref: Option<ClaimRef>,
    /// Annotation `pv.kubernetes.io/provisioned-by`.
    pub provisioned_by: Option<Text>,
    /// Annotation `volume.alpha.kubernetes.io/pre-resize-capacity`, where it is a quantity: the
    /// size of the file system while its expansion on a node is still due.
    pub capacity_before_resize: Option<Quantity>,
    /// `metadata.labels`.
    pub labels: Labels,
    /// `spec.nodeAffinity`.
    pub affinity: Option<Arc<VolumeAffinity>>,
}

impl Volume {
    /// Whom `spec.claimRef` names, seen from `claim`.
    #[must_use]
    pub fn held_by(&self, claim: &Claim) -> Holder {
        match &self.claim_ref {
            None => Holder::Nobody,
            Some(ClaimRef { key, uid: None }) if *key == claim.key => Holder::Name,
            Some(ClaimRef { key: _, uid: None }) => Holder::Other,
            Some(ClaimRef { key, uid: Some(uid) }) if *uid == claim.uid => match *key == claim.key {
                true => Holder::Claim,
                false => Holder::ClaimMisnamed,
            },
            Some(ClaimRef { key, uid: Some(_) }) if *key == claim.key && is_planted(Mutant::UidIgnored) => {
                Holder::Claim
            }
            Some(ClaimRef { key: _, uid: Some(_) }) => Holder::Other,
        }
    }
}

/// Whom a volume's `claimRef` names, seen from one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// There is no `claimRef`.
    Nobody,
    /// The name of this claim, without a UID: reserved for whoever has the name.
    Name,
    /// This very claim.
    Claim,
    /// This very claim by UID, but under another name or namespace.
    ClaimMisnamed,
    /// Some other claim.
    Other,
}

/// The claim that a volume is reserved for or bound to: `spec.claimRef`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClaimRef {
    /// Namespace and name of the claim.
    pub key: ClaimKey,
    /// UID of the claim; `None` (an empty one) reserves the volume for the name.
    pub uid: Option<Uid>,
}

/// `status.phase` of a volume.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VolumePhase {
    /// Created and not looked at yet.
    #[default]
    Pending,
    /// Free, or reserved for a name.
    Available,
    /// Reserved for a claim by UID.
    Bound,
    /// Its claim is gone; waits for its reclaim policy.
    Released,
    /// Its reclaim went wrong.
    Failed,
}

impl VolumePhase {
    /// All phases.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Available, Self::Bound, Self::Released, Self::Failed];

    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Available => "Available",
            Self::Bound => "Bound",
            Self::Released => "Released",
            Self::Failed => "Failed",
        }
    }

    /// The phase of that API name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == name)
    }
}

/// What happens to a volume when its claim is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReclaimPolicy {
    /// Nothing: an admin decides. What the API means where it says nothing.
    #[default]
    Retain,
    /// The data is scrubbed and the volume offered again.
    Recycle,
    /// The asset and the volume are deleted.
    Delete,
}

impl ReclaimPolicy {
    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retain => "Retain",
            Self::Recycle => "Recycle",
            Self::Delete => "Delete",
        }
    }

    /// The policy of that API name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Retain, Self::Recycle, Self::Delete].into_iter().find(|policy| policy.as_str() == name)
    }
}
