//! Steps of states, made of steps of their parts.

use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::order::Order;
use windlass_world::actors::{Action, ApiServer, Informer, Process, Shown, Story, carry_out, perform};
use windlass_world::scenario::Step as UserStep;

use super::breaches::Breaches;
use super::moves::{Move, Moves, Way};
use super::parts::Part;
use super::ranks::{Ranks, open};
use super::tables::{Alone, Joint, Others, Popped, Wrote};
use super::{Actor, Packed, Seat, State, Step};
use crate::engine::Fairness;
use crate::properties::{Actor as Author, Change, ProcessStep};

/// Who asks the API server to change something.
#[derive(Clone, Copy)]
enum Cause {
    /// A request of a controller: an order of the table.
    Order(Part),
    /// The users' next step.
    User(u8),
    /// The scheduler, by this of the moves beside the API server.
    Scheduler(u16),
}

impl Packed {
    /// Adds the steps that are possible.
    pub(super) fn moves(&self, state: &State, steps: &mut Vec<Step>) {
        let from = steps.len();
        for (at, seat) in (0..).zip(self.live(state)) {
            for (kind, watch) in (0..).zip(&seat.watches) {
                let moves = &self.tables.watches.get(watch.id).facts.moves;
                add(state, steps, Actor::Watch(at, kind), moves);
            }
            add(state, steps, Actor::Process(at), &self.tables.cores.get(seat.core.id).facts.moves);
        }
        add(state, steps, Actor::Others, self.other_moves(state));
        let is_still = || steps.iter().skip(from).all(|step| step.fairness == Fairness::Outside);
        let taken = usize::from(state.steps_taken);
        if taken < self.bounded.setting.steps.len() && self.bounded.setting.is_user_ready(taken, is_still()) {
            steps.push(Step { actor: Actor::User, nth: 0, fairness: Fairness::Outside });
        }
    }

    /// The state after a step.
    pub(super) fn step(&self, state: &State, step: Step) -> State {
        let mut next = *state;
        match step.actor {
            Actor::Process(at) => {
                let Some(seat) = state.processes.get(usize::from(at)) else { return next };
                let moves = &self.tables.cores.get(seat.core.id).facts.moves;
                next.budgets = next.budgets.after(moves.fault(step.nth));
                self.step_core(&mut next, usize::from(at), seat.core, moves.get(step.nth));
            }
            Actor::Watch(at, kind) => {
                let Some(seat) = state.processes.get(usize::from(at)) else { return next };
                let watch = seat.watches.get(usize::from(kind)).copied().unwrap_or_default();
                let moves = &self.tables.watches.get(watch.id).facts.moves;
                next.budgets = next.budgets.after(moves.fault(step.nth));
                self.step_watch(&mut next, usize::from(at), (kind, step.nth), moves.get(step.nth));
            }
            Actor::Others => {
                let moves = self.other_moves(state);
                next.budgets = next.budgets.after(moves.fault(step.nth));
                self.step_others(&mut next, step.nth, moves.get(step.nth));
            }
            Actor::User => {
                next.steps_taken = next.steps_taken.saturating_add(1);
                match self.bounded.setting.steps.get(usize::from(state.steps_taken)) {
                    Some(UserStep::RestartControllers) => {
                        for (at, seat) in self.live(state).enumerate() {
                            self.crash(&mut next, at, seat.core);
                        }
                    }
                    Some(_) | None => {
                        let wrote = self.write(&next, Cause::User(state.steps_taken));
                        self.take_in(&mut next, &wrote);
                    }
                }
            }
        }
        self.canonical(state, &mut next);
        next
    }

    fn step_core(&self, next: &mut State, at: usize, core: Part, it: &Move) {
        match it.way {
            Way::Crash => return self.crash(next, at, core),
            Way::Write | Way::WriteUnheard => {
                let Some(order) = it.order.map(|order| standing_in(core, order)) else { return };
                let wrote = self.write(next, Cause::Order(order));
                self.take_in(next, &wrote);
                if it.way == Way::Write {
                    return put_core(next, at, self.answered(core, it, wrote.answer));
                }
            }
            Way::Alone | Way::Schedule | Way::Show | Way::Look => {}
        }
        let alone = it.alone.get_or_init(|| self.core_alone(core, it));
        next.broken = self.tables.breaches.either(next.broken, alone.broken);
        put_core(next, at, standing_in(core, alone.part));
    }

    fn step_watch(&self, next: &mut State, at: usize, (kind, nth): (u8, u16), it: &Move) {
        let api = next.api;
        let Some(place) = next.processes.get_mut(at) else { return };
        let Some(watch) = place.watches.get_mut(usize::from(kind)) else { return };
        if it.way != Way::Show {
            *place = self.look(*place, (kind, nth), it, api);
            return;
        }
        let popped = self.popped(*watch);
        let kind = Kind::ALL.get(usize::from(kind)).copied().unwrap_or(Kind::Claim);
        let noticed = self.noticed(place.core, kind, standing_in(*watch, popped.shown));
        *watch = standing_in(*watch, popped.watch);
        place.core = noticed.part;
        next.broken = self.tables.breaches.either(next.broken, noticed.broken);
    }

    fn step_others(&self, next: &mut State, nth: u16, it: &Move) {
        let others = next.others;
        match it.way {
            Way::Schedule => {
                let wrote = self.write(next, Cause::Scheduler(nth));
                return self.take_in(next, &wrote);
            }
            Way::WriteUnheard => {
                let Some(order) = it.order.map(|order| standing_in(others, order)) else { return };
                let wrote = self.write(next, Cause::Order(order));
                self.take_in(next, &wrote);
            }
            Way::Alone | Way::Write | Way::Crash | Way::Show | Way::Look => {}
        }
        let alone = it.alone.get_or_init(|| self.others_alone(others, it));
        next.broken = self.tables.breaches.either(next.broken, alone.broken);
        next.others = standing_in(others, alone.part);
    }

    /// A step in which a core is by itself.
    fn core_alone(&self, core: Part, it: &Move) -> Alone {
        self.tables.note_answer();
        let before = self.tables.cores.get(core.id).value();
        let action = &*it.action;
        let Action::Disturb(_, order, fault) = action else {
            return self.judged(before, action, |process| run(process, action));
        };
        let mut after = before.clone();
        after.set_answer(order, fault.answer());
        Alone { part: self.tables.keep_core(after), broken: Breaches::NONE }
    }

    /// A step in which what is beside the API server is by itself.
    fn others_alone(&self, others: Part, it: &Move) -> Alone {
        self.tables.note_answer();
        let mut others = self.tables.others.get(others.id).value().clone();
        if let Action::Land(order) | Action::Vanish(order) = &*it.action {
            others.orphans.remove(order);
        } else {
            others.scheduler.crash();
        }
        let (part, broken) = self.tables.keep_others(others);
        Alone { part, broken }
    }

    /// A step in which a core is shown a change by its watch of that kind.
    fn noticed(&self, core: Part, kind: Kind, shown: Part) -> Alone {
        let joint = Joint::of(core.ranks, shown.ranks);
        let [inner, inner_shown] = joint.inner;
        let noticed = self.tables.cores.get(core.id).facts.noticed.answer((shown.id, joint.inner), || {
            self.tables.note_answer();
            let before = self.tables.cores.opened(core.id, inner);
            let shown = self.tables.shown.opened(shown.id, inner_shown);
            self.judged(&before, &Action::Deliver(0, kind), |process| {
                // A watch that has nothing else to show.
                let mut informer = Informer::new(true);
                informer.show(&shown, u16::MAX);
                process.informers.insert(kind, informer);
                let (api, mut story) = (ApiServer::default(), Story::default());
                process.deliver(&self.bounded.setting, 0, kind, &api, &mut story);
                process.informers.clear();
            })
        });
        Alone { part: joint.outside(noticed.part), ..noticed }
    }

    /// Takes a step on two copies of a core, judges it, and keeps what comes of it.
    fn judged(&self, before: &Process, action: &Action, run: impl Fn(&mut Process)) -> Alone {
        let (mut after, mut again) = (before.clone(), before.clone());
        run(&mut after);
        run(&mut again);
        let broken = self.tables.judge_process(&ProcessStep { before, action, after: &after, again: &again });
        Alone { part: self.tables.keep_core(after), broken }
    }

    /// What a watch shows next, and what is left of it.
    fn popped(&self, watch: Part) -> Popped {
        let kept = self.tables.watches.get(watch.id);
        *kept.facts.popped.get_or_init(|| {
            self.tables.note_answer();
            let mut value = kept.value().clone();
            let shown =
                value.informer.next_shown().cloned().expect("a watch that shows has something to show");
            value.informer.deliver(value.kind, &ApiServer::default());
            Popped { watch: self.tables.keep_watch(value), shown: self.tables.keep_shown(shown) }
        })
    }

    /// A step in which a process looks at what is stored: rare, so that the whole process takes part.
    fn look(&self, seat: Seat, (kind, nth): (u8, u16), it: &Move, api: Part) -> Seat {
        let all = seat.ranks().or(api.ranks);
        let inner = seat.with_ranks(|ranks| ranks.within(all));
        let inner_api = Part { ranks: api.ranks.within(all), ..api };
        let looked = self.tables.looking.answer((inner, kind, nth, inner_api), || {
            let api = self.tables.apis.opened(inner_api.id, inner_api.ranks);
            let mut process = self.tables.process(&inner);
            match &*it.action {
                Action::Relist(_, kind) => process.relist(*kind),
                Action::Deliver(_, kind) => {
                    process.deliver(&self.bounded.setting, 0, *kind, &api, &mut Story::default());
                }
                Action::Answer(..)
                | Action::Fire(..)
                | Action::Perform(..)
                | Action::Disturb(..)
                | Action::Crash(_)
                | Action::Land(_)
                | Action::Vanish(_)
                | Action::User
                | Action::Schedule(..)
                | Action::CrashScheduler => {}
            }
            self.tables.keep_process(process)
        });
        looked.with_ranks(|ranks| ranks.out_of(all))
    }

    /// A process ends and starts again; its requests on the way outlive it.
    fn crash(&self, next: &mut State, at: usize, core: Part) {
        let joint = Joint::of(core.ranks, next.others.ranks);
        let [inner, inner_others] = joint.inner;
        let question = (next.others.id, joint.inner);
        let others = self.tables.cores.get(core.id).facts.orphaned.answer(question, || {
            self.tables.note_answer();
            let mut process = self.tables.cores.opened(core.id, inner);
            let others: Others = self.tables.others.opened(next.others.id, inner_others);
            self.keep_orphans(&others, process.crash(&self.bounded.setting))
        });
        next.others = joint.outside(others);
        if let Some(place) = next.processes.get_mut(at) {
            *place = self.tables.fresh;
        }
    }

    /// The moves of what is beside the API server.
    pub(super) fn other_moves(&self, state: &State) -> &Moves {
        let (others, api) = (state.others, state.api);
        let kept = self.tables.others.get(others.id);
        // Without pods the scheduler does nothing, and orphans are the same whatever is stored.
        if !self.bounded.has_pods {
            return &kept.facts.moves;
        }
        let joint = Joint::of(others.ranks, api.ranks);
        let [inner, inner_api] = joint.inner;
        let number = self.tables.other_moves.answer(([others.id, api.id], joint.inner), || {
            let api = self.tables.apis.opened(api.id, inner_api);
            self.tables.keep_moves(kept.value(), &self.tables.others.opened(others.id, inner), &api)
        });
        self.tables.lists.get(number).expect("a list of moves is kept under its number")
    }

    /// A change of what is stored, by whoever causes it.
    fn write(&self, state: &State, cause: Cause) -> Wrote {
        let api = state.api;
        let (sort, what, part) = match cause {
            Cause::Order(order) => (0, 0, order),
            Cause::User(step) => (1, u32::from(step), Part::default()),
            Cause::Scheduler(nth) => (2, u32::from(nth), state.others),
        };
        let joint = Joint::of(api.ranks, part.ranks);
        let [inner_api, inner] = joint.inner;
        let question = ([sort, what, part.id], joint.inner);
        let wrote = self.tables.apis.get(api.id).facts.wrote.answer(question, || {
            self.tables.note_answer();
            self.compute_write(state, cause, inner_api, inner)
        });
        let outside = |part: Part| joint.outside_or(part, state.all.behind());
        Wrote {
            api: outside(wrote.api),
            answer: outside(wrote.answer),
            shown: wrote.shown.map(outside),
            others: wrote.others.map(outside),
            broken: wrote.broken,
        }
    }

    fn compute_write(&self, state: &State, cause: Cause, inner_api: Ranks, inner: Ranks) -> Wrote {
        let mut before = self.tables.apis.opened(state.api.id, inner_api);
        before.count_from(Version(u64::from(inner_api.or(inner).highest())));
        let mut after = before.clone();
        let (mut answer, mut others, mut broken) = (Part::default(), None, Breaches::NONE);
        let keep_answer = |it| self.tables.answers.keep(it, |_| ());
        let shown: Option<Shown> = match cause {
            Cause::Order(part) => {
                let mut order: Order = self.tables.orders.get(part.id).value().clone();
                open(&mut order, inner);
                let (given, shown) = perform(&mut after, &order);
                answer = keep_answer(given);
                broken = self.judge_change(&before, &after, shown.as_ref(), Author::Controller(&order));
                shown
            }
            Cause::User(step) => {
                let step = self.bounded.setting.steps.get(usize::from(step));
                let shown = step.and_then(|step| carry_out(&mut after, step).ok().flatten());
                broken = self.judge_change(&before, &after, shown.as_ref(), Author::User);
                shown
            }
            Cause::Scheduler(nth) => {
                let mut value: Others = self.tables.others.opened(state.others.id, inner);
                let Action::Schedule(pod, next) = &*self.other_moves(state).get(nth).action else {
                    return Wrote { api: state.api, answer, shown: None, others: None, broken };
                };
                let shown = value.scheduler.make(&mut after, pod, *next, &mut Story::default());
                broken = self.judge_change(&before, &after, shown.as_ref(), Author::Scheduler(pod));
                let (part, more) = self.tables.keep_others(value);
                broken = self.tables.breaches.either(broken, more);
                others = Some(part);
                shown
            }
        };
        let shown = shown.map(|shown| self.tables.keep_shown(shown));
        let (api, more) = self.tables.keep_api(after);
        Wrote { api, answer, shown, others, broken: self.tables.breaches.either(broken, more) }
    }

    fn judge_change(
        &self,
        stored: &ApiServer,
        after: &ApiServer,
        shown: Option<&Shown>,
        actor: Author<'_>,
    ) -> Breaches {
        let Some(shown) = shown else { return Breaches::NONE };
        let key: ObjectKey = shown.key();
        let (touched, created) = (self.tables.touched(), self.tables.created());
        self.tables.judge_change(&Change { stored, after, key: &key, actor, touched, created })
    }

    /// Takes a write into a state: every watch has to show what changed.
    fn take_in(&self, next: &mut State, wrote: &Wrote) {
        next.api = wrote.api;
        next.broken = self.tables.breaches.either(next.broken, wrote.broken);
        if let Some(others) = wrote.others {
            next.others = others;
        }
        let Some(shown) = wrote.shown else { return };
        let kind = self.tables.shown.get(shown.id).facts;
        for seat in next.processes.iter_mut().take(self.processes()) {
            if let Some(watch) = seat.watches.get_mut(kind) {
                *watch = self.told(*watch, shown);
            }
        }
    }

    /// A core that is sent the answer to one of its requests.
    fn answered(&self, core: Part, it: &Move, answer: Part) -> Part {
        let joint = Joint::of(core.ranks, answer.ranks);
        let [inner, inner_answer] = joint.inner;
        let answered = it.answered.answer((answer.id, joint.inner), || {
            self.tables.note_answer();
            let mut process = self.tables.cores.opened(core.id, inner);
            let Some(order) = it.order else { return core };
            let order: Order = self.tables.orders.opened(order.id, order.ranks.out_of(inner));
            process.set_answer(&order, self.tables.answers.opened(answer.id, inner_answer));
            self.tables.keep_core(process)
        });
        joint.outside(answered)
    }

    /// A watch that has one more change to show.
    fn told(&self, watch: Part, shown: Part) -> Part {
        let joint = Joint::of(watch.ranks, shown.ranks);
        let [inner, inner_shown] = joint.inner;
        let told = self.tables.watches.get(watch.id).facts.told.answer((shown.id, joint.inner), || {
            self.tables.note_answer();
            let mut value = self.tables.watches.opened(watch.id, inner);
            let shown = self.tables.shown.opened(shown.id, inner_shown);
            value.informer.show(&shown, self.bounded.setting.watch_backlog_max);
            self.tables.keep_watch(value)
        });
        joint.outside(told)
    }
}

/// Adds those of `moves` that there are faults left for.
fn add(state: &State, steps: &mut Vec<Step>, actor: Actor, moves: &Moves) {
    for (nth, brief) in (0..).zip(&moves.briefs) {
        if state.budgets.affords(brief.fault) {
            steps.push(Step { actor, nth, fairness: brief.fairness });
        }
    }
}

/// A part that came of another, with its places as ranks.
fn standing_in(other: Part, part: Part) -> Part {
    Part { ranks: part.ranks.out_of(other.ranks), ..part }
}

fn put_core(next: &mut State, at: usize, core: Part) {
    if let Some(place) = next.processes.get_mut(at) {
        place.core = core;
    }
}

/// Lets an answer or a timer reach a process, by the world's own code.
fn run(process: &mut Process, action: &Action) {
    match action {
        Action::Answer(_, order) => process.answer(0, order, &mut Story::default()),
        Action::Fire(_, timer) => process.fire(0, timer, &mut Story::default()),
        Action::Deliver(..)
        | Action::Relist(..)
        | Action::Perform(..)
        | Action::Disturb(..)
        | Action::Crash(_)
        | Action::Land(_)
        | Action::Vanish(_)
        | Action::User
        | Action::Schedule(..)
        | Action::CrashScheduler => {}
    }
}
