//! Carries out decisions: sends the order that is due, keeps the claims that wait, tells the users.
//!
//! Guarantees: a decision that gives no order leaves a reason; an event is told when the reason
//! changes, never again for the same one.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::matching::{self, Candidates};
use super::{Bind, claim, rows, volume};
use crate::call::{BindCall, Call};
use crate::ids::{ClaimKey, Kind, ObjectKey, Uid, Version, VolumeName};
use crate::machine::{Decision, View};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Claim, ClaimPhase, Object, Store, Volume, VolumePhase};
use crate::order::{Effect, Event, Order, Reason};
use crate::why::{Because, Misfit, Why};

impl Bind {
    /// Decides about one claim.
    pub(super) fn decide_claim(&mut self, key: &ClaimKey, view: View<'_>) -> Decision {
        let View { store, in_flight } = view;
        let mut decision = Decision::default();
        let object = ObjectKey::Claim(key.clone());
        let Some(claim) = store.claim(key) else {
            self.told.remove(&object);
            self.live_reads.remove(key);
            decision.settled = Some(object.into());
            return decision;
        };
        self.stop_waiting(claim);
        if !in_flight.is_object_free(&object) && !is_planted(Mutant::TwoOrdersForOneObject) {
            return decision;
        }
        if !in_flight.is_object_free(&ObjectKey::Volume(claim.volume_name.clone())) {
            // Nothing would go wrong, since every write is guarded. But the end of what is done to the volume that
            // it names wakes the claim, and to decide before it is to decide twice: a bind goes write by write.
            return decision;
        }
        let found = Candidates { store, free: &self.free.0 };
        let (progress, seen) = claim::observe(found, claim, &self.absent);
        rows::claim(progress, &seen);
        let next = claim::decide(claim, progress, seen);
        decision.order = self.order_for_claim(claim, &next, store);
        if decision.order.is_none() {
            decision.settled = Some(object.into());
            self.settle_claim(claim, next, &mut decision.effects);
        }
        decision
    }

    /// The order that `next` calls for; none if everything is as it should be.
    fn order_for_claim(
        &self,
        claim: &Arc<Claim>,
        next: &claim::Next<'_>,
        store: &Store,
    ) -> Option<(Order, Because)> {
        let (order, because) = match next {
            claim::Next::Bind(volume, because) => {
                let write = claim::next_write(claim, volume);
                rows::next_write(write.as_ref());
                (write?, because.clone())
            }
            claim::Next::Pend(why) | claim::Next::Seek(why) => {
                let status = claim::unbound_status(ClaimPhase::Pending);
                (claim::mark_claim(claim, status)?, Because::Unbound(why.clone()))
            }
            claim::Next::ReadClass(class) => {
                let object = ObjectKey::Class(class.clone());
                // One answer serves all claims that are known by now.
                let known = Some(store.frontier(Kind::Claim).max(claim.version));
                let because = Because::Unbound(Why::ClassUnseen(class.clone()));
                (read(ObjectKey::Claim(claim.key.clone()), object, None, known), because)
            }
            claim::Next::SeekAsIs(_) | claim::Next::Stay(_) => return None,
            // What was wiped when it was lost is not wiped again.
            claim::Next::Lose(_) if claim.status.phase == ClaimPhase::Lost => return None,
            claim::Next::Lose(_)
                if !self.is_live_read_fresh(claim, store) && !is_planted(Mutant::LostOnCache) =>
            {
                let object = ObjectKey::Volume(claim.volume_name.clone());
                let known = store.volume(&claim.volume_name).map(|volume| volume.version);
                (read(ObjectKey::Claim(claim.key.clone()), object, None, known), Because::CacheIsNoProof)
            }
            claim::Next::Lose(why) => {
                let status = claim::unbound_status(ClaimPhase::Lost);
                (claim::mark_claim(claim, status)?, Because::Unbound(why.clone()))
            }
        };
        Some((order, because))
    }

    /// Whether a live read has shown the volume of `claim` to be no newer than it is known.
    fn is_live_read_fresh(&self, claim: &Claim, store: &Store) -> bool {
        if claim.volume_name.is_empty() {
            // There is nothing to look at.
            return true;
        }
        let known = store.volume(&claim.volume_name).map(|volume| volume.version);
        self.live_reads.get(&claim.key).filter(|read| read.volume == claim.volume_name).is_some_and(|read| {
            match read.version {
                Some(_) => read.version >= known,
                None => read.known == known,
            }
        })
    }

    /// Keeps what a decision without an order leaves behind.
    fn settle_claim(&mut self, claim: &Claim, next: claim::Next<'_>, effects: &mut Vec<Effect>) {
        let object = ObjectKey::Claim(claim.key.clone());
        let why = match next {
            claim::Next::Bind(..) => {
                self.told.remove(&object);
                self.live_reads.remove(&claim.key);
                return;
            }
            claim::Next::Seek(why) | claim::Next::SeekAsIs(why) => {
                let size = claim.request.amount().clone();
                self.waiting.insert(matching::match_key_for(claim), size, claim.key.clone());
                why
            }
            claim::Next::Pend(why) | claim::Next::Stay(why) => why,
            // There is always an order for this one.
            claim::Next::ReadClass(class) => Why::ClassUnseen(class),
            // Told when it was marked.
            claim::Next::Lose(why) => {
                rows::kept(&why);
                self.told.remove(&object);
                self.live_reads.remove(&claim.key);
                return;
            }
        };
        rows::kept(&why);
        self.live_reads.remove(&claim.key);
        if self.is_news(&object, &why) {
            tell(object, &claim.uid, &why, effects);
        }
    }

    /// Decides about one volume.
    pub(super) fn decide_volume(&mut self, name: &VolumeName, view: View<'_>) -> Decision {
        let View { store, in_flight } = view;
        let mut decision = Decision::default();
        let object = ObjectKey::Volume(name.clone());
        let Some(volume) = store.volume(name) else {
            self.told.remove(&object);
            self.gone.remove(name);
            self.announce_delay.forget(name, &mut decision.effects);
            decision.settled = Some(object.into());
            return decision;
        };
        let uid = volume.claim_ref.as_ref().and_then(|it| it.uid.as_ref());
        if self.gone.get(name) != uid && !is_planted(Mutant::ProofOfAnother) {
            self.gone.remove(name);
        }
        if !in_flight.is_object_free(&object) {
            self.announce_delay.forget(name, &mut decision.effects);
            return decision;
        }
        let claimant = volume::observe(store, volume, self.gone.get(name));
        rows::volume(volume, &claimant);
        let next = volume::decide(volume, claimant);
        if !matches!(next, volume::Next::Announce) {
            self.announce_delay.forget(name, &mut decision.effects);
        }
        self.carry_out(volume, next, view, &mut decision);
        decision
    }

    /// Turns the next move for a volume into orders, timers and events.
    fn carry_out(
        &mut self,
        volume: &Arc<Volume>,
        next: volume::Next<'_>,
        view: View<'_>,
        decision: &mut Decision,
    ) {
        let View { store, .. } = view;
        let object = ObjectKey::Volume(volume.name.clone());
        decision.order = Some(match next {
            volume::Next::Mark(phase, because) => (mark(volume, phase), because),
            // A claim that could take it is asked first; then it is the volume's turn again.
            volume::Next::Announce if !is_planted(Mutant::AnnouncedFirst) && self.offer(volume, store) => {
                self.volumes.insert(volume.name.clone());
                return;
            }
            // Its claim may be about to come.
            volume::Next::Announce
                if !is_planted(Mutant::AnnouncedFirst)
                    && !self.announce_delay.has_waited(&volume.name, &mut decision.effects) =>
            {
                return;
            }
            volume::Next::Announce => (mark(volume, VolumePhase::Available), Because::NobodyClaims),
            volume::Next::Free(keep) => {
                let keep_name = keep == volume::KeepName::Yes && !is_planted(Mutant::NameNotKept);
                let call = Call::Bind(BindCall::FreeVolume { keep_name });
                (Order::update(&Object::Volume(volume.clone()), call), Because::ClaimBoundElsewhere)
            }
            volume::Next::ReadClaim(claim_ref) => {
                let known = store.claim(&claim_ref.key).map(|claim| claim.version);
                let (claim, identity) = (ObjectKey::Claim(claim_ref.key.clone()), claim_ref.uid.clone());
                (read(object, claim, identity, known), Because::CacheIsNoProof)
            }
            volume::Next::Wait(why) => {
                decision.settled = Some(object.into());
                // While its claim is being bound to another volume, what is wrong with this one is about
                // to cease to matter; the end of the bind wakes this volume again.
                if !self.is_bind_under_way(&why, view) {
                    self.settle_volume(volume, &why, store, &mut decision.effects);
                }
                return;
            }
            volume::Next::Keep => {
                self.told.remove(&object);
                self.gone.remove(&volume.name);
                decision.settled = Some(object.into());
                return;
            }
        });
    }

    /// Keeps what a decision without an order leaves behind.
    fn settle_volume(&mut self, volume: &Volume, why: &Why, store: &Store, effects: &mut Vec<Effect>) {
        let object = ObjectKey::Volume(volume.name.clone());
        rows::kept(why);
        self.gone.remove(&volume.name);
        // The claim may take a better one; then this one is the next claim's.
        if *why == Why::Unclaimed && self.offer(volume, store) {
            self.volumes.insert(volume.name.clone());
        }
        if self.is_news(&object, why) {
            tell(object, &volume.uid, why, effects);
            // The user of the claim looks at the claim.
            if let Why::ReservedMisfit(key, misfit) = why
                && let Some(claim) = store.claim(key)
            {
                let why = Why::ReservedVolumeMisfit(volume.name.clone(), *misfit);
                tell(ObjectKey::Claim(key.clone()), &claim.uid, &why, effects);
            }
        }
    }

    /// Wakes the claim that should take this volume, which nobody has, if one waits; answers whether one does.
    fn offer(&mut self, volume: &Volume, store: &Store) -> bool {
        let is_deleting = volume.deleting && !is_planted(Mutant::TakesDeletedVolume);
        if is_deleting || is_planted(Mutant::FreeVolumeWakesNobody) {
            return false;
        }
        let fits = |key: &&ClaimKey| {
            let way = matching::Way::Binder { delayed: false };
            store.claim(key).is_some_and(|claim| matching::misfit(volume, claim, way).is_none())
        };
        let taker = matching::match_keys_of_takers(volume)
            .find_map(|wanted| self.waiting.at_most(&wanted, volume.capacity.amount()).find(fits).cloned());
        let Some(key) = taker else { return false };
        if let Some(claim) = store.claim(&key) {
            self.stop_waiting(claim);
        }
        self.claims.insert(key);
        true
    }

    /// Takes `claim`, in a state in which it may have sought, from those that wait for any volume.
    pub(super) fn stop_waiting(&mut self, claim: &Claim) {
        if !self.waiting.is_empty() {
            let size = claim.request.amount().clone();
            self.waiting.remove(&matching::match_key_for(claim), size, claim.key.clone());
        }
    }

    /// Whether the claim that cannot take a volume is being bound to another one, or may be.
    fn is_bind_under_way(&self, why: &Why, view: View<'_>) -> bool {
        let View { store, in_flight } = view;
        let Why::ReservedMisfit(key, _) = why else { return false };
        let Some(claim) = store.claim(key) else { return false };
        let is_free = in_flight.is_object_free(&ObjectKey::Claim(key.clone()));
        !is_free || matches!(self.next_for_claim(claim, store), claim::Next::Bind(..))
    }

    /// Whether users have to be told that `object` waits for this, which is remembered.
    fn is_news(&mut self, object: &ObjectKey, why: &Why) -> bool {
        if reason(why).is_none() {
            self.told.remove(object);
            return false;
        }
        self.told.insert(object.clone(), why.clone()).as_ref() != Some(why)
    }
}

/// A live read of `object`, to decide about `about`.
fn read(about: ObjectKey, object: ObjectKey, identity: Option<Uid>, known: Option<Version>) -> Order {
    Order::read(about, Call::Bind(BindCall::Read { object, identity, known }))
}

/// The order that gives `volume` this phase.
fn mark(volume: &Arc<Volume>, phase: VolumePhase) -> Order {
    Order::update(&Object::Volume(volume.clone()), Call::Bind(BindCall::MarkVolume(phase)))
}

/// Tells users why `object` waits, if upstream has an event for that.
pub(super) fn tell(object: ObjectKey, uid: &Uid, why: &Why, effects: &mut Vec<Effect>) {
    if let Some(reason) = reason(why) {
        effects.push(Effect::Tell(Event { object, uid: uid.clone(), reason, why: why.clone() }));
    }
}

/// The event for a reason to wait; none where upstream is silent.
fn reason(why: &Why) -> Option<Reason> {
    match why {
        Why::NoVolumeFits => Some(Reason::NoVolume),
        Why::NoConsumer(_) => Some(Reason::WaitForFirstConsumer),
        Why::ConsumersUnscheduled(_) => Some(Reason::WaitForPodScheduled),
        Why::NamedVolumeTaken(..) => Some(Reason::FailedBinding),
        Why::NamedVolumeMisfit(..) => Some(Reason::VolumeMismatch),
        Why::ReservedMisfit(_, Misfit::VolumeMode) | Why::ReservedVolumeMisfit(_, Misfit::VolumeMode) => {
            Some(Reason::VolumeMismatch)
        }
        Why::LostName | Why::LostVolume(_) => Some(Reason::ClaimLost),
        Why::Misbound(..) => Some(Reason::ClaimMisbound),
        Why::ReservedMisfit(..)
        | Why::ReservedVolumeMisfit(..)
        | Why::DefaultClassElsewhere(_)
        | Why::ExpansionElsewhere
        | Why::NoVolumeOfClassFits(_)
        | Why::BindingModeUnknown(_)
        | Why::ClassUnseen(_)
        | Why::NamedVolumeMissing(_)
        | Why::VolumeBusy(_)
        | Why::Unclaimed
        | Why::ReservedForName(_)
        | Why::ReservedForClaim(_)
        | Why::ReservedMisnamed(_)
        | Why::Retained(_)
        | Why::ReclaimElsewhere(_)
        | Why::UsedByPod(_)
        | Why::UsedByClaim(_) => None,
    }
}
