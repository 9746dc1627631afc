//! The properties, judged over what really happened to the objects of a real API server.
//!
//! Pipeline: what is stored in etcd, change by change → **`history`** → what is broken, and what was at stake.
//!
//! The functions are those that the checker explores with; what they see is put together again from the versions
//! of the objects. The order behind a change of a controller is read off the change, and the simulated API server
//! has to make the same change of it: a controller that writes anything else breaks the property [`EXPLAINED`].
//!
//! Deliberately absent: properties of what only a process knows, which no stored object shows; [`NOT_JUDGED`]
//! names each with its reason.

mod explain;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use windlass_core::controller::Enabled;
use windlass_core::ids::{Kind, ObjectKey, PodKey, Uid, Version};
use windlass_core::observed::{ClaimRef, Object};
use windlass_world::actors::{ApiServer, World};
use windlass_world::record::Record;
use windlass_world::run::setting;
use windlass_world::scenario::Scenario;

use crate::properties::{Actor, Change, Judge, Rest, Verdict, all};

/// Id of the property that is judged here alone.
pub const EXPLAINED: &str = "shared/H1";

/// What [`EXPLAINED`] says.
pub const EXPLAINED_SAYS: &str = "A controller changes of an object only what one of its orders says.";

/// The properties that no history shows, with the reason.
pub const NOT_JUDGED: [(&str, &str); 14] = [
    ("shared/F1", "it speaks of the books of a process"),
    ("shared/S28", "it speaks of what a process has seen"),
    ("shared/S38", "it speaks of two copies of a process"),
    ("bind/W1", "it speaks of what a process knew when it gave an order"),
    ("shared/F3", "it speaks of an order without an answer"),
    ("shared/F5", "it speaks of an order without an answer"),
    ("shared/F6", "it speaks of what a controller waits for"),
    ("protect/S34", "it speaks of what a process knew when it gave an order"),
    ("bind/S35", "it speaks of what the scheduler has in mind"),
    ("bind/L10", "it speaks of what the scheduler has in mind"),
    ("shared/L15", "the engine judges it on all executions"),
    ("shared/L24", "it speaks of what a process knows"),
    ("shared/E4", "it speaks of a scenario; whoever runs one compares its end"),
    ("shared/I4", "it speaks of the reasons that a process gives"),
];

/// The properties of a cluster at rest that need a live process, which a restart stands for.
const OF_LIVE_PROCESSES: [&str; 2] = ["shared/I1", "shared/I2"];

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// A controller of ours.
    Controller,
    /// The scheduler.
    Scheduler,
    /// Anybody else.
    User,
}

/// One change of one object.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The version that the change gave; changes of all objects are in one order.
    pub version: Version,
    /// The object.
    pub key: ObjectKey,
    /// What is stored since; none if it was deleted.
    pub stored: Option<Record>,
    /// Who made it.
    pub author: Author,
}

/// Something that must not have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The version of the change; none if it is the end that is wrong.
    pub version: Option<Version>,
    /// Id of the property.
    pub id: &'static str,
    /// What is wrong, in words.
    pub what: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.version {
            Some(version) => write!(f, "{} at version {version}: {}", self.id, self.what),
            None => write!(f, "{} in the end: {}", self.id, self.what),
        }
    }
}

/// What came of judging a history.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// What is broken, in the order in which it happened.
    pub broken: Vec<Breach>,
    /// How often each property could have been broken.
    pub at_stake: BTreeMap<&'static str, u64>,
    /// Changes by controllers.
    pub by_controllers: u64,
    /// What is stored in the end.
    pub end: ApiServer,
}

impl Judged {
    fn note(&mut self, id: &'static str, version: Option<Version>, verdict: Verdict) {
        match verdict {
            Verdict::NotAtStake => {}
            Verdict::Holds => *self.at_stake.entry(id).or_default() += 1,
            Verdict::Broken(what) => {
                *self.at_stake.entry(id).or_default() += 1;
                self.broken.push(Breach { version, id, what });
            }
        }
    }
}

/// Judges every change of a history that begins with nothing, in the order of its versions.
#[must_use]
pub fn judge(entries: &[Entry]) -> Judged {
    let mut replay = Replay::default();
    for entry in entries {
        replay.take(entry);
    }
    Judged { end: replay.stored, ..replay.judged }
}

/// Judges what is stored as a cluster at rest in which these machines ran: no claim waits for what it could have, the halves of each pair agree,
/// and a controller that starts from nothing finds nothing to write.
#[must_use]
pub fn judge_rest(stored: &ApiServer, machines: Enabled) -> Judged {
    let scenario = Scenario { enabled: machines, ..Scenario::default() };
    let setting = setting(&scenario);
    let mut world = World::new(&scenario, &setting, 0);
    world.api = stored.clone();
    let rest = Rest { world: &world, setting: &setting, scenario: &scenario };
    let mut judged = Judged { end: stored.clone(), ..Judged::default() };
    for (_, property) in all() {
        let is_left_out = is_not_judged(property.id)
            || OF_LIVE_PROCESSES.contains(&property.id)
            || !property.is_about(machines);
        if let (Judge::Rest(rule), false) = (property.judge, is_left_out) {
            judged.note(property.id, None, rule(&rest));
        }
    }
    judged
}

fn is_not_judged(id: &str) -> bool {
    NOT_JUDGED.iter().any(|(it, _)| *it == id)
}

/// A history under way.
#[derive(Default)]
struct Replay {
    stored: ApiServer,
    /// Numbers of UIDs in the order in which they came up: so the world numbers them.
    uids: BTreeMap<Uid, Uid>,
    touched: BTreeSet<ObjectKey>,
    created: BTreeSet<ObjectKey>,
    judged: Judged,
}

impl Replay {
    fn take(&mut self, entry: &Entry) {
        let stored = entry.stored.clone().map(|record| self.numbered(record));
        let before = self.stored.get(&entry.key).cloned();
        let mut after = self.stored.clone();
        match stored.clone() {
            Some(record) => after.load(record, true, true),
            None => after.unload(&entry.key, entry.version),
        }
        self.judge(entry, before.as_ref(), stored.as_ref(), &after);
        match (entry.author == Author::User, before.is_some()) {
            (true, true) => self.touched.insert(entry.key.clone()),
            (true, false) => self.created.insert(entry.key.clone()),
            (false, _) => false,
        };
        self.stored = after;
    }

    fn judge(&mut self, entry: &Entry, before: Option<&Record>, after: Option<&Record>, server: &ApiServer) {
        let version = Some(entry.version);
        let no_pod = PodKey::default();
        let order = match entry.author {
            Author::Controller => {
                self.judged.by_controllers += 1;
                let explained = explain::order(&self.stored, &entry.key, before, after);
                let verdict =
                    explained.as_ref().map_or_else(|what| Verdict::Broken(what.clone()), |_| Verdict::Holds);
                self.judged.note(EXPLAINED, version, verdict);
                let Ok(order) = explained else { return };
                Some(order)
            }
            Author::Scheduler | Author::User => None,
        };
        let actor = match (&order, &entry.author) {
            (Some(order), _) => Actor::Controller(order),
            (None, Author::Scheduler) => Actor::Scheduler(&no_pod),
            (None, Author::Controller | Author::User) => Actor::User,
        };
        let change = Change {
            stored: &self.stored,
            after: server,
            key: &entry.key,
            actor,
            touched: &self.touched,
            created: &self.created,
        };
        for (_, property) in all() {
            match property.judge {
                Judge::Change(rule) => self.judged.note(property.id, version, rule(&change)),
                Judge::Stored(rule) if is_ours(&entry.key) => {
                    self.judged.note(property.id, version, rule(server));
                }
                Judge::Stored(_)
                | Judge::Process(_)
                | Judge::Scheduler(_)
                | Judge::Rest(_)
                | Judge::Engine => {}
            }
        }
    }

    /// The record with its UIDs numbered by the order in which they came up.
    fn numbered(&mut self, mut record: Record) -> Record {
        let version = record.object.version();
        let uid = self.number_of(record.object.uid());
        if let Object::Volume(volume) = &mut record.object
            && let Some(ClaimRef { key: _, uid: Some(uid) }) = &mut Arc::make_mut(volume).claim_ref
            && let Some(number) = self.uids.get(uid)
        {
            *uid = number.clone();
        }
        record.stamped(Some(uid), version)
    }

    fn number_of(&mut self, uid: &Uid) -> Uid {
        let next = u64::try_from(self.uids.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.uids.entry(uid.clone()).or_insert_with(|| Uid::numbered(next)).clone()
    }
}

/// Whether what is stored of this kind can break a property of what is stored.
fn is_ours(key: &ObjectKey) -> bool {
    matches!(key.kind(), Kind::Claim | Kind::Volume)
}

#[cfg(test)]
mod tests;
