//! The invariants of the binder.

use alloc::format;
use alloc::string::{String, ToString};

use super::{Bind, free_volumes, matching};
use crate::call::{BindCall, Call};
use crate::ids::{ObjectKey, VolumeName};
use crate::in_flight::Standing;
use crate::machine::View;
use crate::observed::Claim;
use crate::order::Order;

impl Bind {
    /// Returns the first broken invariant in words, when nothing is left to decide at this moment.
    pub(super) fn check_books(&self, view: View<'_>) -> Result<(), String> {
        // A new field does not compile until someone decides whether it has an invariant.
        let Self {
            claims,
            volumes,
            announce_delay,
            waiting: _,
            told: _,
            gone: _,
            live_reads: _,
            absent,
            free,
        } = self;
        if !absent.is_empty() && claims.is_empty() && volumes.is_empty() {
            return Err("B9: a class is known to be absent, and no claim asks for it".to_string());
        }
        self.check_waiting(view)?;
        let is_unknown = |it: &&VolumeName| view.store.volume(it).is_none() && !volumes.contains(it);
        if let Some(name) = announce_delay.iter().find(is_unknown) {
            return Err(format!("B10: volume {name} is to be announced and does not exist"));
        }
        if free.0 != free_volumes(view) {
            return Err("B1: a volume that is written can be found, or a free one cannot".to_string());
        }
        for volume in view.store.volumes() {
            let object = ObjectKey::Volume(volume.name.clone());
            if let Standing::Out(Order { call: Call::Bind(BindCall::ReserveVolume { claim, .. }), .. }, _) =
                view.in_flight.standing_of(&object)
                && !matches!(
                    view.in_flight.standing_of(&ObjectKey::Claim(claim.clone())),
                    Standing::LockedBy(it) if *it == object
                )
            {
                return Err(format!(
                    "B1: {object} is being reserved for pvc/{claim}, which does not wait for it"
                ));
            }
        }
        Ok(())
    }

    fn check_waiting(&self, view: View<'_>) -> Result<(), String> {
        for (_, _, key) in self.waiting.iter() {
            let object = ObjectKey::Claim(key.clone());
            let Some(claim) = view.store.claim(key) else {
                return Err(format!("B2: {object} waits for a volume and does not exist"));
            };
            if is_bound_now(view.in_flight.standing_of(&object)) {
                return Err(format!("B2: {object} waits for a volume and is being bound"));
            }
            if claim.completed || !claim.volume_name.is_empty() {
                return Err(format!("B2: {object} waits for a volume and names one"));
            }
            // One that was woken looks as soon as there is room.
            if let Some(name) = self.overlooked(view, claim)
                && !self.volumes.contains(name)
                && !self.claims.contains(key)
            {
                return Err(format!("B3: {object} waits though volume {name} fits"));
            }
        }
        Ok(())
    }

    /// A free volume that `claim` could take.
    fn overlooked<'a>(&'a self, view: View<'a>, claim: &Claim) -> Option<&'a VolumeName> {
        let found = matching::Candidates { store: view.store, free: self.free() };
        match matching::best(found, claim, matching::Way::Binder { delayed: false }) {
            matching::Offer::Reserved(volume) | matching::Offer::Free(volume) => Some(&volume.name),
            matching::Offer::Nothing => None,
        }
    }
}

/// Whether what is under way for a claim is the binder's. Other machines may write it while it waits.
fn is_bound_now(standing: Standing<'_>) -> bool {
    match standing {
        Standing::Out(order, _) => matches!(order.call, Call::Bind(_)),
        Standing::LockedBy(_) => true,
        Standing::Free | Standing::Paused(_) => false,
    }
}
