//! A process that wants to lead, as a machine: what it asks of the API server, and until when it leads.
//!
//! Pipeline: an attempt begins → **`candidate`** → [`Request`] → the API server → [`Answer`] → **`candidate`** → [`Outcome`].
//!
//! Guarantees:
//! - no two candidates lead at once, as long as their clocks run equally fast (`tests/model.rs` shows it);
//! - no clock of another machine is believed: a holder counts as gone when its record has not changed for a whole
//!   lease by our own clock, however its times read;
//! - every write names the version that it was decided on, so that of two only one succeeds;
//! - who leads does so for the renew deadline from when the attempt began that has renewed the lease, and only a write
//!   of ours renews it.
//!
//! Deliberately absent: requests and waiting. The algorithm is that of `k8s.io/client-go/tools/leaderelection`.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;

use super::record::Record;

/// How often one attempt looks again because somebody has written meanwhile.
const CONFLICTS_MAX: u8 = 5;

/// The times of an election, as client-go has them. The first has to be longer than the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Times {
    /// How long others wait for a holder that does not renew.
    pub(crate) lease: Duration,
    /// How long a holder goes on when it cannot renew.
    pub(crate) renew_deadline: Duration,
}

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Now {
    /// By our own clock, which nobody sets: since the process began.
    pub(crate) own: Duration,
    /// What the wall clock says, for people to read.
    pub(crate) wall: Timestamp,
}

/// A lease as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stored {
    /// Its resource version.
    pub(crate) version: String,
    pub(crate) record: Record,
}

/// What to ask of the API server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Request {
    /// Read the lease.
    Read,
    /// Create it.
    Create(Record),
    /// Write it, unless it has another version.
    Replace(Stored),
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// What was read.
    Found(Stored),
    /// What was written is stored.
    Written(Stored),
    /// There is no lease.
    Absent,
    /// It has another version, or exists already.
    Conflict,
    /// Nobody knows: no answer, or an error.
    Failed,
}

/// How to go on after an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Next {
    Ask(Request),
    End(Outcome),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// We lead until then, by our own clock.
    Leads(Duration),
    /// Another one holds the lease, or nobody after we have given it back.
    Follows,
    /// Nobody knows. Who leads does so until the deadline that was set before.
    Unclear,
}

/// What an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Aim {
    Lead,
    GiveBack,
}

/// What was seen of a lease, and since when it has been like that by our own clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Seen {
    record: Record,
    since: Duration,
}

/// One who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Candidate {
    identity: String,
    times: Times,
    seen: Option<Seen>,
    /// The lease as we wrote it last, which needs no look before the next write.
    written: Option<Stored>,
    leads_until: Option<Duration>,
    aim: Aim,
    /// When the attempt began.
    began: Duration,
    /// How often it has met somebody else's write.
    conflicts: u8,
}

impl Candidate {
    pub(crate) fn new(identity: String, times: Times) -> Self {
        Self {
            identity,
            times,
            seen: None,
            written: None,
            leads_until: None,
            aim: Aim::Lead,
            began: Duration::ZERO,
            conflicts: 0,
        }
    }

    /// Who holds the lease, as last seen; empty if nobody does.
    pub(crate) fn holder(&self) -> &str {
        self.seen.as_ref().map_or("", |it| &it.record.holder)
    }

    /// Until when we lead; none when we do not.
    pub(crate) fn leads_until(&self) -> Option<Duration> {
        self.leads_until
    }

    /// Begins an attempt to get the lease, or to renew it.
    pub(crate) fn begin(&mut self, now: Now) -> Request {
        self.aim_at(Aim::Lead, now)
    }

    /// Begins to give the lease back. We do not lead any more from here on.
    pub(crate) fn resign(&mut self, now: Now) -> Request {
        self.leads_until = None;
        self.aim_at(Aim::GiveBack, now)
    }

    fn aim_at(&mut self, aim: Aim, now: Now) -> Request {
        (self.aim, self.began, self.conflicts) = (aim, now.own, 0);
        match self.written.take() {
            Some(written) => self.go_on(written, now),
            None => Request::Read,
        }
    }

    /// Takes in what became of the request that is out.
    pub(crate) fn answered(&mut self, answer: Answer, now: Now) -> Next {
        match answer {
            Answer::Found(stored) => self.look(stored, now),
            Answer::Absent => match self.aim {
                Aim::Lead => {
                    let lease = self.times.lease;
                    Next::Ask(Request::Create(Record::taken(&self.identity, lease, now.wall, 0)))
                }
                Aim::GiveBack => self.follow(),
            },
            Answer::Written(stored) => {
                self.see(&stored.record, now);
                match self.aim {
                    Aim::Lead => {
                        let until = self.began + self.times.renew_deadline;
                        (self.written, self.leads_until) = (Some(stored), Some(until));
                        Next::End(Outcome::Leads(until))
                    }
                    Aim::GiveBack => self.follow(),
                }
            }
            Answer::Conflict if self.conflicts < CONFLICTS_MAX => {
                // Whoever has written may have written anything. A lease that still names us was not renewed by that.
                self.conflicts += 1;
                Next::Ask(Request::Read)
            }
            Answer::Conflict | Answer::Failed => Next::End(Outcome::Unclear),
        }
    }

    /// Decides on what the lease says.
    fn look(&mut self, stored: Stored, now: Now) -> Next {
        let since = self.see(&stored.record, now);
        let holder = &stored.record.holder;
        if *holder == self.identity {
            return Next::Ask(self.go_on(stored, now));
        }
        let is_held = !holder.is_empty() && now.own < since + self.times.lease;
        if is_held || self.aim == Aim::GiveBack {
            return self.follow();
        }
        let transitions = stored.record.transitions.saturating_add(1);
        let record = Record::taken(&self.identity, self.times.lease, now.wall, transitions);
        Next::Ask(Request::Replace(Stored { record, ..stored }))
    }

    /// The next write to a lease that is ours.
    fn go_on(&self, ours: Stored, now: Now) -> Request {
        let record = match self.aim {
            Aim::Lead => ours.record.renewed(self.times.lease, now.wall),
            Aim::GiveBack => ours.record.released(now.wall),
        };
        Request::Replace(Stored { record, ..ours })
    }

    fn follow(&mut self) -> Next {
        self.leads_until = None;
        Next::End(Outcome::Follows)
    }

    /// Notes what the lease says; since when it has said so.
    fn see(&mut self, record: &Record, now: Now) -> Duration {
        match &self.seen {
            Some(seen) if seen.record == *record => seen.since,
            Some(_) | None => {
                self.seen = Some(Seen { record: record.clone(), since: now.own });
                now.own
            }
        }
    }
}

#[cfg(test)]
mod tests;
