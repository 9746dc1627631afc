//! A world as a few numbers: the model that is explored.
//!
//! Pipeline: `Bounded` world → **`packed`** → `engine`.
//!
//! A state holds no objects. Each part of the world (the API server, each process, what is beside them) is
//! kept once in a table, and a state has its number there. A step of a part is computed once, by the code of
//! the world and of the core, and looked up from then on: most steps of most states are steps of parts that
//! were taken before, in other company. Properties that speak of one step are judged when it is computed.
//!
//! Guarantees: [`Packed::unpack`] gives the world that a state stands for, and a step of a state is the
//! step of that world (`tests/second_opinion.rs` compares both, state by state). Deliberately absent: any
//! knowledge of what the parts do.

pub mod parts;
pub mod ranks;

mod breaches;
pub(crate) mod canonical;
mod classes;
mod moves;
mod steps;
mod tables;

use std::fmt;
use std::hash::{Hash, Hasher};

use stateright::{Model, Property};
use windlass_core::ids::{Kind, Version};
use windlass_world::actors::{Action, Budgets, World};

use crate::bounded::Bounded;
use crate::engine::{Broken, Checkable, Fairness};
use crate::properties::{self, Judge, Rest, Verdict};
use breaches::Breaches;
use parts::Part;
use ranks::{Ranks, open};
use tables::Tables;

/// Most processes that can be live in a model.
pub const PROCESSES_MAX: usize = 3;

/// What a process is. Those of one sort can be exchanged for each other, and stand next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// One that runs the machines of the control plane.
    Controller,
}

/// A world, packed. Versions that are named by rank, and controllers that are sorted, make equal what
/// nothing can tell apart.
#[derive(Clone, Copy)]
pub struct State {
    api: Part,
    others: Part,
    /// Those that are live; of one sort, in the order of their fingerprints.
    processes: [Seat; PROCESSES_MAX],
    /// The faults that are left.
    budgets: Budgets,
    steps_taken: u8,
    /// The properties that the last step broke. Nothing follows on a broken state.
    broken: Breaches,
    /// The ranks in use: all up to the highest one.
    all: Ranks,
    /// What tells the parts beside the processes from others.
    beside: u64,
    /// What tells each process from others.
    seats: [u64; PROCESSES_MAX],
    fingerprint: u64,
}

/// A process in parts: a change that a watch has yet to show is nothing to the core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Seat {
    /// The core, its requests and its timers: the process without its watches.
    core: Part,
    /// Its watches, in the order of [`Kind::ALL`].
    watches: [Part; Kind::ALL.len()],
}

impl Seat {
    /// All its parts.
    fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.core).chain(&self.watches)
    }

    /// The ranks of all its versions.
    fn ranks(&self) -> Ranks {
        self.parts().fold(Ranks::default(), |all, part| all.or(part.ranks))
    }

    /// The same with other ranks.
    fn with_ranks(mut self, rename: impl Fn(Ranks) -> Ranks) -> Self {
        self.core.ranks = rename(self.core.ranks);
        for watch in &mut self.watches {
            watch.ranks = rename(watch.ranks);
        }
        self
    }
}

impl State {
    /// 64 bits that tell it from others, in every run.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whether both stand for the same world, whatever led there.
    #[must_use]
    pub fn is_same_world(&self, other: &Self) -> bool {
        (self.api, self.others, self.processes) == (other.api, other.others, other.processes)
            && (self.budgets, self.steps_taken) == (other.budgets, other.steps_taken)
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        // Most states that are compared differ here already.
        self.fingerprint == other.fingerprint && self.is_same_world(other) && self.broken == other.broken
    }
}

impl Eq for State {}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.fingerprint);
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "state {:016x}", self.fingerprint)
    }
}

/// A step: who takes it, and which of those that it could take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    actor: Actor,
    nth: u16,
    fairness: Fairness,
}

/// Who takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actor {
    /// The process at this place of the state, or something that happens to it.
    Process(u8),
    /// Its watch of the kind at this place of [`Kind::ALL`].
    Watch(u8, u8),
    /// The scheduler, or a request that outlived its process.
    Others,
    /// The users.
    User,
}

/// The packed model of a bounded world.
pub struct Packed {
    bounded: Bounded,
    tables: Tables,
}

impl Packed {
    /// The model of that world.
    ///
    /// # Panics
    ///
    /// With more than [`PROCESSES_MAX`] processes: the bounds of a model are data of this crate.
    #[must_use]
    pub fn new(bounded: Bounded) -> Self {
        assert!(usize::from(bounded.controllers) <= PROCESSES_MAX, "more processes than a state holds");
        let tables = Tables::new(&bounded);
        Self { bounded, tables }
    }

    /// What is modelled.
    #[must_use]
    pub const fn bounded(&self) -> &Bounded {
        &self.bounded
    }

    /// The properties that the step to a state broke.
    pub fn broken(&self, state: &State) -> impl Iterator<Item = &'static properties::Property> {
        let numbers = self.tables.breaches.numbers(state.broken);
        properties::all().filter(|(number, _)| numbers.contains(number)).map(|(_, property)| property)
    }

    /// How often each property was at stake, by its number.
    #[must_use]
    pub fn at_stake(&self) -> Vec<u64> {
        self.tables.at_stake()
    }

    /// The world that `state` stands for.
    #[must_use]
    pub fn unpack(&self, state: &State) -> World {
        let others = self.tables.others.opened(state.others.id, state.others.ranks);
        let mut api = self.tables.apis.opened(state.api.id, state.api.ranks);
        api.count_from(Version(u64::from(state.all.highest())));
        World {
            api,
            processes: self.live(state).map(|seat| self.tables.process(seat)).collect(),
            orphans: others.orphans,
            scheduler: others.scheduler,
            steps_taken: usize::from(state.steps_taken),
            budgets: state.budgets,
        }
    }

    /// The state of a world.
    #[must_use]
    pub fn pack(&self, world: &World) -> State {
        let mut world = world.clone();
        ranks::renumber(&mut world);
        let tables = &self.tables;
        let mut processes = [Seat::default(); PROCESSES_MAX];
        for (seat, process) in processes.iter_mut().zip(&world.processes) {
            *seat = tables.keep_process(process.clone());
        }
        let others = tables::Others { orphans: world.orphans, scheduler: world.scheduler };
        let (api, broken) = tables.keep_api(world.api);
        let (others, more) = tables.keep_others(others);
        let state = State {
            api,
            others,
            processes,
            budgets: world.budgets,
            steps_taken: u8::try_from(world.steps_taken).unwrap_or(u8::MAX),
            broken: tables.breaches.either(broken, more),
            all: Ranks::default(),
            beside: 0,
            seats: Default::default(),
            fingerprint: 0,
        };
        self.canonical_anew(state)
    }

    /// The action of the world, with its processes as [`Packed::unpack`] has them, that `step` stands for.
    #[must_use]
    pub fn action(&self, state: &State, step: &Step) -> Action {
        let seat = |at: u8| state.processes.get(usize::from(at)).copied().unwrap_or_default();
        let (moves, ranks, at) = match step.actor {
            Actor::User => return Action::User,
            Actor::Process(at) => {
                let Part { id, ranks } = seat(at).core;
                (&self.tables.cores.get(id).facts.moves, ranks, at)
            }
            Actor::Watch(at, kind) => {
                let Part { id, ranks } = seat(at).watches.get(usize::from(kind)).copied().unwrap_or_default();
                (&self.tables.watches.get(id).facts.moves, ranks, at)
            }
            Actor::Others => (self.other_moves(state), state.others.ranks, 0),
        };
        let mut action = Action::clone(&moves.get(step.nth).action);
        moves::readdress(&mut action, at, |order| open(order, ranks));
        action
    }

    fn live<'a>(&self, state: &'a State) -> impl Iterator<Item = &'a Seat> {
        state.processes.iter().take(self.processes())
    }

    /// How many processes are live.
    fn processes(&self) -> usize {
        usize::from(self.bounded.controllers)
    }

    /// What the process at a place is.
    const fn sort(_: usize) -> Sort {
        Sort::Controller
    }
}

impl Model for Packed {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let numbers = 0..self.bounded.starts_count();
        numbers.map(|number| self.pack(&self.bounded.from(number).world())).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        self.moves(state, actions);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        Some(self.step(state, step))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no property is broken", |_, state: &State| state.broken.is_none())]
    }
}

impl Checkable for Packed {
    fn fingerprint(&self, state: &State) -> u64 {
        state.fingerprint
    }

    fn fairness(&self, _: &State, step: &Step) -> Fairness {
        step.fairness
    }

    fn names_of_broken(&self, state: &State) -> Vec<&'static str> {
        self.broken(state).map(|property| property.id).collect()
    }

    fn judge_rest(&self, state: &State) -> Vec<Broken> {
        let question = (state.api, state.others, state.processes, state.steps_taken);
        self.tables.rests.answer(question, || self.judge_world_at_rest(&self.unpack(state))).to_vec()
    }

    fn bytes(&self) -> u64 {
        self.tables.bytes()
    }
}

impl Packed {
    fn judge_world_at_rest(&self, world: &World) -> std::sync::Arc<[Broken]> {
        let Bounded { scenario, setting, .. } = &self.bounded;
        let rest = Rest { world, setting, scenario };
        let mut broken = Vec::new();
        for (number, property) in properties::all() {
            let Judge::Rest(judge) = property.judge else { continue };
            if !property.is_about(setting.machines) {
                continue;
            }
            match judge(&rest) {
                Verdict::NotAtStake => {}
                Verdict::Holds => self.tables.note_stake(number),
                Verdict::Broken(what) => {
                    self.tables.note_stake(number);
                    broken.push(Broken { property: property.id, what });
                }
            }
        }
        broken.into()
    }
}
