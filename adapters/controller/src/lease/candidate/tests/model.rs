//! Two candidates, one lease, and whatever may come between: all of it, by stateright.
//!
//! Requests and answers take as long as they like and get lost, as often as they like; a write that was given up may
//! still come through, two of them at a time. Time goes on between any two steps, for both alike. Users edit the lease and leave its holder
//! as it was. A candidate that does nothing for a while is one that was held up, or killed.
//!
//! There is no end to any of that, and yet the states are finitely many: times are kept from now on, times beyond
//! what anybody waits for are as good as that, of versions it only matters whether they are the last one, and of what
//! a record says only who holds the lease, and whether it says the same as another.

use stateright::{Checker, Model, Property};

use super::*;

/// Time is counted in retry periods.
const TICK: Duration = Duration::from_secs(1);

/// What the clocks say, always: what lies behind moves away from it instead.
const NOW: Duration = Duration::from_secs(60);

/// Writes that were given up and may still come through, at most.
const STRAYS_MAX: usize = 2;

/// The version of the lease, and all that it had before.
const LAST: &str = "last";
const PAST: &str = "past";

/// An election between two.
#[derive(Clone, Debug)]
struct Election(Times);

/// What a candidate does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Doing {
    /// Nothing, for a tick at least.
    Rests,
    /// Nothing yet.
    Rested,
    /// Its request is on the way.
    Asks(Request),
    /// The answer is on the way.
    Hears(Answer),
    /// It has led, and never will again.
    Gone,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Process {
    candidate: Candidate,
    doing: Doing,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    lease: Option<Stored>,
    processes: [Process; 2],
    strays: Vec<Request>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Tick,
    Begin(usize),
    Resign(usize),
    /// A request comes through.
    Land(usize),
    /// An answer comes through.
    Hear(usize),
    /// A request or its answer is given up.
    Fail(usize),
    /// A stray write comes through.
    Stray(usize),
    Edit,
}

impl State {
    fn leads(&self, who: usize) -> bool {
        self.processes[who].candidate.leads_until().is_some_and(|until| NOW < until)
    }

    /// The server carries out a request.
    fn serve(&mut self, request: Request) -> Answer {
        let record = match (request, &self.lease) {
            (Request::Read, Some(found)) => return Answer::Found(found.clone()),
            (Request::Read | Request::Replace(_), None) => return Answer::Absent,
            (Request::Create(_), Some(_)) => return Answer::Conflict,
            (Request::Replace(new), Some(_)) if new.version != LAST => return Answer::Conflict,
            (Request::Create(record), None) | (Request::Replace(Stored { record, .. }), Some(_)) => record,
        };
        self.write(record.clone());
        Answer::Written(Stored { version: LAST.to_owned(), record })
    }

    /// The lease is written: what was its last version is past.
    fn write(&mut self, record: Record) {
        self.each_stored(|it| it.version = PAST.to_owned());
        self.lease = Some(Stored { version: LAST.to_owned(), record });
    }

    /// A candidate takes in an answer.
    fn hear(&mut self, who: usize, answer: Answer) {
        let Process { candidate, doing } = &mut self.processes[who];
        let has_led = candidate.leads_until().is_some() || candidate.aim == Aim::GiveBack;
        *doing = match candidate.answered(answer, now()) {
            Next::Ask(request) => Doing::Asks(request),
            Next::End(Outcome::Follows) if has_led => Doing::Gone,
            Next::End(Outcome::Unclear) if candidate.aim == Aim::GiveBack => Doing::Gone,
            Next::End(Outcome::Leads(_) | Outcome::Follows | Outcome::Unclear) => Doing::Rests,
        };
    }

    /// What is under way for a candidate is given up; a write may still come through.
    fn give_up(&mut self, who: usize) {
        if let Doing::Asks(request @ (Request::Create(_) | Request::Replace(_))) = &self.processes[who].doing
            && self.strays.len() < STRAYS_MAX
        {
            self.strays.push(request.clone());
        }
    }

    /// A tick goes by: all times move away from now.
    fn pass(&mut self, times: Times) {
        let earlier = |time: &mut Duration, least: Duration| *time = (*time - TICK).max(least);
        for Process { candidate, doing } in &mut self.processes {
            earlier(&mut candidate.began, NOW - times.renew_deadline);
            candidate.leads_until.iter_mut().for_each(|it| earlier(it, NOW));
            candidate.seen.iter_mut().for_each(|it| earlier(&mut it.since, NOW - times.lease));
            if *doing == Doing::Rests {
                *doing = Doing::Rested;
            }
        }
    }

    /// Everything with a version.
    fn each_stored(&mut self, mut visit: impl FnMut(&mut Stored)) {
        for Process { candidate, doing } in &mut self.processes {
            candidate.written.iter_mut().for_each(&mut visit);
            match doing {
                Doing::Asks(Request::Replace(it)) => visit(it),
                Doing::Hears(Answer::Found(it) | Answer::Written(it)) => visit(it),
                Doing::Rests | Doing::Rested | Doing::Asks(_) | Doing::Hears(_) | Doing::Gone => {}
            }
        }
        for stray in &mut self.strays {
            if let Request::Replace(it) = stray {
                visit(it);
            }
        }
        self.lease.iter_mut().for_each(visit);
    }

    /// Makes states the same that nobody can tell apart.
    fn canonical(mut self) -> Self {
        let is_there = self.lease.is_some();
        // What cannot be carried out any more does nothing whenever it arrives.
        self.strays.retain(|it| match it {
            Request::Create(_) => !is_there,
            Request::Replace(stored) => stored.version == LAST,
            Request::Read => false,
        });
        for Process { candidate, doing } in &mut self.processes {
            // How often an attempt has met a conflict decides only when it ends, and it may end at any time.
            candidate.conflicts = 0;
            if *doing == Doing::Gone {
                *candidate = Candidate::new(candidate.identity.clone(), candidate.times);
            }
            if !matches!(doing, Doing::Asks(_) | Doing::Hears(_)) {
                candidate.began = NOW - candidate.times.renew_deadline;
            }
        }
        let mut known: Vec<Record> = Vec::new();
        let mut number = |record: &mut Record| {
            let at = known.iter().position(|it| it == record).unwrap_or_else(|| {
                known.push(record.clone());
                known.len() - 1
            });
            let wall = Timestamp::from_second(i64::try_from(at).unwrap()).unwrap();
            *record = Record::taken(&record.holder, TICK, wall, 0);
        };
        self.each_stored(|it| number(&mut it.record));
        for Process { candidate, doing } in &mut self.processes {
            candidate.seen.iter_mut().for_each(|it| number(&mut it.record));
            if let Doing::Asks(Request::Create(record)) = doing {
                number(record);
            }
        }
        for stray in &mut self.strays {
            if let Request::Create(record) = stray {
                number(record);
            }
        }
        self
    }
}

/// What time it is; no record has this time.
fn now() -> Now {
    Now { own: NOW, wall: Timestamp::from_second(1_000).unwrap() }
}

impl Model for Election {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let process = |identity: &str| {
            let candidate = Candidate::new(identity.to_owned(), self.0);
            Process { candidate, doing: Doing::Rested }
        };
        let processes = [process("a"), process("b")];
        vec![State { lease: None, processes, strays: Vec::new() }.canonical()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.push(Action::Tick);
        actions.push(Action::Edit);
        actions.extend((0..state.strays.len()).map(Action::Stray));
        for (who, Process { candidate, doing }) in state.processes.iter().enumerate() {
            // One whose time has run out does not try any more.
            let may_try = candidate.leads_until().is_none() || state.leads(who);
            match doing {
                Doing::Rested if may_try => actions.push(Action::Begin(who)),
                Doing::Rests | Doing::Rested | Doing::Gone => {}
                Doing::Asks(_) => actions.extend([Action::Land(who), Action::Fail(who)]),
                Doing::Hears(_) => actions.extend([Action::Hear(who), Action::Fail(who)]),
            }
            if state.leads(who) {
                actions.push(Action::Resign(who));
            }
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Tick => state.pass(self.0),
            Action::Begin(who) => {
                let Process { candidate, doing } = &mut state.processes[who];
                *doing = Doing::Asks(candidate.begin(now()));
            }
            Action::Resign(who) => {
                state.give_up(who);
                let Process { candidate, doing } = &mut state.processes[who];
                *doing = Doing::Asks(candidate.resign(now()));
            }
            Action::Land(who) => {
                let Doing::Asks(request) = state.processes[who].doing.clone() else { return None };
                let answer = state.serve(request);
                state.processes[who].doing = Doing::Hears(answer);
            }
            Action::Hear(who) => {
                let Doing::Hears(answer) = state.processes[who].doing.clone() else { return None };
                state.hear(who, answer);
            }
            Action::Fail(who) => {
                state.give_up(who);
                state.hear(who, Answer::Failed);
            }
            Action::Stray(at) => {
                let request = state.strays.remove(at);
                state.serve(request);
            }
            Action::Edit => {
                let record = state.lease.as_ref()?.record.clone();
                state.write(record);
            }
        }
        Some(state.canonical())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("at most one leads", |_, state: &State| !(state.leads(0) && state.leads(1))),
            Property::sometimes("another one leads", |_, state: &State| {
                state.leads(1) && state.processes[0].doing == Doing::Gone
            }),
            Property::sometimes("one leads while a stray of it is under way", |_, state: &State| {
                state.leads(0) && !state.strays.is_empty()
            }),
        ]
    }
}

fn election(lease_ticks: u32, renew_ticks: u32) -> Election {
    Election(Times { lease: TICK * lease_ticks, renew_deadline: TICK * renew_ticks })
}

#[test]
fn no_two_lead_at_once_whatever_comes_between() {
    let checked = election(3, 2).checker().threads(2).spawn_bfs().join();
    eprintln!("{} states of an election", checked.unique_state_count());
    checked.assert_properties();
}

/// The model sees it when they could: a holder that goes on for longer than others wait for it.
#[test]
fn a_deadline_that_is_longer_than_the_lease_lets_two_lead_at_once() {
    let checked = election(2, 3).checker().threads(2).spawn_bfs().join();
    checked.assert_any_discovery("at most one leads");
}
