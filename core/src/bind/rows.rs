//! The rows of the binder's tables, for the coverage of a checker.

use super::claim::{Progress, Seen, Shortage};
use super::volume::{Claimant, Proof, is_made_for_its_claim};
use crate::coverage::{self, Place};
use crate::observed::Volume;

/// The row of a decision about a claim.
pub(super) fn claim(progress: Progress, seen: &Seen<'_>) -> Place {
    let progress = match progress {
        Progress::NeverBound => coverage::Progress::NeverBound,
        Progress::BoundBefore => coverage::Progress::BoundBefore,
    };
    let seen = match seen {
        Seen::UnnamedReserved(_) => coverage::Seen::Reserved,
        Seen::UnnamedFits(_) => coverage::Seen::Fits,
        Seen::UnnamedFitsClassUnseen => coverage::Seen::FitsClassUnseen,
        Seen::UnnamedNothing(Shortage::NoClass) => coverage::Seen::NoClass,
        Seen::UnnamedNothing(Shortage::Default(_)) => coverage::Seen::Default,
        Seen::UnnamedNothing(Shortage::Immediate) => coverage::Seen::Immediate,
        Seen::UnnamedNothing(Shortage::ModeUnknown) => coverage::Seen::ModeUnknown,
        Seen::UnnamedNothing(Shortage::NoConsumer) => coverage::Seen::NoConsumer,
        Seen::UnnamedNothing(Shortage::Unscheduled(_)) => coverage::Seen::Unscheduled,
        Seen::UnnamedNothing(Shortage::Scheduled) => coverage::Seen::Scheduled,
        Seen::NamedMissing => coverage::Seen::Missing,
        Seen::NamedFree(_) => coverage::Seen::NamedFree,
        Seen::NamedUnfit(..) => coverage::Seen::NamedUnfit,
        Seen::NamedReserved(_) => coverage::Seen::NamedReserved,
        Seen::NamedReservedDeleting(_) => coverage::Seen::NamedReservedDeleting,
        Seen::NamedOurs(_) => coverage::Seen::Ours,
        Seen::NamedOursMisnamed(_) => coverage::Seen::OursMisnamed,
        Seen::NamedOther(_) => coverage::Seen::Other,
    };
    Place::Claim(progress, seen)
}

/// The row of a decision about a volume.
pub(super) fn volume(volume: &Volume, claimant: &Claimant<'_>) -> Place {
    let claimant = match claimant {
        Claimant::Nobody => coverage::Claimant::Nobody,
        Claimant::Name(_) => coverage::Claimant::Name,
        Claimant::Unseen(_, Proof::Gone) => coverage::Claimant::Gone,
        Claimant::Unseen(_, Proof::None) => coverage::Claimant::Unseen,
        Claimant::Undecided(_) => coverage::Claimant::Undecided,
        Claimant::Ours(_) => coverage::Claimant::Ours,
        Claimant::OursMisnamed(_) => coverage::Claimant::OursMisnamed,
        Claimant::Elsewhere(_) => coverage::Claimant::Elsewhere,
    };
    Place::Volume(volume.phase, claimant)
}

/// The row of a decision about a volume whose claim is bound to another one.
pub(super) fn surplus(volume: &Volume) -> Place {
    let made = match is_made_for_its_claim(volume) {
        true => coverage::Made::ForIt,
        false => coverage::Made::NotForIt,
    };
    let by = match volume.bound_by_controller {
        true => coverage::ReservedBy::Controller,
        false => coverage::ReservedBy::User,
    };
    Place::Surplus(made, volume.phase, by)
}
