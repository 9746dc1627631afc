//! The tables of operations: what ends a pause, and what its end leads to.

use alloc::format;

use super::Pause;
use crate::call::Call;
use crate::order::{Answer, Order};
use crate::table::{Answered, Table, column};

/// The tables of operations.
pub(crate) static TABLES: [&Table; 3] = [&LOOK, &PAUSED, &RETRY];

/// Answers to the reads that find out what has become of an object.
static LOOK: Table = Table::new("answer", &[&["read the object itself"], Answered::WORDS]);

/// Observations of an object that pauses.
static PAUSED: Table = Table::new("paused", &[Stalled::WORDS, Waiting::WORDS, News::WORDS])
    .worded(|cells| match cells {
        [stalled, waiting, news] => format!("{waiting}, {stalled}: {news}"),
        // tidy: open set: a row has three cells, which the type of a slice does not say.
        _ => cells.concat(),
    })
    // A read is decided on no state, so that no state can have moved on.
    .only(|cells| match cells {
        [stalled, waiting, _] => *stalled != Stalled::Moved.at() || *waiting == Waiting::Write.at(),
        // tidy: open set: a row has three cells, which the type of a slice does not say.
        _ => true,
    });

/// Ends of pauses.
static RETRY: Table = Table::new("retry", &[Retry::WORDS]);

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

/// Notes how a read ended that finds out what has become of an object.
pub(crate) fn look(order: &Order, answer: &Answer) {
    if order.call == Call::Look {
        LOOK.reach(|| [0, answered(answer).at()]);
    }
}

/// Notes an observation of an object that pauses.
pub(super) fn paused(order: &Order, pause: Pause, is_gone: bool) {
    PAUSED.reach(|| {
        let stalled = match pause {
            Pause::Moved => Stalled::Moved,
            Pause::Busy => Stalled::Busy,
            Pause::Refused => Stalled::Refused,
            Pause::InDoubt => Stalled::InDoubt,
        };
        let waiting = match (&order.call, order.is_read()) {
            (Call::Look, _) => Waiting::OwnRead,
            (Call::Bind(_) | Call::Protect(_), true) => Waiting::Look,
            (Call::Bind(_) | Call::Protect(_), false) => Waiting::Write,
        };
        let news = if is_gone { News::Gone } else { News::Newer };
        [stalled.at(), waiting.at(), news.at()]
    });
}

/// Notes what the end of a pause led to.
pub(super) fn retry(row: Retry) {
    RETRY.reach(|| [row.at()]);
}

/// The row of what came of an order.
pub(crate) fn answered(answer: &Answer) -> Answered {
    match answer {
        Answer::Done(_) => Answered::Done,
        Answer::Conflict => Answered::Conflict,
        Answer::Missing => Answered::Missing,
        Answer::TryLater { .. } => Answered::TryLater,
        Answer::Refused(_) => Answered::Refused,
        Answer::Unknown => Answered::Unknown,
    }
}
