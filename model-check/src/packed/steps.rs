//! Steps of states, made of steps of their parts.

use std::sync::Arc;

use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::order::Order;
use windlass_fixtures::scenario::Step as UserStep;
use windlass_fixtures::world::{
    Action, ApiServer, Fault, Informer, Process, Shown, Story, carry_out, perform,
};

use super::moves::Move;
use super::parts::Part;
use super::ranks::{Ranks, open};
use super::tables::{Alone, Joint, Others, Popped, Wrote};
use super::{Actor, CONTROLLERS_MAX, Packed, Seat, State, Step};
use crate::engine::Fairness;
use crate::properties::{Actor as Author, Change, ProcessStep};

/// In a question: there is no such part.
const NONE: u32 = u32::MAX;

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
                let moves = &self.tables.watches.get(watch.id).facts;
                self.add(state, steps, Actor::Watch(at, kind), moves);
            }
            self.add(state, steps, Actor::Process(at), &self.tables.cores.get(seat.core.id).facts);
        }
        for (nth, it) in (0..).zip(self.other_moves(state).iter()) {
            if state.budgets.allows(&it.action) {
                steps.push(Step { actor: Actor::Others, nth, fairness: it.fairness });
            }
        }
        let is_still = || steps.iter().skip(from).all(|step| step.fairness == Fairness::Outside);
        let taken = usize::from(state.steps_taken);
        if taken < self.bounded.setting.steps.len() && self.bounded.setting.is_user_ready(taken, is_still()) {
            steps.push(Step { actor: Actor::User, nth: 0, fairness: Fairness::Outside });
        }
    }

    /// Adds those of `moves` that are within the bounds.
    fn add(&self, state: &State, steps: &mut Vec<Step>, actor: Actor, moves: &[Move]) {
        for (nth, it) in (0..).zip(moves) {
            if self.bounded.allows(&state.budgets, &it.action) {
                steps.push(Step { actor, nth, fairness: it.fairness });
            }
        }
    }

    /// The state after a step.
    pub(super) fn step(&self, state: &State, step: Step) -> State {
        let mut next = *state;
        match step.actor {
            Actor::Process(at) => {
                let Some(seat) = state.processes.get(usize::from(at)) else { return next };
                let it = self.core_move(seat.core, step.nth);
                next.budgets.spend(&it.action);
                self.step_core(&mut next, usize::from(at), seat.core, step.nth, it);
            }
            Actor::Watch(at, kind) => {
                let Some(seat) = state.processes.get(usize::from(at)).copied() else { return next };
                let it = self.watch_move(seat, kind, step.nth);
                next.budgets.spend(&it.action);
                self.step_watch(&mut next, usize::from(at), seat, (kind, step.nth), it);
            }
            Actor::Others => {
                let moves = self.other_moves(state);
                let Some(it) = moves.get(usize::from(step.nth)) else { return next };
                next.budgets.spend(&it.action);
                self.step_others(&mut next, step.nth, it);
            }
            Actor::User => {
                next.steps_taken = next.steps_taken.saturating_add(1);
                match self.bounded.setting.steps.get(usize::from(state.steps_taken)) {
                    Some(UserStep::RestartControllers) => {
                        for (at, seat) in state.processes.iter().enumerate().take(self.controllers()) {
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
        self.canonical(next)
    }

    fn controllers(&self) -> usize {
        usize::from(self.bounded.controllers).min(CONTROLLERS_MAX)
    }

    /// A move of a process without its watches.
    pub(super) fn core_move(&self, core: Part, nth: u16) -> &Move {
        let moves = &self.tables.cores.get(core.id).facts;
        moves.get(usize::from(nth)).expect("a step is one of those that the state has")
    }

    /// A move of a watch.
    pub(super) fn watch_move(&self, seat: Seat, kind: u8, nth: u16) -> &Move {
        let watch = seat.watches.get(usize::from(kind)).copied().unwrap_or_default();
        let moves = &self.tables.watches.get(watch.id).facts;
        moves.get(usize::from(nth)).expect("a step is one of those that the state has")
    }

    fn step_core(&self, next: &mut State, at: usize, core: Part, nth: u16, it: &Move) {
        let order = || it.order.map(|order| Part { ranks: order.ranks.out_of(core.ranks), ..order });
        match &it.action {
            Action::Answer(..) | Action::Fire(..) => {
                let alone = self.alone(core, nth, it);
                next.broken |= alone.broken;
                put_core(next, at, Part { ranks: alone.core.ranks.out_of(core.ranks), ..alone.core });
            }
            Action::Perform(..) | Action::Disturb(_, _, Fault::AnswerLost) => {
                if let Some(order) = order() {
                    let wrote = self.write(next, Cause::Order(order));
                    self.take_in(next, &wrote);
                    put_core(next, at, self.answered(core, nth, it, wrote.answer));
                }
            }
            Action::Disturb(..) => put_core(next, at, self.answered(core, nth, it, Part::default())),
            Action::Crash(_) => self.crash(next, at, core),
            Action::Deliver(..)
            | Action::Relist(..)
            | Action::Land(_)
            | Action::Vanish(_)
            | Action::User
            | Action::Schedule(..)
            | Action::CrashScheduler => {}
        }
    }

    fn step_watch(&self, next: &mut State, at: usize, seat: Seat, (kind, nth): (u8, u16), it: &Move) {
        let watch = seat.watches.get(usize::from(kind)).copied().unwrap_or_default();
        let shows = self.tables.watches.get(watch.id).value.informer.next_shown().is_some();
        let Some(place) = next.processes.get_mut(at) else { return };
        match &it.action {
            Action::Deliver(_, of) if shows => {
                let popped = self.popped(watch);
                let noticed = self.noticed(seat.core, *of, popped.shown);
                next.broken |= noticed.broken;
                place.core = noticed.core;
                if let Some(place) = place.watches.get_mut(usize::from(kind)) {
                    *place = popped.watch;
                }
            }
            Action::Deliver(..) | Action::Relist(..) => *place = self.look(seat, (kind, nth), it, next.api),
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
    }

    fn step_others(&self, next: &mut State, nth: u16, it: &Move) {
        let order = it.order.map(|order| Part { ranks: order.ranks.out_of(next.others.ranks), ..order });
        match (&it.action, order) {
            (Action::Land(orphan) | Action::Vanish(orphan), Some(order)) => {
                if matches!(it.action, Action::Land(_)) {
                    let wrote = self.write(next, Cause::Order(order));
                    self.take_in(next, &wrote);
                }
                let mut others = self.tables.others.get(next.others.id).value.clone();
                others.orphans.remove(orphan);
                let part = self.tables.keep_others(others).0;
                next.others = Part { ranks: part.ranks.out_of(next.others.ranks), ..part };
            }
            (Action::Schedule(..), _) => {
                let wrote = self.write(next, Cause::Scheduler(nth));
                self.take_in(next, &wrote);
            }
            (Action::CrashScheduler, _) => {
                let mut others = self.tables.others.get(next.others.id).value.clone();
                others.scheduler.crash();
                let part = self.tables.keep_others(others).0;
                next.others = Part { ranks: part.ranks.out_of(next.others.ranks), ..part };
            }
            (
                Action::Land(_)
                | Action::Vanish(_)
                | Action::Deliver(..)
                | Action::Relist(..)
                | Action::Perform(..)
                | Action::Disturb(..)
                | Action::Answer(..)
                | Action::Crash(_)
                | Action::Fire(..)
                | Action::User,
                _,
            ) => {}
        }
    }

    /// A step in which a core is by itself.
    fn alone(&self, core: Part, nth: u16, it: &Move) -> Alone {
        self.tables.alone.answer((core.id, nth), || {
            let before = &self.tables.cores.get(core.id).value;
            self.judged(before, &it.action, |process| run(process, &it.action))
        })
    }

    /// A step in which a core is shown a change by its watch of that kind.
    fn noticed(&self, core: Part, kind: Kind, shown: Part) -> Alone {
        let joint = Joint::of([core.ranks, shown.ranks]);
        let (inner, inner_shown) = (joint.inside(core.ranks), joint.inside(shown.ranks));
        let question = ([core.id, shown.id, 0, 0], [inner, inner_shown, Ranks::default()]);
        let noticed = self.tables.noticed.answer(question, || {
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
        let ranks = joint.outside(noticed.core.ranks, Ranks::default());
        Alone { core: Part { ranks, ..noticed.core }, ..noticed }
    }

    /// Takes a step on two copies of a core, judges it, and keeps what comes of it.
    fn judged(&self, before: &Process, action: &Action, run: impl Fn(&mut Process)) -> Alone {
        let (mut after, mut again) = (before.clone(), before.clone());
        run(&mut after);
        run(&mut again);
        let broken = self.tables.judge_process(&ProcessStep { before, action, after: &after, again: &again });
        Alone { core: self.tables.keep_core(after), broken }
    }

    /// What a watch shows next, and what is left of it.
    fn popped(&self, watch: Part) -> Popped {
        let popped = self.tables.popped.answer(watch.id, || {
            let mut value = self.tables.watches.get(watch.id).value.clone();
            let shown =
                value.informer.next_shown().cloned().expect("a watch that shows has something to show");
            value.informer.deliver(value.kind, &ApiServer::default());
            Popped { watch: self.tables.keep_watch(value), shown: self.tables.shown.keep(shown, |_| ()) }
        });
        let outside = |part: Part| Part { ranks: part.ranks.out_of(watch.ranks), ..part };
        Popped { watch: outside(popped.watch), shown: outside(popped.shown) }
    }

    /// A step in which a process looks at what is stored: rare, so that the whole process takes part.
    fn look(&self, seat: Seat, (kind, nth): (u8, u16), it: &Move, api: Part) -> Seat {
        let joint = Joint::of([seat.ranks(), api.ranks]);
        let inner = seat.with_ranks(|ranks| joint.inside(ranks));
        let inner_api = Part { ranks: joint.inside(api.ranks), ..api };
        let looked = self.tables.looking.answer((inner, kind, nth, inner_api), || {
            let api = self.tables.apis.opened(inner_api.id, inner_api.ranks);
            let mut process = self.tables.process(&inner);
            match &it.action {
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
        looked.with_ranks(|ranks| joint.outside(ranks, Ranks::default()))
    }

    /// A process ends and starts again; its requests on the way outlive it.
    fn crash(&self, next: &mut State, at: usize, core: Part) {
        let joint = Joint::of([core.ranks, next.others.ranks]);
        let (inner, inner_others) = (joint.inside(core.ranks), joint.inside(next.others.ranks));
        let question = ([core.id, next.others.id, 0, 0], [inner, inner_others, Ranks::default()]);
        let others = self.tables.orphaned.answer(question, || {
            let mut process = self.tables.cores.opened(core.id, inner);
            let others: Others = self.tables.others.opened(next.others.id, inner_others);
            self.keep_orphans(&others, process.crash(&self.bounded.setting))
        });
        next.others = Part { ranks: joint.outside(others.ranks, Ranks::default()), ..others };
        if let Some(place) = next.processes.get_mut(at) {
            *place = self.tables.fresh;
        }
    }

    /// The moves of what is beside the API server.
    pub(super) fn other_moves(&self, state: &State) -> Arc<[Move]> {
        let (others, api) = (state.others, state.api);
        // Without pods the scheduler does nothing, and orphans are the same whatever is stored.
        let (api_id, joint) = match self.bounded.has_pods {
            true => (api.id, Joint::of([others.ranks, api.ranks])),
            false => (NONE, Joint::of([others.ranks])),
        };
        let (inner, inner_api) = (joint.inside(others.ranks), joint.inside(api.ranks));
        let inner_api = if self.bounded.has_pods { inner_api } else { Ranks::default() };
        let question = ([others.id, api_id, 0, 0], [inner, inner_api, Ranks::default()]);
        self.tables.other_moves.answer(question, || {
            let others_value = &self.tables.others.get(others.id).value;
            if !self.bounded.has_pods {
                return self.tables.moves_of_others(others_value, &ApiServer::default());
            }
            // The orders in these moves have the ranks of what is beside, not of both together.
            let api = self.tables.apis.opened(api.id, inner_api);
            let opened = self.tables.others.opened(others.id, inner);
            let scheduling = self.tables.moves_of_others(&opened, &api);
            let own = self.tables.moves_of_others(others_value, &ApiServer::default());
            let is_scheduling = |it: &&Move| matches!(it.action, Action::Schedule(..));
            let own = own.iter().filter(|it| !is_scheduling(it));
            own.chain(scheduling.iter().filter(is_scheduling)).cloned().collect()
        })
    }

    /// A change of what is stored, by whoever causes it.
    fn write(&self, state: &State, cause: Cause) -> Wrote {
        let api = state.api;
        let (kind, what, part) = match cause {
            Cause::Order(order) => (0, order.id, order),
            Cause::User(step) => (1, u32::from(step), Part::default()),
            Cause::Scheduler(nth) => (2, u32::from(nth), state.others),
        };
        let joint = Joint::of([api.ranks, part.ranks]);
        let (inner_api, inner) = (joint.inside(api.ranks), joint.inside(part.ranks));
        let question = ([kind, what, part.id, api.id], [inner, inner_api, Ranks::default()]);
        let wrote = self.tables.wrote.answer(question, || self.compute_write(state, cause, inner_api, inner));
        let newest = self.all_ranks(state).behind();
        let outside = |part: Part| Part { ranks: joint.outside(part.ranks, newest), ..part };
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
        let (mut answer, mut others, mut broken) = (Part::default(), None, 0);
        let keep_answer = |it| self.tables.answers.keep(it, |_| ());
        let shown: Option<Shown> = match cause {
            Cause::Order(part) => {
                let mut order: Order = self.tables.orders.get(part.id).value.clone();
                open(&mut order, inner);
                let (given, shown) = perform(&mut after, &order);
                answer = keep_answer(given);
                broken |= self.judge_change(&before, &after, shown.as_ref(), Author::Controller(&order));
                shown
            }
            Cause::User(step) => {
                let step = self.bounded.setting.steps.get(usize::from(step));
                let shown = step.and_then(|step| carry_out(&mut after, step).ok().flatten());
                broken |= self.judge_change(&before, &after, shown.as_ref(), Author::User);
                shown
            }
            Cause::Scheduler(nth) => {
                let mut value: Others = self.tables.others.opened(state.others.id, inner);
                let moves = self.other_moves(state);
                let action = moves.get(usize::from(nth)).map(|it| &it.action);
                let Some(Action::Schedule(pod, next)) = action else {
                    return Wrote { api: state.api, answer, shown: None, others: None, broken };
                };
                let shown = value.scheduler.make(&mut after, pod, *next, &mut Story::default());
                broken |= self.judge_change(&before, &after, shown.as_ref(), Author::Scheduler(pod));
                let (part, more) = self.tables.keep_others(value);
                broken |= more;
                others = Some(part);
                shown
            }
        };
        let shown = shown.map(|shown| self.tables.shown.keep(shown, |_| ()));
        let (api, more) = self.tables.keep_api(after);
        Wrote { api, answer, shown, others, broken: broken | more }
    }

    fn judge_change(
        &self,
        stored: &ApiServer,
        after: &ApiServer,
        shown: Option<&Shown>,
        actor: Author<'_>,
    ) -> u64 {
        let Some(shown) = shown else { return 0 };
        let key: ObjectKey = shown.key();
        let (touched, created) = (self.tables.touched(), self.tables.created());
        self.tables.judge_change(&Change { stored, after, key: &key, actor, touched, created })
    }

    /// Takes a write into a state: every watch has to show what changed.
    fn take_in(&self, next: &mut State, wrote: &Wrote) {
        next.api = wrote.api;
        next.broken |= wrote.broken;
        if let Some(others) = wrote.others {
            next.others = others;
        }
        let Some(shown) = wrote.shown else { return };
        let kind = self.tables.shown.get(shown.id).value.key().kind();
        let controllers = self.controllers();
        for (place, of) in
            next.processes.iter_mut().take(controllers).flat_map(|it| it.watches.iter_mut().zip(Kind::ALL))
        {
            if of == kind {
                *place = self.told(*place, shown);
            }
        }
    }

    /// A core that is sent the answer to one of its requests.
    fn answered(&self, core: Part, nth: u16, it: &Move, answer: Part) -> Part {
        let joint = Joint::of([core.ranks, answer.ranks]);
        let (inner, inner_answer) = (joint.inside(core.ranks), joint.inside(answer.ranks));
        let question = ([core.id, u32::from(nth), answer.id, 0], [inner, inner_answer, Ranks::default()]);
        let answered = self.tables.answered.answer(question, || {
            let mut process = self.tables.cores.opened(core.id, inner);
            let Some(order) = it.order else { return core };
            let order: Order = self.tables.orders.opened(order.id, order.ranks.out_of(inner));
            let answer = if let Action::Disturb(_, _, fault) = it.action {
                fault.answer()
            } else {
                self.tables.answers.opened(answer.id, inner_answer)
            };
            process.set_answer(&order, answer);
            self.tables.keep_core(process)
        });
        Part { ranks: joint.outside(answered.ranks, Ranks::default()), ..answered }
    }

    /// A watch that has one more change to show.
    fn told(&self, watch: Part, shown: Part) -> Part {
        let joint = Joint::of([watch.ranks, shown.ranks]);
        let (inner, inner_shown) = (joint.inside(watch.ranks), joint.inside(shown.ranks));
        let question = ([watch.id, shown.id, 0, 0], [inner, inner_shown, Ranks::default()]);
        let told = self.tables.told.answer(question, || {
            let mut value = self.tables.watches.opened(watch.id, inner);
            let shown = self.tables.shown.opened(shown.id, inner_shown);
            value.informer.show(&shown, self.bounded.setting.watch_backlog_max);
            self.tables.keep_watch(value)
        });
        Part { ranks: joint.outside(told.ranks, Ranks::default()), ..told }
    }
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
