//! The machine that keeps volumes: who is decided about, and which order is due.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::volume::Unclaimed;
use super::{rows, volume};
use crate::call::{Call, ProtectCall};
use crate::ids::{ClaimKey, Kind, ObjectKey, Version, VolumeName};
use crate::machine::{Answered, Decision, Machine, View};
use crate::observed::{Change, ClaimRef, Object, Store, Volume};
use crate::operation::OperationKey;
use crate::order::{Answer, Effect, Order, Payload};
use crate::versions::Versioned;
use crate::why::{Because, Why};
use crate::work_queue::WorkQueue;

/// What the protection of volumes remembers between two inputs. Dropped, it comes back at the price of some live reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProtectVolumes {
    /// Volumes about which to decide.
    queue: WorkQueue<VolumeName>,
    /// Volumes of which a live read has shown that their claim does not have them.
    unclaimed: BTreeMap<VolumeName, Unclaimed>,
}

impl Machine for ProtectVolumes {
    fn changed(&mut self, change: &Change, _: View<'_>) {
        let Change::Changed { before, after } = change else { return };
        for object in before.iter().chain(after) {
            match object {
                Object::Claim(claim) if !claim.volume_name.is_empty() => {
                    self.queue.insert(claim.volume_name.clone());
                }
                Object::Volume(volume) => self.queue.insert(volume.name.clone()),
                Object::Claim(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => {}
            }
        }
    }

    fn freed(&mut self, key: &OperationKey, _: View<'_>) {
        if let Some(key) = key.object() {
            self.wake(key);
        }
    }

    fn answered(&mut self, answered: Answered<'_>, view: View<'_>, _: &mut Vec<Effect>) {
        let Answered { order, because: _, answer } = answered;
        let (Call::Protect(call), Some(ObjectKey::Volume(name))) = (&order.call, order.key.object()) else {
            return;
        };
        rows::answer(call, order, answer);
        match call {
            ProtectCall::ReadClaim { claim, known } => {
                self.claim_was_read(name, claim, *known, answer, view.store);
            }
            // What was written is observed.
            ProtectCall::AddFinalizer | ProtectCall::RemoveFinalizer | ProtectCall::ListPods { .. } => {}
        }
    }

    fn wake(&mut self, key: &ObjectKey) {
        match key {
            ObjectKey::Volume(name) => self.queue.insert(name.clone()),
            ObjectKey::Claim(_) | ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => {}
        }
    }

    fn decide(&mut self, view: View<'_>) -> Option<Decision> {
        let name = self.queue.pop()?;
        Some(self.decide_volume(&name, view))
    }

    fn queues(&self) -> Vec<(&'static str, usize)> {
        Vec::from([("pvprotection", self.queue.len())])
    }

    fn reason(&self, key: &ObjectKey, view: View<'_>) -> Option<Why> {
        let ObjectKey::Volume(name) = key else { return None };
        let volume = view.store.volume(name)?;
        match volume::decide(volume::observe(view.store, volume, self.unclaimed.get(name))) {
            volume::Next::Wait(why) => Some(why),
            volume::Next::Add | volume::Next::ReadClaim(_) | volume::Next::Remove | volume::Next::Keep => {
                None
            }
        }
    }

    fn check(&self, view: View<'_>) -> Result<(), String> {
        // A new field does not compile until someone decides whether it has an invariant.
        let Self { queue, unclaimed } = self;
        let is_unknown = |it: &&VolumeName| view.store.volume(it).is_none() && !queue.contains(it);
        match unclaimed.keys().find(is_unknown) {
            Some(name) => Err(format!("P2: pv/{name} is proven unclaimed, and does not exist")),
            None => Ok(()),
        }
    }
}

impl ProtectVolumes {
    /// The kinds of objects that it observes.
    pub const KINDS: &'static [Kind] = &[Kind::Claim, Kind::Volume];

    /// Decides about one volume.
    fn decide_volume(&mut self, name: &VolumeName, view: View<'_>) -> Decision {
        let mut decision = Decision::default();
        let object = ObjectKey::Volume(name.clone());
        let Some(volume) = view.store.volume(name) else {
            self.unclaimed.remove(name);
            decision.settled = Some(object.into());
            return decision;
        };
        if !view.in_flight.is_object_free(&object) {
            return decision;
        }
        let seen = volume::observe(view.store, volume, self.unclaimed.get(name));
        rows::volume(&seen);
        if seen != volume::Seen::Unclaimed {
            self.unclaimed.remove(name);
        }
        match volume::decide(seen) {
            volume::Next::Add => {
                decision.order = Some((write(volume, ProtectCall::AddFinalizer), Because::Unprotected));
            }
            volume::Next::Remove => {
                decision.order = Some((write(volume, ProtectCall::RemoveFinalizer), Because::Unused));
            }
            volume::Next::ReadClaim(claim) => {
                let call = ProtectCall::ReadClaim { claim: claim.clone(), known: volume.version };
                let read = Order::read(object, Call::Protect(call));
                decision.order = Some((read, Because::CacheIsNoProof));
            }
            volume::Next::Wait(_) | volume::Next::Keep => decision.settled = Some(object.into()),
        }
        decision
    }

    /// Takes in what a live read has shown of the claim of a volume, which was at version `known` then.
    fn claim_was_read(
        &mut self,
        name: &VolumeName,
        claim: &ClaimKey,
        known: Version,
        answer: &Answer,
        store: &Store,
    ) {
        let Some(volume) = store.volume(name).filter(|it| it.version == known) else { return };
        let Some(ClaimRef { key, uid: Some(uid) }) = &volume.claim_ref else { return };
        let has_it = match answer {
            Answer::Done(Payload::Object(Object::Claim(claim))) => volume::has(claim, volume),
            Answer::Missing => false,
            Answer::Done(_)
            | Answer::Conflict
            | Answer::TryLater { .. }
            | Answer::Refused(_)
            | Answer::Unknown => return,
        };
        if key == claim && !has_it {
            self.unclaimed.insert(name.clone(), Unclaimed { claim: uid.clone(), version: known });
        }
    }
}

/// A write on `volume`.
fn write(volume: &Arc<Volume>, call: ProtectCall) -> Order {
    Order::update(&Object::Volume(volume.clone()), Call::Protect(call))
}

impl Versioned for ProtectVolumes {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { queue: _, unclaimed } = self;
        for Unclaimed { claim: _, version } in unclaimed.values_mut() {
            *version = map(Kind::Volume, *version);
        }
    }
}
