//! Orders that are out, pauses that grow, followers, late answers: one case after the other.

use windlass_core::ids::{ClaimKey, ObjectKey, Uid, Version, VolumeName};
use windlass_core::in_flight::{InFlight, Outcome, Pause, Standing};
use windlass_core::limits::{REFUSALS_WAITED_FOR_MAX, SWEEPS_WITHOUT_ANSWER_MAX};
use windlass_core::observed::VolumePhase;
use windlass_core::order::{Effect, Order, Target, Timer};
use windlass_core::why::Because;

const FAILURES: [Outcome; 4] = [
    Outcome::failed(Pause::Moved),
    Outcome::failed(Pause::Busy),
    Outcome::failed(Pause::Refused),
    Outcome::failed(Pause::InDoubt),
];

/// The table under test and what it asked for.
struct Bench {
    table: InFlight,
    effects: Vec<Effect>,
}

impl Bench {
    fn new() -> Self {
        Self { table: InFlight::new(2), effects: Vec::new() }
    }

    fn send(&mut self, order: &Order) {
        self.table.send(order.clone(), Because::BestFit, &mut self.effects);
        self.table.check().unwrap();
    }

    fn settle(&mut self, order: &Order, outcome: Outcome, known: Option<u64>) -> Vec<ObjectKey> {
        let freed = self.table.settle(order, outcome, known.map(Version), &mut self.effects);
        self.table.check().unwrap();
        freed
    }

    fn observed(&mut self, key: &ObjectKey, is_gone: bool) -> Vec<ObjectKey> {
        let freed = self.table.observed(key, is_gone, &mut self.effects);
        self.table.check().unwrap();
        freed
    }

    fn retry(&mut self, key: &ObjectKey) -> Vec<ObjectKey> {
        let freed = self.table.retry(key, &mut self.effects);
        self.table.check().unwrap();
        freed
    }

    fn sweep(&mut self) {
        self.table.sweep(&mut self.effects);
        self.table.check().unwrap();
    }

    /// The pauses that were asked for since the last call, in milliseconds.
    fn pauses_ms(&mut self) -> Vec<u32> {
        let effects = std::mem::take(&mut self.effects);
        let pause = |it| if let Effect::ArmTimer(Timer::Retry(_), ms) = it { Some(ms) } else { None };
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
    let mut bench = Bench::new();
    bench.send(&reserve("pv1", 5, "a"));
    assert_eq!(bench.orders(), [reserve("pv1", 5, "a")]);
    let order = reserve("pv1", 5, "a");
    assert_eq!(bench.table.standing(&pv("pv1")), Standing::Out(&order, &Because::BestFit));
    assert_eq!(bench.table.standing(&pvc("a")), Standing::Behind(&pv("pv1")));
    assert!(bench.table.is_free(&pv("pv2")) && bench.table.has_room());
    bench.send(&mark("pv2", 6));
    assert!(!bench.table.has_room());
    assert_eq!(bench.settle(&mark("pv2", 6), Outcome::Done, Some(7)), [pv("pv2")]);
    assert!(bench.table.has_room());
    assert_eq!(bench.settle(&order, Outcome::Done, Some(8)), [pvc("a"), pv("pv1")]);
    assert!(bench.table.is_idle());
}

#[test]
fn pauses_double_from_half_a_second_to_two_minutes_and_two_seconds() {
    for failure in FAILURES {
        let mut bench = Bench::new();
        let mut pauses = Vec::new();
        for _ in 0..11 {
            bench.send(&mark("pv1", 5));
            bench.settle(&mark("pv1", 5), failure, Some(5));
            pauses.extend(bench.pauses_ms());
            bench.observed(&pv("pv1"), false);
            bench.retry(&pv("pv1"));
            assert!(bench.table.is_free(&pv("pv1")), "{failure:?}");
        }
        let doubled = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 122_000, 122_000, 122_000];
        assert_eq!(pauses, doubled, "{failure:?}");
        // Success forgets them.
        bench.send(&mark("pv1", 5));
        bench.settle(&mark("pv1", 5), Outcome::Done, Some(6));
        bench.send(&mark("pv1", 6));
        bench.settle(&mark("pv1", 6), failure, Some(6));
        assert_eq!(bench.pauses_ms(), [500], "{failure:?}");
    }
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_wishes_within_the_longest_pause() {
    let wishes = [(0, 500), (200, 500), (7_000, 7_000), (u32::MAX, 122_000)];
    for (least_ms, pause_ms) in wishes {
        let mut bench = Bench::new();
        bench.send(&mark("pv1", 5));
        bench.settle(&mark("pv1", 5), Outcome::Failed { pause: Pause::Busy, least_ms }, Some(5));
        assert_eq!(bench.pauses_ms(), [pause_ms]);
        // What it wished for once is not held against it later.
        bench.retry(&pv("pv1"));
        bench.send(&mark("pv1", 5));
        bench.settle(&mark("pv1", 5), Outcome::failed(Pause::Busy), Some(5));
        assert_eq!(bench.pauses_ms(), [1_000]);
    }
}

#[test]
fn rest_forgets_the_failures_of_what_is_free_only() {
    let mut bench = Bench::new();
    bench.send(&mark("pv1", 5));
    bench.table.rest(&pv("pv1"));
    assert!(!bench.table.is_free(&pv("pv1")), "an order that is out is not forgotten");
    bench.settle(&mark("pv1", 5), Outcome::failed(Pause::Busy), Some(5));
    bench.table.rest(&pv("pv1"));
    assert_eq!(bench.table.standing(&pv("pv1")), Standing::Paused(Pause::Busy));
    assert_eq!(bench.retry(&pv("pv1")), [pv("pv1")]);
    assert!(!bench.table.is_idle(), "a failure is counted");
    bench.table.rest(&pv("pv1"));
    assert!(bench.table.is_idle());
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
        let mut bench = Bench::new();
        bench.send(&order);
        bench.settle(&order, outcome, Some(5));
        bench.effects.clear();
        bench
    };
    let got = if settled().table.is_free(&pv("pv1")) {
        "free".to_string()
    } else {
        let observed = if settled().observed(&pv("pv1"), false).is_empty() { "waits" } else { "frees" };
        let mut bench = settled();
        let retry = if bench.retry(&pv("pv1")).is_empty() { "reads" } else { "frees" };
        let own = [read(pv("pv1"), pv("pv1"))];
        assert_eq!(bench.orders(), own[usize::from(retry == "frees")..], "{row}");
        format!("paused, observed {observed}, retry {retry}")
    };
    assert_eq!(got, want.trim(), "{row}");
}

#[test]
fn what_was_seen_meanwhile_leaves_nothing_to_wait_for() {
    for outcome in [Outcome::failed(Pause::Moved), Outcome::failed(Pause::InDoubt)] {
        let mut bench = Bench::new();
        bench.send(&reserve("pv1", 5, "a"));
        assert_eq!(bench.settle(&reserve("pv1", 5, "a"), outcome, Some(6)), [pvc("a"), pv("pv1")]);
        assert_eq!(bench.pauses_ms(), Vec::<u32>::new());
    }
}

#[test]
fn a_follower_waits_until_refusals_last() {
    let mut bench = Bench::new();
    let order = reserve("pv1", 5, "a");
    for refusals in 1..=REFUSALS_WAITED_FOR_MAX {
        bench.send(&order);
        let freed = bench.settle(&order, Outcome::failed(Pause::Refused), Some(5));
        let is_last = refusals == REFUSALS_WAITED_FOR_MAX;
        assert_eq!(freed, if is_last { vec![pvc("a")] } else { vec![] });
        assert_eq!(bench.table.is_free(&pvc("a")), is_last);
        bench.retry(&pv("pv1"));
    }
    // The failures of the volume do not hold up the claim with another one.
    bench.effects.clear();
    bench.send(&reserve("pv2", 5, "a"));
    bench.settle(&reserve("pv2", 5, "a"), Outcome::failed(Pause::Busy), Some(5));
    assert_eq!(bench.pauses_ms(), [500]);
}

#[test]
fn an_object_that_is_gone_ends_every_pause_and_its_count() {
    for failure in FAILURES {
        let mut bench = Bench::new();
        bench.send(&reserve("pv1", 5, "a"));
        bench.settle(&reserve("pv1", 5, "a"), failure, Some(5));
        bench.effects.clear();
        assert_eq!(bench.observed(&pv("pv1"), true), [pvc("a"), pv("pv1")], "{failure:?}");
        assert_eq!(bench.effects, [Effect::DropTimer(Timer::Retry(pv("pv1")))]);
        assert!(bench.table.is_idle());
    }
}

#[test]
fn a_late_answer_is_harmless() {
    let mut bench = Bench::new();
    let order = reserve("pv1", 5, "a");
    bench.send(&order);
    assert_eq!(bench.effects.pop(), Some(Effect::ArmTimer(Timer::Sweep, 30_000)));
    bench.effects.clear();
    for _ in 0..SWEEPS_WITHOUT_ANSWER_MAX {
        bench.sweep();
        assert_eq!(bench.effects, [Effect::ArmTimer(Timer::Sweep, 30_000)]);
        bench.effects.clear();
    }
    bench.sweep();
    assert_eq!(bench.table.standing(&pv("pv1")), Standing::Paused(Pause::InDoubt));
    assert_eq!(bench.table.standing(&pvc("a")), Standing::Behind(&pv("pv1")), "it may have been done");
    assert_eq!(bench.pauses_ms(), [500]);
    // The answer comes while the pause lasts, while the read is out, and when all is over.
    for _ in 0..3 {
        let before = bench.table.clone();
        for outcome in FAILURES.into_iter().chain([Outcome::Done, Outcome::Missing]) {
            assert_eq!(bench.settle(&order, outcome, Some(5)), []);
            assert_eq!((&bench.table, &bench.effects), (&before, &Vec::new()));
        }
        bench.retry(&pv("pv1"));
        bench.settle(&read(pv("pv1"), pv("pv1")), Outcome::Missing, None);
        bench.effects.clear();
    }
    assert!(bench.table.is_idle());
    bench.sweep();
    assert_eq!(bench.effects, [], "nobody sweeps an empty table");
}

#[test]
fn a_timer_that_was_on_its_way_is_harmless() {
    let mut bench = Bench::new();
    assert_eq!(bench.retry(&pv("pv1")), []);
    bench.send(&reserve("pv1", 5, "a"));
    let before = bench.table.clone();
    assert_eq!((bench.retry(&pv("pv1")), bench.retry(&pvc("a"))), (vec![], vec![]));
    assert_eq!(bench.table, before);
}

#[test]
fn a_read_waits_for_room() {
    let mut bench = Bench::new();
    bench.send(&mark("pv1", 5));
    bench.settle(&mark("pv1", 5), Outcome::failed(Pause::InDoubt), Some(5));
    bench.send(&mark("pv2", 5));
    bench.send(&mark("pv3", 5));
    bench.effects.clear();
    assert_eq!(bench.retry(&pv("pv1")), []);
    assert_eq!(bench.effects, [Effect::ArmTimer(Timer::Retry(pv("pv1")), 500)]);
    bench.settle(&mark("pv2", 5), Outcome::Done, Some(6));
    bench.effects.clear();
    bench.retry(&pv("pv1"));
    assert_eq!(bench.orders(), [read(pv("pv1"), pv("pv1"))]);
}

fn pv(name: &str) -> ObjectKey {
    ObjectKey::Volume(VolumeName::new(name))
}

fn pvc(name: &str) -> ObjectKey {
    ObjectKey::Claim(ClaimKey::new("default", name))
}

fn target(name: &str, version: u64) -> Target<VolumeName> {
    Target { key: VolumeName::new(name), uid: Uid::new(name), version: Version(version) }
}

fn mark(name: &str, version: u64) -> Order {
    Order::MarkVolume { volume: target(name, version), phase: VolumePhase::Available }
}

fn reserve(name: &str, version: u64, claim: &str) -> Order {
    let (claim, claim_uid) = (ClaimKey::new("default", claim), Uid::new(claim));
    Order::ReserveVolume { volume: target(name, version), claim, claim_uid, mark: true }
}

fn read(object: ObjectKey, asker: ObjectKey) -> Order {
    Order::Read { object, identity: None, known: None, asker }
}
