//! What a lease says, and what follows from it: the algorithm of client-go, as a function.
//!
//! Guarantees: no clock of another machine is believed. A holder counts as gone when its record has not changed
//! for a whole lease by our own clock, however its times read.
//!
//! Deliberately absent: requests and waiting. Upstream: `k8s.io/client-go/tools/leaderelection`.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use tokio::time::Instant;

/// A lease as last seen, and since when it has been like that by our clock.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    spec: LeaseSpec,
    since: Instant,
}

/// What to do about a lease.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Move {
    /// Write this into it.
    Write(LeaseSpec),
    /// Another one holds it.
    Wait,
}

/// Who holds a lease, as far as it says.
pub(crate) fn holder(spec: &LeaseSpec) -> &str {
    spec.holder_identity.as_deref().unwrap_or_default()
}

impl Seen {
    /// Takes in what the lease says at `now`, after what was seen of it `before`.
    pub(crate) fn take_in(before: Option<Self>, spec: LeaseSpec, now: Instant) -> Self {
        match before {
            Some(before) if before.spec == spec => before,
            Some(_) | None => Self { spec, since: now },
        }
    }

    /// What `identity`, whose leases last `duration`, is to do at `now`.
    pub(crate) fn decide(&self, identity: &str, duration: Duration, now: Instant, wall: Timestamp) -> Move {
        let holder = holder(&self.spec);
        if holder == identity {
            let spec = LeaseSpec { renew_time: Some(MicroTime(wall)), ..self.spec.clone() };
            return Move::Write(LeaseSpec { lease_duration_seconds: Some(seconds(duration)), ..spec });
        }
        if !holder.is_empty() && now < self.since + duration {
            return Move::Wait;
        }
        let transitions = self.spec.lease_transitions.unwrap_or_default().saturating_add(1);
        Move::Write(taken(identity, duration, wall, transitions))
    }
}

/// The lease as `identity` takes it.
pub(crate) fn taken(identity: &str, duration: Duration, wall: Timestamp, transitions: i32) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: Some(seconds(duration)),
        acquire_time: Some(MicroTime(wall)),
        renew_time: Some(MicroTime(wall)),
        lease_transitions: Some(transitions),
        ..LeaseSpec::default()
    }
}

/// The lease as its holder leaves it, so that the next one need not wait.
pub(crate) fn released(spec: &LeaseSpec, wall: Timestamp) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(String::new()),
        lease_duration_seconds: Some(1),
        acquire_time: Some(MicroTime(wall)),
        renew_time: Some(MicroTime(wall)),
        lease_transitions: spec.lease_transitions,
        ..LeaseSpec::default()
    }
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DURATION: Duration = Duration::from_secs(15);

    fn held(by: &str, renewed_second: i64) -> LeaseSpec {
        LeaseSpec {
            renew_time: Some(MicroTime(Timestamp::from_second(renewed_second).unwrap())),
            acquire_time: Some(MicroTime(Timestamp::UNIX_EPOCH)),
            ..taken(by, DURATION, Timestamp::UNIX_EPOCH, 3)
        }
    }

    fn written(it: Move) -> LeaseSpec {
        match it {
            Move::Write(spec) => spec,
            Move::Wait => panic!("it waits"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn another_holder_is_waited_for_by_our_own_clock() {
        let start = Instant::now();
        let wall = Timestamp::from_second(1_000).unwrap();
        // Its clock is an hour behind, and then a year ahead: neither matters.
        for renewed in [-3_600, 31_536_000] {
            let seen = Seen::take_in(None, held("other", renewed), start);
            assert_eq!(seen.decide("me", DURATION, start + DURATION / 2, wall), Move::Wait);
            let again = Seen::take_in(Some(seen), held("other", renewed), start + DURATION / 2);
            assert_eq!(again.decide("me", DURATION, start + DURATION * 99 / 100, wall), Move::Wait);
            let spec = written(again.decide("me", DURATION, start + DURATION, wall));
            assert_eq!((holder(&spec), spec.lease_transitions), ("me", Some(4)));
            assert_eq!(spec.acquire_time, Some(MicroTime(wall)));
            let renewed = Seen::take_in(Some(again), held("other", renewed + 1), start + DURATION);
            assert_eq!(renewed.decide("me", DURATION, start + DURATION, wall), Move::Wait);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_lease_is_taken_and_ones_own_is_renewed() {
        let (now, wall) = (Instant::now(), Timestamp::from_second(1_000).unwrap());
        let free = Seen::take_in(None, released(&held("other", 0), wall), now);
        assert_eq!(holder(&written(free.decide("me", DURATION, now, wall))), "me");
        let empty = Seen::take_in(None, LeaseSpec::default(), now);
        assert_eq!(written(empty.decide("me", DURATION, now, wall)).lease_transitions, Some(1));
        let own = Seen::take_in(None, held("me", 0), now);
        let renewed = written(own.decide("me", DURATION, now, wall));
        assert_eq!(renewed, LeaseSpec { renew_time: Some(MicroTime(wall)), ..held("me", 0) });
    }
}
