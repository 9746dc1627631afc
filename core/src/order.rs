//! What the core asks for and what comes back: orders, answers, effects and inputs.
//!
//! Guarantees: an order is complete (an adapter has nothing left to choose), guarded, and its own name (the same order
//! given twice is the same act, so that a late answer still says something true).

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::{Kind, ObjectKey, Uid, Version};
use crate::observed::Object;
use crate::operation::{Lane, Operation, OperationKey};
use crate::versions::Versioned;
use crate::why::{Because, Why};

/// Something that is to be done outside. Each order gets exactly one [`Answer`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Order {
    /// What nothing else is done about while this order is out.
    pub key: OperationKey,
    /// What kind of act it is, and what protects it.
    pub guard: Guard,
    /// What is asked for.
    pub call: Call,
}

/// What kind of act an order is, and what protects it from being done to the wrong state, or twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Guard {
    /// It changes nothing: it may be repeated freely, and nothing comes of it once nobody waits for the answer.
    Read,
    /// It changes the object of its key, and only in this state.
    Update(Target),
    /// It creates the object of its key, and only if there is none of that name.
    Create,
    /// It deletes the object of its key, and only in this state.
    Delete(Target),
    /// A driver or the kernel acts. It may take effect after the caller has given up, or has died; it is never
    /// repeated before a look.
    External(External),
}

/// The state of an object that a write was decided on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Its identity.
    pub uid: Uid,
    /// Its version.
    pub version: Version,
}

/// An act outside of the API server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct External {
    /// Who acts.
    pub lane: Lane,
    /// What kind of operation it is.
    pub operation: Operation,
}

impl Order {
    /// A read that is made to decide about `key`.
    #[must_use]
    pub fn read(key: impl Into<OperationKey>, call: Call) -> Self {
        Self { key: key.into(), guard: Guard::Read, call }
    }

    /// A write on `object` in the state in which it is known.
    #[must_use]
    pub fn update(object: &Object, call: Call) -> Self {
        let target = Target { uid: object.uid().clone(), version: object.version() };
        Self { key: object.key().into(), guard: Guard::Update(target), call }
    }

    /// The version that it was decided on, and without which it does nothing; none where it is not bound to one.
    #[must_use]
    pub const fn version(&self) -> Option<Version> {
        match &self.guard {
            Guard::Update(target) | Guard::Delete(target) => Some(target.version),
            Guard::Read | Guard::Create | Guard::External(_) => None,
        }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        match &self.guard {
            Guard::Read => true,
            Guard::Update(_) | Guard::Create | Guard::Delete(_) | Guard::External(_) => false,
        }
    }

    /// What kind of operation it is: its failures are counted by that.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match &self.guard {
            Guard::Read => Operation::Read,
            Guard::Update(_) | Guard::Create | Guard::Delete(_) => Operation::Write,
            Guard::External(external) => external.operation,
        }
    }

    /// Who carries it out.
    #[must_use]
    pub const fn lane(&self) -> &Lane {
        match &self.guard {
            Guard::Read | Guard::Update(_) | Guard::Create | Guard::Delete(_) => &Lane::ApiServer,
            Guard::External(external) => &external.lane,
        }
    }

    /// A second object that nothing else is done about while this order is out.
    #[must_use]
    pub fn also_locks(&self) -> Option<ObjectKey> {
        self.call.also_locks()
    }

    /// Whether something can still come of it once nobody waits for its answer any more, where `stored` is the
    /// version of the object of its key that is stored, if there is one.
    ///
    /// Versions only grow, so that a state which is past stays past.
    #[must_use]
    pub fn may_take_effect(&self, stored: Option<Version>) -> bool {
        match &self.guard {
            Guard::Read => false,
            Guard::Update(target) | Guard::Delete(target) => stored == Some(target.version),
            Guard::Create => stored.is_none(),
            Guard::External(_) => true,
        }
    }
}

impl Versioned for Order {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { key, guard, call } = self;
        match (guard, key.object()) {
            (Guard::Update(target) | Guard::Delete(target), Some(object)) => {
                target.version = map(object.kind(), target.version);
            }
            (Guard::Update(_) | Guard::Delete(_), None)
            | (Guard::Read | Guard::Create | Guard::External(_), _) => {}
        }
        call.map_versions(map);
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.describe(&self.key, f)
    }
}

/// How an order ended, sorted by what has to be done next and not by who said it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// It is done, and this is what came of it.
    Done(Payload),
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
    Refused(Refusal),
    /// Nobody knows. It may have been done, may be done yet, or never.
    Unknown,
}

impl Versioned for Answer {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::Done(payload) => payload.map_versions(map),
            Self::Conflict | Self::Missing | Self::TryLater { .. } | Self::Refused(_) | Self::Unknown => {}
        }
    }
}

impl Answer {
    /// It is done, and this is the object as stored now.
    #[must_use]
    pub const fn object(object: Object) -> Self {
        Self::Done(Payload::Object(object))
    }
}

/// What comes with the answer to an order that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Payload {
    /// The object that was written or read, as stored now.
    Object(Object),
    /// All objects that were asked for, as they were stored at one moment.
    List(Arc<[Object]>),
}

impl Versioned for Payload {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::Object(object) => object.map_versions(map),
            Self::List(objects) => {
                *objects = objects
                    .iter()
                    .cloned()
                    .map(|mut object| {
                        object.map_versions(map);
                        object
                    })
                    .collect();
            }
        }
    }
}

/// Why an order was refused, as far as somebody acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// There is an object of that name already.
    Exists,
    /// For whatever else: it is not allowed, not valid, or cannot be read.
    Other,
}

/// A wait that ends by itself. The core never learns what time it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Timer {
    /// The pause after a failure of this kind of operation is over.
    Retry(OperationKey, Operation),
    /// Time to show new volumes that nobody claims as available.
    Announce,
    /// Time to see which orders have no answer yet.
    Sweep,
    /// Time to decide about everything once more.
    Resync,
    /// Time to go on with what one step left undone, since it was long enough.
    Continue,
}

impl Timer {
    /// Whether work goes on when it runs out. The others are safety nets, which find nothing to do.
    #[must_use]
    pub const fn is_pause(&self) -> bool {
        match self {
            Self::Retry(..) | Self::Announce | Self::Continue => true,
            Self::Sweep | Self::Resync => false,
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(key, _) => write!(f, "pause of {key} is over"),
            Self::Announce => f.write_str("announce new volumes"),
            Self::Sweep => f.write_str("sweep"),
            Self::Resync => f.write_str("resync"),
            Self::Continue => f.write_str("continue"),
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
