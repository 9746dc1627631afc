//! What to do about the protection of one claim.
//!
//! Pipeline: `Store` → [`observe`] → **[`decide`]** → [`Next`].

use crate::ids::{PodKey, Uid};
use crate::mutants::{Mutant, is_planted};
use crate::observed::{Claim, Finalizer, Pod, Store};
use crate::why::Why;

/// What is seen of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is not being deleted, and has the finalizer.
    Protected,
    /// It is not being deleted, and lacks the finalizer.
    Unprotected,
    /// It is being deleted, and lacks the finalizer.
    Leaving,
    /// It is being deleted, and this pod uses it.
    Used(PodKey),
    /// It is being deleted, and no pod that is known uses it.
    NotSeenUsed,
    /// It is being deleted, and a live list has shown that no pod uses it.
    Unused,
}

/// The next move for one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Add the finalizer.
    Add,
    /// List the pods of its namespace.
    List,
    /// Take the finalizer away.
    Remove,
    /// Nothing for now.
    Wait(Why),
    /// Nothing at all.
    Keep,
}

/// Decides the next move. Total and pure; each arm opens with the observation it stands for.
pub(super) fn decide(seen: Seen) -> Next {
    match seen {
        // As it should be.
        Seen::Protected => Next::Keep,
        // Made before this protection was there, or somebody took the finalizer away.
        Seen::Unprotected if is_planted(Mutant::UnprotectedLeft) => Next::Keep,
        Seen::Unprotected => Next::Add,
        // The finalizers of others keep it; none may be added any more.
        Seen::Leaving if is_planted(Mutant::ProtectsWhatGoes) => Next::Add,
        Seen::Leaving => Next::Keep,
        // A pod that exists counts whatever its phase, on a node or not: it may be on its way to one. The end of the pod
        // wakes the claim.
        Seen::Used(pod) => Next::Wait(Why::UsedByPod(pod)),
        // A cache is no proof: a pod may have been created and scheduled that it has not shown.
        Seen::NotSeenUsed if is_planted(Mutant::ClaimFreedOnCache) => Next::Remove,
        Seen::NotSeenUsed => Next::List,
        // Every pod that was there when the claim was deleted is gone.
        Seen::Unused => Next::Remove,
    }
}

/// Looks at what matters for the decision; `unused` is the UID of the claim of this name that no pod uses, as a live
/// list has shown.
pub(super) fn observe(store: &Store, claim: &Claim, unused: Option<&Uid>) -> Seen {
    match (claim.deleting, claim.finalizers.contains(Finalizer::ClaimProtection)) {
        (false, true) => return Seen::Protected,
        (false, false) => return Seen::Unprotected,
        (true, false) => return Seen::Leaving,
        (true, true) => {}
    }
    let pods = store.index().pods_using(&claim.key).filter_map(|key| store.pod(key));
    // A hit in the cache is final: the pod was there, and its end will be shown.
    if let Some(pod) = pods.into_iter().find(|pod| uses(pod, claim)) {
        return Seen::Used(pod.key.clone());
    }
    if unused == Some(&claim.uid) { Seen::Unused } else { Seen::NotSeenUsed }
}

/// Whether `pod` uses `claim`: by its name, or by an ephemeral volume if the claim was made for that very pod.
///
/// A pod that is shut down has no use for the claim of an ephemeral volume any more. The claim may be what keeps the
/// pod from being collected.
pub(super) fn uses(pod: &Pod, claim: &Claim) -> bool {
    pod.claims.iter().filter(|used| used.key == claim.key).any(|used| match used.ephemeral {
        false => !pod.node_name.is_empty() || !is_planted(Mutant::UnscheduledPodIgnored),
        true if is_planted(Mutant::StrangerKeepsClaim) => !pod.shut_down,
        true => claim.owner_pod.as_deref() == Some(&pod.uid) && !pod.shut_down,
    })
}

#[cfg(test)]
mod tests;
