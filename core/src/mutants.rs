//! Faults that can be planted into the machines, so that a model checker shows that it sees each of them.
//!
//! Guarantees: without the feature `model-check` none can be planted, and asking is a constant. With it, one at
//! a time is planted for the whole process.
//!
//! Deliberately absent: what shows a mutant. Each stands at the guard that it removes.

/// Declares the mutants: whose behaviour each is, its name, and what is broken.
macro_rules! mutants {
    ($($variant:ident, $whose:ident, $name:literal, $about:literal;)*) => {
        /// A fault that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mutant { $(#[doc = $about] $variant),* }

        impl Mutant {
            /// All mutants, in the order of the guards that they remove.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name, as a command takes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What is broken, what harm it does, and which bug it mirrors where there is one.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),* }
            }

            /// Whether this is how Kubernetes behaves, so that its controllers fail where this one does.
            #[must_use]
            pub const fn is_upstream(self) -> bool {
                match self { $(Self::$variant => matches!(Whose::$whose, Whose::Upstream)),* }
            }
        }
    };
}

/// Whose behaviour a mutant is.
enum Whose {
    Nobody,
    Upstream,
}

mutants! {
    LateAnswerRevives, Nobody, "late-answer-revives",
        "An answer that comes after the watch has shown the deletion brings the object back: the process works for a phantom, for ever.";
    OlderReplacesNewer, Nobody, "older-replaces-newer",
        "An older state from the watch replaces the newer one from an answer: the process forgets its own last write and decides on what was (KEP-5647 is about that).";
    OlderDeletionDropsNewer, Nobody, "older-deletion-drops-newer",
        "A deletion that the watch shows late takes away the object that was created since under the name and that an answer has shown.";
    MissingDisprovesNewer, Nobody, "missing-disproves-newer",
        "The answer that there is no such object, to an order on a state that is past, takes away the one that is known by now.";
    NewUidUnnoticed, Upstream, "new-uid-unnoticed",
        "A claim that was deleted and created again under its name counts as the same one changed: the volume of the first is not looked at until the resync.";
    UidIgnored, Nobody, "uid-ignored",
        "A claimRef is compared by name only: a claim that is created again under an old name gets the data of the one before.";
    PromisedVolumeOffered, Nobody, "promised-volume-offered",
        "A volume that is being written can still be found: two claims choose it, and one of them waits though another volume fits (kubernetes#16432).";
    FollowerNotWaiting, Nobody, "follower-not-waiting",
        "A claim does not wait while a volume is being reserved for it: it looks for another one, and two volumes end up reserved.";
    TwoOrdersForOneObject, Nobody, "two-orders-for-one-object",
        "A claim is decided about while an order for it is out: the controller conflicts with itself and loses count of its orders.";
    LimitIgnored, Nobody, "limit-ignored",
        "Orders are sent without a bound: a burst of claims fills the queues of the API server.";
    UnknownIsFailure, Nobody, "unknown-is-failure",
        "An order whose end is unknown counts as not done and is decided about anew at once, without a look: a claim may take a second volume (kubernetes#81365 is the like of it).";
    RetryNotArmed, Nobody, "retry-not-armed",
        "After a failure no timer is armed: the operation is never tried again.";
    SweepGivesUpNothing, Nobody, "sweep-gives-up-nothing",
        "An order to which no answer ever comes is waited for without end, and its objects with it.";
    LateAnswerEnds, Nobody, "late-answer-ends",
        "The late answer to an order that was given up counts as the end of the one that is out by then: the same write is sent again while it is under way.";
    SizeIgnored, Nobody, "size-ignored",
        "A claim takes a volume that is smaller than it asks for.";
    GiantSizeRounded, Upstream, "giant-size-rounded",
        "The size of a volume that a claim names is compared as a 64-bit number, so that quantities beyond it are told wrongly.";
    ClassIgnored, Nobody, "class-ignored",
        "A claim takes a volume of another storage class.";
    NoClassIsAnyClass, Nobody, "no-class-is-any-class",
        "A claim that asks for no class takes a volume of any class, which its user has ruled out.";
    AttributesClassIgnored, Nobody, "attributes-class-ignored",
        "A claim takes a volume, reserved for it or named by it, of another volume attributes class.";
    VolumeModeIgnored, Nobody, "volume-mode-ignored",
        "A claim for a folder takes a device, reserved for it or named by it, and no pod can use it.";
    AccessModesIgnored, Nobody, "access-modes-ignored",
        "A claim takes a volume that lacks an access mode.";
    SelectorIgnored, Nobody, "selector-ignored",
        "A claim takes a volume that its selector excludes.";
    TakesDeletedVolume, Nobody, "takes-deleted-volume",
        "A search finds a volume that is being deleted: the new consumer loses its data when the last holder lets go.";
    TakesNamedDeletedVolume, Nobody, "takes-named-deleted-volume",
        "A claim takes a free volume that it names, though that is being deleted.";
    PairWithDeletedVolume, Upstream, "pair-with-deleted-volume",
        "A claim and a volume that name each other are bound, though the volume is being deleted.";
    ReservedNotPreferred, Nobody, "reserved-not-preferred",
        "A claim takes a free volume before the one that is reserved for it, which may hold the data that its user wants (kubernetes#23615).";
    ReservedInModesOnly, Upstream, "reserved-in-modes-only",
        "A reserved volume comes first only among volumes of the same access modes: a claim takes a free one with fewer modes.";
    DelayIgnored, Nobody, "delay-ignored",
        "The binder takes a free volume though the class leaves the choice to the scheduler: it may be out of the pod's reach.";
    SelectedNodeIgnored, Nobody, "selected-node-ignored",
        "Once the scheduler has chosen a node the binder takes any free volume of the class, which may be out of reach from there.";
    UnseenClassIsAbsent, Upstream, "unseen-class-is-absent",
        "A class that the watch has not shown counts as one that does not exist, and so binds at once: the binder chooses for the scheduler.";
    ErasedNameBoundAgain, Nobody, "erased-name-bound-again",
        "A claim that was bound and names no volume any more is bound to some other one: its pods find an empty volume in place of their data.";
    TakesNamedVolumeOfAnother, Nobody, "takes-named-volume-of-another",
        "A claim takes the volume that it names though that is another claim's: the claimRef goes from one UID to another (kubernetes#16432).";
    TakesBackMisboundVolume, Nobody, "takes-back-misbound-volume",
        "A bound claim whose volume is another claim's by now takes it back, with the other's data in it.";
    LostForGood, Nobody, "lost-for-good",
        "A Lost claim stays Lost when its volume returns.";
    ClaimBeforeVolume, Nobody, "claim-before-volume",
        "The claim's volumeName is written before the volume's claimRef: two claims may name one volume, and neither can ever change its mind.";
    PhaseBeforeClaimRef, Nobody, "phase-before-claim-ref",
        "The volume's phase is written before its claimRef: it shows as Bound and is nobody's.";
    PhaseAfterName, Nobody, "phase-after-name",
        "The volume's phase is written after the claim's volumeName: the protection of volumes, which looks at the phase alone, lets a bound one be deleted.";
    StatusBeforeName, Nobody, "status-before-name",
        "The claim's status says Bound before its volumeName is written: the status announces what a crash may still prevent.";
    MarkNotSet, Nobody, "mark-not-set",
        "A reservation that no user made is not marked as a controller's: the volume stays reserved for the name when the claim goes elsewhere.";
    MarkOnUsersReservation, Nobody, "mark-on-users-reservation",
        "A user's reservation is marked as a controller's: it is undone when the claim goes.";
    CapacityOfVolumeAgain, Nobody, "capacity-of-volume-again",
        "The capacity in a bound claim's status is copied from the volume at each look: the binder fights with the resizer.";
    AttributesClassAgain, Nobody, "attributes-class-again",
        "The attributes class in a bound claim's status is copied from the volume at each look, in place of the one that the resizer has set.";
    ReleasedOnCache, Nobody, "released-on-cache",
        "A volume is Released because the cache lacks its claim: one that the cache has yet to see loses its volume, and with policy Delete its data.";
    ProofOfAnother, Nobody, "proof-of-another",
        "The proof that a claim is gone is kept for whoever holds the volume next, and that claim's volume is Released.";
    SurplusKept, Nobody, "surplus-kept",
        "A volume whose claim is bound to another one stays reserved: nobody can use it any more.";
    SurplusMadeFreed, Nobody, "surplus-made-freed",
        "A surplus volume that was provisioned for its claim is offered to all instead of going the way of its policy.";
    MisnamedReleased, Upstream, "misnamed-released",
        "A claimRef with the UID of a bound claim under a wrong name counts as one whose claim is gone: the volume is Released from under it.";
    NameNotKept, Nobody, "name-not-kept",
        "A user's reservation is undone with the UID in it: another claim takes the volume that was meant for the name.";
    LostOnCache, Upstream, "lost-on-cache",
        "A bound claim is marked Lost because the cache lacks its volume: a cache that is behind wipes its capacity and attributes class.";
    ReleasedOnFailedRead, Nobody, "released-on-failed-read",
        "A live read that failed proves that a claim is gone: one busy moment of the API server releases a volume in use.";
    MissingIsNoProof, Nobody, "missing-is-no-proof",
        "The answer that there is no such claim proves nothing: the volume of a deleted claim is never Released, and read about for ever.";
    AnnouncedFirst, Upstream, "announced-first",
        "A new volume is written Available before the claim that waits for it is asked: five writes for a bind instead of four.";
    AnnounceNotArmed, Nobody, "announce-not-armed",
        "Nobody comes back to a new volume whose claim did not come: it is never shown as available, and schedulers pass it over for ever.";
    FreeVolumeWakesNobody, Upstream, "free-volume-wakes-nobody",
        "A volume that becomes free is offered to no claim that waits: they bind at the next resync.";
    VolumeWakesNoClaim, Upstream, "volume-wakes-no-claim",
        "A volume that appears or changes does not wake the claims that name it: they bind at the next resync.";
    ClassWakesNobody, Upstream, "class-wakes-nobody",
        "A class that appears, changes or goes wakes no claim: they are decided about at the next resync.";
    PodWakesNobody, Nobody, "pod-wakes-nobody",
        "A pod does not wake the claims that it uses: what they are said to wait for is wrong until the resync.";
    ClaimWakesNoLoser, Upstream, "claim-wakes-no-loser",
        "A claim that was bound does not wake the other volumes that are reserved for it: they are let go at the next resync.";
    DeletedClaimWakesNoVolume, Nobody, "deleted-claim-wakes-no-volume",
        "The deletion of a claim does not wake its volume, which stays Bound until the resync.";
    HalfBoundLeft, Upstream, "half-bound-left",
        "A bind whose volume is Bound does not go on while the volume is being deleted: the claim waits for ever, and the volume stays for ever.";
    UnprotectedLeft, Nobody, "unprotected-left",
        "Objects without the finalizer do not get it: what was stored before is not protected.";
    ProtectsWhatGoes, Nobody, "protects-what-goes",
        "An object that is being deleted is to get the finalizer, which the server refuses again and again.";
    ClaimFreedOnCache, Nobody, "claim-freed-on-cache",
        "A claim goes because the cache shows no pod that uses it: one that the cache has yet to see loses its claim.";
    OlderListProves, Upstream, "older-list-proves",
        "A list of pods that was made before a claim was deleted proves that nothing uses it: a pod that came in between loses its claim.";
    UnscheduledPodIgnored, Upstream, "unscheduled-pod-ignored",
        "A pod without a node does not count: the scheduler may have chosen one already, and the kubelet starts the pod as long as the finalizer is there.";
    StrangerKeepsClaim, Nobody, "stranger-keeps-claim",
        "An ephemeral volume keeps a claim that was not made for its pod and only has the name.";
    PodWakesNoClaim, Nobody, "pod-wakes-no-claim",
        "The end of a pod does not wake the claim that waits for it, which goes at the next resync.";
    ListWakesAskerOnly, Nobody, "list-wakes-asker-only",
        "The claims that wait for the list of another claim are forgotten when that claim has no use for it any more.";
    PhaseIsProof, Upstream, "phase-is-proof",
        "A volume goes because its phase is not Bound, although a claim has it.";
    VolumeFreedOnCache, Nobody, "volume-freed-on-cache",
        "A volume goes because the cache shows no claim that has it.";
}

#[cfg(feature = "model-check")]
mod planted {
    use core::sync::atomic::{AtomicU8, Ordering};

    use super::Mutant;

    /// The number of the mutant that is planted, counted from one; none is zero.
    static PLANTED: AtomicU8 = AtomicU8::new(0);

    /// Plants a mutant in place of the one that was planted, or none.
    pub fn plant(mutant: Option<Mutant>) {
        PLANTED.store(mutant.map_or(0, number), Ordering::Relaxed);
    }

    /// Whether this mutant is planted.
    pub(crate) fn is_planted(mutant: Mutant) -> bool {
        PLANTED.load(Ordering::Relaxed) == number(mutant)
    }

    #[cfg_attr(not(test), expect(clippy::as_conversions, reason = "the number of a variant without fields"))]
    const fn number(mutant: Mutant) -> u8 {
        mutant as u8 + 1
    }
}

#[cfg(feature = "model-check")]
pub(crate) use planted::is_planted;
#[cfg(feature = "model-check")]
pub use planted::plant;

/// No mutant can be planted.
#[cfg(not(feature = "model-check"))]
pub(crate) const fn is_planted(_: Mutant) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_mutant_has_a_name_and_says_what_it_breaks() {
        let names: BTreeSet<&str> = Mutant::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Mutant::ALL.len());
        for mutant in Mutant::ALL {
            let is_kebab = mutant.name().chars().all(|it| it.is_ascii_lowercase() || it == '-');
            assert!(is_kebab && mutant.about().ends_with('.'), "{mutant:?}");
            assert!(!is_planted(*mutant), "{mutant:?}");
        }
        assert!(Mutant::ALL.iter().any(|it| it.is_upstream()));
    }
}
