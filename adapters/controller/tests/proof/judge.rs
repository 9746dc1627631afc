//! What was stored, change by change and with its author, under the properties of the models.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass_cluster::audit::AuditEvent;
use windlass_core::ids::{Kind, ObjectKey, Uid, Version};
use windlass_model_check::history::{Author, Entry, Judged, judge, judge_rest};
use windlass_world::manifest::from_manifest;

use crate::cluster::{Cluster, real_key};
use crate::deployed;

/// Where the store has the objects of each kind.
const PLACES: [(&str, Kind); 5] = [
    ("persistentvolumeclaims/", Kind::Claim),
    ("persistentvolumes/", Kind::Volume),
    ("storageclasses/", Kind::Class),
    ("minions/", Kind::Node),
    ("pods/", Kind::Pod),
];

/// Who a change is taken for that no audit log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unnamed {
    /// A user: the log names everything that a controller did.
    User,
    /// A controller, if it changed an object: the log was cut off with its server, and users only create and delete.
    ControllerIfChanged,
}

/// How many changes were judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changes {
    pub(crate) all: usize,
    /// Those that a controller of ours made.
    pub(crate) ours: u64,
    /// Those that anybody else made to what was there already, and stays.
    pub(crate) edits_of_others: usize,
}

/// Judges everything that happened after a version, and what is stored in the end as a cluster at rest. Returns how
/// many changes there were.
///
/// # Panics
/// When a property is broken, with all that are, and when none was at stake.
#[track_caller]
pub(crate) fn assert_sound(
    cluster: &Cluster,
    after: u64,
    unnamed: Unnamed,
    must_be_at_stake: &[&str],
) -> Changes {
    let events = cluster.control_plane.audit().unwrap();
    let entries = entries(cluster, &events, after, unnamed);
    let judged = judge(&entries);
    let rest = judge_rest(&judged.end, cluster.machines);
    let broken: Vec<String> = judged
        .broken
        .iter()
        .chain(&rest.broken)
        .take(20)
        .map(|breach| told(breach.version, &breach.to_string(), &entries))
        .collect();
    assert!(broken.is_empty(), "{} properties are broken:\n{}", judged.broken.len(), broken.join("\n"));
    for id in must_be_at_stake {
        let count = stake(&judged, id) + stake(&rest, id);
        assert!(count > 0, "{id} was not at stake in {} changes: {:?}", entries.len(), judged.at_stake);
    }
    let unguarded = told_requests(&events, |it| is_write(it) && !is_guarded(it));
    assert!(unguarded.is_empty(), "writes without a guard:\n{}", unguarded.join("\n"));
    let edits_of_others = edits_of_others(&entries).len();
    Changes { all: entries.len(), ours: judged.by_controllers, edits_of_others }
}

/// Judges that the permissions of the manifest were enough. A server that has just been started knows no roles yet, and
/// forbids for a moment what they allow: this is for servers that were not killed.
///
/// # Panics
/// When anything was forbidden.
#[track_caller]
pub(crate) fn assert_allowed(cluster: &Cluster) {
    let events = cluster.control_plane.audit().unwrap();
    let forbidden = told_requests(&events, |it| is_of_controller(it) && it.code() == Some(403));
    assert!(forbidden.is_empty(), "not in the manifest's permissions:\n{}", forbidden.join("\n"));
}

/// Whether the judge finds something where the edits of users are taken for writes of a controller: with it, finding
/// nothing means something.
pub(crate) fn finds_users_guilty(cluster: &Cluster, after: u64) -> bool {
    let events = cluster.control_plane.audit().unwrap();
    let mut entries = entries(cluster, &events, after, Unnamed::User);
    for at in edits_of_others(&entries) {
        entries[at].author = Author::Controller;
    }
    let broken: BTreeSet<&str> = judge(&entries).broken.iter().map(|it| it.id).collect();
    ["shared/H1", "bind/S1", "bind/S29"].iter().all(|id| broken.contains(id))
}

/// Which changes somebody else made to what was there already, and stays.
fn edits_of_others(entries: &[Entry]) -> Vec<usize> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let was_there = !known.insert(entry.key.clone());
        if entry.stored.is_none() {
            known.remove(&entry.key);
        } else if was_there && entry.author != Author::Controller {
            found.push(at);
        }
    }
    found
}

fn stake(judged: &Judged, id: &str) -> u64 {
    judged.at_stake.get(id).copied().unwrap_or_default()
}

/// A breach with the last changes of the objects before it.
fn told(version: Option<Version>, breach: &str, entries: &[Entry]) -> String {
    let Some(version) = version else { return breach.to_owned() };
    let Some(at) = entries.iter().position(|it| it.version == version) else { return breach.to_owned() };
    let key = &entries[at].key;
    let before = entries[..=at].iter().rev().filter(|it| it.key == *key).take(4);
    let lines: Vec<String> = before
        .map(|it| format!("    {} {:?} {:?}", it.version, it.author, it.stored.as_ref().map(|it| &it.object)))
        .collect();
    format!("{breach}\n{}", lines.join("\n"))
}

/// What happened after a version, in order.
fn entries(cluster: &Cluster, events: &[AuditEvent], after: u64, unnamed: Unnamed) -> Vec<Entry> {
    let places = PLACES.map(|(place, _)| place);
    let history = cluster.control_plane.history(&places, after).unwrap();
    let (written, let_go) = (written(events), let_go(events));
    let mut known: BTreeMap<ObjectKey, Uid> = BTreeMap::new();
    let mut entries = Vec::with_capacity(history.len());
    for stored in history {
        let key = key_at(&stored.place);
        let was_there = known.contains_key(&key);
        let is_let_go = stored.object.is_none() && known.get(&key).is_some_and(|uid| let_go.contains(uid));
        let author = match (written.contains(&stored.version) || is_let_go, unnamed) {
            (true, _) => Author::Controller,
            (false, Unnamed::ControllerIfChanged)
                if was_there
                    && stored.object.is_some()
                    && matches!(key.kind(), Kind::Claim | Kind::Volume) =>
            {
                Author::Controller
            }
            (false, Unnamed::User | Unnamed::ControllerIfChanged) => Author::User,
        };
        let record = stored.object.as_ref().map(|object| {
            let record =
                from_manifest(key.kind(), object).unwrap_or_else(|faults| panic!("{key}: {faults:?}")).record;
            // Both ways of reading see the same in everything that was ever stored.
            let read = windlass_kube::parse::object(key.kind(), object.to_string().as_bytes());
            assert_eq!(read.as_ref(), Ok(&record.object), "{object}");
            record
        });
        match &record {
            Some(record) => known.insert(key.clone(), record.object.uid().clone()),
            None => known.remove(&key),
        };
        entries.push(Entry { version: Version(stored.version), key, stored: record, author });
    }
    entries
}

/// The versions that controllers of ours wrote, as far as the audit log says.
fn written(events: &[AuditEvent]) -> BTreeSet<u64> {
    // A write that changed nothing is answered with the version that it was given.
    let written = |it: &AuditEvent| {
        version(&it.response_object).filter(|written| version(&it.request_object) != Some(*written))
    };
    done(events).filter_map(written).collect()
}

/// The objects that went because a controller of ours took their last finalizer away. Such a write is answered with the
/// version that it was given, too: what it makes is never stored.
fn let_go(events: &[AuditEvent]) -> BTreeSet<Uid> {
    let gone = |it: &AuditEvent| {
        let metadata = it.response_object.as_ref()?.get("metadata")?;
        let is_last = metadata.get("deletionTimestamp").is_some() && metadata.get("finalizers").is_none();
        metadata.get("uid").and_then(Value::as_str).filter(|_| is_last).map(Uid::new)
    };
    done(events).filter_map(gone).collect()
}

/// The writes of controllers of ours that were done.
fn done(events: &[AuditEvent]) -> impl Iterator<Item = &AuditEvent> {
    events.iter().filter(|it| is_write(it) && it.code().is_some_and(|code| code < 300))
}

fn version(object: &Option<Value>) -> Option<u64> {
    object.as_ref()?.pointer("/metadata/resourceVersion")?.as_str()?.parse().ok()
}

fn is_of_controller(event: &AuditEvent) -> bool {
    event.is_complete() && event.user.username == deployed::USER
}

fn is_write(event: &AuditEvent) -> bool {
    // A server that says no before it has read what is to be written has written nothing.
    let is_unread = event.request_object.is_none() && event.code().is_some_and(|it| it >= 400);
    is_of_controller(event)
        && !is_unread
        && event.resource().starts_with("persistentvolume")
        && matches!(event.verb.as_str(), "create" | "update" | "patch" | "delete" | "deletecollection")
}

/// Whether a write carries the UID and the version of what it was decided on.
fn is_guarded(event: &AuditEvent) -> bool {
    let field = |name: &str| event.request_object.as_ref()?.pointer("/metadata")?.get(name)?.as_str();
    matches!(event.verb.as_str(), "update" | "patch")
        && field("uid").is_some_and(|it| !it.is_empty())
        && field("resourceVersion").and_then(|it| it.parse::<u64>().ok()).is_some_and(|it| it > 0)
}

/// The first requests of a kind that must not be there.
fn told_requests(events: &[AuditEvent], wanted: impl Fn(&AuditEvent) -> bool) -> Vec<String> {
    let found = events.iter().filter(|it| wanted(it));
    found.take(5).map(|it| format!("{} {} {:?}", it.verb, it.uri, it.request_object)).collect()
}

fn key_at(place: &str) -> ObjectKey {
    let (kind, rest) = PLACES
        .iter()
        .find_map(|(prefix, kind)| Some((*kind, place.strip_prefix(prefix)?)))
        .unwrap_or_else(|| panic!("{place} is no place of an object that was asked for"));
    let (namespace, name) = rest.rsplit_once('/').unwrap_or(("", rest));
    real_key(kind, namespace, name)
}
