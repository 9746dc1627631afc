//! One controller and a server, step by step, with each write judged as it is carried out.

use std::collections::{BTreeSet, VecDeque};

use windlass_core::call::{BindCall, Call};
use windlass_core::controller::{Controller, Enabled};
use windlass_core::ids::{Kind, ObjectKey, Uid};
use windlass_core::observed::{BindingMode, Claim, ClaimPhase, Object, Volume, VolumePhase};
use windlass_core::order::{Answer, Effect, Event, Input, Order, Payload, Refusal, Timer};
use windlass_world::actors::{ApiServer, Guard, Part, Shown, Written, perform};
use windlass_world::record::Record;
use windlass_world::scenario::Start;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Done,
    /// Done, and the answer is lost.
    AnswerLost,
    /// Not done, and the answer is lost.
    RequestLost,
    Busy,
    Refused,
    /// A conflict for no visible reason.
    Conflict,
}

/// The controller, the server and what is on its way between them.
pub(crate) struct Cluster {
    pub(crate) api: ApiServer,
    pub(crate) core: Controller,
    /// What the watch of each kind has yet to show.
    pub(crate) watches: Vec<VecDeque<Shown>>,
    pub(crate) orders: Vec<Order>,
    pub(crate) answers: Vec<(Order, Answer)>,
    pub(crate) armed: BTreeSet<Timer>,
    pub(crate) told: Vec<Event>,
    /// Writes that were asked for.
    pub(crate) writes: u32,
    /// Whether users edited `claimRef`s or deleted volumes, which nothing protects here: some sentences
    /// hold only where they did not.
    pub(crate) has_edits: bool,
    is_listed: bool,
    orders_max: u16,
}

impl Cluster {
    /// A server with these objects, and a controller that has seen nothing.
    pub(crate) fn new(start: impl IntoIterator<Item = Start>, orders_max: u16) -> Self {
        let mut api = ApiServer::default();
        for Start { record, has_uid, has_version } in start {
            api.load(record, has_uid, has_version);
        }
        let mut cluster = Self {
            api,
            core: binder(orders_max),
            watches: Vec::new(),
            orders: Vec::new(),
            answers: Vec::new(),
            armed: BTreeSet::new(),
            told: Vec::new(),
            writes: 0,
            has_edits: false,
            is_listed: false,
            orders_max,
        };
        cluster.restart();
        cluster
    }

    /// Starts the controller anew: it knows nothing, and requests that are out stay so unanswered.
    pub(crate) fn restart(&mut self) {
        self.core = binder(self.orders_max);
        let shown = |kind| self.api.of_kind(kind).map(|it| Shown::Object(it.object.clone())).collect();
        self.watches = Kind::ALL.into_iter().map(shown).collect();
        self.answers.clear();
        // Half of what was out is still carried out; nobody hears of it.
        for order in std::mem::take(&mut self.orders).into_iter().step_by(2) {
            self.carry_out(&order);
        }
        self.armed.clear();
        self.is_listed = false;
    }

    /// Gives one input to the controller and to a copy of it, which must do the same.
    pub(crate) fn step(&mut self, input: Input) {
        let (mut effects, mut twins) = (Vec::new(), Vec::new());
        let mut twin = self.core.clone();
        let name = format!("{input:?}");
        twin.step(input.clone(), &mut twins);
        self.core.step(input, &mut effects);
        assert_eq!((&self.core, &effects), (&twin, &twins), "{name}");
        assert_eq!(self.core.check(), Ok(()), "after {name}");
        for effect in effects {
            match effect {
                Effect::Order(order, _) => {
                    assert!(self.is_listed, "{order} before the lists are complete");
                    self.writes += u32::from(order.version().is_some());
                    self.judge_decision(&order);
                    self.orders.push(order);
                }
                Effect::ArmTimer(timer, _) => {
                    self.armed.insert(timer);
                }
                Effect::DropTimer(timer) => {
                    self.armed.remove(&timer);
                }
                Effect::Tell(event) => self.told.push(event),
            }
        }
    }

    /// Shows the next change of a kind; after the last of the first lists, says so.
    pub(crate) fn deliver(&mut self, kind: usize) {
        match self.watches[kind].pop_front() {
            Some(Shown::Object(object)) => self.step(Input::Observed(object)),
            Some(Shown::Gone(key, version)) => self.step(Input::Gone(key, version)),
            None => {}
        }
        if !self.is_listed && self.watches.iter().all(VecDeque::is_empty) {
            self.is_listed = true;
            for kind in Kind::ALL {
                self.step(Input::Reached(kind, self.api.version()));
            }
            self.step(Input::Synced);
        }
    }

    /// Decides the fate of a request that is out.
    pub(crate) fn meet_fate(&mut self, at: usize, fate: Fate) {
        let order = self.orders.remove(at);
        let answer = match fate {
            Fate::Done => self.carry_out(&order),
            Fate::AnswerLost => {
                self.carry_out(&order);
                Answer::Unknown
            }
            Fate::RequestLost => Answer::Unknown,
            Fate::Busy => Answer::TryLater { after_ms: 0 },
            Fate::Refused => Answer::Refused(Refusal::Other),
            Fate::Conflict if order.version().is_some() => Answer::Conflict,
            Fate::Conflict => Answer::TryLater { after_ms: 0 },
        };
        self.answers.push((order, answer));
    }

    pub(crate) fn answer(&mut self, at: usize) {
        let (order, answer) = self.answers.remove(at);
        self.step(Input::Answered(order, answer));
    }

    pub(crate) fn fire(&mut self, timer: Timer) {
        self.armed.remove(&timer);
        self.step(Input::TimerFired(timer));
    }

    /// Brings everything that is on its way home, and fires all pauses, until nothing moves.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10_000 {
            if let Some(kind) = self.watches.iter().position(|it| !it.is_empty()) {
                self.deliver(kind);
            } else if !self.is_listed {
                self.deliver(0);
            } else if !self.orders.is_empty() {
                self.meet_fate(0, Fate::Done);
            } else if !self.answers.is_empty() {
                self.answer(0);
            } else if let Some(timer) = self.armed.iter().find(|it| it.is_pause()).cloned() {
                self.fire(timer);
            } else {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// What users do.
    pub(crate) fn create(&mut self, start: impl Into<Start>) {
        let created = self.api.create(start.into().record, None);
        self.show(created.ok());
    }

    pub(crate) fn delete(&mut self, key: &ObjectKey) {
        self.has_edits |= matches!(key, ObjectKey::Volume(_));
        let deleted = self.api.delete(key, &Guard::default());
        self.show(deleted.ok());
    }

    pub(crate) fn edit(&mut self, key: &ObjectKey, change: impl FnOnce(&mut Record)) {
        let Some(stored) = self.api.get(key) else { return };
        let mut wanted = stored.clone();
        change(&mut wanted);
        let written = self.api.update(Part::Main, wanted, &Guard::default());
        self.show(written.ok());
    }

    fn show(&mut self, written: Option<Written>) {
        self.show_change(written.and_then(|it| it.shown));
    }

    fn show_change(&mut self, shown: Option<Shown>) {
        if let Some(shown) = shown {
            let kind = Kind::ALL.iter().position(|it| *it == shown.key().kind()).unwrap();
            self.watches[kind].push_back(shown);
        }
    }

    fn carry_out(&mut self, order: &Order) -> Answer {
        let before = order.key.object().and_then(|key| self.api.get(key)).map(|it| it.object.clone());
        let (answer, shown) = perform(&mut self.api, order);
        self.show_change(shown);
        if let (Some(before), Answer::Done(Payload::Object(after))) = (before, &answer) {
            self.judge_write(order, &before, after);
        }
        answer
    }

    /// bind/S1 as it is decided: no order takes a volume from one UID to another, whatever the server says.
    fn judge_decision(&self, order: &Order) {
        let (Some(ObjectKey::Volume(name)), Call::Bind(BindCall::ReserveVolume { claim_uid, .. })) =
            (order.key.object(), &order.call)
        else {
            return;
        };
        let seen = self.core.store().volume(name).and_then(|it| it.claim_ref.clone());
        let uid = seen.and_then(|it| it.uid);
        assert!(uid.is_none() || uid.as_ref() == Some(claim_uid), "bind/S1: {order} takes it from {uid:?}");
    }

    /// The sentences of the specification about a write, at the moment when it is carried out.
    fn judge_write(&self, order: &Order, before: &Object, after: &Object) {
        match (before, after) {
            _ if order.is_read() => {}
            (Object::Volume(before), Object::Volume(after)) => {
                let uid = |it: &Volume| it.claim_ref.as_ref().and_then(|it| it.uid.clone());
                let is_kept = uid(before).is_none() || uid(after).is_none() || uid(before) == uid(after);
                assert!(is_kept, "bind/S1: {order}");
                if before.phase != after.phase && after.phase == VolumePhase::Released {
                    assert!(!self.is_held(after), "bind/S6: {order}, and its claim has it");
                }
                assert!(!self.is_chosen_for_the_scheduler(before, after), "bind/S24: {order}");
                if matches!(order.call, Call::Bind(BindCall::FreeVolume { .. })) {
                    assert!(!self.is_held(before), "bind/S16: {order}, and its claim names it");
                }
            }
            (Object::Claim(before), Object::Claim(after)) => self.judge_claim(order, before, after),
            _ => panic!("{order} is answered with {after:?}"),
        }
    }

    fn judge_claim(&self, order: &Order, before: &Claim, after: &Claim) {
        assert!(before.volume_name.is_empty() || before.volume_name == after.volume_name, "bind/S2: {order}");
        assert!(!before.completed || after.completed, "bind/S17: {order}");
        assert!(
            !(after.completed && after.status.phase == ClaimPhase::Pending && before.status != after.status)
        );
        let (old, new) = (&before.status, &after.status);
        let same_phase = old.phase == new.phase;
        assert!(!same_phase || new.capacity.is_none() || old.capacity == new.capacity, "bind/S18: {order}");
        if !before.completed && after.completed && !self.has_edits {
            let named = self.api.get(&ObjectKey::Volume(after.volume_name.clone()));
            let uid = match named.map(|it| &it.object) {
                Some(Object::Volume(volume)) => volume.claim_ref.as_ref().and_then(|it| it.uid.clone()),
                _ => None,
            };
            assert_eq!(uid.as_ref(), Some(&after.uid), "bind/S3: {order}");
        }
    }

    /// Whether a volume that nobody reserved was given to a claim that names none, although a class older
    /// than the claim leaves the choice to the scheduler.
    fn is_chosen_for_the_scheduler(&self, before: &Volume, after: &Volume) -> bool {
        let (None, Some(claim_ref)) = (&before.claim_ref, &after.claim_ref) else { return false };
        let Some(found) = self.api.get(&ObjectKey::Claim(claim_ref.key.clone())) else { return false };
        let Object::Claim(claim) = &found.object else { return false };
        let class = self.api.get(&ObjectKey::Class(claim.class_name()));
        let Some(Object::Class(class)) = class.map(|it| &it.object) else { return false };
        // UIDs are given out in order; what was there at the start has one of its own.
        let is_of_start = |uid: &Uid| !uid.to_string().starts_with("00000000-");
        let is_older = is_of_start(&class.uid) || (!is_of_start(&claim.uid) && class.uid < claim.uid);
        let is_delayed = class.binding_mode == Some(BindingMode::WaitForFirstConsumer);
        // The claim that it was decided for may be gone, and another one there under its name.
        let is_the_claim = claim_ref.uid.as_ref() == Some(&claim.uid);
        is_the_claim && claim.volume_name.is_empty() && is_delayed && is_older
    }

    /// Whether the claim that the volume names exists, by name and UID, and does not name another one.
    fn is_held(&self, volume: &Volume) -> bool {
        let Some(claim_ref) = &volume.claim_ref else { return false };
        let Some(found) = self.api.get(&ObjectKey::Claim(claim_ref.key.clone())) else { return false };
        let Object::Claim(claim) = &found.object else { return false };
        let names_other = !claim.volume_name.is_empty() && claim.volume_name != volume.name;
        Some(&claim.uid) == claim_ref.uid.as_ref() && !names_other
    }
}

/// A controller that runs the binder alone.
pub(crate) fn binder(orders_max: u16) -> Controller {
    Controller::new(Enabled { bind: true, ..Enabled::NONE }, orders_max)
}
