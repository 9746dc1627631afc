//! Binds claims to volumes, and lets go of what is not bound any more.
//!
//! Pipeline: `observed::Store` → **`bind`** → `in_flight` → `Effect::Order`.
//!
//! Guarantees (worded in `docs/invariants.md`, checked by [`Bind::check`] and by the properties):
//! - B1: for one claim, at most one volume is being reserved at a time.
//! - B2: a claim that waits for any volume is not at work on one.
//! - B3: no claim waits for any volume while a free one fits it.
//! - B4: what cannot be undone by the next decision rests on a live read, not on a cache.
//! - B9: a claim whose class is not known takes a free volume only if no older class can exist.
//! - B10: a new volume that nobody claims is shown as available, a moment after it appeared.
//!
//! Deliberately absent: provisioning, reclaiming by deletion, default classes, protection. Upstream:
//! `pkg/controller/volume/persistentvolume`.

pub mod matching;

mod claim;
mod volume;

mod newcomers;
mod ready;
mod rows;

mod act;
mod check;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::ids::{ClaimKey, ClassName, Kind, ObjectKey, Uid, Version, VolumeName};
use crate::in_flight::InFlight;
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Change, Claim, ClaimPhase, Object, Shelves, Store, Volume};
use crate::order::{Answer, Effect, Order};
use crate::versions::{Versioned, map_version};
use crate::why::{Because, Why};
use newcomers::Newcomers;
use ready::{BegunFirst, Ready};

/// What the binder remembers between two inputs.
///
/// Nothing of it is more than a convenience: dropped, it comes back from the observations, at the
/// price of some live reads and of events told twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bind {
    /// Claims about which to decide.
    claims: BegunFirst<ClaimKey>,
    /// Volumes about which to decide, after the claims.
    volumes: Ready<VolumeName>,
    /// New volumes that nobody claims yet.
    newcomers: Newcomers,
    /// Claims that wait for any volume that fits, by what they ask for. A volume that becomes free
    /// is offered to them.
    seekers: Shelves<ClaimKey>,
    /// What was last told about an object that waits.
    told: BTreeMap<ObjectKey, Why>,
    /// UIDs in a volume's `claimRef` that a live read has shown to be gone.
    gone: BTreeMap<VolumeName, Uid>,
    /// What a live read has shown of the volume that a bound claim names.
    looked: BTreeMap<ClaimKey, Look>,
    /// What live reads have shown of classes; forgotten when nothing is left to decide.
    absent: claim::Absent,
}

/// A volume as a live read has shown it to the decision about a bound claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Look {
    volume: VolumeName,
    /// Its version; none if there was no such volume.
    version: Option<Version>,
    /// The version that was known when the read was decided: what came later was not looked at.
    known: Option<Version>,
}

impl Bind {
    /// Takes in what an observation did to the store.
    pub fn changed(&mut self, change: &Change, store: &Store) {
        let Change::Changed { before, after } = change else { return };
        if let (Some(Object::Claim(before)), Some(Object::Claim(after))) = (before, after)
            && (is_same_to_volumes(before, after) || is_taken_for_the_same(before, after))
        {
            // Most changes of a claim are of its status, which is nothing to any volume.
            self.claims.insert(after.key.clone());
        } else if let (Some(Object::Volume(before)), Some(Object::Volume(after))) = (before, after)
            && is_of_same_claim(before, after)
        {
            // Most changes of a volume leave it with the same claim, which wakes once.
            self.wake_about_volume(after, store);
        } else if let (Some(Object::Claim(before)), None) = (before, after)
            && is_planted(Mutant::DeletedClaimWakesNoVolume)
        {
            self.claims.insert(before.key.clone());
        } else {
            for object in before.iter().chain(after) {
                self.wake_about(object, store);
            }
        }
        if let Some(Object::Claim(claim)) = before {
            self.stop_seeking(claim);
        }
    }

    /// Takes in that `key` is free to be worked on.
    pub fn freed(&mut self, key: &ObjectKey, store: &Store) {
        match key {
            ObjectKey::Claim(key) => {
                self.claims.insert_begun(key.clone());
                // One that cannot be taken keeps silent while the claim may be on its way to another.
                let is_undecided = |claim: &Claim| !claim.completed || claim.volume_name.is_empty();
                if store.claim(key).is_some_and(|claim| is_undecided(claim)) {
                    self.volumes.extend(store.index().volumes_reserved_for(key).cloned());
                }
            }
            ObjectKey::Volume(name) => match store.volume(name) {
                Some(volume) => {
                    if let Some(claim_ref) = &volume.claim_ref {
                        self.claims.insert_begun(claim_ref.key.clone());
                    }
                    self.wake_about_volume(&volume.clone(), store);
                }
                // Claims that name it waited for the end of what was done to it, and will not hear of it again.
                None => {
                    self.volumes.insert(name.clone());
                    self.claims.extend(store.index().claims_naming(name).cloned());
                }
            },
            ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => {}
        }
    }

    /// Takes in how an order ended, as far as that is more than a change in the store.
    pub fn answered(
        &mut self,
        order: &Order,
        because: Option<&Because>,
        answer: &Answer,
        effects: &mut Vec<Effect>,
    ) {
        match order {
            Order::Read {
                object: ObjectKey::Claim(_),
                identity: Some(uid),
                known: _,
                asker: ObjectKey::Volume(volume),
            } => {
                if shows_gone(answer, uid) {
                    self.gone.insert(volume.clone(), uid.clone());
                }
            }
            Order::Read {
                object: ObjectKey::Volume(volume),
                identity: None,
                known,
                asker: ObjectKey::Claim(claim),
            } => {
                let version = match answer {
                    Answer::Done(found) => Some(found.version()),
                    Answer::Missing => None,
                    Answer::Conflict | Answer::TryLater { .. } | Answer::Refused | Answer::Unknown => return,
                };
                self.looked.insert(claim.clone(), Look { volume: volume.clone(), version, known: *known });
            }
            Order::Read {
                object: ObjectKey::Class(class),
                identity: None,
                known: Some(known),
                asker: ObjectKey::Claim(_),
            } => {
                if *answer == Answer::Missing {
                    let proof = self.absent.entry(class.clone()).or_default();
                    *proof = (*proof).max(*known);
                }
            }
            Order::MarkClaim { status, .. } if status.phase == ClaimPhase::Lost => {
                if let (Answer::Done(Object::Claim(claim)), Some(Because::Unbound(why))) = (answer, because) {
                    act::tell(ObjectKey::Claim(claim.key.clone()), &claim.uid, why, effects);
                }
            }
            Order::Read { .. }
            | Order::MarkClaim { .. }
            | Order::BindClaim { .. }
            | Order::ReserveVolume { .. }
            | Order::MarkVolume { .. }
            | Order::FreeVolume { .. } => {}
        }
    }

    /// Takes in that new volumes have waited for their claims long enough.
    pub fn announce(&mut self) {
        self.volumes.extend(self.newcomers.ripen());
    }

    /// Wakes everything: after the first lists, and as a safety net.
    pub fn wake_all(&mut self, store: &Store) {
        for claim in store.claims() {
            self.claims.insert(claim.key.clone());
        }
        for volume in store.volumes() {
            self.volumes.insert(volume.name.clone());
        }
    }

    /// Decides about all that woke up, as far as there is room for orders.
    pub fn run(&mut self, store: &mut Store, in_flight: &mut InFlight, effects: &mut Vec<Effect>) {
        while in_flight.has_room() {
            if let Some(key) = self.claims.pop() {
                self.decide_claim(&key, store, in_flight, effects);
            } else if let Some(name) = self.volumes.pop() {
                self.decide_volume(&name, store, in_flight, effects);
            } else {
                break;
            }
        }
        if self.claims.is_empty() && self.volumes.is_empty() {
            // It is forgotten, so that no state differs by it: one more read is its price.
            self.absent.clear();
        }
    }

    /// How many claims and how many volumes there are to decide about.
    #[must_use]
    pub fn due(&self) -> (usize, usize) {
        (self.claims.len(), self.volumes.len())
    }

    /// What a claim or a volume waits for by itself; none if it is bound, or about to be worked on.
    #[must_use]
    pub fn reason(&self, key: &ObjectKey, store: &Store) -> Option<Why> {
        match key {
            ObjectKey::Claim(key) => {
                let claim = store.claim(key)?;
                match self.next_for_claim(claim, store) {
                    claim::Next::Bind(volume, _) => match claim::next_write(claim, volume) {
                        Some(_) => Some(Why::VolumeBusy(volume.name.clone())),
                        None => claim::wants_more(claim).then_some(Why::ExpansionElsewhere),
                    },
                    claim::Next::ReadClass(class) => Some(Why::ClassUnseen(class)),
                    claim::Next::Pend(why)
                    | claim::Next::Seek(why)
                    | claim::Next::SeekAsIs(why)
                    | claim::Next::Stay(why)
                    | claim::Next::Lose(why) => Some(why),
                }
            }
            ObjectKey::Volume(name) => {
                let volume = store.volume(name)?;
                match volume::decide(volume, volume::observe(store, volume, self.gone.get(name))) {
                    volume::Next::Wait(why) => Some(why),
                    volume::Next::Announce => Some(Why::Unclaimed),
                    volume::Next::Mark(..)
                    | volume::Next::Free(_)
                    | volume::Next::ReadClaim(_)
                    | volume::Next::Keep => None,
                }
            }
            ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => None,
        }
    }

    /// The next move for `claim`.
    fn next_for_claim<'a>(&self, claim: &Claim, store: &'a Store) -> claim::Next<'a> {
        let (progress, seen) = claim::observe(store, claim, &self.absent);
        claim::decide(claim, progress, seen)
    }

    /// Wakes all whom a change of `object` may concern.
    fn wake_about(&mut self, object: &Object, store: &Store) {
        match object {
            Object::Claim(claim) => self.wake_about_claim(claim, store),
            Object::Volume(volume) => self.wake_about_volume(volume, store),
            Object::Class(_) if is_planted(Mutant::ClassWakesNobody) => {}
            Object::Pod(_) if is_planted(Mutant::PodWakesNobody) => {}
            Object::Class(class) => self.wake_class(&class.name, store),
            Object::Pod(pod) => {
                for used in pod.claims.iter() {
                    self.claims.insert(used.key.clone());
                }
            }
            Object::Node(_) => {}
        }
    }

    /// Wakes all whom a change of `claim` may concern.
    fn wake_about_claim(&mut self, claim: &Claim, store: &Store) {
        self.claims.insert(claim.key.clone());
        if !claim.volume_name.is_empty() {
            self.volumes.insert(claim.volume_name.clone());
        }
        if is_planted(Mutant::ClaimWakesNoLoser) {
            return;
        }
        for volume in store.index().volumes_reserved_for(&claim.key) {
            self.volumes.insert(volume.clone());
        }
    }

    /// Wakes all whom a change of `volume` may concern.
    fn wake_about_volume(&mut self, volume: &Volume, store: &Store) {
        self.volumes.insert(volume.name.clone());
        if let Some(claim_ref) = &volume.claim_ref {
            self.claims.insert(claim_ref.key.clone());
        }
        if is_planted(Mutant::VolumeWakesNoClaim) {
            return;
        }
        for claim in store.index().claims_naming(&volume.name) {
            self.claims.insert(claim.clone());
        }
    }

    /// Wakes the claims of a class, and those that say nothing of one, which have never been bound.
    fn wake_class(&mut self, class: &ClassName, store: &Store) {
        for claim in store.claims() {
            if !claim.completed && claim.class.as_ref().is_none_or(|it| it == class) {
                self.claims.insert(claim.key.clone());
            }
        }
    }
}

impl Versioned for Bind {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { claims: _, volumes: _, newcomers: _, seekers: _, told: _, gone: _, looked, absent } = self;
        absent.values_mut().for_each(|it| *it = map(Kind::Claim, *it));
        for Look { volume: _, version, known } in looked.values_mut() {
            map_version(version, Kind::Volume, map);
            map_version(known, Kind::Volume, map);
        }
    }
}

/// Whether two states of a claim are the same in all that a decision about a volume looks at.
fn is_same_to_volumes(before: &Claim, after: &Claim) -> bool {
    // A new field does not compile until someone decides whether a volume looks at it.
    let Claim {
        key,
        uid,
        version: _,
        deleting: _,
        completed: _,
        bound_by_controller: _,
        volume_mode,
        access_modes,
        request,
        class,
        attributes_class,
        volume_name,
        selector,
        selected_node: _,
        status: _,
    } = before;
    (key, uid, volume_name, class, attributes_class)
        == (&after.key, &after.uid, &after.volume_name, &after.class, &after.attributes_class)
        && (volume_mode, access_modes) == (&after.volume_mode, &after.access_modes)
        && (request, selector) == (&after.request, &after.selector)
}

/// Whether a claim that was created again counts as the one before: never.
fn is_taken_for_the_same(before: &Claim, after: &Claim) -> bool {
    before.uid != after.uid && is_planted(Mutant::NewUidUnnoticed)
}

/// Whether two states of a volume name the same claim.
fn is_of_same_claim(before: &Volume, after: &Volume) -> bool {
    match (&before.claim_ref, &after.claim_ref) {
        (Some(before), Some(after)) => before.key == after.key,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether a live read has shown that no claim of this UID exists under the name that was read.
fn shows_gone(answer: &Answer, uid: &Uid) -> bool {
    match answer {
        Answer::Done(found) => found.uid() != uid,
        Answer::Missing => !is_planted(Mutant::MissingIsNoProof),
        Answer::Conflict | Answer::TryLater { .. } | Answer::Refused | Answer::Unknown => {
            is_planted(Mutant::ReleasedOnFailedRead)
        }
    }
}
