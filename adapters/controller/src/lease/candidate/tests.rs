//! Elections step by step; and all of them.

mod model;

use super::*;

const TIMES: Times = Times { lease: Duration::from_secs(15), renew_deadline: Duration::from_secs(10) };

/// That many seconds after the process began; its wall clock says the same after 1970.
fn at(seconds: u64) -> Now {
    let wall = Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap();
    Now { own: Duration::from_secs(seconds), wall }
}

fn stored(version: u32, record: Record) -> Stored {
    Stored { version: version.to_string(), record }
}

/// The lease as `by` has renewed it at a time of its own clock.
fn held(by: &str, renewed_second: i64) -> Record {
    let taken = Record::taken(by, TIMES.lease, Timestamp::UNIX_EPOCH, 3);
    taken.renewed(TIMES.lease, Timestamp::from_second(renewed_second).unwrap())
}

/// A candidate that has just got the lease, in an attempt that began at a time and took no time.
fn leader(now: Now) -> Candidate {
    let mut me = Candidate::new("me".to_owned(), TIMES);
    assert_eq!(me.begin(now), Request::Read);
    let Next::Ask(Request::Create(record)) = me.answered(Answer::Absent, now) else { panic!() };
    let led = me.answered(Answer::Written(stored(1, record)), now);
    assert_eq!(led, Next::End(Outcome::Leads(now.own + TIMES.renew_deadline)));
    me
}

/// What the candidate writes next.
#[track_caller]
fn replaced(next: Next) -> Stored {
    let Next::Ask(Request::Replace(stored)) = next else { panic!("{next:?}") };
    stored
}

#[test]
fn another_holder_is_waited_for_by_our_own_clock() {
    // Its clock is an hour behind, or a year ahead: neither matters.
    for renewed in [-3_600, 31_536_000] {
        let mut me = Candidate::new("me".to_owned(), TIMES);
        let mut look = |seconds, renewed| {
            me.begin(at(seconds));
            me.answered(Answer::Found(stored(7, held("other", renewed))), at(seconds))
        };
        let waits = Next::End(Outcome::Follows);
        assert_eq!(look(100, renewed), waits);
        assert_eq!(look(114, renewed), waits, "a second is left");
        assert_eq!(look(115, renewed + 1), waits, "it has been renewed");
        assert_eq!(look(129, renewed + 1), waits);
        let Stored { version, record } = replaced(look(130, renewed + 1));
        assert_eq!((version.as_str(), record.holder.as_str(), record.transitions), ("7", "me", 4));
    }
}

#[test]
fn a_free_lease_is_taken_at_once_and_ones_own_is_renewed_without_a_look() {
    let mut me = Candidate::new("me".to_owned(), TIMES);
    me.begin(at(1));
    let free = held("other", 0).released(at(0).wall);
    let taken = replaced(me.answered(Answer::Found(stored(4, free)), at(1)));
    assert_eq!((taken.record.holder.as_str(), taken.record.transitions), ("me", 4));
    me.answered(Answer::Written(stored(5, taken.record.clone())), at(2));
    let renewed = stored(5, taken.record.renewed(TIMES.lease, at(3).wall));
    assert_eq!(me.begin(at(3)), Request::Replace(renewed));
}

#[test]
fn one_leads_from_when_the_attempt_began_and_not_from_when_it_was_answered() {
    let mut me = leader(at(0));
    me.begin(at(2));
    let next = me.answered(Answer::Written(stored(2, held("me", 2))), at(9));
    assert_eq!(next, Next::End(Outcome::Leads(at(12).own)));
}

/// Somebody puts an annotation on the lease again and again: it still names us, and nothing of that renews it.
#[test]
fn a_lease_that_others_edit_is_renewed_by_our_own_writes_alone() {
    let mut me = leader(at(0));
    let mut request = me.begin(at(2));
    for version in 2..=u32::from(CONFLICTS_MAX) + 1 {
        assert!(matches!(request, Request::Replace(_)));
        assert_eq!(me.answered(Answer::Conflict, at(2)), Next::Ask(Request::Read));
        request =
            Request::Replace(replaced(me.answered(Answer::Found(stored(version, held("me", 0))), at(2))));
    }
    assert_eq!(me.answered(Answer::Conflict, at(2)), Next::End(Outcome::Unclear));
    assert_eq!(me.leads_until(), Some(at(10).own), "it was not renewed");
    assert_eq!(me.begin(at(4)), Request::Read, "and the next attempt looks first");
}

#[test]
fn who_finds_another_holder_leads_no_more() {
    let mut me = leader(at(0));
    me.begin(at(2));
    assert_eq!(me.answered(Answer::Conflict, at(2)), Next::Ask(Request::Read));
    let next = me.answered(Answer::Found(stored(9, held("thief", 2))), at(2));
    assert_eq!((next, me.leads_until()), (Next::End(Outcome::Follows), None));
    assert_eq!(me.holder(), "thief");
}

#[test]
fn a_lost_answer_changes_nothing_and_the_next_attempt_looks_first() {
    let mut me = leader(at(0));
    me.begin(at(2));
    assert_eq!(me.answered(Answer::Failed, at(5)), Next::End(Outcome::Unclear));
    assert_eq!(me.leads_until(), Some(at(10).own));
    assert_eq!(me.begin(at(7)), Request::Read);
    // The request had come through: the lease is ours, and is renewed.
    let next = replaced(me.answered(Answer::Found(stored(2, held("me", 2))), at(7)));
    assert_eq!(next, stored(2, held("me", 7)));
}

#[test]
fn a_lease_that_was_deleted_is_created_again_by_its_holder() {
    let mut me = leader(at(0));
    me.begin(at(2));
    let next = me.answered(Answer::Absent, at(2));
    assert_eq!(next, Next::Ask(Request::Create(Record::taken("me", TIMES.lease, at(2).wall, 0))));
}

#[test]
fn who_resigns_leads_no_more_and_gives_back_only_what_is_its_own() {
    let mut me = leader(at(0));
    let released = Record::taken("me", TIMES.lease, at(0).wall, 0).released(at(3).wall);
    assert_eq!(me.resign(at(3)), Request::Replace(stored(1, released.clone())));
    assert_eq!(me.leads_until(), None);
    assert_eq!(me.answered(Answer::Conflict, at(3)), Next::Ask(Request::Read));
    let again = replaced(me.answered(Answer::Found(stored(2, held("me", 2))), at(3)));
    assert_eq!((again.version.as_str(), again.record.holder.as_str()), ("2", ""));
    assert_eq!(me.answered(Answer::Written(again), at(3)), Next::End(Outcome::Follows));

    let mut me = leader(at(0));
    me.resign(at(3));
    me.answered(Answer::Conflict, at(3));
    let next = me.answered(Answer::Found(stored(2, held("thief", 2))), at(3));
    assert_eq!(next, Next::End(Outcome::Follows), "it is left to the other one");
}
