//! What to do about one volume that is not the matter of its claim.
//!
//! Pipeline: `Store` → [`observe`] → **[`decide`]** → [`Next`].
//!
//! The claim drives a bind; the volume's own decision is about its phase, about a claim that is gone,
//! and about a claim that went elsewhere. Upstream: `syncVolume`, `unbindVolume`.

use alloc::sync::Arc;

use super::matching::{self, Way};
use crate::ids::Uid;
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Claim, ClaimRef, ReclaimPolicy, Store, Volume, VolumePhase};
use crate::why::{Because, Misfit, Why};

/// Whom the volume's `claimRef` names, and what that claim says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claimant<'a> {
    /// There is no `claimRef`.
    Nobody,
    /// A name without a UID.
    Name(&'a ClaimRef),
    /// A claim that is not known under that name, or that is known to have been replaced. Whether it
    /// is really gone is proven or not.
    Unseen(&'a ClaimRef, Proof),
    /// A claim that names no volume yet.
    Undecided(&'a Arc<Claim>),
    /// A claim that names this volume.
    Ours(&'a Arc<Claim>),
    /// A claim that names this volume and has the UID, but goes by another name than the `claimRef`.
    OursMisnamed(&'a Arc<Claim>),
    /// A claim that names another volume.
    Elsewhere(&'a Arc<Claim>),
}

/// Whether a live read has shown that a claim is gone. UIDs are never used again: once gone, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A live read showed no claim of that UID.
    Gone,
    /// Only a cache shows none, which is no proof.
    None,
}

/// The next move for one volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// Set its phase.
    Mark(VolumePhase, Because),
    /// It was just created: announce it as `Available`, unless a claim takes it first.
    Announce,
    /// Take back its `claimRef`, or only the UID in it.
    Free(KeepName),
    /// Read the claim from the API server itself.
    ReadClaim(&'a ClaimRef),
    /// Nothing for now.
    Wait(Why),
    /// Nothing at all: it is bound.
    Keep,
}

/// What stays of a `claimRef` that is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeepName {
    /// Nothing: a controller made the reservation.
    No,
    /// The name: a user made the reservation, and it is not ours to undo.
    Yes,
}

/// Decides the next move. Total and pure; each arm opens with the observation it stands for.
pub(super) fn decide<'a>(volume: &Volume, claimant: Claimant<'a>) -> Next<'a> {
    use VolumePhase::{Available, Bound, Failed, Pending, Released};
    match (volume.phase, claimant) {
        // Free and shown as free.
        (Available, Claimant::Nobody) => Next::Wait(Why::Unclaimed),
        // Free and new.
        (Pending, Claimant::Nobody) => Next::Announce,
        // An admin took the `claimRef` away, or we did.
        (Bound | Released | Failed, Claimant::Nobody) => Next::Mark(Available, Because::NobodyClaims),
        // Reserved for a name, and shown so.
        (Available, Claimant::Name(claim_ref)) => Next::Wait(Why::ReservedForName(claim_ref.key.clone())),
        // Reserved for a name, and new: no other claim can take it, and its own, if it waits, has been asked,
        // since a change of a volume wakes the claim that it names. Or an admin took the UID away, or we did.
        (Pending | Bound | Released | Failed, Claimant::Name(_)) => {
            Next::Mark(Available, Because::NobodyClaims)
        }
        // The claim is gone for good: the volume is never given to another one with its data in it.
        (Pending | Available | Bound, Claimant::Unseen(_, Proof::Gone)) => {
            Next::Mark(Released, Because::ClaimGone)
        }
        // The claim is not in the cache. A provisioner or the scheduler may have made the volume before
        // this process heard of the claim.
        (Pending | Available | Bound, Claimant::Unseen(_, Proof::None))
            if is_planted(Mutant::ReleasedOnCache) =>
        {
            Next::Mark(Released, Because::ClaimGone)
        }
        (Pending | Available | Bound, Claimant::Unseen(claim_ref, Proof::None)) => Next::ReadClaim(claim_ref),
        // Released already; the rest is the reclaim policy's. A failure is kept for people to see.
        (Released | Failed, Claimant::Unseen(claim_ref, _)) => Next::Wait(reclaim(volume, claim_ref)),
        // The claim has yet to take it. A freshly provisioned volume stays `Pending` until then.
        (Pending | Available | Bound | Released | Failed, Claimant::Undecided(claim)) => {
            Next::Wait(undecided(volume, claim))
        }
        // Both halves agree.
        (Bound, Claimant::Ours(_)) => Next::Keep,
        // Both halves agree, only the phase is behind.
        (Pending | Available | Released | Failed, Claimant::Ours(_)) => {
            Next::Mark(Bound, Because::BindGoesOn)
        }
        // Both halves agree by UID; the claim repairs the name.
        (Pending | Available | Bound | Released | Failed, Claimant::OursMisnamed(claim)) => {
            Next::Wait(Why::ReservedMisnamed(claim.key.clone()))
        }
        // The claim took another volume, and can never change its mind. Who made this one?
        (_, Claimant::Elsewhere(claim)) if is_planted(Mutant::SurplusKept) => {
            Next::Wait(Why::ReservedForClaim(claim.key.clone()))
        }
        (phase, Claimant::Elsewhere(claim)) => surplus(volume, phase, claim),
    }
}

/// A volume whose claim is bound to another one.
fn surplus<'a>(volume: &Volume, phase: VolumePhase, claim: &Claim) -> Next<'a> {
    use VolumePhase::{Available, Bound, Failed, Pending, Released};
    match (is_made_for_its_claim(volume), phase, volume.bound_by_controller) {
        // It was provisioned for this claim and is not needed: it goes the way of its policy.
        (true, Pending | Available | Bound, _) => Next::Mark(Released, Because::ClaimBoundElsewhere),
        (true, Released | Failed, _) => {
            let claim_ref = ClaimRef { key: claim.key.clone(), uid: Some(claim.uid.clone()) };
            Next::Wait(reclaim(volume, &claim_ref))
        }
        // A controller reserved it: nothing was ever written to it, so that it is free again.
        (false, Pending | Available | Bound | Released | Failed, true) => Next::Free(KeepName::No),
        // A user reserved it for the name: that stays.
        (false, Pending | Available | Bound | Released | Failed, false) => Next::Free(KeepName::Yes),
    }
}

/// Whether a volume was provisioned for its claim, to be deleted with it.
pub(super) fn is_made_for_its_claim(volume: &Volume) -> bool {
    let is_made = volume.provisioned_by.is_some() && volume.reclaim_policy == ReclaimPolicy::Delete;
    is_made && !is_planted(Mutant::SurplusMadeFreed)
}

/// What is left to do for a volume whose claim is gone.
fn reclaim(volume: &Volume, claim_ref: &ClaimRef) -> Why {
    match volume.reclaim_policy {
        ReclaimPolicy::Retain => Why::Retained(claim_ref.key.clone()),
        policy @ (ReclaimPolicy::Recycle | ReclaimPolicy::Delete) => Why::ReclaimElsewhere(policy),
    }
}

/// A volume whose claim has not taken it: the claim's decision says why, unless it never can.
fn undecided(volume: &Volume, claim: &Claim) -> Why {
    // Of all that may be wrong, the one thing that no edit can mend comes first.
    if volume.volume_mode != claim.volume_mode {
        return Why::ReservedMisfit(claim.key.clone(), Misfit::VolumeMode);
    }
    // What the search asks of a reserved volume, in either way of binding.
    match matching::misfit(volume, claim, Way::Binder { delayed: false }) {
        None => Why::ReservedForClaim(claim.key.clone()),
        Some(misfit) => Why::ReservedMisfit(claim.key.clone(), misfit),
    }
}

/// Looks at what matters for the decision about `volume`; `gone` is the UID that a live read has
/// shown to be gone.
pub(super) fn observe<'a>(store: &'a Store, volume: &'a Volume, gone: Option<&Uid>) -> Claimant<'a> {
    let Some(claim_ref) = &volume.claim_ref else { return Claimant::Nobody };
    let Some(uid) = &claim_ref.uid else { return Claimant::Name(claim_ref) };
    let known = store.claim(&claim_ref.key).filter(|claim| claim.uid == *uid);
    if let Some(claim) = known {
        return match (claim.volume_name.is_empty(), claim.volume_name == volume.name) {
            (true, _) => Claimant::Undecided(claim),
            (false, true) => Claimant::Ours(claim),
            (false, false) => Claimant::Elsewhere(claim),
        };
    }
    let mut naming = store.index().claims_naming(&volume.name).filter_map(|key| store.claim(key));
    if let Some(claim) = naming.find(|claim| claim.uid == *uid && !is_planted(Mutant::MisnamedReleased)) {
        return Claimant::OursMisnamed(claim);
    }
    let is_proven = gone == Some(uid) || (gone.is_some() && is_planted(Mutant::ProofOfAnother));
    let proof = if is_proven { Proof::Gone } else { Proof::None };
    Claimant::Unseen(claim_ref, proof)
}

#[cfg(test)]
mod tests;
