//! A finding of the engine as the steps of a world.

use windlass_core::mutants::Mutant;
use windlass_world::actors::{Action, Story, World};

use crate::bounded::Bounded;
use crate::engine::{CONVERGENCE, Finding, replay};
use crate::packed::{Packed, State};
use crate::plain::actions;
use crate::properties::{self, Actor, Change, Judge, ProcessStep, Verdict};
use crate::tale::{Counterexample, Tale};

/// A property that is broken, and the steps that break it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The model.
    pub model: &'static str,
    /// The mutant that was planted, if one was.
    pub mutant: Option<&'static str>,
    /// Id of the property.
    pub property: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What is wrong, in words.
    pub what: String,
    /// The steps, from the start: told while the mutant, if any, is planted.
    pub tale: Tale,
}

impl Found {
    /// The finding in terms of the world; none if it cannot be repeated there, which would be a fault of the
    /// checker.
    pub fn new(
        packed: &Packed,
        model: &'static str,
        mutant: Option<Mutant>,
        finding: &Finding,
    ) -> Option<Self> {
        let states: Vec<State> = replay(packed, &finding.path)?.into_iter().map(|(_, state)| state).collect();
        let bounded = packed.bounded().from(finding.path.init);
        let mut worlds = vec![bounded.world()];
        let mut taken = Vec::new();
        for state in states.iter().skip(1) {
            let before = worlds.last()?;
            let (action, after) = lead(packed, before, state)?;
            taken.push(action);
            worlds.push(after);
        }
        let (number, property) = match finding.property.as_str() {
            CONVERGENCE => properties::of_engine(),
            id => properties::of_id(id),
        }?;
        let what = match (taken.last(), worlds.as_slice()) {
            (Some(action), [.., before, after]) => words(number, &bounded, before, action, after),
            (_, _) => None,
        };
        let what = what.unwrap_or_else(|| finding.what.clone());
        let tale = Tale::new(&Counterexample {
            scenario: &bounded.scenario,
            setting: &bounded.setting,
            controllers: bounded.controllers,
            actions: &taken,
            cycle_from: finding.cycle_from,
            id: property.id,
            says: property.says,
            what: &what,
        });
        let mutant = mutant.map(Mutant::name);
        Some(Self { model, mutant, property: property.id, says: property.says, what, tale })
    }
}

/// The action that leads from a world to the one that a state stands for.
fn lead(packed: &Packed, world: &World, state: &State) -> Option<(Action, World)> {
    let bounded = packed.bounded();
    actions(bounded, world).into_iter().find_map(|action| {
        let mut after = world.clone();
        after.apply(&bounded.setting, &action, &mut Story::default());
        packed.pack(&after).is_same_world(state).then_some((action, after))
    })
}

/// What is wrong with a step, as the property of that number has it.
fn words(number: usize, bounded: &Bounded, before: &World, action: &Action, after: &World) -> Option<String> {
    let (_, property) = properties::all().nth(number)?;
    let (touched, created) = (bounded.touched(), bounded.created());
    let verdict = match property.judge {
        Judge::Stored(judge) => judge(&after.api),
        Judge::Scheduler(judge) => judge(&after.scheduler),
        Judge::Change(judge) => {
            let keys = before.api.iter().chain(after.api.iter()).map(|record| record.key());
            let mut changed = keys.filter(|key| before.api.get(key) != after.api.get(key));
            let key = changed.next()?;
            let (stored, after) = (&before.api, &after.api);
            let actor = actor(action)?;
            judge(&Change { stored, after, key: &key, actor, touched: &touched, created: &created })
        }
        Judge::Process(judge) => {
            let index = usize::from(process_of(action)?);
            let (before, after) = (before.processes.get(index)?, after.processes.get(index)?);
            judge(&ProcessStep { before, action, after, again: after })
        }
        Judge::Rest(_) | Judge::Engine => return None,
    };
    match verdict {
        Verdict::Broken(what) => Some(what),
        Verdict::NotAtStake | Verdict::Holds => None,
    }
}

/// Who changes what is stored by an action.
fn actor(action: &Action) -> Option<Actor<'_>> {
    match action {
        Action::Perform(_, order) | Action::Disturb(_, order, _) | Action::Land(order) => {
            Some(Actor::Controller(order))
        }
        Action::Schedule(pod, _) => Some(Actor::Scheduler(pod)),
        Action::User => Some(Actor::User),
        Action::Deliver(..)
        | Action::Relist(..)
        | Action::Answer(..)
        | Action::Crash(_)
        | Action::Vanish(_)
        | Action::Fire(..)
        | Action::CrashScheduler => None,
    }
}

/// The process whose core takes a step.
fn process_of(action: &Action) -> Option<u8> {
    match action {
        Action::Deliver(process, _) | Action::Answer(process, _) | Action::Fire(process, _) => Some(*process),
        Action::Relist(..)
        | Action::Perform(..)
        | Action::Disturb(..)
        | Action::Crash(_)
        | Action::Land(_)
        | Action::Vanish(_)
        | Action::User
        | Action::Schedule(..)
        | Action::CrashScheduler => None,
    }
}
