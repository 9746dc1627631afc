//! Which rows of the decision tables have been decided by, for a model checker to ask.
//!
//! Pipeline: decisions → **`coverage`** → the checker's report.
//!
//! Guarantees: each row has a name; the list of rows is the same in every build. Without the feature
//! `model-check` nothing is recorded, and recording is no code at all.
//!
//! Deliberately absent: what is decided. A row is what was observed, not what came of it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::ids::ObjectKey;
use crate::observed::VolumePhase;
use crate::order::{Answer, Order};
use crate::why::Why;

/// One row of a decision table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The table.
    pub table: &'static str,
    /// The row, in words.
    pub row: String,
}

/// Every row of every table, in a fixed order.
#[must_use]
pub fn rows() -> Vec<Row> {
    Place::all().into_iter().map(Place::row).collect()
}

/// Forgets what was reached.
#[cfg(feature = "model-check")]
pub fn reset() {
    for word in &REACHED {
        word.store(0, core::sync::atomic::Ordering::Relaxed);
    }
}

/// Whether each row of [`rows`] has been reached since the last [`reset`].
#[cfg(feature = "model-check")]
#[must_use]
pub fn reached() -> Vec<bool> {
    let is_set = |place: Place| {
        let (word, bit) = place.bit();
        let word = REACHED.get(word).map_or(0, |it| it.load(core::sync::atomic::Ordering::Relaxed));
        word & bit != 0
    };
    Place::all().into_iter().map(is_set).collect()
}

/// One bit for each place, those of impossible combinations included.
#[cfg(feature = "model-check")]
static REACHED: [core::sync::atomic::AtomicU64; Place::COUNT.div_ceil(64)] =
    [const { core::sync::atomic::AtomicU64::new(0) }; Place::COUNT.div_ceil(64)];

/// Notes that a decision was made by the row that `place` answers.
#[cfg(feature = "model-check")]
pub(crate) fn reach(place: impl FnOnce() -> Place) {
    use core::sync::atomic::Ordering::Relaxed;
    let (word, bit) = place().bit();
    // Threads share the words: one that is set already is only read.
    if let Some(word) = REACHED.get(word).filter(|it| it.load(Relaxed) & bit == 0) {
        word.fetch_or(bit, Relaxed);
    }
}

/// Notes nothing.
#[cfg(not(feature = "model-check"))]
pub(crate) fn reach(_: impl FnOnce() -> Place) {}

/// Notes that an object was left to wait for `why`.
pub(crate) fn reach_kept(why: &Why) {
    if let Some(place) = kept(why) {
        reach(|| place);
    }
}

/// Declares the values that one input of a decision takes, each with its words.
macro_rules! column {
    ($(#[$doc:meta])* $name:ident { $($variant:ident: $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $(#[doc = $words] $variant),* }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant),*];
            #[cfg(feature = "model-check")]
            const COUNT: usize = Self::ALL.len();

            const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),* }
            }

            #[cfg(feature = "model-check")]
            #[cfg_attr(not(test), expect(clippy::as_conversions, reason = "the number of a variant without fields"))]
            const fn at(self) -> usize {
                self as usize
            }
        }
    };
}

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
        ReadOwn: "read the object itself",
        ReadClaim: "read a claim for a volume",
        ReadVolume: "read a volume for a claim",
        ReadClass: "read a class for a claim",
    }
}
column! {
    /// What came of it.
    Answered {
        Done: "done",
        Conflict: "conflict",
        Missing: "missing",
        TryLater: "try later",
        Refused: "refused",
        Unknown: "unknown",
    }
}
column! {
    /// Why an operation pauses.
    Stalled {
        Moved: "moved on",
        Busy: "server busy",
        Refused: "refused",
        InDoubt: "in doubt",
    }
}
column! {
    /// What pauses.
    Waiting {
        Write: "write",
        OwnRead: "read of the object itself",
        Look: "read of another object",
    }
}
column! {
    /// What was observed of an object that pauses.
    News {
        Newer: "a newer state",
        Gone: "its end",
    }
}
column! {
    /// What the end of a pause leads to.
    Retry {
        Late: "nothing pauses any more",
        NoRoom: "no room for a read",
        ReadAgain: "the read of the object itself goes out again",
        ReadMoved: "a read finds the newer state",
        ReadInDoubt: "a read finds what became of the write",
        Freed: "it is decided about anew",
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

/// A row, by what was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Claim(Progress, Seen),
    Volume(VolumePhase, Claimant),
    Surplus(Made, VolumePhase, ReservedBy),
    NextWrite(Write),
    Answer(Ordered, Answered),
    Paused(Stalled, Waiting, News),
    Retry(Retry),
    Why(Kept),
}

impl Place {
    /// All that are possible.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for progress in Progress::ALL {
            all.extend(Seen::ALL.iter().map(|it| Self::Claim(*progress, *it)));
        }
        for phase in VolumePhase::ALL {
            all.extend(Claimant::ALL.iter().map(|it| Self::Volume(phase, *it)));
        }
        for made in Made::ALL {
            for phase in VolumePhase::ALL {
                all.extend(ReservedBy::ALL.iter().map(|it| Self::Surplus(*made, phase, *it)));
            }
        }
        all.extend(Write::ALL.iter().map(|it| Self::NextWrite(*it)));
        for ordered in Ordered::ALL {
            all.extend(Answered::ALL.iter().map(|it| Self::Answer(*ordered, *it)));
        }
        for stalled in Stalled::ALL {
            for waiting in Waiting::ALL {
                all.extend(News::ALL.iter().map(|it| Self::Paused(*stalled, *waiting, *it)));
            }
        }
        all.extend(Retry::ALL.iter().map(|it| Self::Retry(*it)));
        all.extend(Kept::ALL.iter().map(|it| Self::Why(*it)));
        all.retain(|place| match place {
            // A read is decided on no state, so that no state can have moved on.
            Self::Paused(Stalled::Moved, waiting, _) => *waiting == Waiting::Write,
            Self::Claim(..)
            | Self::Volume(..)
            | Self::Surplus(..)
            | Self::NextWrite(_)
            | Self::Answer(..)
            | Self::Paused(..)
            | Self::Retry(_)
            | Self::Why(_) => true,
        });
        all
    }

    fn row(self) -> Row {
        let (table, row) = match self {
            Self::Claim(progress, seen) => ("claim", format!("{}: {}", progress.words(), seen.words())),
            Self::Volume(phase, claimant) => ("volume", format!("{}: {}", phase.as_str(), claimant.words())),
            Self::Surplus(made, phase, by) => {
                ("surplus", format!("{}: {}, {}", phase.as_str(), made.words(), by.words()))
            }
            Self::NextWrite(write) => ("next-write", write.words().to_string()),
            Self::Answer(ordered, answered) => {
                ("answer", format!("{}: {}", ordered.words(), answered.words()))
            }
            Self::Paused(stalled, waiting, news) => {
                ("paused", format!("{}, {}: {}", waiting.words(), stalled.words(), news.words()))
            }
            Self::Retry(retry) => ("retry", retry.words().to_string()),
            Self::Why(kept) => ("why", kept.words().to_string()),
        };
        Row { table, row }
    }
}

#[cfg(feature = "model-check")]
impl Place {
    const VOLUMES: usize = Progress::COUNT * Seen::COUNT;
    const SURPLUS: usize = Self::VOLUMES + VolumePhase::ALL.len() * Claimant::COUNT;
    const WRITES: usize = Self::SURPLUS + Made::COUNT * VolumePhase::ALL.len() * ReservedBy::COUNT;
    const ANSWERS: usize = Self::WRITES + Write::COUNT;
    const PAUSES: usize = Self::ANSWERS + Ordered::COUNT * Answered::COUNT;
    const RETRIES: usize = Self::PAUSES + Stalled::COUNT * Waiting::COUNT * News::COUNT;
    const WHYS: usize = Self::RETRIES + Retry::COUNT;
    const COUNT: usize = Self::WHYS + Kept::COUNT;

    /// The word that holds the bit of this place, and the bit in it.
    const fn bit(self) -> (usize, u64) {
        let number = self.number();
        (number / 64, 1 << (number % 64))
    }

    const fn number(self) -> usize {
        match self {
            Self::Claim(progress, seen) => progress.at() * Seen::COUNT + seen.at(),
            Self::Volume(phase, claimant) => {
                Self::VOLUMES + number_of(phase) * Claimant::COUNT + claimant.at()
            }
            Self::Surplus(made, phase, by) => {
                let pair = made.at() * VolumePhase::ALL.len() + number_of(phase);
                Self::SURPLUS + pair * ReservedBy::COUNT + by.at()
            }
            Self::NextWrite(write) => Self::WRITES + write.at(),
            Self::Answer(ordered, answered) => Self::ANSWERS + ordered.at() * Answered::COUNT + answered.at(),
            Self::Paused(stalled, waiting, news) => {
                let pair = stalled.at() * Waiting::COUNT + waiting.at();
                Self::PAUSES + pair * News::COUNT + news.at()
            }
            Self::Retry(retry) => Self::RETRIES + retry.at(),
            Self::Why(kept) => Self::WHYS + kept.at(),
        }
    }
}

#[cfg(feature = "model-check")]
const fn number_of(phase: VolumePhase) -> usize {
    match phase {
        VolumePhase::Pending => 0,
        VolumePhase::Available => 1,
        VolumePhase::Bound => 2,
        VolumePhase::Released => 3,
        VolumePhase::Failed => 4,
    }
}

/// The row of the next write of a bind.
pub(crate) fn next_write(write: Option<&Order>) -> Place {
    Place::NextWrite(match write {
        Some(Order::ReserveVolume { mark: true, .. }) => Write::ReserveMarked,
        Some(Order::ReserveVolume { mark: false, .. }) => Write::Reserve,
        Some(Order::MarkVolume { .. }) => Write::Phase,
        Some(Order::BindClaim { volume: Some(_), .. }) => Write::NameVolume,
        Some(Order::BindClaim { volume: None, .. }) => Write::Complete,
        Some(Order::MarkClaim { .. }) => Write::Status,
        // Neither binds.
        None | Some(Order::FreeVolume { .. } | Order::Read { .. }) => Write::Nothing,
    })
}

/// The row of an answer.
pub(crate) fn answer(order: &Order, answer: &Answer) -> Place {
    let ordered = match order {
        Order::ReserveVolume { .. } => Ordered::ReserveVolume,
        Order::MarkVolume { .. } => Ordered::MarkVolume,
        Order::FreeVolume { .. } => Ordered::FreeVolume,
        Order::BindClaim { .. } => Ordered::BindClaim,
        Order::MarkClaim { .. } => Ordered::MarkClaim,
        Order::Read { object, asker, .. } if object == asker => Ordered::ReadOwn,
        Order::Read { object: ObjectKey::Volume(_), .. } => Ordered::ReadVolume,
        Order::Read { object: ObjectKey::Class(_), .. } => Ordered::ReadClass,
        // Nodes and pods are read by nobody.
        Order::Read { object: ObjectKey::Claim(_) | ObjectKey::Node(_) | ObjectKey::Pod(_), .. } => {
            Ordered::ReadClaim
        }
    };
    let answered = match answer {
        Answer::Done(_) => Answered::Done,
        Answer::Conflict => Answered::Conflict,
        Answer::Missing => Answered::Missing,
        Answer::TryLater { .. } => Answered::TryLater,
        Answer::Refused => Answered::Refused,
        Answer::Unknown => Answered::Unknown,
    };
    Place::Answer(ordered, answered)
}

/// The row of what an object is left to wait for; none for reasons with which nothing is ever left.
fn kept(why: &Why) -> Option<Place> {
    Some(Place::Why(match why {
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
        | Why::ReservedVolumeMisfit(..) => {
            return None;
        }
    }))
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_row_has_a_name_of_its_own() {
        let rows = rows();
        let distinct: BTreeSet<&Row> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len());
        assert!(rows.iter().all(|it| !it.row.is_empty()));
        assert!(rows.iter().any(|it| it.row == "never bound: names a free volume that fits"));
    }

    #[cfg(feature = "model-check")]
    #[test]
    fn each_row_has_a_bit_of_its_own() {
        let all = Place::all();
        let numbers: BTreeSet<usize> = all.iter().map(|it| it.number()).collect();
        assert_eq!(numbers.len(), all.len());
        assert!(numbers.iter().all(|it| *it < Place::COUNT));
        reset();
        for (at, place) in all.iter().enumerate() {
            reach(|| *place);
            let marked = reached().iter().filter(|it| **it).count();
            assert_eq!((reached().get(at), marked), (Some(&true), at + 1), "{place:?}");
        }
        reset();
        assert!(reached().iter().all(|it| !it));
    }
}
