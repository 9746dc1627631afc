//! What a lease says.
//!
//! Pipeline: `LeaseSpec` ⇄ **`record`** ⇄ `candidate`.
//!
//! Deliberately absent: what follows from it. Source: `coordination.k8s.io/v1`, and
//! `k8s.io/client-go/tools/leaderelection`, which writes the same.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;

/// Who holds a lease, and what was last written about that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Record {
    /// Empty when it is free.
    pub(super) holder: String,
    /// By the clock of whoever wrote it, as the next one.
    acquired: Option<Timestamp>,
    renewed: Option<Timestamp>,
    /// What the holder asks others to wait. Nobody believes it: they wait as long as they were told themselves.
    duration_s: Option<i32>,
    /// How often the holder has changed.
    pub(super) transitions: i32,
}

impl Record {
    /// Reads it. What is not set counts as empty.
    pub(super) fn read(spec: &LeaseSpec) -> Self {
        Self {
            holder: spec.holder_identity.clone().unwrap_or_default(),
            acquired: spec.acquire_time.as_ref().map(|it| it.0),
            renewed: spec.renew_time.as_ref().map(|it| it.0),
            duration_s: spec.lease_duration_seconds,
            transitions: spec.lease_transitions.unwrap_or_default(),
        }
    }

    /// The specification that says this; all else is left as it is in `before`.
    pub(super) fn written_over(self, before: LeaseSpec) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(self.holder),
            acquire_time: self.acquired.map(MicroTime),
            renew_time: self.renewed.map(MicroTime),
            lease_duration_seconds: self.duration_s,
            lease_transitions: Some(self.transitions),
            ..before
        }
    }

    /// The lease as `holder` takes it.
    pub(super) fn taken(holder: &str, duration: Duration, wall: Timestamp, transitions: i32) -> Self {
        let times = (Some(wall), Some(seconds(duration)));
        Self {
            holder: holder.to_owned(),
            acquired: times.0,
            renewed: times.0,
            duration_s: times.1,
            transitions,
        }
    }

    /// The lease as its holder goes on with it.
    pub(super) fn renewed(&self, duration: Duration, wall: Timestamp) -> Self {
        Self { renewed: Some(wall), duration_s: Some(seconds(duration)), ..self.clone() }
    }

    /// The lease as its holder leaves it, so that the next one need not wait.
    pub(super) fn released(&self, wall: Timestamp) -> Self {
        Self::taken("", Duration::from_secs(1), wall, self.transitions)
    }
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_leaves_the_rest_alone() {
        let wall = Timestamp::from_second(1_000).unwrap();
        let record = Record::taken("me", Duration::from_secs(15), wall, 3);
        let before =
            LeaseSpec { strategy: Some("OldestEmulationVersion".to_owned()), ..LeaseSpec::default() };
        let written = record.clone().written_over(before.clone());
        assert_eq!(Record::read(&written), record);
        assert_eq!(written.strategy, before.strategy);
        assert_eq!(written.lease_duration_seconds, Some(15));
        assert_eq!(Record::read(&LeaseSpec::default()), Record::default());
    }
}
