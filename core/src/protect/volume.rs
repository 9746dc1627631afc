//! What to do about the protection of one volume.
//!
//! Pipeline: `Store` → [`observe`] → **[`decide`]** → [`Next`].
//!
//! Upstream looks at the phase alone. Whoever edits the phase of a bound volume, or restores it from a backup, would
//! have it deleted under its claim; so the claim is asked too.

use serde::{Deserialize, Serialize};

use crate::ids::{ClaimKey, Uid, Version};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Claim, ClaimRef, Finalizer, Store, Volume, VolumePhase};
use crate::why::Why;

/// What a live read has shown of a volume: that the claim in its `claimRef` does not have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Unclaimed {
    /// The claim.
    pub(super) claim: Uid,
    /// The state of the volume for which it was read.
    pub(super) version: Version,
}

/// What is seen of a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// It is not being deleted, and has the finalizer.
    Protected,
    /// It is not being deleted, and lacks the finalizer.
    Unprotected,
    /// It is being deleted, and lacks the finalizer.
    Leaving,
    /// It is being deleted, and its phase is `Bound`.
    Bound(Option<&'a ClaimKey>),
    /// It is being deleted, is not `Bound`, and no claim is named by it, or only the name of one.
    Free,
    /// It is being deleted, is not `Bound`, and the claim in its `claimRef` has it.
    Claimed(&'a ClaimKey),
    /// It is being deleted, is not `Bound`, and the claim in its `claimRef` is not known to have it.
    NotSeenClaimed(&'a ClaimKey),
    /// It is being deleted, is not `Bound`, and a live read has shown that the claim in its `claimRef` does not have it.
    Unclaimed,
}

/// The next move for one volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// Add the finalizer.
    Add,
    /// Read the claim from the API server itself.
    ReadClaim(&'a ClaimKey),
    /// Take the finalizer away.
    Remove,
    /// Nothing for now.
    Wait(Why),
    /// Nothing at all.
    Keep,
}

/// Decides the next move. Total and pure; each arm opens with the observation it stands for.
pub(super) fn decide(seen: Seen<'_>) -> Next<'_> {
    match seen {
        // As it should be.
        Seen::Protected => Next::Keep,
        // Made before this protection was there, or somebody took the finalizer away.
        Seen::Unprotected if is_planted(Mutant::UnprotectedLeft) => Next::Keep,
        Seen::Unprotected => Next::Add,
        // The finalizers of others keep it; none may be added any more.
        Seen::Leaving => Next::Keep,
        // The binder says that a claim has it. When the claim is gone, the binder says that too.
        Seen::Bound(claim) => Next::Wait(Why::UsedByClaim(claim.cloned())),
        // Nobody has it: the guard of the write rules out that somebody takes it meanwhile.
        Seen::Free => Next::Remove,
        // The phase says otherwise, but its claim has it: whoever changed the phase did not ask the claim.
        Seen::Claimed(_) if is_planted(Mutant::PhaseIsProof) => Next::Remove,
        Seen::Claimed(claim) => Next::Wait(Why::UsedByClaim(Some(claim.clone()))),
        // A cache is no proof.
        Seen::NotSeenClaimed(_) if is_planted(Mutant::VolumeFreedOnCache) => Next::Remove,
        Seen::NotSeenClaimed(claim) => Next::ReadClaim(claim),
        // Its claim is gone, or never took it.
        Seen::Unclaimed => Next::Remove,
    }
}

/// Looks at what matters for the decision; `unclaimed` is what a live read has shown.
pub(super) fn observe<'a>(store: &Store, volume: &'a Volume, unclaimed: Option<&Unclaimed>) -> Seen<'a> {
    match (volume.deleting, volume.finalizers.contains(Finalizer::VolumeProtection)) {
        (false, true) => return Seen::Protected,
        (false, false) => return Seen::Unprotected,
        (true, false) => return Seen::Leaving,
        (true, true) => {}
    }
    let named = volume.claim_ref.as_ref();
    match volume.phase {
        VolumePhase::Bound => return Seen::Bound(named.map(|it| &it.key)),
        VolumePhase::Pending | VolumePhase::Available | VolumePhase::Released | VolumePhase::Failed => {}
    }
    let Some(ClaimRef { key, uid: Some(uid) }) = named else { return Seen::Free };
    if store.claim(key).is_some_and(|claim| has(claim, volume)) {
        return Seen::Claimed(key);
    }
    match unclaimed {
        Some(proof) if proof.claim == *uid && proof.version == volume.version => Seen::Unclaimed,
        Some(_) | None => Seen::NotSeenClaimed(key),
    }
}

/// Whether both halves of a bind say that `claim` has `volume`.
pub(super) fn has(claim: &Claim, volume: &Volume) -> bool {
    let is_named = volume.claim_ref.as_ref().is_some_and(|it| it.uid.as_ref() == Some(&claim.uid));
    is_named && claim.completed && claim.volume_name == volume.name
}

#[cfg(test)]
mod tests;
