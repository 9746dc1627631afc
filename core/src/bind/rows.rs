//! The tables of the binder, and which row a decision stands in.

use super::claim::{self, Shortage};
use super::volume::{self, Proof, is_made_for_its_claim};
use crate::call::{BindCall, Call};
use crate::ids::ObjectKey;
use crate::in_flight::answered;
use crate::observed::{Volume, VolumePhase};
use crate::order::{Answer, Order};
use crate::table::{Answered, Table, column};
use crate::why::Why;

/// The tables of the binder.
pub(crate) static TABLES: [&Table; 6] = [&CLAIM, &VOLUME, &SURPLUS, &NEXT_WRITE, &ANSWER, &WHY];

static CLAIM: Table = Table::new("claim", &[Progress::WORDS, Seen::WORDS]);
static VOLUME: Table = Table::new("volume", &[PHASES, Claimant::WORDS]);
static SURPLUS: Table = Table::new("surplus", &[PHASES, Made::WORDS, ReservedBy::WORDS]);
static NEXT_WRITE: Table = Table::new("next-write", &[Write::WORDS]);
static ANSWER: Table = Table::new("answer", &[Ordered::WORDS, Answered::WORDS]);
static WHY: Table = Table::new("why", &[Kept::WORDS]);

const PHASES: &[&str] = &["Pending", "Available", "Bound", "Released", "Failed"];

column! {
    /// Whether a claim was bound.
    Progress {
        NeverBound: "never bound",
        BoundBefore: "bound before",
    }
}
column! {
    /// What a claim sees.
    Seen {
        Reserved: "names none, and one is reserved for it",
        Fits: "names none, and a free one fits",
        FitsClassUnseen: "names none, a free one fits, and its class may exist unseen",
        NoClass: "names none, none fits, and it has no class",
        Default: "names none, none fits, and it could get a default class",
        Immediate: "names none, none fits, and its class binds at once",
        ModeUnknown: "names none, and its class has no binding mode",
        NoConsumer: "names none, and no pod uses it",
        Unscheduled: "names none, and pods that use it are not scheduled",
        Scheduled: "names none, and the scheduler has chosen a node",
        Missing: "names one that does not exist",
        NamedFree: "names a free volume that fits",
        NamedUnfit: "names a free volume that does not fit",
        NamedReserved: "names a volume that is reserved for its name",
        NamedReservedDeleting: "names a volume that is reserved for its name and being deleted",
        Ours: "names a volume that has its UID",
        OursMisnamed: "names a volume that has its UID under another name",
        Other: "names another claim's volume",
    }
}
column! {
    /// Whom a volume names.
    Claimant {
        Nobody: "names nobody",
        Name: "names a claim without a UID",
        Gone: "names a claim that is proven gone",
        Unseen: "names a claim that is not seen",
        Undecided: "names a claim that names none",
        Ours: "names a claim that names it",
        OursMisnamed: "names, under another name, a claim that names it",
        Elsewhere: "names a claim that names another",
    }
}
column! {
    /// For whom a surplus volume was made.
    Made {
        ForIt: "provisioned for its claim",
        NotForIt: "not provisioned for its claim",
    }
}
column! {
    /// Who reserved a surplus volume.
    ReservedBy {
        Controller: "reserved by a controller",
        User: "reserved by a user",
    }
}
column! {
    /// The next write of a bind.
    Write {
        ReserveMarked: "the volume's claimRef, with the mark",
        Reserve: "the volume's claimRef, without the mark",
        Phase: "the volume's phase",
        NameVolume: "the claim's volumeName",
        Complete: "the mark of a completed bind on a claim that names its volume",
        Status: "the claim's status",
        Nothing: "none, all are done",
    }
}
column! {
    /// What was ordered.
    Ordered {
        ReserveVolume: "reserve a volume",
        MarkVolume: "mark a volume",
        FreeVolume: "free a volume",
        BindClaim: "bind a claim",
        MarkClaim: "mark a claim",
        ReadClaim: "read a claim for a volume",
        ReadVolume: "read a volume for a claim",
        ReadClass: "read a class for a claim",
    }
}
column! {
    /// What an object is left to wait for.
    Kept {
        NoVolumeFits: "no volume fits",
        DefaultClassElsewhere: "a default class from elsewhere",
        NoVolumeOfClassFits: "no volume of its class fits",
        BindingModeUnknown: "its class has no binding mode",
        NoConsumer: "no pod uses it",
        ConsumersUnscheduled: "its pods are not scheduled",
        NamedVolumeMissing: "the volume that it names does not exist",
        NamedVolumeTaken: "the volume that it names is another's",
        NamedVolumeMisfit: "the volume that it names does not fit",
        LostName: "its name was erased",
        LostVolume: "its volume is gone",
        Misbound: "its volume is another's",
        Unclaimed: "a claim that fits",
        ReservedForName: "a claim of the name",
        ReservedForClaim: "its claim, to take it",
        ReservedMisfit: "its claim, which cannot take it",
        ReservedMisnamed: "its claim, to mend the name",
        Retained: "an admin, by policy Retain",
        ReclaimElsewhere: "its reclaim, by another process",
    }
}

/// Notes the row of a decision about a claim.
pub(super) fn claim(progress: claim::Progress, seen: &claim::Seen<'_>) {
    CLAIM.reach(|| [of_progress(progress).at(), of_seen(seen).at()]);
}

const fn of_progress(progress: claim::Progress) -> Progress {
    match progress {
        claim::Progress::NeverBound => Progress::NeverBound,
        claim::Progress::BoundBefore => Progress::BoundBefore,
    }
}

const fn of_seen(seen: &claim::Seen<'_>) -> Seen {
    match seen {
        claim::Seen::UnnamedReserved(_) => Seen::Reserved,
        claim::Seen::UnnamedFits(_) => Seen::Fits,
        claim::Seen::UnnamedFitsClassUnseen => Seen::FitsClassUnseen,
        claim::Seen::UnnamedNothing(Shortage::NoClass) => Seen::NoClass,
        claim::Seen::UnnamedNothing(Shortage::Default(_)) => Seen::Default,
        claim::Seen::UnnamedNothing(Shortage::Immediate) => Seen::Immediate,
        claim::Seen::UnnamedNothing(Shortage::ModeUnknown) => Seen::ModeUnknown,
        claim::Seen::UnnamedNothing(Shortage::NoConsumer) => Seen::NoConsumer,
        claim::Seen::UnnamedNothing(Shortage::Unscheduled(_)) => Seen::Unscheduled,
        claim::Seen::UnnamedNothing(Shortage::Scheduled) => Seen::Scheduled,
        claim::Seen::NamedMissing => Seen::Missing,
        claim::Seen::NamedFree(_) => Seen::NamedFree,
        claim::Seen::NamedUnfit(..) => Seen::NamedUnfit,
        claim::Seen::NamedReserved(_) => Seen::NamedReserved,
        claim::Seen::NamedReservedDeleting(_) => Seen::NamedReservedDeleting,
        claim::Seen::NamedOurs(_) => Seen::Ours,
        claim::Seen::NamedOursMisnamed(_) => Seen::OursMisnamed,
        claim::Seen::NamedOther(_) => Seen::Other,
    }
}

/// Notes the row of a decision about a volume.
pub(super) fn volume(volume: &Volume, claimant: &volume::Claimant<'_>) {
    VOLUME.reach(|| {
        let claimant = match claimant {
            volume::Claimant::Nobody => Claimant::Nobody,
            volume::Claimant::Name(_) => Claimant::Name,
            volume::Claimant::Unseen(_, Proof::Gone) => Claimant::Gone,
            volume::Claimant::Unseen(_, Proof::None) => Claimant::Unseen,
            volume::Claimant::Undecided(_) => Claimant::Undecided,
            volume::Claimant::Ours(_) => Claimant::Ours,
            volume::Claimant::OursMisnamed(_) => Claimant::OursMisnamed,
            volume::Claimant::Elsewhere(_) => Claimant::Elsewhere,
        };
        [of_phase(volume.phase), claimant.at()]
    });
    if matches!(claimant, volume::Claimant::Elsewhere(_)) {
        SURPLUS.reach(|| {
            let made = if is_made_for_its_claim(volume) { Made::ForIt } else { Made::NotForIt };
            let by = if volume.bound_by_controller { ReservedBy::Controller } else { ReservedBy::User };
            [of_phase(volume.phase), made.at(), by.at()]
        });
    }
}

fn of_phase(phase: VolumePhase) -> usize {
    PHASES.iter().position(|it| *it == phase.as_str()).unwrap_or_default()
}

/// Notes which write of a bind is next.
pub(super) fn next_write(write: Option<&Order>) {
    NEXT_WRITE.reach(|| {
        let write = match write.map(|it| &it.call) {
            Some(Call::Bind(BindCall::ReserveVolume { mark: true, .. })) => Write::ReserveMarked,
            Some(Call::Bind(BindCall::ReserveVolume { mark: false, .. })) => Write::Reserve,
            Some(Call::Bind(BindCall::MarkVolume(_))) => Write::Phase,
            Some(Call::Bind(BindCall::BindClaim(Some(_)))) => Write::NameVolume,
            Some(Call::Bind(BindCall::BindClaim(None))) => Write::Complete,
            Some(Call::Bind(BindCall::MarkClaim(_))) => Write::Status,
            // None of these binds.
            None
            | Some(
                Call::Bind(BindCall::FreeVolume { .. } | BindCall::Read { .. })
                | Call::Look
                | Call::Protect(_),
            ) => Write::Nothing,
        };
        [write.at()]
    });
}

/// Notes what came of an order of the binder.
pub(super) fn answer(call: &BindCall, answer: &Answer) {
    ANSWER.reach(|| {
        let ordered = match call {
            BindCall::ReserveVolume { .. } => Ordered::ReserveVolume,
            BindCall::MarkVolume(_) => Ordered::MarkVolume,
            BindCall::FreeVolume { .. } => Ordered::FreeVolume,
            BindCall::BindClaim(_) => Ordered::BindClaim,
            BindCall::MarkClaim(_) => Ordered::MarkClaim,
            BindCall::Read { object: ObjectKey::Volume(_), .. } => Ordered::ReadVolume,
            BindCall::Read { object: ObjectKey::Class(_), .. } => Ordered::ReadClass,
            // Nodes and pods are read by nobody.
            BindCall::Read {
                object: ObjectKey::Claim(_) | ObjectKey::Node(_) | ObjectKey::Pod(_), ..
            } => Ordered::ReadClaim,
        };
        [ordered.at(), answered(answer).at()]
    });
}

/// Notes that an object was left to wait for `why`.
pub(super) fn kept(why: &Why) {
    let kept = match why {
        Why::NoVolumeFits => Kept::NoVolumeFits,
        Why::DefaultClassElsewhere(_) => Kept::DefaultClassElsewhere,
        Why::NoVolumeOfClassFits(_) => Kept::NoVolumeOfClassFits,
        Why::BindingModeUnknown(_) => Kept::BindingModeUnknown,
        Why::NoConsumer(_) => Kept::NoConsumer,
        Why::ConsumersUnscheduled(_) => Kept::ConsumersUnscheduled,
        Why::NamedVolumeMissing(_) => Kept::NamedVolumeMissing,
        Why::NamedVolumeTaken(..) => Kept::NamedVolumeTaken,
        Why::NamedVolumeMisfit(..) => Kept::NamedVolumeMisfit,
        Why::LostName => Kept::LostName,
        Why::LostVolume(_) => Kept::LostVolume,
        Why::Misbound(..) => Kept::Misbound,
        Why::Unclaimed => Kept::Unclaimed,
        Why::ReservedForName(_) => Kept::ReservedForName,
        Why::ReservedForClaim(_) => Kept::ReservedForClaim,
        Why::ReservedMisfit(..) => Kept::ReservedMisfit,
        Why::ReservedMisnamed(_) => Kept::ReservedMisnamed,
        Why::Retained(_) => Kept::Retained,
        Why::ReclaimElsewhere(_) => Kept::ReclaimElsewhere,
        // The class is read at once; the others explain a volume or a claim to people who ask.
        Why::ClassUnseen(_)
        | Why::VolumeBusy(_)
        | Why::ExpansionElsewhere
        | Why::ReservedVolumeMisfit(..)
        | Why::UsedByPod(_)
        | Why::UsedByClaim(_) => return,
    };
    WHY.reach(|| [kept.at()]);
}
