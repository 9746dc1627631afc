//! Reasons as values: why an object waits, and because of what an order was given.
//!
//! Guarantees: explanations, events, timelines and metrics print these values and nothing else, so
//! that they cannot contradict each other.

use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{ClaimKey, ClassName, PodKey, VolumeName};
use crate::observed::ReclaimPolicy;

/// Why nothing is done about an object for now, with the facts that this rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Why {
    /// Claim without a class: no free volume without a class fits. A volume that does will wake it.
    NoVolumeFits,
    /// Claim that says nothing of a class: no free volume without one fits, and there is this default
    /// class, which another process gives to such claims.
    DefaultClassElsewhere(ClassName),
    /// Bound claim that asks for more than it has: another process expands volumes.
    ExpansionElsewhere,
    /// Claim of a class: no free volume fits, and this process provisions none.
    NoVolumeOfClassFits(ClassName),
    /// Claim of a class whose binding mode the API server should have filled in and did not.
    BindingModeUnknown(ClassName),
    /// Claim of a class that the watch has not shown: a free volume fits, and the class, if it exists, may
    /// leave the choice to the scheduler.
    ClassUnseen(ClassName),
    /// Claim of a class that waits for its first consumer: no pod that uses it is to be scheduled.
    NoConsumer(ClassName),
    /// The same, and these pods that use it are not scheduled yet.
    ConsumersUnscheduled(Arc<[PodKey]>),
    /// Claim that names a volume which does not exist.
    NamedVolumeMissing(VolumeName),
    /// Claim that names a volume which is another claim's.
    NamedVolumeTaken(VolumeName, ClaimKey),
    /// Claim that names a free volume which it cannot take.
    NamedVolumeMisfit(VolumeName, Misfit),
    /// Claim for which a volume is reserved that it cannot take.
    ReservedVolumeMisfit(VolumeName, Misfit),
    /// Claim that was bound and names no volume any more.
    LostName,
    /// Claim that was bound, and its volume is gone.
    LostVolume(VolumeName),
    /// Claim that was bound, and its volume is another claim's.
    Misbound(VolumeName, Option<ClaimKey>),
    /// Claim whose volume is being written on behalf of something else right now.
    VolumeBusy(VolumeName),
    /// Volume that is free and waits for a claim that fits.
    Unclaimed,
    /// Volume that is reserved for a name under which no claim has taken it.
    ReservedForName(ClaimKey),
    /// Volume that is reserved for this claim, which has to take it.
    ReservedForClaim(ClaimKey),
    /// Volume that is reserved for this claim, which cannot take it.
    ReservedMisfit(ClaimKey, Misfit),
    /// Volume whose claim names it, but whose `claimRef` has another name with the claim's UID.
    ReservedMisnamed(ClaimKey),
    /// Volume whose claim is gone, kept as its policy says, until an admin acts.
    Retained(ClaimKey),
    /// Volume whose claim is gone, and whose reclaim by this policy is left to another process.
    ReclaimElsewhere(ReclaimPolicy),
    /// Claim that is being deleted and that a pod uses.
    UsedByPod(PodKey),
    /// Volume that is being deleted and that a claim has.
    UsedByClaim(Option<ClaimKey>),
}

/// The first thing in which a volume is not what a claim asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Misfit {
    /// The volume is being deleted.
    Deleting,
    /// Its capacity is less than the request.
    TooSmall,
    /// It is of another storage class.
    Class,
    /// It is of another volume attributes class.
    AttributesClass,
    /// It is a device and the claim wants a folder, or the other way about.
    VolumeMode,
    /// It lacks an access mode.
    AccessModes,
    /// Its labels do not match the claim's selector.
    Selector,
    /// It is not reachable from the node.
    NodeAffinity,
    /// It is another claim's.
    Taken,
    /// It is neither free nor reserved for the claim.
    Phase,
    /// The class waits for its first consumer, so that the scheduler chooses among free volumes.
    Delayed,
}

impl Why {
    /// The name of the reason, without its facts: what things are counted by.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoVolumeFits => "NoVolumeFits",
            Self::DefaultClassElsewhere(_) => "DefaultClassElsewhere",
            Self::ExpansionElsewhere => "ExpansionElsewhere",
            Self::NoVolumeOfClassFits(_) => "NoVolumeOfClassFits",
            Self::BindingModeUnknown(_) => "BindingModeUnknown",
            Self::ClassUnseen(_) => "ClassUnseen",
            Self::NoConsumer(_) => "NoConsumer",
            Self::ConsumersUnscheduled(_) => "ConsumersUnscheduled",
            Self::NamedVolumeMissing(_) => "NamedVolumeMissing",
            Self::NamedVolumeTaken(..) => "NamedVolumeTaken",
            Self::NamedVolumeMisfit(..) => "NamedVolumeMisfit",
            Self::ReservedVolumeMisfit(..) => "ReservedVolumeMisfit",
            Self::LostName => "LostName",
            Self::LostVolume(_) => "LostVolume",
            Self::Misbound(..) => "Misbound",
            Self::VolumeBusy(_) => "VolumeBusy",
            Self::Unclaimed => "Unclaimed",
            Self::ReservedForName(_) => "ReservedForName",
            Self::ReservedForClaim(_) => "ReservedForClaim",
            Self::ReservedMisfit(..) => "ReservedMisfit",
            Self::ReservedMisnamed(_) => "ReservedMisnamed",
            Self::Retained(_) => "Retained",
            Self::ReclaimElsewhere(_) => "ReclaimElsewhere",
            Self::UsedByPod(_) => "UsedByPod",
            Self::UsedByClaim(_) => "UsedByClaim",
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleting => "it is being deleted",
            Self::TooSmall => "it is smaller than the request",
            Self::Class => "its storage class is another",
            Self::AttributesClass => "its volume attributes class is another",
            Self::VolumeMode => "its volume mode is another",
            Self::AccessModes => "it lacks an access mode",
            Self::Selector => "the selector does not match its labels",
            Self::NodeAffinity => "it cannot be reached from the node",
            Self::Taken => "it is another claim's",
            Self::Phase => "it is not Available",
            Self::Delayed => "the scheduler has to choose it",
        })
    }
}

impl fmt::Display for Why {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each reason")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVolumeFits => {
                f.write_str("no free volume fits, and without a storage class none is provisioned")
            }
            Self::DefaultClassElsewhere(class) => {
                write!(
                    f,
                    "no free volume without a class fits; giving it the default class {class} is not this process's work"
                )
            }
            Self::ExpansionElsewhere => {
                f.write_str("it asks for more than it has; expanding its volume is not this process's work")
            }
            Self::NoVolumeOfClassFits(class) => {
                write!(f, "no free volume of class {class} fits; provisioning one is not this process's work")
            }
            Self::BindingModeUnknown(class) => write!(f, "class {class} has no volumeBindingMode"),
            Self::ClassUnseen(class) => {
                write!(
                    f,
                    "class {class} has not been seen yet, and may leave the choice of a volume to the scheduler"
                )
            }
            Self::NoConsumer(class) => {
                write!(f, "class {class} waits for the first pod that uses the claim")
            }
            Self::ConsumersUnscheduled(pods) => {
                f.write_str("it waits for the scheduler to place ")?;
                for (at, pod) in pods.iter().enumerate() {
                    write!(f, "{}{pod}", if at > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            Self::NamedVolumeMissing(volume) => write!(f, "it names volume {volume}, which does not exist"),
            Self::NamedVolumeTaken(volume, other) => {
                write!(f, "it names volume {volume}, which is claim {other}'s")
            }
            Self::NamedVolumeMisfit(volume, misfit) => {
                write!(f, "it names volume {volume}, but {misfit}")
            }
            Self::ReservedVolumeMisfit(volume, misfit) => {
                write!(f, "volume {volume} is reserved for it, but {misfit}")
            }
            Self::LostName => f.write_str("it was bound, and its spec.volumeName was erased"),
            Self::LostVolume(volume) => write!(f, "it was bound to volume {volume}, which is gone"),
            Self::Misbound(volume, Some(other)) => {
                write!(f, "it was bound to volume {volume}, which is reserved for {other}")
            }
            Self::Misbound(volume, None) => {
                write!(
                    f,
                    "it was bound to volume {volume}, which is reserved for its name and not for its UID"
                )
            }
            Self::VolumeBusy(volume) => write!(f, "volume {volume} is being written"),
            Self::Unclaimed => f.write_str("free, no waiting claim fits"),
            Self::ReservedForName(claim) => write!(f, "reserved for claim {claim}, which has not taken it"),
            Self::ReservedForClaim(claim) => write!(f, "reserved for claim {claim}, which is to take it"),
            Self::ReservedMisfit(claim, misfit) => {
                write!(f, "reserved for claim {claim}, which cannot take it: {misfit}")
            }
            Self::ReservedMisnamed(claim) => {
                write!(f, "reserved for the UID of claim {claim} under another name")
            }
            Self::Retained(claim) => {
                write!(
                    f,
                    "claim {claim} is gone; policy Retain keeps the volume until its claimRef is removed"
                )
            }
            Self::ReclaimElsewhere(policy) => {
                write!(f, "its claim is gone; policy {} is not this process's work", policy.as_str())
            }
            Self::UsedByPod(pod) => write!(f, "it is being deleted, and pod {pod} uses it"),
            Self::UsedByClaim(Some(claim)) => write!(f, "it is being deleted, and claim {claim} has it"),
            Self::UsedByClaim(None) => f.write_str("it is being deleted, and it is bound to a claim"),
        }
    }
}

/// Because of what an order was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Because {
    /// The volume is the best of the free ones that fit.
    BestFit,
    /// The claim names this free volume, and it fits.
    ClaimNamesIt,
    /// The volume is reserved for this claim.
    Reserved,
    /// The bind was begun, and this is its next write.
    BindGoesOn,
    /// The claim was bound to this volume, which has lost its half of the pointer.
    BoundBefore,
    /// No claim is named by the volume.
    NobodyClaims,
    /// The claim named by the volume is gone.
    ClaimGone,
    /// The claim named by the volume is bound to another volume.
    ClaimBoundElsewhere,
    /// The claim cannot be bound for now.
    Unbound(Why),
    /// A cache shows no such object, or another; a live read tells whether that is so.
    CacheIsNoProof,
    /// The last write on this object was refused because the object had moved on.
    Moved,
    /// Nobody knows whether the last write on this object took effect.
    InDoubt,
    /// Nothing protects it from being deleted while it is in use.
    Unprotected,
    /// It is being deleted, and nothing uses it.
    Unused,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BestFit => f.write_str("it is the best of the free volumes that fit"),
            Self::ClaimNamesIt => f.write_str("the claim names it, and it fits"),
            Self::Reserved => f.write_str("it is reserved for this claim"),
            Self::BindGoesOn => f.write_str("the bind was begun"),
            Self::BoundBefore => f.write_str("the claim was bound to it before"),
            Self::NobodyClaims => f.write_str("no claim has it"),
            Self::ClaimGone => f.write_str("its claim is gone"),
            Self::ClaimBoundElsewhere => f.write_str("its claim is bound to another volume"),
            Self::Unbound(why) => fmt::Display::fmt(why, f),
            Self::CacheIsNoProof => f.write_str("a cache is no proof"),
            Self::Moved => f.write_str("the object has moved on"),
            Self::InDoubt => f.write_str("nobody knows whether the last write took effect"),
            Self::Unprotected => f.write_str("nothing protects it while it is in use"),
            Self::Unused => f.write_str("it is being deleted, and nothing uses it"),
        }
    }
}
