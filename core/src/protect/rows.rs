//! The tables of protection, and which row a decision stands in.

use super::{claim, volume};
use crate::call::ProtectCall;
use crate::ids::ObjectKey;
use crate::in_flight::answered;
use crate::order::{Answer, Order};
use crate::table::{Answered, Table, column};

/// The tables of protection.
pub(crate) static TABLES: [&Table; 3] = [&CLAIM, &VOLUME, &ANSWER];

static CLAIM: Table = Table::new("protect claim", &[Seen::WORDS]);
static VOLUME: Table = Table::new("protect volume", &[SeenOfVolume::WORDS]);
static ANSWER: Table = Table::new("protect answer", &[Ordered::WORDS, Answered::WORDS]);

column! {
    /// What is seen of a claim.
    Seen {
        Protected: "stays, and has the finalizer",
        Unprotected: "stays, and lacks the finalizer",
        Leaving: "is being deleted, and lacks the finalizer",
        Used: "is being deleted, and a pod uses it",
        NotSeenUsed: "is being deleted, and no pod that is known uses it",
        Unused: "is being deleted, and a list has shown that no pod uses it",
    }
}
column! {
    /// What is seen of a volume.
    SeenOfVolume {
        Protected: "stays, and has the finalizer",
        Unprotected: "stays, and lacks the finalizer",
        Leaving: "is being deleted, and lacks the finalizer",
        Bound: "is being deleted, and is Bound",
        Free: "is being deleted, and has the UID of no claim",
        Claimed: "is being deleted, is not Bound, and its claim has it",
        NotSeenClaimed: "is being deleted, is not Bound, and its claim is not known to have it",
        Unclaimed: "is being deleted, and a read has shown that its claim does not have it",
    }
}
column! {
    /// What was ordered.
    Ordered {
        ProtectClaim: "add the finalizer of a claim",
        ProtectVolume: "add the finalizer of a volume",
        ReleaseClaim: "remove the finalizer of a claim",
        ReleaseVolume: "remove the finalizer of a volume",
        ListPods: "list the pods of a namespace",
        ReadClaim: "read the claim of a volume",
    }
}

/// Notes the row of a decision about a claim.
pub(super) fn claim(seen: &claim::Seen) {
    CLAIM.reach(|| {
        let seen = match seen {
            claim::Seen::Protected => Seen::Protected,
            claim::Seen::Unprotected => Seen::Unprotected,
            claim::Seen::Leaving => Seen::Leaving,
            claim::Seen::Used(_) => Seen::Used,
            claim::Seen::NotSeenUsed => Seen::NotSeenUsed,
            claim::Seen::Unused => Seen::Unused,
        };
        [seen.at()]
    });
}

/// Notes the row of a decision about a volume.
pub(super) fn volume(seen: &volume::Seen<'_>) {
    VOLUME.reach(|| {
        let seen = match seen {
            volume::Seen::Protected => SeenOfVolume::Protected,
            volume::Seen::Unprotected => SeenOfVolume::Unprotected,
            volume::Seen::Leaving => SeenOfVolume::Leaving,
            volume::Seen::Bound(_) => SeenOfVolume::Bound,
            volume::Seen::Free => SeenOfVolume::Free,
            volume::Seen::Claimed(_) => SeenOfVolume::Claimed,
            volume::Seen::NotSeenClaimed(_) => SeenOfVolume::NotSeenClaimed,
            volume::Seen::Unclaimed => SeenOfVolume::Unclaimed,
        };
        [seen.at()]
    });
}

/// Notes what came of an order of protection.
pub(super) fn answer(call: &ProtectCall, order: &Order, answer: &Answer) {
    ANSWER.reach(|| {
        let is_claim = matches!(order.key.object(), Some(ObjectKey::Claim(_)));
        let ordered = match (call, is_claim) {
            (ProtectCall::AddFinalizer, true) => Ordered::ProtectClaim,
            (ProtectCall::AddFinalizer, false) => Ordered::ProtectVolume,
            (ProtectCall::RemoveFinalizer, true) => Ordered::ReleaseClaim,
            (ProtectCall::RemoveFinalizer, false) => Ordered::ReleaseVolume,
            (ProtectCall::ListPods { .. }, _) => Ordered::ListPods,
            (ProtectCall::ReadClaim { .. }, _) => Ordered::ReadClaim,
        };
        [ordered.at(), answered(answer).at()]
    });
}
