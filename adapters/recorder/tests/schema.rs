//! The stamp of the types that are recorded: samples of them, encoded.

use std::sync::Arc;

use windlass_core::affinity::{AffinityTerm, MatchFields, VolumeAffinity};
use windlass_core::call::{BindCall, Call, ProtectCall};
use windlass_core::controller::{Controller, Enabled};
use windlass_core::ids::{ClaimKey, ClassName, Kind, NodeName, ObjectKey, PodKey, Uid, Version, VolumeName};
use windlass_core::observed::{
    BindingMode, Claim, ClaimPhase, ClaimStatus, Object, ReclaimPolicy, Volume, VolumePhase,
};
use windlass_core::operation::{Lane, Operation, OperationKey, VolumeScope};
use windlass_core::order::{
    Answer, Effect, Event, External, Guard, Input, Order, Payload, Reason, Refusal, Target, Timer,
};
use windlass_core::selector::{Expression, Selector};
use windlass_core::text::Text;
use windlass_core::why::{Because, Misfit, Why};
use windlass_recorder::codec::{SCHEMA_STAMP, decode, encode};
use windlass_world::builders::{claim, claim_ref, class, node, pod, quantity, volume};
use windlass_world::echo::Echo;

fn expression() -> Expression {
    Expression {
        key: Text::new("zone"),
        operator: Text::new("In"),
        values: vec![Text::new("b"), Text::new("a")],
    }
}

/// A claim of which no part is absent.
fn full_claim() -> Claim {
    let labels = [(Text::new("tier"), Text::new("gold"))];
    Claim {
        deleting: true,
        completed: true,
        class: Some(ClassName::new("fast")),
        attributes_class: Text::new("silver"),
        volume_name: VolumeName::new("disk"),
        selector: Selector::new(labels, [expression()]).ok().map(Arc::new),
        selected_node: Some(NodeName::new("node-1")),
        status: ClaimStatus {
            phase: ClaimPhase::Bound,
            capacity: Some(quantity("1500Mi")),
            ..ClaimStatus::default()
        },
        ..claim("data")
    }
}

/// A volume of which no part is absent.
fn full_volume() -> Volume {
    let term = AffinityTerm { match_expressions: vec![expression()], match_fields: MatchFields::Present };
    Volume {
        claim_ref: Some(claim_ref("data", Some("0f6c1b7e-1a2b-4c3d-8e4f-000102030405"))),
        provisioned_by: Some(Text::new("a-name-that-is-longer-than-what-stays-inline.example.com")),
        capacity_before_resize: Some(quantity("0.5")),
        labels: [(Text::new("tier"), Text::new("gold"))].into_iter().collect(),
        affinity: Some(Arc::new(VolumeAffinity::new([term]))),
        ..volume("disk")
    }
}

fn orders() -> Vec<Order> {
    let (disk, data) = (VolumeName::new("disk"), ClaimKey::new("default", "data"));
    let target = |uid: &str, version| Target { uid: Uid::new(uid), version: Version(version) };
    let on_disk = |call| Order {
        key: ObjectKey::Volume(disk.clone()).into(),
        guard: Guard::Update(target("u1", 300)),
        call: Call::Bind(call),
    };
    let on_data = |call| Order {
        key: ObjectKey::Claim(data.clone()).into(),
        guard: Guard::Update(target("u2", 70_000)),
        call,
    };
    let status = full_claim().status;
    let read = BindCall::Read {
        object: ObjectKey::Volume(disk.clone()),
        identity: Some(Uid::new("u1")),
        known: Some(Version(1 << 40)),
    };
    let list = ProtectCall::ListPods { namespace: Text::new("default"), known: Version(300) };
    let claim = ProtectCall::ReadClaim { claim: data.clone(), known: Version(300) };
    let on_node = OperationKey::from(VolumeScope {
        volume: Text::new("csi/disk"),
        node: Some(NodeName::new("node-1")),
        pod: Some(Uid::new("u3")),
    });
    let driver = |operation| {
        Guard::External(External { lane: Lane::Driver(Text::new("disk.example.com")), operation })
    };
    vec![
        on_disk(BindCall::ReserveVolume { claim: data.clone(), claim_uid: Uid::new("u2"), mark: true }),
        on_disk(BindCall::MarkVolume(VolumePhase::Failed)),
        on_disk(BindCall::FreeVolume { keep_name: true }),
        on_data(Call::Bind(BindCall::BindClaim(Some(disk.clone())))),
        on_data(Call::Bind(BindCall::MarkClaim(status))),
        Order::read(ObjectKey::Claim(data.clone()), Call::Bind(read)),
        Order::read(ObjectKey::Claim(data.clone()), Call::Look),
        on_data(Call::Protect(ProtectCall::AddFinalizer)),
        on_data(Call::Protect(ProtectCall::RemoveFinalizer)),
        Order::read(ObjectKey::Claim(data.clone()), Call::Protect(list)),
        Order::read(ObjectKey::Volume(disk.clone()), Call::Protect(claim)),
        Order { guard: Guard::Create, ..on_disk(BindCall::FreeVolume { keep_name: false }) },
        Order {
            guard: Guard::Delete(target("u1", 301)),
            ..on_disk(BindCall::FreeVolume { keep_name: false })
        },
        Order { key: on_node.clone(), guard: driver(Operation::Attach), call: Call::Look },
        Order { key: on_node, guard: driver(Operation::Detach), call: Call::Look },
    ]
}

fn inputs() -> Vec<Input> {
    let objects = [
        Object::Claim(Arc::new(full_claim())),
        Object::Volume(Arc::new(full_volume())),
        Object::Class(Arc::new(class("fast", BindingMode::WaitForFirstConsumer))),
        Object::Node(Arc::new(node("node-1"))),
        Object::Pod(Arc::new(pod("web", &["data"]))),
    ];
    let mut inputs: Vec<Input> = objects.clone().map(Input::Observed).to_vec();
    inputs.extend(objects.iter().map(|it| Input::Gone(it.key(), it.version())));
    inputs.extend(Kind::ALL.map(|kind| Input::Reached(kind, Version(9))));
    let [object, ..] = objects;
    let answers = [
        Answer::object(object.clone()),
        Answer::Conflict,
        Answer::Missing,
        Answer::TryLater { after_ms: 1000 },
        Answer::Refused(Refusal::Other),
        Answer::Refused(Refusal::Exists),
        Answer::Unknown,
        Answer::Done(Payload::List([object.clone()].into())),
    ];
    let answers = answers.into_iter().cycle();
    inputs.extend(orders().into_iter().zip(answers).map(|(order, answer)| Input::Answered(order, answer)));
    let timers = [
        Timer::Retry(object.key().into(), Operation::Write),
        Timer::Announce,
        Timer::Sweep,
        Timer::Resync,
        Timer::Continue,
    ];
    inputs.extend(timers.map(Input::TimerFired));
    inputs.push(Input::Synced);
    inputs
}

fn whys() -> Vec<Why> {
    let (disk, data) = (VolumeName::new("disk"), ClaimKey::new("default", "data"));
    let fast = ClassName::new("fast");
    vec![
        Why::NoVolumeFits,
        Why::DefaultClassElsewhere(fast.clone()),
        Why::ExpansionElsewhere,
        Why::NoVolumeOfClassFits(fast.clone()),
        Why::BindingModeUnknown(fast.clone()),
        Why::ClassUnseen(fast.clone()),
        Why::NoConsumer(fast),
        Why::ConsumersUnscheduled([PodKey::new("default", "web")].into()),
        Why::NamedVolumeMissing(disk.clone()),
        Why::NamedVolumeTaken(disk.clone(), data.clone()),
        Why::NamedVolumeMisfit(disk.clone(), Misfit::Deleting),
        Why::ReservedVolumeMisfit(disk.clone(), Misfit::Delayed),
        Why::LostName,
        Why::LostVolume(disk.clone()),
        Why::Misbound(disk.clone(), Some(data.clone())),
        Why::VolumeBusy(disk.clone()),
        Why::Unclaimed,
        Why::ReservedForName(data.clone()),
        Why::ReservedForClaim(data.clone()),
        Why::ReservedMisfit(data.clone(), Misfit::NodeAffinity),
        Why::ReservedMisnamed(data.clone()),
        Why::Retained(data.clone()),
        Why::ReclaimElsewhere(ReclaimPolicy::Delete),
        Why::UsedByPod(PodKey::new("default", "web")),
        Why::UsedByClaim(Some(data.clone())),
        Why::UsedByClaim(None),
    ]
}

fn effects() -> Vec<Effect> {
    let data = ClaimKey::new("default", "data");
    let whys = whys();
    let reasons = [
        Reason::NoVolume,
        Reason::WaitForFirstConsumer,
        Reason::WaitForPodScheduled,
        Reason::FailedBinding,
        Reason::VolumeMismatch,
        Reason::ClaimLost,
        Reason::ClaimMisbound,
    ];
    let event = |(why, reason): (Why, &Reason)| {
        let object = ObjectKey::Claim(data.clone());
        Effect::Tell(Event { object, uid: Uid::new("u2"), reason: *reason, why })
    };
    let mut effects: Vec<Effect> = whys.into_iter().zip(reasons.iter().cycle()).map(event).collect();
    let becauses = [
        Because::BestFit,
        Because::ClaimNamesIt,
        Because::Reserved,
        Because::BindGoesOn,
        Because::BoundBefore,
        Because::NobodyClaims,
        Because::ClaimGone,
        Because::ClaimBoundElsewhere,
        Because::Unbound(Why::LostName),
        Because::CacheIsNoProof,
        Because::Moved,
        Because::InDoubt,
        Because::Unprotected,
        Because::Unused,
    ];
    let orders = orders();
    effects.extend(
        becauses
            .into_iter()
            .zip(orders.iter().cycle())
            .map(|(because, order)| Effect::Order(order.clone(), because)),
    );
    effects.push(Effect::ArmTimer(Timer::Sweep, 70_000));
    effects.push(Effect::DropTimer(Timer::Resync));
    effects
}

/// A state with objects and one with orders that are out.
fn states() -> [Controller; 2] {
    let mut observing = Controller::new(Enabled::ALL, 7).resyncing_every(99);
    for input in inputs().into_iter().filter(|it| matches!(it, Input::Observed(_))) {
        observing.step(input, &mut Vec::new());
    }
    [observing, Echo::of_pairs(1).into_core()]
}

#[test]
fn samples_are_decoded_as_they_were() {
    let (inputs, effects, states) = (inputs(), effects(), states());
    let mut bytes = Vec::new();
    encode(&(&inputs, &effects, &states), &mut bytes);
    let mut rest = bytes.as_slice();
    let decoded: Result<(Vec<Input>, Vec<Effect>, [Controller; 2]), _> = decode(&mut rest);
    assert_eq!(decoded, Ok((inputs, effects, states.clone())));
    assert!(rest.is_empty());
    assert!(states.iter().all(|it| it.check().is_ok()));
}

#[test]
fn the_stamp_is_that_of_the_samples() {
    let mut bytes = Vec::new();
    encode(&(inputs(), effects(), states()), &mut bytes);
    let stamp = crc32fast::hash(&bytes);
    assert_eq!(
        SCHEMA_STAMP, stamp,
        "what is recorded has changed: set SCHEMA_STAMP in adapters/recorder/src/codec.rs to {stamp:#010x}, so \
         that older files are refused and not misread, and record fixtures/recordings anew"
    );
}
