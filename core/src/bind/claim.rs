//! What to do about one claim.
//!
//! Pipeline: `Store` → [`observe`] → **[`decide`]** → [`Next`].
//!
//! A bind is four writes: the volume's `claimRef` (the lock), the volume's phase (which protects it),
//! the claim's `volumeName` (which can be written once only), the claim's status. Each is decided from
//! what the server has stored, so that a crash between two of them is an ordinary state.
//! Upstream: `syncClaim`, `syncUnboundClaim`, `syncBoundClaim`, `bind`.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use super::matching::{self, Candidates, Offer, Way};
use crate::call::{BindCall, Call};
use crate::ids::{ClassName, Kind, PodKey, Version};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{
    BindingMode, Claim, ClaimPhase, ClaimStatus, Holder, Object, Store, Volume, VolumePhase,
};
use crate::order::Order;
use crate::why::{Because, Misfit, Why};

/// Whether a claim has ever been bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Annotation `bind-completed` is not there.
    NeverBound,
    /// Annotation `bind-completed` is there.
    BoundBefore,
}

/// What a claim says about its volume, and what the volume says about the claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// It names no volume; a search found one that is reserved for it.
    UnnamedReserved(&'a Arc<Volume>),
    /// It names no volume; a search found a free one.
    UnnamedFits(&'a Arc<Volume>),
    /// It names no volume; a search found a free one, and its class may exist unseen.
    UnnamedFitsClassUnseen,
    /// It names no volume, and a search found none.
    UnnamedNothing(Shortage),
    /// It names a volume that does not exist.
    NamedMissing,
    /// It names a volume that is free and is what it asks for.
    NamedFree(&'a Arc<Volume>),
    /// It names a volume that is free and is not what it asks for.
    NamedUnfit(&'a Arc<Volume>, Misfit),
    /// It names a volume that is reserved for its name.
    NamedReserved(&'a Arc<Volume>),
    /// The same, and the volume is being deleted.
    NamedReservedDeleting(&'a Arc<Volume>),
    /// It names a volume that has its UID and name.
    NamedOurs(&'a Arc<Volume>),
    /// It names a volume that has its UID under another name.
    NamedOursMisnamed(&'a Arc<Volume>),
    /// It names a volume that is another claim's.
    NamedOther(&'a Arc<Volume>),
}

/// Why a claim that names no volume finds none, by the binding mode of its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shortage {
    /// No class: it can only wait for a volume.
    NoClass,
    /// Nothing said of a class, and there is a default one that it would get.
    Default(ClassName),
    /// A class that binds at once, or one that is not known.
    Immediate,
    /// A class without a binding mode.
    ModeUnknown,
    /// A class that waits for the first consumer, and there is none.
    NoConsumer,
    /// The same, and consumers that are not scheduled.
    Unscheduled(Arc<[PodKey]>),
    /// The same, and the scheduler has chosen a node: a volume has to be provisioned for it.
    Scheduled,
}

/// The next move for one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// Go on binding it to this volume, with whichever write is due.
    Bind(&'a Arc<Volume>, Because),
    /// Read its class from the API server itself, before it takes a free volume.
    ReadClass(ClassName),
    /// Wait, as `Pending`.
    Pend(Why),
    /// Wait as `Pending` for any volume that fits.
    Seek(Why),
    /// Wait for any volume that fits, with the status as it is.
    SeekAsIs(Why),
    /// Wait, with the status as it is.
    Stay(Why),
    /// Mark it `Lost`.
    Lose(Why),
}

/// Decides the next move. Total and pure; each arm opens with the observation it stands for.
pub(super) fn decide<'a>(claim: &Claim, progress: Progress, seen: Seen<'a>) -> Next<'a> {
    use Progress::{BoundBefore, NeverBound};
    let class = || claim.class_name();
    match (progress, seen) {
        // Takes any volume, and one is reserved for it: by a user, by the scheduler, by a provisioner,
        // or by our own first write before a crash.
        (NeverBound, Seen::UnnamedReserved(volume)) => match volume.held_by(claim) {
            Holder::Claim => Next::Bind(volume, Because::BindGoesOn),
            Holder::Name | Holder::Nobody | Holder::ClaimMisnamed | Holder::Other => {
                Next::Bind(volume, Because::Reserved)
            }
        },
        // Takes any volume, and a free one fits. The volume is written first, so that two binders
        // collide on the volume's version and not on a user's data.
        (NeverBound, Seen::UnnamedFits(volume)) => Next::Bind(volume, Because::BestFit),
        // A free one fits, but the watch of classes may be behind: a class older than the claim may leave
        // the choice to the scheduler. Upstream takes such a class for one that binds at once.
        (NeverBound, Seen::UnnamedFitsClassUnseen) => Next::ReadClass(class()),
        // Takes any volume without a class; none fits.
        (NeverBound, Seen::UnnamedNothing(Shortage::NoClass)) => Next::Seek(Why::NoVolumeFits),
        // Says nothing of a class, and there is a default one: whoever gives it to the claim changes it.
        (NeverBound, Seen::UnnamedNothing(Shortage::Default(class))) => {
            Next::SeekAsIs(Why::DefaultClassElsewhere(class))
        }
        // Takes any volume of its class; none fits. Upstream provisions and leaves the status alone.
        (NeverBound, Seen::UnnamedNothing(Shortage::Immediate)) => {
            Next::SeekAsIs(Why::NoVolumeOfClassFits(class()))
        }
        // Its class is broken: better to wait than to guess when to bind.
        (NeverBound, Seen::UnnamedNothing(Shortage::ModeUnknown)) => {
            Next::Stay(Why::BindingModeUnknown(class()))
        }
        // Its class leaves the choice to the scheduler, and no pod makes the scheduler look.
        (NeverBound, Seen::UnnamedNothing(Shortage::NoConsumer)) => Next::Pend(Why::NoConsumer(class())),
        // Its class leaves the choice to the scheduler, which has pods to place.
        (NeverBound, Seen::UnnamedNothing(Shortage::Unscheduled(pods))) => {
            Next::Pend(Why::ConsumersUnscheduled(pods))
        }
        // The scheduler chose a node and no volume: one has to be provisioned there, and no free
        // volume may be put in its place.
        (NeverBound, Seen::UnnamedNothing(Shortage::Scheduled)) => {
            Next::Stay(Why::NoVolumeOfClassFits(class()))
        }
        // Names a volume that does not exist yet.
        (NeverBound, Seen::NamedMissing) => Next::Pend(Why::NamedVolumeMissing(claim.volume_name.clone())),
        // Names a free volume that fits: the user chose, binding mode and selector do not matter.
        (NeverBound, Seen::NamedFree(volume)) => Next::Bind(volume, Because::ClaimNamesIt),
        // Names a free volume that does not fit.
        (NeverBound, Seen::NamedUnfit(volume, misfit)) => {
            Next::Pend(Why::NamedVolumeMisfit(volume.name.clone(), misfit))
        }
        // Claim and volume name each other: nothing else is asked, users migrate data this way.
        (NeverBound, Seen::NamedReserved(volume)) => Next::Bind(volume, Because::Reserved),
        // They name each other, but the volume is on its way out: no new consumer for it.
        (NeverBound, Seen::NamedReservedDeleting(volume)) => {
            Next::Pend(Why::NamedVolumeMisfit(volume.name.clone(), Misfit::Deleting))
        }
        // The lock is taken for this claim: a bind that was begun goes on.
        (NeverBound, Seen::NamedOurs(volume)) => Next::Bind(volume, Because::BindGoesOn),
        // A UID that is ours under a name that is not: nobody but a user writes that. Not ours to take.
        (NeverBound, Seen::NamedOursMisnamed(volume)) => taken(claim, volume),
        // Names another claim's volume. Not an error: it may be freed.
        (NeverBound, Seen::NamedOther(volume)) => taken(claim, volume),
        // Was bound, and its name was erased: no offer can mend that.
        (BoundBefore, Seen::UnnamedReserved(_)) => Next::Lose(Why::LostName),
        (BoundBefore, Seen::UnnamedFits(_)) => Next::Lose(Why::LostName),
        (BoundBefore, Seen::UnnamedFitsClassUnseen) => Next::Lose(Why::LostName),
        (BoundBefore, Seen::UnnamedNothing(_)) => Next::Lose(Why::LostName),
        // Was bound, and its volume is gone, and so is its data.
        (BoundBefore, _) if is_lost_for_good(claim) => Next::Lose(Why::LostVolume(claim.volume_name.clone())),
        (BoundBefore, Seen::NamedMissing) => Next::Lose(Why::LostVolume(claim.volume_name.clone())),
        // Was bound, and the volume lost its half of the pointer: put it back, whatever it is like.
        (BoundBefore, Seen::NamedFree(volume)) => Next::Bind(volume, Because::BoundBefore),
        (BoundBefore, Seen::NamedUnfit(volume, _)) => Next::Bind(volume, Because::BoundBefore),
        // Was bound, and the volume has the name but not the UID, as after a restore from backup: it
        // may be another claim's data.
        (BoundBefore, Seen::NamedReserved(volume)) => Next::Lose(Why::Misbound(volume.name.clone(), None)),
        (BoundBefore, Seen::NamedReservedDeleting(volume)) => {
            Next::Lose(Why::Misbound(volume.name.clone(), None))
        }
        // Both halves agree; at most the status is behind.
        (BoundBefore, Seen::NamedOurs(volume)) => Next::Bind(volume, Because::BindGoesOn),
        // The UID is ours and the name is not: the UID is what counts, the name is repaired.
        (BoundBefore, Seen::NamedOursMisnamed(volume)) => Next::Bind(volume, Because::BoundBefore),
        // Was bound, and the volume is another's now. Never taken back: that would be their data.
        (BoundBefore, Seen::NamedOther(volume)) if is_planted(Mutant::TakesBackMisboundVolume) => {
            Next::Bind(volume, Because::BoundBefore)
        }
        (BoundBefore, Seen::NamedOther(volume)) => {
            let other = volume.claim_ref.as_ref().map(|it| it.key.clone());
            Next::Lose(Why::Misbound(volume.name.clone(), other))
        }
    }
}

/// Whether nothing can help a claim that was marked Lost: never.
fn is_lost_for_good(claim: &Claim) -> bool {
    claim.status.phase == ClaimPhase::Lost && is_planted(Mutant::LostForGood)
}

/// A claim that names another claim's volume.
fn taken<'a>(claim: &Claim, volume: &Volume) -> Next<'a> {
    let other = volume.claim_ref.as_ref().map(|it| it.key.clone()).unwrap_or_default();
    let why = Why::NamedVolumeTaken(volume.name.clone(), other);
    match claim.bound_by_controller {
        // The user chose the volume and has to choose again, or wait.
        false => Next::Pend(why),
        // A binder chose it, and somebody removed the mark that the bind was completed: the status is
        // left as the only trace of what has been.
        true => Next::Stay(why),
    }
}

/// Classes that live reads have shown not to exist, each at a time when everything up to this version
/// had been stored: every claim up to that version is older than any class of the name.
pub(super) type Absent = BTreeMap<ClassName, Version>;

/// Looks at what matters for the decision about `claim`.
pub(super) fn observe<'a>(found: Candidates<'a, '_>, claim: &Claim, absent: &Absent) -> (Progress, Seen<'a>) {
    let is_erased = claim.volume_name.is_empty() && is_planted(Mutant::ErasedNameBoundAgain);
    let progress = if claim.completed && !is_erased { Progress::BoundBefore } else { Progress::NeverBound };
    (progress, see(found, claim, absent))
}

fn see<'a>(found: Candidates<'a, '_>, claim: &Claim, absent: &Absent) -> Seen<'a> {
    let store = found.store;
    if claim.volume_name.is_empty() {
        let shortage = shortage(store, claim);
        let delayed = match &shortage {
            Shortage::Scheduled => !is_planted(Mutant::SelectedNodeIgnored),
            Shortage::NoConsumer | Shortage::Unscheduled(_) => true,
            Shortage::NoClass | Shortage::Default(_) | Shortage::Immediate => false,
            Shortage::ModeUnknown => return Seen::UnnamedNothing(shortage),
        };
        let delayed = delayed && !is_planted(Mutant::DelayIgnored);
        return match matching::best(found, claim, Way::Binder { delayed }) {
            Offer::Reserved(volume) => Seen::UnnamedReserved(volume),
            Offer::Free(_) if may_have_class(store, claim, absent) => Seen::UnnamedFitsClassUnseen,
            Offer::Free(volume) => Seen::UnnamedFits(volume),
            Offer::Nothing => Seen::UnnamedNothing(shortage),
        };
    }
    let Some(volume) = store.volume(&claim.volume_name) else { return Seen::NamedMissing };
    match volume.held_by(claim) {
        Holder::Nobody => match matching::misfit_of_named(volume, claim) {
            None => Seen::NamedFree(volume),
            Some(misfit) => Seen::NamedUnfit(volume, misfit),
        },
        Holder::Name if volume.deleting && !is_planted(Mutant::PairWithDeletedVolume) => {
            Seen::NamedReservedDeleting(volume)
        }
        Holder::Name => Seen::NamedReserved(volume),
        Holder::Claim => Seen::NamedOurs(volume),
        Holder::ClaimMisnamed => Seen::NamedOursMisnamed(volume),
        Holder::Other if !claim.completed && is_planted(Mutant::TakesNamedVolumeOfAnother) => {
            Seen::NamedFree(volume)
        }
        Holder::Other => Seen::NamedOther(volume),
    }
}

/// Whether there may be a class, older than `claim`, that it asks for and that is not known.
fn may_have_class(store: &Store, claim: &Claim, absent: &Absent) -> bool {
    let name = claim.class_name();
    let is_known = name.is_empty() || is_planted(Mutant::UnseenClassIsAbsent) || store.class(&name).is_some();
    let has_watch_passed = store.frontier(Kind::Class) >= claim.version;
    !is_known && !has_watch_passed && absent.get(&name).is_none_or(|proof| *proof < claim.version)
}

/// What it would mean for `claim` to find no volume.
fn shortage(store: &Store, claim: &Claim) -> Shortage {
    let name = claim.class_name();
    if name.is_empty() {
        // Asking for the class of no name is an answer; saying nothing is not.
        let default = store.classes().find(|class| class.is_default && claim.class.is_none());
        return default.map_or(Shortage::NoClass, |class| Shortage::Default(class.name.clone()));
    }
    match store.class(&name).map(|class| class.binding_mode) {
        // A class that does not exist binds at once: volumes of a made-up class name need no object.
        None | Some(Some(BindingMode::Immediate)) => Shortage::Immediate,
        Some(None) => Shortage::ModeUnknown,
        Some(Some(BindingMode::WaitForFirstConsumer)) if claim.selected_node.is_some() => Shortage::Scheduled,
        Some(Some(BindingMode::WaitForFirstConsumer)) => {
            let pods: Arc<[PodKey]> = store
                .index()
                .pods_using(&claim.key)
                .filter_map(|key| store.pod(key))
                .filter(|pod| !pod.terminated && pod.node_name.is_empty())
                .map(|pod| pod.key.clone())
                .collect();
            if pods.is_empty() { Shortage::NoConsumer } else { Shortage::Unscheduled(pods) }
        }
    }
}

/// The next of the four writes that bind `claim` to `volume`; none when all are done.
pub(super) fn next_write(claim: &Arc<Claim>, volume: &Arc<Volume>) -> Option<Order> {
    let named = claim.volume_name == volume.name;
    let is_claim_first = is_planted(Mutant::ClaimBeforeVolume) && !named;
    let mark = match volume.held_by(claim) {
        _ if is_claim_first => None,
        Holder::Claim => None,
        // A user reserved it by name: it merely gains the UID.
        Holder::Name => Some(is_planted(Mutant::MarkOnUsersReservation)),
        Holder::Nobody | Holder::ClaimMisnamed | Holder::Other => Some(!is_planted(Mutant::MarkNotSet)),
    };
    let on_volume = |call| Order::update(&Object::Volume(volume.clone()), Call::Bind(call));
    let phase = || on_volume(BindCall::MarkVolume(VolumePhase::Bound));
    let is_phase_due = volume.phase != VolumePhase::Bound && !is_claim_first;
    if is_phase_due && is_planted(Mutant::PhaseBeforeClaimRef) {
        return Some(phase());
    }
    if let Some(mark) = mark {
        let (claim, claim_uid) = (claim.key.clone(), claim.uid.clone());
        return Some(on_volume(BindCall::ReserveVolume { claim, claim_uid, mark }));
    }
    if is_phase_due && !is_planted(Mutant::PhaseAfterName) {
        return Some(phase());
    }
    if is_planted(Mutant::StatusBeforeName) && claim.status.phase != ClaimPhase::Bound {
        return mark_claim(claim, bound_status(claim, volume));
    }
    if !named || !claim.completed {
        let volume = (!named).then(|| volume.name.clone());
        return Some(on_claim(claim, BindCall::BindClaim(volume)));
    }
    if is_phase_due {
        return Some(phase());
    }
    mark_claim(claim, bound_status(claim, volume))
}

/// The write that gives `claim` this status; none if it has it.
pub(super) fn mark_claim(claim: &Arc<Claim>, status: ClaimStatus) -> Option<Order> {
    (claim.status != status).then(|| on_claim(claim, BindCall::MarkClaim(status)))
}

/// The status of a claim without a volume.
pub(super) fn unbound_status(phase: ClaimPhase) -> ClaimStatus {
    ClaimStatus { phase, ..ClaimStatus::default() }
}

/// The status of `claim` when it is bound to `volume`.
fn bound_status(claim: &Claim, volume: &Volume) -> ClaimStatus {
    let size = volume.capacity_before_resize.as_ref().unwrap_or(&volume.capacity);
    let capacity = match (claim.status.phase, &claim.status.capacity) {
        // Once bound, the size is the resizer's.
        (ClaimPhase::Bound, _) if is_planted(Mutant::CapacityOfVolumeAgain) => Some(size.clone()),
        (ClaimPhase::Bound, known) => known.clone(),
        // The same size in other words is no change.
        (ClaimPhase::Pending | ClaimPhase::Lost, Some(known)) if known.amount() == size.amount() => {
            Some(known.clone())
        }
        (ClaimPhase::Pending | ClaimPhase::Lost, _) => Some(size.clone()),
    };
    let attributes_class = match claim.status.phase {
        // Once bound, the attributes class is the resizer's too, and a lost one is not guessed.
        ClaimPhase::Bound if is_planted(Mutant::AttributesClassAgain) => volume.attributes_class.clone(),
        ClaimPhase::Bound | ClaimPhase::Lost => claim.status.attributes_class.clone(),
        ClaimPhase::Pending => volume.attributes_class.clone(),
    };
    ClaimStatus { phase: ClaimPhase::Bound, access_modes: volume.access_modes, capacity, attributes_class }
}

/// Whether a bound claim asks for more than its status says it has.
pub(super) fn wants_more(claim: &Claim) -> bool {
    claim.status.capacity.as_ref().is_some_and(|size| size.amount() < claim.request.amount())
}

/// A write on `claim`.
fn on_claim(claim: &Arc<Claim>, call: BindCall) -> Order {
    Order::update(&Object::Claim(claim.clone()), Call::Bind(call))
}

#[cfg(test)]
mod tests;
