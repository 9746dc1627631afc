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

pub mod size_index;

pub mod matching;

mod claim;
mod volume;

mod announce_delay;
mod rows;

mod free;

mod act;
mod check;

pub(crate) use rows::TABLES;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::call::{BindCall, Call};
use crate::derived::Derived;
use crate::ids::{ClaimKey, ClassName, Kind, ObjectKey, Uid, Version, VolumeName};
use crate::limits::NEAR_MISSES_NAMED_MAX;
use crate::machine::{Answered, Decision, Machine, View};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Change, Claim, ClaimPhase, Object, Store, Volume};
use crate::operation::OperationKey;
use crate::order::{Answer, Effect, Order, Payload, Timer};
use crate::versions::{Versioned, map_version};
use crate::why::{Because, Why};
use crate::work_queue::{InProgressFirst, WorkQueue};
use announce_delay::AnnounceDelay;
use matching::Candidates;
use size_index::SizeIndex;

pub use free::free_volumes;
use free::{put_in, take_out};

/// What the binder remembers between two inputs.
///
/// Nothing of it is more than a convenience: dropped, it comes back from the observations, at the
/// price of some live reads and of events told twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bind {
    /// Claims about which to decide.
    claims: InProgressFirst<ClaimKey>,
    /// Volumes about which to decide, after the claims.
    volumes: WorkQueue<VolumeName>,
    /// New volumes that nobody claims yet.
    announce_delay: AnnounceDelay,
    /// Claims that wait for any volume that fits, by what they ask for. A volume that becomes free
    /// is offered to them.
    waiting: SizeIndex<ClaimKey>,
    /// What was last told about an object that waits.
    told: BTreeMap<ObjectKey, Why>,
    /// UIDs in a volume's `claimRef` that a live read has shown to be gone.
    gone: BTreeMap<VolumeName, Uid>,
    /// What a live read has shown of the volume that a bound claim names.
    live_reads: BTreeMap<ClaimKey, LiveRead>,
    /// What live reads have shown of classes; forgotten when nothing is left to decide.
    absent: claim::Absent,
    /// The volumes that a search may find: nobody has them, and nothing is under way for them.
    #[serde(skip)]
    free: Derived<SizeIndex<VolumeName>>,
}

/// A volume as a live read has shown it to the decision about a bound claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct LiveRead {
    volume: VolumeName,
    /// Its version; none if there was no such volume.
    version: Option<Version>,
    /// The version that was known when the read was decided: what came later was not looked at.
    known: Option<Version>,
}

impl Machine for Bind {
    fn changed(&mut self, change: &Change, view: View<'_>) {
        let Change::Changed { before, after } = change else { return };
        self.refile(before.as_ref(), after.as_ref(), view);
        let store = view.store;
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
            self.stop_waiting(claim);
        }
    }

    /// A volume that is being written is no one's to find until that has ended.
    fn began(&mut self, order: &Order, view: View<'_>) {
        if let Some(ObjectKey::Volume(name)) = order.key.object()
            && !is_planted(Mutant::PromisedVolumeOffered)
            && let Some(volume) = view.store.volume(name)
        {
            take_out(&mut self.free.0, volume);
        }
    }

    fn freed(&mut self, key: &OperationKey, view: View<'_>) {
        let store = view.store;
        match key.object() {
            Some(ObjectKey::Claim(key)) => {
                self.claims.insert_in_progress(key.clone());
                // One that cannot be taken keeps silent while the claim may be on its way to another.
                let is_undecided = |claim: &Claim| !claim.completed || claim.volume_name.is_empty();
                if store.claim(key).is_some_and(|claim| is_undecided(claim)) {
                    self.volumes.extend(store.index().volumes_reserved_for(key).cloned());
                }
            }
            Some(ObjectKey::Volume(name)) => match store.volume(name) {
                Some(volume) => {
                    put_in(&mut self.free.0, volume);
                    if let Some(claim_ref) = &volume.claim_ref {
                        self.claims.insert_in_progress(claim_ref.key.clone());
                    }
                    self.wake_about_volume(&volume.clone(), store);
                }
                // Claims that name it waited for the end of what was done to it, and will not hear of it again.
                None => {
                    self.volumes.insert(name.clone());
                    self.claims.extend(store.index().claims_naming(name).cloned());
                }
            },
            Some(ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_)) | None => {}
        }
    }

    fn answered(&mut self, answered: Answered<'_>, _: View<'_>, effects: &mut Vec<Effect>) {
        let Answered { order, because, answer } = answered;
        let Call::Bind(call) = &order.call else { return };
        rows::answer(call, answer);
        match (call, order.key.object()) {
            (
                BindCall::Read { object: ObjectKey::Claim(_), identity: Some(uid), known: _ },
                Some(ObjectKey::Volume(volume)),
            ) => {
                if shows_gone(answer, uid) {
                    self.gone.insert(volume.clone(), uid.clone());
                }
            }
            (
                BindCall::Read { object: ObjectKey::Volume(volume), identity: None, known },
                Some(ObjectKey::Claim(claim)),
            ) => {
                let version = match answer {
                    Answer::Done(Payload::Object(found)) => Some(found.version()),
                    Answer::Missing => None,
                    Answer::Done(Payload::List(_))
                    | Answer::Conflict
                    | Answer::TryLater { .. }
                    | Answer::Refused(_)
                    | Answer::Unknown => return,
                };
                let volume = volume.clone();
                self.live_reads.insert(claim.clone(), LiveRead { volume, version, known: *known });
            }
            (
                BindCall::Read { object: ObjectKey::Class(class), identity: None, known: Some(known) },
                Some(ObjectKey::Claim(_)),
            ) => {
                if *answer == Answer::Missing {
                    let proof = self.absent.entry(class.clone()).or_default();
                    *proof = (*proof).max(*known);
                }
            }
            (BindCall::MarkClaim(status), _) if status.phase == ClaimPhase::Lost => {
                if let (Answer::Done(Payload::Object(Object::Claim(claim))), Some(Because::Unbound(why))) =
                    (answer, because)
                {
                    act::tell(ObjectKey::Claim(claim.key.clone()), &claim.uid, why, effects);
                }
            }
            (
                BindCall::Read { .. }
                | BindCall::MarkClaim(_)
                | BindCall::BindClaim(_)
                | BindCall::ReserveVolume { .. }
                | BindCall::MarkVolume(_)
                | BindCall::FreeVolume { .. },
                _,
            ) => {}
        }
    }

    /// New volumes have waited for their claims long enough.
    fn fired(&mut self, timer: &Timer) {
        match timer {
            Timer::Announce => self.volumes.extend(self.announce_delay.ripen()),
            Timer::Retry(..) | Timer::Sweep | Timer::Resync | Timer::Continue => {}
        }
    }

    fn wake(&mut self, key: &ObjectKey) {
        match key {
            ObjectKey::Claim(key) => self.claims.insert(key.clone()),
            ObjectKey::Volume(name) => self.volumes.insert(name.clone()),
            ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => {}
        }
    }

    fn decide(&mut self, view: View<'_>) -> Option<Decision> {
        if let Some(key) = self.claims.pop() {
            return Some(self.decide_claim(&key, view));
        }
        let name = self.volumes.pop()?;
        Some(self.decide_volume(&name, view))
    }

    /// What is known to be absent is forgotten, so that no state differs by it: one more read is its price.
    fn idle(&mut self) {
        self.absent.clear();
    }

    fn queues(&self) -> Vec<(&'static str, usize)> {
        Vec::from([("claims", self.claims.len()), ("volumes", self.volumes.len())])
    }

    fn reason(&self, key: &ObjectKey, view: View<'_>) -> Option<Why> {
        let store = view.store;
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

    /// For a claim that no free volume fits: what the first few of them lack.
    fn details(&self, key: &ObjectKey, why: &Why, view: View<'_>) -> String {
        let (
            ObjectKey::Claim(key),
            Why::NoVolumeFits | Why::DefaultClassElsewhere(_) | Why::NoVolumeOfClassFits(_),
        ) = (key, why)
        else {
            return String::new();
        };
        let Some(claim) = view.store.claim(key) else { return String::new() };
        let mut missed = matching::misfits(view.store, claim);
        let named: Vec<String> = missed
            .by_ref()
            .take(NEAR_MISSES_NAMED_MAX)
            .map(|(volume, misfit)| format!("; {volume}: {misfit}"))
            .collect();
        let others = missed.count();
        let others = if others > 0 { format!("; and {others} more") } else { String::new() };
        format!("{}{others}", named.concat())
    }

    fn check(&self, view: View<'_>) -> Result<(), String> {
        self.check_books(view)
    }
}

impl Bind {
    /// The kinds of objects that it observes.
    pub const KINDS: &'static [Kind] = &[Kind::Claim, Kind::Volume, Kind::Class, Kind::Node, Kind::Pod];

    /// The next move for `claim`.
    fn next_for_claim<'a>(&self, claim: &Claim, store: &'a Store) -> claim::Next<'a> {
        let found = Candidates { store, free: &self.free.0 };
        let (progress, seen) = claim::observe(found, claim, &self.absent);
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
        let Self {
            claims: _,
            volumes: _,
            announce_delay: _,
            waiting: _,
            told: _,
            gone: _,
            live_reads,
            absent,
            free: _,
        } = self;
        absent.values_mut().for_each(|it| *it = map(Kind::Claim, *it));
        for LiveRead { volume: _, version, known } in live_reads.values_mut() {
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
        finalizers: _,
        owner_pod: _,
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
        Answer::Done(Payload::Object(found)) => found.uid() != uid,
        Answer::Missing => !is_planted(Mutant::MissingIsNoProof),
        Answer::Done(Payload::List(_))
        | Answer::Conflict
        | Answer::TryLater { .. }
        | Answer::Refused(_)
        | Answer::Unknown => is_planted(Mutant::ReleasedOnFailedRead),
    }
}
