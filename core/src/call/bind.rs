//! What the binder asks for.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::Reads;
use crate::ids::{ClaimKey, Kind, ObjectKey, Uid, Version, VolumeName};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{ClaimStatus, VolumePhase};
use crate::operation::OperationKey;
use crate::versions::{Versioned, map_version};

/// One request of the binder, about the object of its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BindCall {
    /// Sets `spec.claimRef` of the volume: the lock of a bind, and its first write.
    ReserveVolume {
        /// The claim that gets it.
        claim: ClaimKey,
        /// Its UID.
        claim_uid: Uid,
        /// Whether to add annotation `pv.kubernetes.io/bound-by-controller`: no user chose this.
        mark: bool,
    },
    /// Sets `status.phase` of the volume, with an empty message.
    MarkVolume(VolumePhase),
    /// Takes back `spec.claimRef` of the volume.
    FreeVolume {
        /// Only the UID is erased: a user reserved the volume for the name, and it stays so.
        keep_name: bool,
    },
    /// Sets `spec.volumeName` of the claim and annotation `pv.kubernetes.io/bind-completed`. The volume is `None`
    /// where the claim names it already.
    BindClaim(Option<VolumeName>),
    /// Sets the status of the claim, as far as the binder owns it.
    MarkClaim(ClaimStatus),
    /// Reads another object from the API server itself.
    Read {
        /// The object to read.
        object: ObjectKey,
        /// The identity that is in question; none where the name alone is.
        identity: Option<Uid>,
        /// The version that was known when the read was decided; a proof of less than that is none.
        known: Option<Version>,
    },
}

impl BindCall {
    pub(super) fn reads(&self) -> Option<Reads> {
        match self {
            Self::Read { object, .. } => Some(Reads::Object(object.clone())),
            Self::ReserveVolume { .. }
            | Self::MarkVolume(_)
            | Self::FreeVolume { .. }
            | Self::BindClaim(_)
            | Self::MarkClaim(_) => None,
        }
    }

    /// The claim for which a volume is being reserved must not look for another one meanwhile.
    pub(super) fn also_locks(&self) -> Option<ObjectKey> {
        match self {
            Self::ReserveVolume { .. } if is_planted(Mutant::FollowerNotWaiting) => None,
            Self::ReserveVolume { claim, .. } => Some(ObjectKey::Claim(claim.clone())),
            Self::MarkVolume(_)
            | Self::FreeVolume { .. }
            | Self::BindClaim(_)
            | Self::MarkClaim(_)
            | Self::Read { .. } => None,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::ReserveVolume { .. } => "ReserveVolume",
            Self::MarkVolume(_) => "MarkVolume",
            Self::FreeVolume { .. } => "FreeVolume",
            Self::BindClaim(_) => "BindClaim",
            Self::MarkClaim(_) => "MarkClaim",
            Self::Read { .. } => "Read",
        }
    }

    pub(super) fn describe(&self, key: &OperationKey, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(about) = key.object() else { return Ok(()) };
        let name = about.bare();
        match self {
            Self::ReserveVolume { claim, .. } => write!(f, "reserve volume {name} for claim {claim}"),
            Self::MarkVolume(phase) => write!(f, "mark volume {name} {}", phase.as_str()),
            Self::FreeVolume { keep_name: false } => write!(f, "free volume {name}"),
            Self::FreeVolume { keep_name: true } => {
                write!(f, "give volume {name} back to whoever has the name it is reserved for")
            }
            Self::BindClaim(Some(volume)) => write!(f, "bind claim {name} to volume {volume}"),
            Self::BindClaim(None) => write!(f, "bind claim {name} to the volume it names"),
            Self::MarkClaim(status) => write!(f, "mark claim {name} {}", status.phase.as_str()),
            Self::Read { object, .. } => write!(f, "read {object} for {about}"),
        }
    }
}

impl Versioned for BindCall {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            // What was known when a class was read are claims, and whether the class is older.
            Self::Read { object: ObjectKey::Class(_), identity: _, known } => {
                map_version(known, Kind::Claim, map);
            }
            Self::Read { object, identity: _, known } => map_version(known, object.kind(), map),
            Self::ReserveVolume { claim: _, claim_uid: _, mark: _ }
            | Self::MarkVolume(_)
            | Self::FreeVolume { keep_name: _ }
            | Self::BindClaim(_)
            | Self::MarkClaim(_) => {}
        }
    }
}
