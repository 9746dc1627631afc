//! What the core asks for and what comes back: orders, answers, effects and inputs.
//!
//! Guarantees: an order is complete (an adapter has nothing left to choose), guarded (it carries the
//! UID and the version it was decided on), and its own key (the same order given twice is the same
//! write, so that a late answer still says something true).

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{ClaimKey, Kind, ObjectKey, Uid, Version, VolumeName};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{ClaimStatus, Object, VolumePhase};
use crate::versions::{Versioned, map_version};
use crate::why::{Because, Why};

/// One request to the API server. Each order gets exactly one [`Answer`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Order {
    /// Sets `spec.claimRef` of a volume: the lock of a bind, and its first write.
    ReserveVolume {
        /// The volume as decided on.
        volume: Target<VolumeName>,
        /// The claim that gets it.
        claim: ClaimKey,
        /// Its UID.
        claim_uid: Uid,
        /// Whether to add annotation `pv.kubernetes.io/bound-by-controller`: no user chose this.
        mark: bool,
    },
    /// Sets `status.phase` of a volume, with an empty message.
    MarkVolume {
        /// The volume as decided on.
        volume: Target<VolumeName>,
        /// The phase.
        phase: VolumePhase,
    },
    /// Takes back `spec.claimRef` of a volume.
    FreeVolume {
        /// The volume as decided on.
        volume: Target<VolumeName>,
        /// Only the UID is erased: a user reserved the volume for the name, and it stays so.
        keep_name: bool,
    },
    /// Sets `spec.volumeName` of a claim and annotation `pv.kubernetes.io/bind-completed`.
    BindClaim {
        /// The claim as decided on.
        claim: Target<ClaimKey>,
        /// The volume; `None` where the claim names it already.
        volume: Option<VolumeName>,
    },
    /// Sets the status of a claim.
    MarkClaim {
        /// The claim as decided on.
        claim: Target<ClaimKey>,
        /// The whole status, as far as the binder owns it.
        status: ClaimStatus,
    },
    /// Reads an object from the API server itself.
    Read {
        /// The object to read.
        object: ObjectKey,
        /// The identity that is in question; none where the name alone is.
        identity: Option<Uid>,
        /// The version that was known when the read was decided; a proof of less than that is none.
        known: Option<Version>,
        /// The object about which something is to be decided.
        asker: ObjectKey,
    },
}

/// The object that a write is for, as it was when the write was decided: the guard of the write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target<K> {
    /// Name of the object.
    pub key: K,
    /// Its identity.
    pub uid: Uid,
    /// Its version.
    pub version: Version,
}

impl Order {
    /// The object that nothing else is done about while this order is out.
    #[must_use]
    pub fn key(&self) -> ObjectKey {
        match self {
            Self::ReserveVolume { volume, .. }
            | Self::MarkVolume { volume, .. }
            | Self::FreeVolume { volume, .. } => ObjectKey::Volume(volume.key.clone()),
            Self::BindClaim { claim, .. } | Self::MarkClaim { claim, .. } => {
                ObjectKey::Claim(claim.key.clone())
            }
            Self::Read { asker, .. } => asker.clone(),
        }
    }

    /// A second object that waits for the end of this order.
    ///
    /// The claim for which a volume is being reserved must not look for another one meanwhile.
    #[must_use]
    pub fn follower(&self) -> Option<ObjectKey> {
        match self {
            Self::ReserveVolume { .. } if is_planted(Mutant::FollowerNotWaiting) => None,
            Self::ReserveVolume { claim, .. } => Some(ObjectKey::Claim(claim.clone())),
            Self::MarkVolume { .. }
            | Self::FreeVolume { .. }
            | Self::BindClaim { .. }
            | Self::MarkClaim { .. }
            | Self::Read { .. } => None,
        }
    }

    /// The version that a write was decided on; a read has none.
    #[must_use]
    pub const fn version(&self) -> Option<Version> {
        match self {
            Self::ReserveVolume { volume, .. }
            | Self::MarkVolume { volume, .. }
            | Self::FreeVolume { volume, .. } => Some(volume.version),
            Self::BindClaim { claim, .. } | Self::MarkClaim { claim, .. } => Some(claim.version),
            Self::Read { .. } => None,
        }
    }
}

impl Versioned for Order {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::ReserveVolume { volume, claim: _, claim_uid: _, mark: _ }
            | Self::MarkVolume { volume, phase: _ }
            | Self::FreeVolume { volume, keep_name: _ } => {
                volume.version = map(Kind::Volume, volume.version);
            }
            Self::BindClaim { claim, volume: _ } | Self::MarkClaim { claim, status: _ } => {
                claim.version = map(Kind::Claim, claim.version);
            }
            // What was known when a class was read are claims, and whether the class is older.
            Self::Read { object: ObjectKey::Class(_), identity: _, known, asker: _ } => {
                map_version(known, Kind::Claim, map);
            }
            Self::Read { object, identity: _, known, asker: _ } => map_version(known, object.kind(), map),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReserveVolume { volume, claim, .. } => {
                write!(f, "reserve volume {} for claim {claim}", volume.key)
            }
            Self::MarkVolume { volume, phase } => write!(f, "mark volume {} {}", volume.key, phase.as_str()),
            Self::FreeVolume { volume, keep_name: false } => write!(f, "free volume {}", volume.key),
            Self::FreeVolume { volume, keep_name: true } => {
                write!(f, "give volume {} back to whoever has the name it is reserved for", volume.key)
            }
            Self::BindClaim { claim, volume: Some(volume) } => {
                write!(f, "bind claim {} to volume {volume}", claim.key)
            }
            Self::BindClaim { claim, volume: None } => {
                write!(f, "bind claim {} to the volume it names", claim.key)
            }
            Self::MarkClaim { claim, status } => {
                write!(f, "mark claim {} {}", claim.key, status.phase.as_str())
            }
            Self::Read { object, asker, .. } if object == asker => write!(f, "read {object}"),
            Self::Read { object, asker, .. } => write!(f, "read {object} for {asker}"),
        }
    }
}

/// How an order ended, sorted by what has to be done next and not by who said it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// It is done, and this is the object as stored now.
    Done(Object),
    /// It was not done: the object is not what the order was decided on.
    Conflict,
    /// It was not done: there is no such object.
    Missing,
    /// It was not done and may be later: the server is busy.
    TryLater {
        /// For how long it wishes to be left alone, in milliseconds; 0 where it does not say.
        after_ms: u32,
    },
    /// It was not done and will not be until somebody changes something.
    Refused,
    /// Nobody knows. It may have been done, may be done yet, or never.
    Unknown,
}

impl Versioned for Answer {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::Done(object) => object.map_versions(map),
            Self::Conflict | Self::Missing | Self::TryLater { .. } | Self::Refused | Self::Unknown => {}
        }
    }
}

/// A wait that ends by itself. The core never learns what time it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Timer {
    /// The pause after a failure is over.
    Retry(ObjectKey),
    /// Time to show new volumes that nobody claims as available.
    Announce,
    /// Time to see which orders have no answer yet.
    Sweep,
    /// Time to decide about everything once more.
    Resync,
}

impl Timer {
    /// Whether work goes on when it runs out. The others are safety nets, which find nothing to do.
    #[must_use]
    pub const fn is_pause(&self) -> bool {
        match self {
            Self::Retry(_) | Self::Announce => true,
            Self::Sweep | Self::Resync => false,
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(key) => write!(f, "pause of {key} is over"),
            Self::Announce => f.write_str("announce new volumes"),
            Self::Sweep => f.write_str("sweep"),
            Self::Resync => f.write_str("resync"),
        }
    }
}

/// Something that happened. Past tense; a fact, never an instruction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Input {
    /// List or watch showed this object, for the first time or the tenth.
    Observed(Object),
    /// The watch showed that this object was deleted at this version.
    Gone(ObjectKey, Version),
    /// The watch of this kind has shown everything up to this version.
    Reached(Kind, Version),
    /// The first lists of all kinds are complete: what was not observed does not exist.
    Synced,
    /// The one answer to an order.
    Answered(Order, Answer),
    /// A timer that was armed has run out.
    TimerFired(Timer),
}

/// Something to do. Imperative and complete.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// Carry out this order and answer it. The reason is for people.
    Order(Order, Because),
    /// Send `TimerFired(timer)` after this many milliseconds. Arming it again replaces it.
    ArmTimer(Timer, u32),
    /// Send no `TimerFired(timer)` any more.
    DropTimer(Timer),
    /// Tell the users. Best effort: no answer.
    Tell(Event),
}

/// An event on an object, as `kubectl describe` shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The object that it is about.
    pub object: ObjectKey,
    /// Identity of the object.
    pub uid: Uid,
    /// The reason, as upstream names it.
    pub reason: Reason,
    /// What has happened.
    pub why: Why,
}

impl Event {
    /// The text of the event.
    #[must_use]
    pub fn message(&self) -> String {
        alloc::format!("{}", self.why)
    }
}

/// Reason and severity of an event. Upstream: the event tables of the persistent-volume controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// Normal: no volume and no class.
    NoVolume,
    /// Normal: waits for a pod.
    WaitForFirstConsumer,
    /// Normal: waits for the scheduler.
    WaitForPodScheduled,
    /// Warning: the named volume is another claim's.
    FailedBinding,
    /// Warning: the volume is not what the claim asks for.
    VolumeMismatch,
    /// Warning: the volume of a bound claim is gone.
    ClaimLost,
    /// Warning: the volume of a bound claim is another's.
    ClaimMisbound,
}

impl Reason {
    /// The reason as the API carries it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoVolume | Self::FailedBinding => "FailedBinding",
            Self::WaitForFirstConsumer => "WaitForFirstConsumer",
            Self::WaitForPodScheduled => "WaitForPodScheduled",
            Self::VolumeMismatch => "VolumeMismatch",
            Self::ClaimLost => "ClaimLost",
            Self::ClaimMisbound => "ClaimMisbound",
        }
    }

    /// `Normal` or `Warning`.
    #[must_use]
    pub const fn severity(self) -> &'static str {
        match self {
            Self::NoVolume | Self::WaitForFirstConsumer | Self::WaitForPodScheduled => "Normal",
            Self::FailedBinding | Self::VolumeMismatch | Self::ClaimLost | Self::ClaimMisbound => "Warning",
        }
    }
}
