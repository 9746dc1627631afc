//! Steps of states, made of steps of their parts.

use std::sync::Arc;

use windlass_core::ids::ObjectKey;
use windlass_core::order::{Order, Timer};
use windlass_fixtures::scenario::Step as UserStep;
use windlass_fixtures::world::{Action, ApiServer, Fault, Process, Shown, Story, carry_out, perform};

use super::moves::Move;
use super::parts::Part;
use super::ranks::{Ranks, open};
use super::tables::{Alone, Joint, Others, Wrote};
use super::{Actor, CONTROLLERS_MAX, Packed, State, Step};
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
        for (at, part) in (0..).zip(self.live(state)) {
            let moves = &self.tables.processes.get(part.id).facts;
            for (nth, it) in (0..).zip(moves) {
                let is_left_out = match &it.action {
                    Action::Fire(_, Timer::Resync) => !self.bounded.resyncs,
                    action => !state.budgets.allows(action),
                };
                if !is_left_out {
                    steps.push(Step { actor: Actor::Process(at), nth, fairness: it.fairness });
                }
            }
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

    /// The state after a step.
    pub(super) fn step(&self, state: &State, step: Step) -> State {
        let mut next = *state;
        match step.actor {
            Actor::Process(at) => {
                let Some(part) = state.processes.get(usize::from(at)).copied() else { return next };
                let it = self.process_move(part, step.nth);
                next.budgets.spend(&it.action);
                self.step_process(&mut next, usize::from(at), part, step.nth, it);
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
                        for (at, part) in state.processes.into_iter().enumerate().take(self.controllers()) {
                            self.crash(&mut next, at, part);
                        }
                    }
                    Some(_) | None => {
                        let wrote = self.write(&next, Cause::User(state.steps_taken));
                        self.take_in(&mut next, &wrote, None);
                    }
                }
            }
        }
        self.canonical(next)
    }

    fn controllers(&self) -> usize {
        usize::from(self.bounded.controllers).min(CONTROLLERS_MAX)
    }

    /// A move of a process.
    pub(super) fn process_move(&self, part: Part, nth: u16) -> &Move {
        let moves = &self.tables.processes.get(part.id).facts;
        moves.get(usize::from(nth)).expect("a step is one of those that the state has")
    }

    fn step_process(&self, next: &mut State, at: usize, part: Part, nth: u16, it: &Move) {
        let order = || it.order.map(|order| Part { ranks: order.ranks.out_of(part.ranks), ..order });
        match &it.action {
            Action::Deliver(_, kind) if !self.is_listed(part, *kind) => {
                self.put(next, at, self.look(part, nth, it, next.api));
            }
            Action::Relist(..) => self.put(next, at, self.look(part, nth, it, next.api)),
            Action::Deliver(..) | Action::Answer(..) | Action::Fire(..) => {
                let alone = self.alone(part, nth, it);
                next.broken |= alone.broken;
                let ranks = alone.process.ranks.out_of(part.ranks);
                self.put(next, at, Part { ranks, ..alone.process });
            }
            Action::Perform(..) | Action::Disturb(_, _, Fault::AnswerLost) => {
                if let Some(order) = order() {
                    let wrote = self.write(next, Cause::Order(order));
                    self.take_in(next, &wrote, Some((at, nth)));
                }
            }
            Action::Disturb(..) => {
                let alone = self.alone(part, nth, it);
                let ranks = alone.process.ranks.out_of(part.ranks);
                self.put(next, at, Part { ranks, ..alone.process });
            }
            Action::Crash(_) => self.crash(next, at, part),
            Action::Land(_)
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
                    self.take_in(next, &wrote, None);
                }
                let mut others = self.tables.others.get(next.others.id).value.clone();
                others.orphans.remove(orphan);
                let part = self.tables.keep_others(others).0;
                next.others = Part { ranks: part.ranks.out_of(next.others.ranks), ..part };
            }
            (Action::Schedule(..), _) => {
                let wrote = self.write(next, Cause::Scheduler(nth));
                self.take_in(next, &wrote, None);
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

    fn put(&self, next: &mut State, at: usize, process: Part) {
        if let Some(place) = next.processes.get_mut(at) {
            *place = process;
        }
    }

    fn is_listed(&self, part: Part, kind: windlass_core::ids::Kind) -> bool {
        let process = &self.tables.processes.get(part.id).value;
        process.informers.get(&kind).is_none_or(windlass_fixtures::world::Informer::is_listed)
    }

    /// A step in which a process is by itself.
    fn alone(&self, part: Part, nth: u16, it: &Move) -> Alone {
        self.tables.alone.answer((part.id, nth), || {
            let before = &self.tables.processes.get(part.id).value;
            let (mut after, mut again) = (before.clone(), before.clone());
            self.run(&mut after, &it.action, &ApiServer::default());
            self.run(&mut again, &it.action, &ApiServer::default());
            let step = ProcessStep { before, action: &it.action, after: &after, again: &again };
            let broken = self.tables.judge_process(&step);
            Alone { process: self.tables.keep_process(after), broken }
        })
    }

    /// A step in which a process looks at what is stored.
    fn look(&self, part: Part, nth: u16, it: &Move, api: Part) -> Part {
        let joint = Joint::of([part.ranks, api.ranks]);
        let (inner, inner_api) = (joint.inside(part.ranks), joint.inside(api.ranks));
        let question = [part.id, u32::from(nth), inner.0, api.id, inner_api.0, 0, 0, 0];
        let looked = self.tables.looking.answer(question, || {
            let api = self.tables.apis.opened(api.id, inner_api);
            let mut process = self.tables.processes.opened(part.id, inner);
            self.run(&mut process, &it.action, &api);
            self.tables.keep_process(process)
        });
        Part { ranks: joint.outside(looked.ranks, Ranks::default()), ..looked }
    }

    /// Lets an action happen to a process, by the world's own code.
    fn run(&self, process: &mut Process, action: &Action, api: &ApiServer) {
        let mut story = Story::default();
        match action {
            Action::Deliver(_, kind) => process.deliver(&self.bounded.setting, 0, *kind, api, &mut story),
            Action::Relist(_, kind) => process.relist(*kind, api),
            Action::Answer(_, order) => process.answer(0, order, &mut story),
            Action::Fire(_, timer) => process.fire(0, timer, &mut story),
            Action::Disturb(_, order, fault) => process.set_answer(order, fault.answer()),
            Action::Perform(..)
            | Action::Crash(_)
            | Action::Land(_)
            | Action::Vanish(_)
            | Action::User
            | Action::Schedule(..)
            | Action::CrashScheduler => {}
        }
    }

    /// A process ends and starts again; its requests on the way outlive it.
    fn crash(&self, next: &mut State, at: usize, part: Part) {
        let joint = Joint::of([part.ranks, next.others.ranks]);
        let (inner, inner_others) = (joint.inside(part.ranks), joint.inside(next.others.ranks));
        let question = [part.id, inner.0, next.others.id, inner_others.0, 0, 0, 0, 0];
        let others = self.tables.orphaned.answer(question, || {
            let mut process = self.tables.processes.opened(part.id, inner);
            let others: Others = self.tables.others.opened(next.others.id, inner_others);
            self.keep_orphans(&others, process.crash(&self.bounded.setting))
        });
        next.others = Part { ranks: joint.outside(others.ranks, Ranks::default()), ..others };
        self.put(next, at, self.tables.fresh);
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
        let question = [others.id, inner.0, api_id, inner_api.0, 0, 0, 0, 0];
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
        let question = [kind, what, part.id, inner.0, api.id, inner_api.0, 0, 0];
        let wrote = self.tables.wrote.answer(question, || self.compute_write(state, cause, inner_api, inner));
        let newest = Ranks(1_u32.checked_shl(self.newest(state)).unwrap_or_default());
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
        let before = self.tables.apis.opened(state.api.id, inner_api);
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

    /// Takes a write into a state: who asked gets the answer, and every watch what changed.
    fn take_in(&self, next: &mut State, wrote: &Wrote, asker: Option<(usize, u16)>) {
        next.api = wrote.api;
        next.broken |= wrote.broken;
        if let Some(others) = wrote.others {
            next.others = others;
        }
        for at in 0..self.controllers() {
            let nth = asker.filter(|(asker, _)| *asker == at).map(|(_, nth)| nth);
            if nth.is_none() && wrote.shown.is_none() {
                continue;
            }
            let Some(part) = next.processes.get(at).copied() else { continue };
            self.put(next, at, self.told(part, nth.map(|nth| (nth, wrote.answer)), wrote.shown));
        }
    }

    /// A process that is sent the answer to one of its requests, and shown a change.
    fn told(&self, part: Part, answer: Option<(u16, Part)>, shown: Option<Part>) -> Part {
        let sent = answer.map(|(_, answer)| answer);
        let joint = Joint::of([part, sent.unwrap_or_default(), shown.unwrap_or_default()].map(|it| it.ranks));
        let inner = joint.inside(part.ranks);
        let of = |part: Option<Part>| part.map_or((NONE, 0), |it| (it.id, joint.inside(it.ranks).0));
        let ((answer_id, answer_ranks), (shown_id, shown_ranks)) = (of(sent), of(shown));
        let nth = answer.map_or(NONE, |(nth, _)| u32::from(nth));
        let question = [part.id, inner.0, nth, answer_id, answer_ranks, shown_id, shown_ranks, 0];
        let told = self.tables.told.answer(question, || {
            let mut process = self.tables.processes.opened(part.id, inner);
            if let Some((nth, answer)) = answer {
                let it = self.process_move(part, nth);
                let order = it.order.map(|order| {
                    let mut value: Order = self.tables.orders.get(order.id).value.clone();
                    open(&mut value, order.ranks.out_of(inner));
                    value
                });
                let value = if let Action::Disturb(_, _, fault) = it.action {
                    fault.answer()
                } else {
                    self.tables.answers.opened(answer.id, joint.inside(answer.ranks))
                };
                if let Some(order) = order {
                    process.set_answer(&order, value);
                }
            }
            if let Some(shown) = shown {
                let shown = self.tables.shown.opened(shown.id, joint.inside(shown.ranks));
                process.show(&shown, self.bounded.setting.watch_backlog_max);
            }
            self.tables.keep_process(process)
        });
        Part { ranks: joint.outside(told.ranks, Ranks::default()), ..told }
    }
}
