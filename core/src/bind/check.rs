//! The invariants of the binder.

use alloc::format;
use alloc::string::{String, ToString};

use super::{Bind, matching};
use crate::ids::{ObjectKey, VolumeName};
use crate::in_flight::{InFlight, Standing};
use crate::observed::{Claim, Store};
use crate::order::Order;

impl Bind {
    /// Returns the first broken invariant in words, when nothing is left to decide at this moment.
    ///
    /// # Errors
    ///
    /// When the binder's books contradict each other or the store.
    pub fn check(&self, store: &Store, in_flight: &InFlight) -> Result<(), String> {
        // A new field does not compile until someone decides whether it has an invariant.
        let Self { claims, volumes, newcomers, seekers, told: _, gone: _, looked: _, absent } = self;
        if !absent.is_empty() && claims.is_empty() && volumes.is_empty() {
            return Err("B9: a class is known to be absent, and no claim asks for it".to_string());
        }
        for (_, _, key) in seekers.iter() {
            let object = ObjectKey::Claim(key.clone());
            let Some(claim) = store.claim(key) else {
                return Err(format!("B2: {object} waits for a volume and does not exist"));
            };
            if !in_flight.is_free(&object) {
                return Err(format!("B2: {object} waits for a volume and is at work"));
            }
            if claim.completed || !claim.volume_name.is_empty() {
                return Err(format!("B2: {object} waits for a volume and names one"));
            }
            // One that was woken looks as soon as there is room.
            if let Some(name) = overlooked(store, claim)
                && !volumes.contains(name)
                && !claims.contains(key)
            {
                return Err(format!("B3: {object} waits though volume {name} fits"));
            }
        }
        if let Some(name) = newcomers.iter().find(|it| store.volume(it).is_none() && !volumes.contains(it)) {
            return Err(format!("B10: volume {name} is to be announced and does not exist"));
        }
        let is_busy = |name: &VolumeName| !in_flight.is_free(&ObjectKey::Volume(name.clone()));
        if !store.aside().all(is_busy) {
            return Err("B1: a volume is set aside though nothing is done to it".to_string());
        }
        for volume in store.volumes() {
            if is_busy(&volume.name) && !store.aside().any(|name| *name == volume.name) {
                return Err(format!("B1: volume {} is written and can be found", volume.name));
            }
            let object = ObjectKey::Volume(volume.name.clone());
            if let Standing::Out(Order::ReserveVolume { claim, .. }, _) = in_flight.standing(&object)
                && !matches!(in_flight.standing(&ObjectKey::Claim(claim.clone())), Standing::Behind(it) if *it == object)
            {
                return Err(format!(
                    "B1: {object} is being reserved for pvc/{claim}, which does not wait for it"
                ));
            }
        }
        Ok(())
    }
}

/// A free volume that `claim` could take.
fn overlooked<'a>(store: &'a Store, claim: &Claim) -> Option<&'a VolumeName> {
    match matching::best(store, claim, matching::Way::Binder { delayed: false }) {
        matching::Offer::Reserved(volume) | matching::Offer::Free(volume) => Some(&volume.name),
        matching::Offer::Nothing => None,
    }
}
