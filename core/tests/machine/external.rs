//! Operations outside of the API server: who waits for whom, each lane by itself, failures by kind of operation.

use windlass_core::call::Call;
use windlass_core::ids::{NodeName, ObjectKey, VolumeName};
use windlass_core::in_flight::{InFlight, Outcome, Pause, Standing};
use windlass_core::limits::{DRIVER_ORDERS_MAX, DRIVER_SWEEPS_MAX, MOUNT_ORDERS_MAX};
use windlass_core::operation::{Lane, Operation, OperationKey, VolumeScope};
use windlass_core::order::{Effect, External, Guard, Order, Timer};
use windlass_core::text::Text;
use windlass_core::why::Because;

const FAILURES: [Pause; 4] = [Pause::Moved, Pause::Busy, Pause::Refused, Pause::InDoubt];

fn on(volume: &str, node: Option<&str>) -> OperationKey {
    let (volume, node) = (Text::new(volume), node.map(NodeName::new));
    VolumeScope { volume, node, pod: None }.into()
}

fn driver(name: &str) -> Lane {
    Lane::Driver(Text::new(name))
}

fn order(key: OperationKey, lane: Lane, operation: Operation) -> Order {
    Order { key, guard: Guard::External(External { lane, operation }), call: Call::Look }
}

fn attach(volume: &str, node: Option<&str>) -> Order {
    order(on(volume, node), driver("disk"), Operation::Attach)
}

fn detach(volume: &str, node: Option<&str>) -> Order {
    order(on(volume, node), driver("disk"), Operation::Detach)
}

#[track_caller]
fn send(table: &mut InFlight, order: &Order) -> Vec<Effect> {
    assert!(table.may_send(order) && table.has_room(order.lane()), "{:?}", order.key);
    let mut effects = Vec::new();
    table.send(order.clone(), Because::BestFit, &mut effects);
    table.check().unwrap();
    effects
}

#[track_caller]
fn settle(table: &mut InFlight, order: &Order, outcome: Outcome) -> (Vec<OperationKey>, Vec<Effect>) {
    let mut effects = Vec::new();
    let freed = table.settle(order, outcome, None, &mut effects);
    table.check().unwrap();
    (freed, effects)
}

#[test]
fn whose_keys_overlap_take_turns() {
    let mut table = InFlight::new(1);
    send(&mut table, &attach("v", Some("a")));
    assert!(table.may_send(&attach("v", Some("b"))), "another node of a volume that may be on several");
    assert!(!table.may_send(&detach("v", Some("a"))), "the same node");
    assert!(!table.may_send(&attach("v", None)), "all nodes");
    assert!(table.may_send(&attach("w", None)) && table.may_send(&attach("", None)), "other volumes");
    assert!(matches!(table.standing(&on("v", None)), Standing::Out(..)));
    assert_eq!(settle(&mut table, &attach("v", Some("a")), Outcome::Done).0, [on("v", Some("a"))]);
    send(&mut table, &attach("v", None));
    assert!(!table.may_send(&attach("v", Some("b"))));
    settle(&mut table, &attach("v", None), Outcome::Done);
    assert!(table.is_idle());
}

#[test]
fn a_failing_detach_delays_no_attach() {
    for failure in FAILURES {
        let (mut table, (detach, attach)) =
            (InFlight::new(1), (detach("v", Some("a")), attach("v", Some("a"))));
        let retry = Timer::Retry(on("v", Some("a")), Operation::Detach);
        for (failures, pause_ms) in [(1, 500), (2, 1_000), (3, 2_000)] {
            send(&mut table, &detach);
            let (freed, effects) = settle(&mut table, &detach, Outcome::failed(failure));
            assert_eq!(effects, [Effect::ArmTimer(retry.clone(), pause_ms)], "{failure:?} {failures}");
            assert_eq!(freed, [on("v", Some("a"))]);
            assert!(!table.may_send(&detach), "it pauses");
            send(&mut table, &attach);
            settle(&mut table, &attach, Outcome::Done);
            let mut effects = Vec::new();
            let freed = table.retry(&on("v", Some("a")), Operation::Detach, &mut effects);
            assert_eq!((freed, effects), (vec![on("v", Some("a"))], vec![]), "{failure:?}");
        }
        send(&mut table, &detach);
        settle(&mut table, &detach, Outcome::Done);
        assert!(table.is_idle(), "success forgets the failures");
    }
}

#[test]
fn failures_are_kept_as_long_as_somebody_waits_for_them() {
    let (mut table, detach) = (InFlight::new(1), detach("v", Some("a")));
    send(&mut table, &detach);
    settle(&mut table, &detach, Outcome::failed(Pause::Busy));
    table.rest(&detach.key);
    assert!(!table.may_send(&detach), "what pauses is not forgotten");
    table.retry(&detach.key, Operation::Detach, &mut Vec::new());
    assert!(!table.is_idle());
    table.rest(&detach.key);
    assert!(table.is_idle());
}

#[test]
fn a_lane_that_hangs_stops_no_other() {
    let mut table = InFlight::new(1);
    for at in 0..DRIVER_ORDERS_MAX {
        send(&mut table, &attach(&format!("v{at}"), None));
    }
    assert!(!table.has_room(&driver("disk")));
    assert!(
        table.has_room(&driver("other")) && table.has_room(&Lane::ApiServer) && table.has_room(&Lane::Mounts)
    );
    for at in 0..MOUNT_ORDERS_MAX {
        send(&mut table, &order(on(&format!("m{at}"), None), Lane::Mounts, Operation::Mount));
    }
    assert!(!table.has_room(&Lane::Mounts) && table.has_room(&Lane::ApiServer));
    let key = ObjectKey::Volume(VolumeName::new("pv"));
    send(&mut table, &Order::read(key, Call::Look));
    assert!(!table.has_room(&Lane::ApiServer));
    assert_eq!(table.out(), DRIVER_ORDERS_MAX + MOUNT_ORDERS_MAX + 1);
}

#[test]
fn each_lane_has_its_deadline() {
    let mut table = InFlight::new(1);
    let (call, mount) = (attach("v", None), order(on("m", None), Lane::Mounts, Operation::Mount));
    let look = Order::read(ObjectKey::Volume(VolumeName::new("pv")), Call::Look);
    for it in [&call, &mount, &look] {
        send(&mut table, it);
    }
    let waits =
        |table: &InFlight| [&call, &mount, &look].map(|it| table.awaited().any(|(_, other)| other == it));
    for sweep in 1..=DRIVER_SWEEPS_MAX {
        table.sweep(&mut Vec::new());
        table.check().unwrap();
        assert_eq!(waits(&table), [true, true, sweep <= 2], "sweep {sweep}");
    }
    table.sweep(&mut Vec::new());
    assert_eq!(waits(&table), [false, true, false]);
}
