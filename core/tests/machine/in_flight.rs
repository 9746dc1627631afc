//! Orders that are out, pauses that grow, followers, late answers: one case after the other.

use windlass_core::call::{BindCall, Call};
use windlass_core::ids::{ClaimKey, ObjectKey, Uid, Version, VolumeName};
use windlass_core::in_flight::{InFlight, Outcome, Pause, Standing};
use windlass_core::limits::{REFUSALS_WAITED_FOR_MAX, SWEEPS_WITHOUT_ANSWER_MAX};
use windlass_core::observed::VolumePhase;
use windlass_core::operation::{Lane, Operation, OperationKey};
use windlass_core::order::{Effect, Guard, Order, Target, Timer};
use windlass_core::why::Because;

const FAILURES: [Outcome; 4] = [
    Outcome::failed(Pause::Moved),
    Outcome::failed(Pause::Busy),
    Outcome::failed(Pause::Refused),
    Outcome::failed(Pause::InDoubt),
];

/// The table under test and what it asked for.
struct Table {
    table: InFlight,
    effects: Vec<Effect>,
}

impl Table {
    fn new() -> Self {
        Self { table: InFlight::new(2), effects: Vec::new() }
    }

    fn send(&mut self, order: &Order) {
        assert!(self.table.may_send(order) && self.table.has_room(order.lane()), "{order}");
        self.table.send(order.clone(), Because::BestFit, &mut self.effects);
        self.table.check().unwrap();
    }

    fn settle(&mut self, order: &Order, outcome: Outcome, known: Option<u64>) -> Vec<ObjectKey> {
        let freed = self.table.settle(order, outcome, known.map(Version), &mut self.effects);
        self.table.check().unwrap();
        objects(freed)
    }

    fn observed(&mut self, key: &ObjectKey, is_gone: bool) -> Vec<ObjectKey> {
        let freed = self.table.observed(key, is_gone, &mut self.effects);
        self.table.check().unwrap();
        objects(freed)
    }

    /// The pause of an object is over, whichever kind of operation it was for.
    fn retry(&mut self, key: &ObjectKey) -> Vec<ObjectKey> {
        let mut freed = Vec::new();
        for operation in [Operation::Write, Operation::Read] {
            freed.extend(self.table.retry(&key.clone().into(), operation, &mut self.effects));
            self.table.check().unwrap();
        }
        objects(freed)
    }

    fn sweep(&mut self) {
        self.table.sweep(&mut self.effects);
        self.table.check().unwrap();
    }

    /// The pauses that were asked for since the last call, in milliseconds.
    fn pauses_ms(&mut self) -> Vec<u32> {
        let effects = std::mem::take(&mut self.effects);
        let pause = |it| if let Effect::ArmTimer(Timer::Retry(..), ms) = it { Some(ms) } else { None };
        effects.into_iter().filter_map(pause).collect()
    }

    /// The orders that were given since the last call.
    fn orders(&mut self) -> Vec<Order> {
        let effects = std::mem::take(&mut self.effects);
        let order = |it| if let Effect::Order(order, _) = it { Some(order) } else { None };
        effects.into_iter().filter_map(order).collect()
    }
}

#[test]
fn an_object_has_one_order_and_the_table_a_bound() {
    let mut table = Table::new();
    table.send(&reserve("pv1", 5, "a"));
    assert_eq!(table.orders(), [reserve("pv1", 5, "a")]);
    let order = reserve("pv1", 5, "a");
    assert_eq!(table.table.standing_of(&pv("pv1")), Standing::Out(&order, &Because::BestFit));
    assert_eq!(table.table.standing_of(&pvc("a")), Standing::LockedBy(&pv("pv1").into()));
    assert!(table.table.is_object_free(&pv("pv2")) && table.table.has_room(&Lane::ApiServer));
    table.send(&mark("pv2", 6));
    assert!(!table.table.has_room(&Lane::ApiServer));
    assert_eq!(table.settle(&mark("pv2", 6), Outcome::Done, Some(7)), [pv("pv2")]);
    assert!(table.table.has_room(&Lane::ApiServer));
    assert_eq!(table.settle(&order, Outcome::Done, Some(8)), [pvc("a"), pv("pv1")]);
    assert!(table.table.is_idle());
}

#[test]
fn pauses_double_from_half_a_second_to_two_minutes_and_two_seconds() {
    for failure in FAILURES {
        let mut table = Table::new();
        let mut pauses = Vec::new();
        for _ in 0..11 {
            table.send(&mark("pv1", 5));
            table.settle(&mark("pv1", 5), failure, Some(5));
            pauses.extend(table.pauses_ms());
            table.observed(&pv("pv1"), false);
            table.retry(&pv("pv1"));
            assert!(table.table.is_object_free(&pv("pv1")), "{failure:?}");
        }
        let doubled = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 122_000, 122_000, 122_000];
        assert_eq!(pauses, doubled, "{failure:?}");
        // Success forgets them.
        table.send(&mark("pv1", 5));
        table.settle(&mark("pv1", 5), Outcome::Done, Some(6));
        table.send(&mark("pv1", 6));
        table.settle(&mark("pv1", 6), failure, Some(6));
        assert_eq!(table.pauses_ms(), [500], "{failure:?}");
    }
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_wishes_within_the_longest_pause() {
    let wishes = [(0, 500), (200, 500), (7_000, 7_000), (u32::MAX, 122_000)];
    for (least_ms, pause_ms) in wishes {
        let mut table = Table::new();
        table.send(&mark("pv1", 5));
        table.settle(&mark("pv1", 5), Outcome::Failed { pause: Pause::Busy, least_ms }, Some(5));
        assert_eq!(table.pauses_ms(), [pause_ms]);
        // What it wished for once is not held against it later.
        table.retry(&pv("pv1"));
        table.send(&mark("pv1", 5));
        table.settle(&mark("pv1", 5), Outcome::failed(Pause::Busy), Some(5));
        assert_eq!(table.pauses_ms(), [1_000]);
    }
}

#[test]
fn rest_forgets_the_failures_of_what_is_free_only() {
    let mut table = Table::new();
    table.send(&mark("pv1", 5));
    table.table.rest(&pv("pv1").into());
    assert!(!table.table.is_object_free(&pv("pv1")), "an order that is out is not forgotten");
    table.settle(&mark("pv1", 5), Outcome::failed(Pause::Busy), Some(5));
    table.table.rest(&pv("pv1").into());
    assert_eq!(table.table.standing_of(&pv("pv1")), Standing::Paused(Pause::Busy));
    assert_eq!(table.retry(&pv("pv1")), [pv("pv1")]);
    assert!(!table.table.is_idle(), "a failure is counted");
    table.table.rest(&pv("pv1").into());
    assert!(table.table.is_idle());
}

/// Each kind of order with each outcome: what is set free at once, how it stands, and then what a newer
/// observation and the end of the pause do.
#[test]
fn outcomes_follow_the_table() {
    check_outcome("write    done     free");
    check_outcome("write    missing  free");
    check_outcome("write    moved    paused, observed frees, retry reads");
    check_outcome("write    busy     paused, observed waits, retry frees");
    check_outcome("write    refused  paused, observed frees, retry frees");
    check_outcome("write    doubt    paused, observed frees, retry reads");
    check_outcome("reserve  done     free");
    check_outcome("reserve  missing  free");
    check_outcome("reserve  moved    paused, observed frees, retry reads");
    check_outcome("reserve  busy     paused, observed waits, retry frees");
    check_outcome("reserve  refused  paused, observed frees, retry frees");
    check_outcome("reserve  doubt    paused, observed frees, retry reads");
    // A read of something else for this object.
    check_outcome("look     done     free");
    check_outcome("look     missing  free");
    check_outcome("look     busy     paused, observed waits, retry frees");
    check_outcome("look     refused  paused, observed frees, retry frees");
    // A read of the object itself, after a write that is in doubt: the watch answers it as well.
    check_outcome("own      busy     paused, observed frees, retry reads");
    check_outcome("own      refused  paused, observed frees, retry reads");
}

#[track_caller]
fn check_outcome(row: &str) {
    let (order, rest) = row.split_once(' ').unwrap();
    let (outcome, want) = rest.trim().split_once(' ').unwrap();
    let order = match order {
        "write" => mark("pv1", 5),
        "reserve" => reserve("pv1", 5, "a"),
        "look" => read(pvc("a"), pv("pv1")),
        _ => read(pv("pv1"), pv("pv1")),
    };
    let outcome = match outcome {
        "done" => Outcome::Done,
        "missing" => Outcome::Missing,
        "moved" => Outcome::failed(Pause::Moved),
        "busy" => Outcome::failed(Pause::Busy),
        "refused" => Outcome::failed(Pause::Refused),
        _ => Outcome::failed(Pause::InDoubt),
    };
    let settled = || {
        let mut table = Table::new();
        table.send(&order);
        table.settle(&order, outcome, Some(5));
        table.effects.clear();
        table
    };
    let got = if settled().table.is_object_free(&pv("pv1")) {
        "free".to_string()
    } else {
        let observed = if settled().observed(&pv("pv1"), false).is_empty() { "waits" } else { "frees" };
        let mut table = settled();
        let retry = if table.retry(&pv("pv1")).is_empty() { "reads" } else { "frees" };
        let own = [read(pv("pv1"), pv("pv1"))];
        assert_eq!(table.orders(), own[usize::from(retry == "frees")..], "{row}");
        format!("paused, observed {observed}, retry {retry}")
    };
    assert_eq!(got, want.trim(), "{row}");
}

#[test]
fn what_was_seen_meanwhile_leaves_nothing_to_wait_for() {
    for outcome in [Outcome::failed(Pause::Moved), Outcome::failed(Pause::InDoubt)] {
        let mut table = Table::new();
        table.send(&reserve("pv1", 5, "a"));
        assert_eq!(table.settle(&reserve("pv1", 5, "a"), outcome, Some(6)), [pvc("a"), pv("pv1")]);
        assert_eq!(table.pauses_ms(), Vec::<u32>::new());
    }
}

#[test]
fn a_follower_waits_until_refusals_last() {
    let mut table = Table::new();
    let order = reserve("pv1", 5, "a");
    for refusals in 1..=REFUSALS_WAITED_FOR_MAX {
        table.send(&order);
        let freed = table.settle(&order, Outcome::failed(Pause::Refused), Some(5));
        let is_last = refusals == REFUSALS_WAITED_FOR_MAX;
        assert_eq!(freed, if is_last { vec![pvc("a")] } else { vec![] });
        assert_eq!(table.table.is_object_free(&pvc("a")), is_last);
        table.retry(&pv("pv1"));
    }
    // The failures of the volume do not hold up the claim with another one.
    table.effects.clear();
    table.send(&reserve("pv2", 5, "a"));
    table.settle(&reserve("pv2", 5, "a"), Outcome::failed(Pause::Busy), Some(5));
    assert_eq!(table.pauses_ms(), [500]);
}

#[test]
fn an_object_that_is_gone_ends_every_pause_and_its_count() {
    for failure in FAILURES {
        let mut table = Table::new();
        table.send(&reserve("pv1", 5, "a"));
        table.settle(&reserve("pv1", 5, "a"), failure, Some(5));
        table.effects.clear();
        assert_eq!(table.observed(&pv("pv1"), true), [pvc("a"), pv("pv1")], "{failure:?}");
        assert_eq!(table.effects, [Effect::DropTimer(Timer::Retry(pv("pv1").into(), Operation::Write))]);
        assert!(table.table.is_idle());
    }
}

#[test]
fn a_late_answer_is_harmless() {
    let mut table = Table::new();
    let order = reserve("pv1", 5, "a");
    table.send(&order);
    assert_eq!(table.effects.pop(), Some(Effect::ArmTimer(Timer::Sweep, 30_000)));
    table.effects.clear();
    for _ in 0..SWEEPS_WITHOUT_ANSWER_MAX {
        table.sweep();
        assert_eq!(table.effects, [Effect::ArmTimer(Timer::Sweep, 30_000)]);
        table.effects.clear();
    }
    table.sweep();
    assert_eq!(table.table.standing_of(&pv("pv1")), Standing::Paused(Pause::InDoubt));
    assert_eq!(
        table.table.standing_of(&pvc("a")),
        Standing::LockedBy(&pv("pv1").into()),
        "it may have been done"
    );
    assert_eq!(table.pauses_ms(), [500]);
    // The answer comes while the pause lasts, while the read is out, and when all is over.
    for _ in 0..3 {
        let before = table.table.clone();
        for outcome in FAILURES.into_iter().chain([Outcome::Done, Outcome::Missing]) {
            assert_eq!(table.settle(&order, outcome, Some(5)), []);
            assert_eq!((&table.table, &table.effects), (&before, &Vec::new()));
        }
        table.retry(&pv("pv1"));
        table.settle(&read(pv("pv1"), pv("pv1")), Outcome::Missing, None);
        table.effects.clear();
    }
    assert!(table.table.is_idle());
    table.sweep();
    assert_eq!(table.effects, [], "nobody sweeps an empty table");
}

#[test]
fn a_timer_that_was_on_its_way_is_harmless() {
    let mut table = Table::new();
    assert_eq!(table.retry(&pv("pv1")), []);
    table.send(&reserve("pv1", 5, "a"));
    let before = table.table.clone();
    assert_eq!((table.retry(&pv("pv1")), table.retry(&pvc("a"))), (vec![], vec![]));
    assert_eq!(table.table, before);
}

#[test]
fn a_read_waits_for_room() {
    let mut table = Table::new();
    table.send(&mark("pv1", 5));
    table.settle(&mark("pv1", 5), Outcome::failed(Pause::InDoubt), Some(5));
    table.send(&mark("pv2", 5));
    table.send(&mark("pv3", 5));
    table.effects.clear();
    assert_eq!(table.retry(&pv("pv1")), []);
    assert_eq!(table.effects, [Effect::ArmTimer(Timer::Retry(pv("pv1").into(), Operation::Write), 500)]);
    table.settle(&mark("pv2", 5), Outcome::Done, Some(6));
    table.effects.clear();
    table.retry(&pv("pv1"));
    assert_eq!(table.orders(), [read(pv("pv1"), pv("pv1"))]);
}

fn pv(name: &str) -> ObjectKey {
    ObjectKey::Volume(VolumeName::new(name))
}

fn pvc(name: &str) -> ObjectKey {
    ObjectKey::Claim(ClaimKey::new("default", name))
}

fn objects(keys: Vec<OperationKey>) -> Vec<ObjectKey> {
    keys.into_iter().map(|it| it.object().cloned().unwrap()).collect()
}

fn write(key: ObjectKey, version: u64, call: BindCall) -> Order {
    let guard = Guard::Update(Target { uid: Uid::new("uid"), version: Version(version) });
    Order { key: key.into(), guard, call: Call::Bind(call) }
}

fn mark(name: &str, version: u64) -> Order {
    write(pv(name), version, BindCall::MarkVolume(VolumePhase::Available))
}

fn reserve(name: &str, version: u64, claim: &str) -> Order {
    let (claim, claim_uid) = (ClaimKey::new("default", claim), Uid::new(claim));
    write(pv(name), version, BindCall::ReserveVolume { claim, claim_uid, mark: true })
}

fn read(object: ObjectKey, asker: ObjectKey) -> Order {
    let call = match object == asker {
        true => Call::Look,
        false => Call::Bind(BindCall::Read { object, identity: None, known: None }),
    };
    Order::read(asker, call)
}
