//! The controller as a whole, case by case.

use std::sync::Arc;

use windlass_core::call::{BindCall, Call};
use windlass_core::controller::Controller;
use windlass_core::ids::{ClaimKey, ClassName, Kind, ObjectKey, Uid, Version, VolumeName};
use windlass_core::limits::ORDERS_IN_FLIGHT_MAX;
use windlass_core::observed::{
    BindingMode, Claim, ClaimPhase, ClaimStatus, Class, Object, Volume, VolumeMode, VolumePhase,
};
use windlass_core::operation::Operation;
use windlass_core::order::{Answer, Effect, Input, Order, Reason, Timer};
use windlass_world::builders::{claim, claim_ref, class, quantity, volume};
use windlass_world::scenario::Start;

use crate::cluster::{Cluster, Fate, binder};

#[test]
fn nothing_is_decided_before_the_lists_are_complete() {
    let mut core = binder(ORDERS_IN_FLIGHT_MAX);
    let mut effects = Vec::new();
    for object in [Object::Claim(Arc::new(claim("a"))), Object::Volume(Arc::new(volume("pv1")))] {
        core.step(Input::Observed(object), &mut effects);
    }
    core.step(Input::TimerFired(Timer::Sweep), &mut effects);
    assert_eq!(effects, []);
    core.step(Input::Synced, &mut effects);
    let orders = effects.iter().filter(|it| matches!(it, Effect::Order(..))).count();
    assert_eq!(orders, 1, "{effects:?}");
}

#[test]
fn a_bind_is_four_writes_volume_first() {
    let mut cluster = Cluster::new([Start::from(claim("a")), Start::from(volume("pv1"))], 64);
    let mut writes = Vec::new();
    while cluster.watches.iter().any(|it| !it.is_empty()) {
        (0..5).for_each(|kind| cluster.deliver(kind));
    }
    while let Some(order) = cluster.orders.first() {
        writes.push(order.to_string());
        cluster.meet_fate(0, Fate::Done);
        cluster.answer(0);
    }
    let want = [
        "reserve volume pv1 for claim default/a",
        "mark volume pv1 Bound",
        "bind claim default/a to volume pv1",
        "mark claim default/a Bound",
    ];
    assert_eq!(writes, want);
    // The watch shows what the answers have shown.
    cluster.settle();
    assert_eq!((cluster.writes, cluster.core.is_idle()), (4, true));
}

/// A stream of pairs: each claim comes a little later than its volume.
#[test]
fn a_claim_that_comes_soon_after_its_volume_costs_no_fifth_write() {
    for (is_soon, writes) in [(true, 4), (false, 5)] {
        let mut cluster = Cluster::new([], 64);
        (0..5).for_each(|kind| cluster.deliver(kind));
        cluster.create(volume("pv1"));
        (0..5).for_each(|kind| cluster.deliver(kind));
        assert!(cluster.armed.contains(&Timer::Announce));
        if !is_soon {
            cluster.settle();
        }
        cluster.create(claim("a"));
        cluster.settle();
        assert_eq!((cluster.writes, cluster.core.is_idle()), (writes, true));
        assert!(!cluster.armed.contains(&Timer::Announce));
    }
}

/// How many binds are half done at most, of a burst of so many pairs.
fn half_done_at_most(pairs: usize, limit: u16) -> usize {
    let start = (0..pairs)
        .flat_map(|at| [Start::from(claim(&format!("c{at}"))), Start::from(volume(&format!("pv{at}")))]);
    let mut cluster = Cluster::new(start, limit);
    while cluster.watches.iter().any(|it| !it.is_empty()) {
        (0..5).for_each(|kind| cluster.deliver(kind));
    }
    let mut most = 0;
    while !cluster.orders.is_empty() {
        cluster.meet_fate(0, Fate::Done);
        cluster.answer(0);
        let store = cluster.core.store();
        let reserved = store.volumes().filter(|it| it.claim_ref.is_some()).count();
        let bound = store.claims().filter(|it| it.status.phase == ClaimPhase::Bound).count();
        most = most.max(reserved - bound);
    }
    assert_eq!(usize::try_from(cluster.writes), Ok(4 * pairs));
    most
}

#[test]
fn a_burst_is_finished_pair_by_pair() {
    for (pairs, limit) in [(6, 2), (300, 64)] {
        let most = half_done_at_most(pairs, limit);
        println!("{most} of {pairs}, {limit} orders");
        // Of those that wait, one in a while begins beside them.
        assert!(most <= usize::from(limit) * 5 / 4, "{most} half done with {limit} orders out");
    }
}

/// The watch may be faster than the answer: then the claim could go on, and waits for the end all the same.
#[test]
fn a_claim_waits_for_the_end_of_what_is_done_to_the_volume_that_it_names() {
    let names_it = Claim { volume_name: VolumeName::new("pv1"), ..claim("a") };
    let mut cluster = Cluster::new([Start::from(names_it), Start::from(volume("pv1"))], 64);
    (0..5).for_each(|kind| cluster.deliver(kind));
    cluster.meet_fate(0, Fate::Done);
    cluster.answer(0);
    let orders = |cluster: &Cluster| cluster.orders.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(orders(&cluster), ["mark volume pv1 Bound"]);
    cluster.meet_fate(0, Fate::Done);
    while cluster.watches.iter().any(|it| !it.is_empty()) {
        (0..5).for_each(|kind| cluster.deliver(kind));
    }
    let shown = cluster.core.store().volume(&VolumeName::new("pv1")).map(|it| it.phase);
    assert_eq!(shown, Some(VolumePhase::Bound));
    assert_eq!(orders(&cluster), [""; 0], "the answer is still on its way");
    cluster.answer(0);
    assert_eq!(orders(&cluster), ["bind claim default/a to the volume it names"]);
}

#[test]
fn a_restart_goes_on_from_each_half_finished_state() {
    for done in 0..4 {
        for fate in [Fate::AnswerLost, Fate::RequestLost] {
            let mut cluster = Cluster::new([Start::from(claim("a")), Start::from(volume("pv1"))], 64);
            (0..5).for_each(|kind| cluster.deliver(kind));
            for _ in 0..done {
                cluster.meet_fate(0, Fate::Done);
                cluster.answer(0);
            }
            cluster.meet_fate(0, fate);
            cluster.restart();
            cluster.settle();
            let is_lost = fate == Fate::RequestLost;
            assert_eq!(cluster.writes, 4 + u32::from(is_lost), "after {done} writes and {fate:?}");
            let stored = cluster.api.get(&pv("pv1")).map(|it| it.object.clone());
            assert!(matches!(stored, Some(Object::Volume(it)) if it.phase == VolumePhase::Bound));
        }
    }
}

#[test]
fn an_event_is_told_once_for_each_reason() {
    let mut cluster = Cluster::new([Start::from(claim("a"))], 64);
    cluster.settle();
    let reasons = |cluster: &Cluster| cluster.told.iter().map(|it| it.reason).collect::<Vec<_>>();
    assert_eq!(reasons(&cluster), [Reason::NoVolume]);
    for _ in 0..3 {
        cluster.fire(Timer::Resync);
    }
    // A change that gives no other reason.
    cluster.edit(&pvc("a"), |record| {
        if let Object::Claim(claim) = &mut record.object {
            Arc::make_mut(claim).bound_by_controller = true;
        }
    });
    cluster.settle();
    assert_eq!(reasons(&cluster), [Reason::NoVolume]);
    cluster.create(Volume { claim_ref: Some(claim_ref("other", None)), ..volume("pv1") });
    cluster.edit(&pvc("a"), |record| {
        if let Object::Claim(claim) = &mut record.object {
            let claim = Arc::make_mut(claim);
            (claim.volume_name, claim.bound_by_controller) = (VolumeName::new("pv1"), false);
        }
    });
    cluster.settle();
    cluster.fire(Timer::Resync);
    assert_eq!(reasons(&cluster), [Reason::NoVolume, Reason::FailedBinding]);
}

/// A claim that waits for any volume may be woken while there is no room to decide about it.
#[test]
fn waking_a_waiting_claim_without_room_breaks_no_invariant() {
    let gold = || Some(ClassName::new("gold"));
    let busy =
        Volume { claim_ref: Some(claim_ref("x", None)), phase: VolumePhase::Released, ..volume("pv1") };
    let mut cluster = Cluster::new([Start::from(Claim { class: gold(), ..claim("a") })], 1);
    cluster.settle();
    cluster.create(busy);
    cluster.deliver(1);
    assert_eq!(cluster.orders.len(), 1);
    cluster.fire(Timer::Resync);
    cluster.settle();
}

#[test]
fn only_a_misnamed_claim_ref_is_written_over() {
    // Whom the volume names; the first write, if there is one.
    check_reserve("other uid-other", "default/a waits");
    check_reserve("a uid-other", "default/a waits");
    check_reserve("other uid-a", "reserve volume pv1 for claim default/a");
    check_reserve("a -", "default/a waits");
    check_reserve("- -", "reserve volume pv1 for claim default/a");
}

/// A claim that was bound to `pv1` before, and `pv1` as the row says.
#[track_caller]
fn check_reserve(named: &str, want: &str) {
    let named = match named.split_once(' ').unwrap() {
        ("-", _) => None,
        (name, "-") => Some(claim_ref(name, None)),
        (name, uid) => Some(claim_ref(name, Some(uid))),
    };
    let volume = Volume { claim_ref: named, phase: VolumePhase::Bound, ..volume("pv1") };
    let bound = Claim { completed: true, volume_name: VolumeName::new("pv1"), ..claim("a") };
    let mut core = binder(ORDERS_IN_FLIGHT_MAX);
    let mut effects = Vec::new();
    for input in [
        Input::Observed(Object::Claim(Arc::new(bound))),
        Input::Observed(Object::Volume(Arc::new(volume))),
        Input::Synced,
    ] {
        core.step(input, &mut effects);
    }
    let reserves = effects.iter().find_map(|it| match it {
        Effect::Order(order, _) if matches!(order.call, Call::Bind(BindCall::ReserveVolume { .. })) => {
            Some(order.to_string())
        }
        Effect::Order(..) | Effect::ArmTimer(..) | Effect::DropTimer(_) | Effect::Tell(_) => None,
    });
    assert_eq!(reserves.unwrap_or("default/a waits".to_string()), want);
}

/// A look is a proof only of what was known when it was taken.
#[test]
fn a_look_proves_nothing_about_what_came_later() {
    let taken_by = |name: &str, version| Volume {
        version: Version(version),
        phase: VolumePhase::Bound,
        claim_ref: Some(claim_ref(name, Some(name))),
        ..volume("pv1")
    };
    // There was none when it was looked at, and there is one by now.
    check_look_again(None, Volume { uid: Uid::new("again"), ..taken_by("other", 9) });
    // It was another claim's when it was looked at, and is yet another one's by now.
    check_look_again(Some(taken_by("former", 5)), taken_by("other", 9));
}

/// A claim whose volume was `then` when it was looked at, and that could not be marked Lost before the volume
/// was `now`.
#[track_caller]
fn check_look_again(then: Option<Volume>, now: Volume) {
    let object = |volume: Volume| Object::Volume(Arc::new(volume));
    let bound = Claim { completed: true, volume_name: VolumeName::new("pv1"), ..claim("a") };
    let mut core = binder(ORDERS_IN_FLIGHT_MAX);
    let known = then.as_ref().map(|it| it.version);
    step(&mut core, Input::Observed(Object::Claim(Arc::new(bound))));
    then.iter().for_each(|it| drop(step(&mut core, Input::Observed(object(it.clone())))));
    let look = step(&mut core, Input::Synced).unwrap();
    assert_eq!(look, read(pvc("a"), pv("pv1"), known));
    let shown = then.map_or(Answer::Missing, |it| Answer::object(object(it)));
    let lose = step(&mut core, Input::Answered(look, shown)).unwrap();
    assert!(matches!(lose.call, Call::Bind(BindCall::MarkClaim(_))), "{lose}");
    step(&mut core, Input::Observed(object(now)));
    step(&mut core, Input::Answered(lose, Answer::TryLater { after_ms: 0 }));
    let again = step(&mut core, Input::TimerFired(Timer::Retry(pvc("a").into(), Operation::Write)));
    let look = read(pvc("a"), pv("pv1"), Some(Version(9)));
    assert_eq!(again, Some(look), "the volume that came later has to be looked at");
}

/// The order about claim `a` that `input` leads to. What the volume asks about its own claim is answered at once,
/// since a claim that names it waits for that.
fn step(core: &mut Controller, input: Input) -> Option<Order> {
    let mut effects = Vec::new();
    core.step(input, &mut effects);
    let mut due = orders(&mut effects);
    let mut found = None;
    while let Some(order) = due.pop() {
        if order.key == pvc("a") {
            found = Some(order);
            continue;
        }
        let Call::Bind(BindCall::Read { object: ObjectKey::Claim(key), identity: Some(uid), .. }) =
            &order.call
        else {
            continue;
        };
        let (key, uid, volume_name) = (key.clone(), uid.clone(), VolumeName::new("pv1"));
        let holder = Claim { key, uid, volume_name, version: Version(8), ..claim("other") };
        core.step(Input::Answered(order, Answer::object(Object::Claim(Arc::new(holder)))), &mut effects);
        due.extend(orders(&mut effects));
    }
    found
}

#[test]
fn a_class_that_is_not_seen_is_read_before_a_free_volume_is_taken() {
    // The version of the claim; how far the watch of classes has come; the answer; the first order.
    check_unseen("claim 5, classes 5", "reserve volume pv1 for claim default/a");
    check_unseen("claim 5, classes 3", "read sc/gold for pvc/default/a");
    check_unseen("claim 5, classes 3, missing", "reserve volume pv1 for claim default/a");
    check_unseen("claim 5, classes 3, immediate", "reserve volume pv1 for claim default/a");
    check_unseen("claim 5, classes 3, delayed", "waits");
    check_unseen("claim 5, classes 3, busy", "waits");
    check_unseen("claim 5, classes 3, unknown", "waits");
    check_unseen("claim 5, classes 3, reserved", "reserve volume pv1 for claim default/a");
}

/// A claim of a class that was not seen, and a volume that fits.
#[track_caller]
fn check_unseen(row: &str, want: &str) {
    let words: Vec<&str> = row.split(", ").collect();
    let version = |at: usize| Version(words[at].rsplit_once(' ').unwrap().1.parse().unwrap());
    let gold = ClassName::new("gold");
    let claim = Claim { class: Some(gold.clone()), version: version(0), ..claim("a") };
    let reserved = words.get(2) == Some(&"reserved");
    let claim_ref = reserved.then(|| claim_ref("a", None));
    let volume = Volume { class: gold.clone(), claim_ref, ..volume("pv1") };
    let mut core = binder(ORDERS_IN_FLIGHT_MAX);
    let mut effects = Vec::new();
    for input in [
        Input::Reached(Kind::Claim, Version(3)),
        Input::Reached(Kind::Class, version(1)),
        Input::Observed(Object::Claim(Arc::new(claim))),
        Input::Observed(Object::Volume(Arc::new(volume))),
        Input::Synced,
    ] {
        core.step(input, &mut effects);
    }
    let shown =
        |mode| Answer::object(Object::Class(Arc::new(Class { version: Version(4), ..class("gold", mode) })));
    let answer = match words.get(2).copied() {
        Some("missing") => Some(Answer::Missing),
        Some("immediate") => Some(shown(BindingMode::Immediate)),
        Some("delayed") => Some(shown(BindingMode::WaitForFirstConsumer)),
        Some("busy") => Some(Answer::TryLater { after_ms: 0 }),
        Some("unknown") => Some(Answer::Unknown),
        _ => None,
    };
    if let Some(answer) = answer {
        // The watch has not come past the answer.
        let asked = orders(&mut effects).remove(0);
        assert_eq!(asked, read(pvc("a"), ObjectKey::Class(gold), Some(version(0))));
        core.step(Input::Answered(asked, answer), &mut effects);
    }
    assert_eq!(core.check(), Ok(()));
    let first = orders(&mut effects).first().map_or("waits".to_string(), ToString::to_string);
    assert_eq!(first, want, "{row}");
}

/// One read of a class serves the claims that wait for room, and nothing is remembered of it after them.
#[test]
fn one_read_of_a_class_serves_all_that_wait() {
    let gold = Some(ClassName::new("gold"));
    let mut core = binder(1);
    let mut effects = Vec::new();
    for (name, at) in [("a", 4), ("b", 5), ("c", 6)] {
        let claim = Claim { class: gold.clone(), version: Version(at), ..claim(name) };
        core.step(Input::Observed(Object::Claim(Arc::new(claim))), &mut effects);
        let volume = Volume { class: ClassName::new("gold"), ..volume(&format!("pv-{name}")) };
        core.step(Input::Observed(Object::Volume(Arc::new(volume))), &mut effects);
    }
    core.step(Input::Synced, &mut effects);
    let reason = core.reason(&pvc("b")).unwrap();
    assert!(reason.contains("class gold has not been seen"), "{reason}");
    let mut asked = Vec::new();
    while let Some(order) = orders(&mut effects).pop() {
        asked.push(order.to_string());
        assert_eq!(core.check(), Ok(()));
        core.step(Input::Answered(order, Answer::Missing), &mut effects);
    }
    let reads = asked.iter().filter(|it| it.starts_with("read")).count();
    assert_eq!((reads, asked.len() > 3), (1, true), "{asked:?}");
    assert_eq!(core.check(), Ok(()));
}

/// While the status of a claim is written, the volume that it cannot take keeps silent; not for ever.
#[test]
fn a_misfit_is_told_though_the_claim_was_at_work() {
    let stale = Claim { status: ClaimStatus { phase: ClaimPhase::Lost, ..claim("a").status }, ..claim("a") };
    let device = Volume {
        volume_mode: VolumeMode::Block,
        claim_ref: Some(claim_ref("a", Some("uid-a"))),
        ..volume("pv1")
    };
    let mut cluster = Cluster::new([Start::from(stale), Start::from(device)], 64);
    cluster.settle();
    assert!(cluster.told.iter().any(|it| it.reason == Reason::VolumeMismatch && it.object == pv("pv1")));
}

/// A volume wakes a claim that then finds a better one: it has to be offered to the next claim.
#[test]
fn a_volume_that_was_not_taken_is_offered_on() {
    let mut core = binder(1);
    let mut effects = Vec::new();
    let observe = |core: &mut Controller, object, effects: &mut Vec<Effect>| {
        core.step(Input::Observed(object), effects);
        core.check().unwrap();
    };
    for name in ["a", "b"] {
        observe(&mut core, Object::Claim(Arc::new(claim(name))), &mut effects);
    }
    core.step(Input::Synced, &mut effects);
    effects.clear();
    // An order that takes all the room, while two volumes come.
    let device = Volume { volume_mode: VolumeMode::Block, ..volume("pv0") };
    let bound = Volume { phase: VolumePhase::Bound, ..device.clone() };
    observe(&mut core, Object::Volume(Arc::new(bound)), &mut effects);
    let mark = orders(&mut effects).remove(0);
    for (name, size) in [("pv1", "2Gi"), ("pv2", "1Gi")] {
        let came = Volume { capacity: quantity(size), ..volume(name) };
        observe(&mut core, Object::Volume(Arc::new(came)), &mut effects);
    }
    let done = Object::Volume(Arc::new(Volume { version: Version(9), ..device }));
    core.step(Input::Answered(mark, Answer::object(done)), &mut effects);
    assert_eq!(core.check(), Ok(()));
    let reserve = orders(&mut effects).remove(0);
    assert_eq!(reserve.key, pv("pv2"));
    core.step(Input::Answered(reserve, Answer::Missing), &mut effects);
    assert_eq!(core.check(), Ok(()));
}

fn orders(effects: &mut Vec<Effect>) -> Vec<Order> {
    let order = |it| if let Effect::Order(order, _) = it { Some(order) } else { None };
    effects.drain(..).filter_map(order).collect()
}

/// A live read of `object`, to decide about `about`.
fn read(about: ObjectKey, object: ObjectKey, known: Option<Version>) -> Order {
    Order::read(about, Call::Bind(BindCall::Read { object, identity: None, known }))
}

fn pv(name: &str) -> ObjectKey {
    ObjectKey::Volume(VolumeName::new(name))
}

fn pvc(name: &str) -> ObjectKey {
    ObjectKey::Claim(ClaimKey::new("default", name))
}
