//! Walks of drawn steps through the table of operations: its guarantees hold after each.

use std::collections::{BTreeMap, BTreeSet};

use windlass_core::call::{BindCall, Call};
use windlass_core::ids::{ClaimKey, ObjectKey, Uid, Version, VolumeName};
use windlass_core::in_flight::{InFlight, Outcome, Pause, Standing};
use windlass_core::observed::VolumePhase;
use windlass_core::operation::{Lane, Operation};
use windlass_core::order::{Effect, Guard, Order, Target, Timer};
use windlass_core::why::Because;

use crate::numbers::Numbers;

const WALKS: u64 = 300;
const STEPS: u64 = 300;
const OUT_MAX: u16 = 3;

/// A table and what a plain reading of its effects says about it.
struct Walk {
    numbers: Numbers,
    table: InFlight,
    /// Each order that was ever given.
    given: Vec<Order>,
    /// Timers that are armed.
    armed: BTreeSet<Timer>,
    version: u64,
}

#[test]
fn the_guarantees_hold_after_each_step() {
    let mut seen = BTreeMap::new();
    for seed in 0..WALKS {
        let mut walk = Walk {
            numbers: Numbers(seed),
            table: InFlight::new(OUT_MAX),
            given: Vec::new(),
            armed: BTreeSet::new(),
            version: 1,
        };
        for step in 0..STEPS {
            walk.step();
            walk.judge(&format!("seed {seed}, step {step}"));
            for key in keys() {
                let standing = match walk.table.standing_of(&key) {
                    Standing::Free => "free",
                    Standing::Out(..) => "out",
                    Standing::Paused(_) => "paused",
                    Standing::LockedBy(_) => "locked",
                };
                *seen.entry(standing).or_insert(0_u32) += 1;
            }
        }
        walk.come_to_rest(seed);
    }
    assert!(seen.len() == 4 && seen.values().all(|count| *count > 1_000), "a walk misses a case: {seen:?}");
}

impl Walk {
    fn step(&mut self) {
        let mut effects = Vec::new();
        let key = self.numbers.pick(&keys());
        match self.numbers.below(9) {
            0..=2 => {
                let order = self.draw_order(&key);
                if self.table.has_room(&Lane::ApiServer) && self.table.may_send(&order) {
                    self.table.send(order, Because::BestFit, &mut effects);
                }
            }
            3..=5 => {
                if !self.given.is_empty() {
                    let order = self.numbers.pick(&self.given);
                    let known = self.numbers.below(self.version + 1);
                    let outcome = draw_outcome(&mut self.numbers);
                    self.table.settle(&order, outcome, Some(Version(known)), &mut effects);
                }
            }
            6 => {
                self.version += 1;
                let is_gone = self.numbers.one_in(4);
                self.table.observed(&key, is_gone, &mut effects);
            }
            7 => {
                for operation in OPERATIONS {
                    self.armed.remove(&Timer::Retry(key.clone().into(), operation));
                    self.table.retry(&key.clone().into(), operation, &mut effects);
                }
            }
            _ => match self.numbers.one_in(2) {
                true => self.table.rest(&key.clone().into()),
                false => self.sweep(&mut effects),
            },
        }
        self.take_in(effects);
    }

    fn sweep(&mut self, effects: &mut Vec<Effect>) {
        self.armed.remove(&Timer::Sweep);
        self.table.sweep(effects);
    }

    fn take_in(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Order(order, _) => self.given.push(order),
                Effect::ArmTimer(timer, _) => {
                    self.armed.insert(timer);
                }
                Effect::DropTimer(timer) => {
                    self.armed.remove(&timer);
                }
                Effect::Tell(_) => panic!("nobody is told by the table"),
            }
        }
    }

    fn judge(&self, place: &str) {
        assert_eq!(self.table.check(), Ok(()), "{place}");
        let out: Vec<ObjectKey> = keys()
            .into_iter()
            .filter(|key| matches!(self.table.standing_of(key), Standing::Out(..)))
            .collect();
        assert!(out.len() <= usize::from(OUT_MAX), "{place}");
        assert_eq!(self.table.has_room(&Lane::ApiServer), out.len() < usize::from(OUT_MAX), "{place}");
        assert!(out.is_empty() || self.armed.contains(&Timer::Sweep), "{place}: nobody sweeps");
        for key in keys() {
            let is_paused = matches!(self.table.standing_of(&key), Standing::Paused(_));
            let retries =
                OPERATIONS.iter().any(|it| self.armed.contains(&Timer::Retry(key.clone().into(), *it)));
            assert_eq!(
                is_paused, retries,
                "{place}: {key} pauses, and its timer is not armed, or the reverse"
            );
        }
    }

    /// With every answer given and every timer fired, everything is free in the end.
    fn come_to_rest(&mut self, seed: u64) {
        for _ in 0..20 {
            for order in self.given.clone() {
                let mut effects = Vec::new();
                self.table.settle(&order, Outcome::Done, None, &mut effects);
                self.take_in(effects);
            }
            for timer in self.armed.clone() {
                if let Timer::Retry(key, operation) = &timer {
                    self.armed.remove(&timer);
                    let mut effects = Vec::new();
                    self.table.retry(key, *operation, &mut effects);
                    self.take_in(effects);
                }
            }
        }
        for key in keys() {
            assert!(self.table.is_object_free(&key), "seed {seed}: {key} waits for ever");
            self.table.rest(&key.clone().into());
        }
        assert!(self.table.is_idle(), "seed {seed}");
    }

    fn draw_order(&mut self, key: &ObjectKey) -> Order {
        let call = match key {
            ObjectKey::Volume(_) => {
                let claim = ClaimKey::new("default", self.numbers.pick(&["a", "b", "c"]));
                match self.numbers.below(3) {
                    0 => BindCall::MarkVolume(VolumePhase::Available),
                    1 => BindCall::FreeVolume { keep_name: false },
                    _ => BindCall::ReserveVolume { claim, claim_uid: Uid::new("uid"), mark: true },
                }
            }
            _ if self.numbers.one_in(2) => {
                let object = self.numbers.pick(&keys());
                let read = BindCall::Read { object, identity: None, known: None };
                return Order::read(key.clone(), Call::Bind(read));
            }
            ObjectKey::Claim(_) => BindCall::BindClaim(None),
            ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => {
                panic!("{key} is nothing that is written")
            }
        };
        let guard = Guard::Update(Target { uid: Uid::new("uid"), version: Version(self.version) });
        Order { key: key.clone().into(), guard, call: Call::Bind(call) }
    }
}

/// The kinds of operations on an object of the API.
const OPERATIONS: [Operation; 2] = [Operation::Write, Operation::Read];

fn draw_outcome(numbers: &mut Numbers) -> Outcome {
    numbers.pick(&[
        Outcome::Done,
        Outcome::Missing,
        Outcome::failed(Pause::Moved),
        Outcome::failed(Pause::Busy),
        Outcome::failed(Pause::Refused),
        Outcome::failed(Pause::InDoubt),
    ])
}

fn keys() -> [ObjectKey; 6] {
    let volume = |name| ObjectKey::Volume(VolumeName::new(name));
    let claim = |name| ObjectKey::Claim(ClaimKey::new("default", name));
    [volume("pv1"), volume("pv2"), volume("pv3"), claim("a"), claim("b"), claim("c")]
}
