//! What has to hold, in the field's words.
//!
//! Pipeline: a step of the world → **`properties`** → what is broken, and what was at stake.
//!
//! A property is judged where it can be broken: on what is stored, on one change of it, on one step of a
//! process, or on a cluster at rest. Each says whether it was at stake: a property that nothing could have
//! broken proves nothing.
//!
//! Deliberately absent: the machines' own helpers wherever a judgement is about what a machine chose. What
//! fits a claim is worded here once more, by the documentation of Kubernetes.

mod look;

mod choice;
mod data;
mod process;
mod protect;
mod rest;
mod scheduler;
mod status;

use std::collections::BTreeSet;

use windlass_core::call::{BindCall, Call};
use windlass_core::controller::Enabled;
use windlass_core::ids::{ObjectKey, PodKey};
use windlass_core::observed::{Claim, Object, Volume};
use windlass_core::order::Order;
use windlass_world::actors::{Action, ApiServer, Process, Scheduler, Setting, World};
use windlass_world::record::Record;
use windlass_world::scenario::Scenario;

/// What a property says of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It could not have been broken here.
    NotAtStake,
    /// It could have been broken, and holds.
    Holds,
    /// It is broken; what is wrong, in words.
    Broken(String),
}

impl Verdict {
    /// Holds, or is broken as the words say.
    fn of(holds: bool, what: impl FnOnce() -> String) -> Self {
        if holds { Self::Holds } else { Self::Broken(what()) }
    }
}

/// What a property protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Nothing bad happens.
    Safety,
    /// The books of a machine agree.
    Invariant,
    /// Everything comes to rest where users want it.
    Convergence,
    /// What is done stays done, however often it is looked at.
    Idempotence,
}

impl Sort {
    /// As reports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Invariant => "invariant",
            Self::Convergence => "convergence",
            Self::Idempotence => "idempotence",
        }
    }
}

/// One property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its id: the machine that it is about, or `shared` if it is about any, and a letter with a number; `docs/models.md`
    /// says what the letters stand for.
    pub id: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What it protects.
    pub sort: Sort,
    /// How it is judged.
    pub judge: Judge,
}

impl Property {
    /// Whether it is about machines that run: what it wants of a cluster at rest is theirs to bring about.
    #[must_use]
    pub fn is_about(&self, machines: Enabled) -> bool {
        match self.id.split_once('/') {
            Some(("bind", _)) => machines.bind,
            Some(("protect", _)) => machines.protect_claims || machines.protect_volumes,
            Some(_) | None => true,
        }
    }
}

/// How a property is judged.
#[derive(Clone, Copy, Debug)]
pub enum Judge {
    /// On what is stored.
    Stored(fn(&ApiServer) -> Verdict),
    /// On a change of it.
    Change(fn(&Change<'_>) -> Verdict),
    /// On a step of a process.
    Process(fn(&ProcessStep<'_>) -> Verdict),
    /// On what the scheduler remembers.
    Scheduler(fn(&Scheduler) -> Verdict),
    /// On a cluster at rest.
    Rest(fn(&Rest<'_>) -> Verdict),
    /// By the engine: that every fair execution comes to rest.
    Engine,
}

/// A change of one stored object.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What was stored before.
    pub stored: &'a ApiServer,
    /// What is stored after.
    pub after: &'a ApiServer,
    /// The object.
    pub key: &'a ObjectKey,
    /// Who made it.
    pub actor: Actor<'a>,
    /// The objects that users change or delete in the course of this model.
    pub touched: &'a BTreeSet<ObjectKey>,
    /// The objects that users create in the course of this model.
    pub created: &'a BTreeSet<ObjectKey>,
}

/// Who changed what is stored.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// A controller, by this order.
    Controller(&'a Order),
    /// The scheduler, for this pod.
    Scheduler(&'a PodKey),
    /// A user.
    User,
}

/// One step of a process, alone.
#[derive(Clone, Copy, Debug)]
pub struct ProcessStep<'a> {
    /// Before.
    pub before: &'a Process,
    /// What reached it.
    pub action: &'a Action,
    /// After.
    pub after: &'a Process,
    /// After the same step on another copy.
    pub again: &'a Process,
}

/// A cluster at rest.
#[derive(Clone, Copy, Debug)]
pub struct Rest<'a> {
    /// The cluster.
    pub world: &'a World,
    /// What stays the same.
    pub setting: &'a Setting,
    /// What users do, and what is expected in the end.
    pub scenario: &'a Scenario,
}

impl Change<'_> {
    /// The object before and after.
    fn records(&self) -> (Option<&Record>, Option<&Record>) {
        (self.stored.get(self.key), self.after.get(self.key))
    }

    /// The object before and after, if it is the same one.
    fn same(&self) -> Option<(&Object, &Object)> {
        let (before, after) = self.records();
        let (before, after) = (&before?.object, &after?.object);
        (before.uid() == after.uid()).then_some((before, after))
    }

    /// The volume before and after, if it is the same one.
    fn volume(&self) -> Option<(&Volume, &Volume)> {
        let Some((Object::Volume(before), Object::Volume(after))) = self.same() else { return None };
        Some((before, after))
    }

    /// The claim before and after, if it is the same one.
    fn claim(&self) -> Option<(&Claim, &Claim)> {
        let Some((Object::Claim(before), Object::Claim(after))) = self.same() else { return None };
        Some((before, after))
    }

    /// What the binder asked for, if its order made it.
    fn bind_call(&self) -> Option<&BindCall> {
        match &self.order()?.call {
            Call::Bind(call) => Some(call),
            Call::Look | Call::Protect(_) => None,
        }
    }

    /// The order of the controller that made it, if one did.
    fn order(&self) -> Option<&Order> {
        match self.actor {
            Actor::Controller(order) => Some(order),
            Actor::Scheduler(_) | Actor::User => None,
        }
    }
}

const LISTS: &[&[Property]] =
    &[data::ALL, choice::ALL, status::ALL, process::ALL, scheduler::ALL, rest::ALL, protect::ALL];

const fn all_count() -> usize {
    let (mut count, mut at) = (0, 0);
    while at < LISTS.len() {
        count += LISTS[at].len();
        at += 1;
    }
    count
}

/// All properties, in a fixed order.
pub fn all() -> impl Iterator<Item = (usize, &'static Property)> {
    LISTS.iter().copied().flatten().enumerate()
}

/// The property of that id.
#[must_use]
pub fn of_id(id: &str) -> Option<(usize, &'static Property)> {
    all().find(|(_, property)| property.id == id)
}

/// The property that the engine judges.
#[must_use]
pub fn of_engine() -> Option<(usize, &'static Property)> {
    all().find(|(_, property)| matches!(property.judge, Judge::Engine))
}

/// Number of properties.
pub const COUNT: usize = all_count();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_name_a_machine_and_sentences_end() {
        let ids: BTreeSet<&str> = all().map(|(_, property)| property.id).collect();
        assert_eq!(ids.len(), COUNT);
        for id in ids {
            let (machine, own) = id.split_once('/').unwrap();
            assert!(["shared", "bind", "protect"].contains(&machine), "{id}");
            let (letter, number) = own.split_at(1);
            assert!("SCDBFWLIE".contains(letter) && number.parse::<u8>().is_ok(), "{id}");
        }
        assert!(all().all(|(_, property)| property.says.ends_with('.')), "a sentence without an end");
    }
}
