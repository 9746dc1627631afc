//! The index of free volumes, kept in step with what is observed and what is under way.

use super::Bind;
use super::size_index::{SizeIndex, is_free, match_key_of};
use crate::ids::{ObjectKey, VolumeName};
use crate::machine::View;
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Object, Volume};

impl Bind {
    /// Makes the index of free volumes anew: it is not kept with the rest.
    pub(crate) fn index(&mut self, view: View<'_>) {
        self.free.0 = free_volumes(view);
    }

    /// The volumes that a search may find.
    #[must_use]
    pub const fn free(&self) -> &SizeIndex<VolumeName> {
        &self.free.0
    }

    /// Keeps the index of free volumes in step with a volume that has changed.
    pub(super) fn refile(&mut self, before: Option<&Object>, after: Option<&Object>, view: View<'_>) {
        let (before, after) = (before.and_then(Object::as_volume), after.and_then(Object::as_volume));
        let place = |it: &Volume| is_free(it).then(|| (match_key_of(it), it.capacity.amount().clone()));
        if before.and_then(|it| place(it)) == after.and_then(|it| place(it)) {
            return;
        }
        if let Some(volume) = before {
            take_out(&mut self.free.0, volume);
        }
        if let Some(volume) = after
            && (view.in_flight.is_object_free(&ObjectKey::Volume(volume.name.clone()))
                || is_planted(Mutant::PromisedVolumeOffered))
        {
            put_in(&mut self.free.0, volume);
        }
    }
}

/// The volumes that nobody has and for which nothing is under way: where a search looks.
#[must_use]
pub fn free_volumes(view: View<'_>) -> SizeIndex<VolumeName> {
    let mut free = SizeIndex::default();
    let is_idle = |it: &Volume| view.in_flight.is_object_free(&ObjectKey::Volume(it.name.clone()));
    view.store.volumes().filter(|it| is_idle(it)).for_each(|it| put_in(&mut free, it));
    free
}

/// Puts a volume in, if it is free.
pub(super) fn put_in(free: &mut SizeIndex<VolumeName>, volume: &Volume) {
    if is_free(volume) {
        free.insert(match_key_of(volume), volume.capacity.amount().clone(), volume.name.clone());
    }
}

/// Takes a volume out, if it is in.
pub(super) fn take_out(free: &mut SizeIndex<VolumeName>, volume: &Volume) {
    if is_free(volume) {
        free.remove(&match_key_of(volume), volume.capacity.amount().clone(), volume.name.clone());
    }
}
