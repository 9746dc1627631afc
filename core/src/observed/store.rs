//! The one store of observations that all machines of a process read.
//!
//! Guarantees:
//! - an older state of an object never replaces a newer one, whether it came by watch or as the
//!   answer to a write;
//! - an object that only an answer has shown is gone when the watch has come past it without showing it;
//! - an answer that is late does not bring back an object that the watch has since shown deleted;
//! - the indexes follow the objects.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::index::Index;
use super::{Claim, Class, Node, Object, Pod, Volume, map_shared};
use crate::ids::{ClaimKey, ClassName, Kind, NodeName, ObjectKey, PodKey, Version, VolumeName};
use crate::mutants::{Mutant, is_planted};
use crate::versions::Versioned;

/// How an observation reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// By list or watch: everything of this kind up to this version has been shown before.
    Watch,
    /// As the answer to a write or a read of ours: it may be ahead of the watch, or behind it.
    Answer,
}

/// What an observation did to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it was known, or older than what is known.
    Nothing,
    /// An object appeared, changed or disappeared; at least one of the two is there.
    Changed {
        /// What was known before.
        before: Option<Object>,
        /// What is known from here on.
        after: Option<Object>,
    },
}

/// A value that is a function of the fields beside it.
///
/// It takes no part in equality, order and hash: states that agree in everything else agree here,
/// and a model checker need not hash the same facts twice. `Store::check` proves the function.
#[derive(Clone, Debug, Default)]
pub struct Derived<T>(pub T);

impl<T> PartialEq for Derived<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Derived<T> {}

impl<T> PartialOrd for Derived<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Derived<T> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl<T> Hash for Derived<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// Objects as last observed, by key, with their indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Store {
    claims: BTreeMap<ClaimKey, Arc<Claim>>,
    volumes: BTreeMap<VolumeName, Arc<Volume>>,
    classes: BTreeMap<ClassName, Arc<Class>>,
    nodes: BTreeMap<NodeName, Arc<Node>>,
    pods: BTreeMap<PodKey, Arc<Pod>>,
    /// How far the watch of each kind has come.
    frontier: BTreeMap<Kind, Version>,
    /// Volumes that are being written, and so are no one's to find: as many as orders are out or pause.
    aside: BTreeSet<VolumeName>,
    /// Objects that appeared in an answer and that the watch has not shown yet.
    unseen: BTreeSet<ObjectKey>,
    #[serde(skip)]
    index: Derived<Index>,
}

/// What is kept of a store: the indexes are made anew.
#[derive(Deserialize)]
struct Kept {
    claims: BTreeMap<ClaimKey, Arc<Claim>>,
    volumes: BTreeMap<VolumeName, Arc<Volume>>,
    classes: BTreeMap<ClassName, Arc<Class>>,
    nodes: BTreeMap<NodeName, Arc<Node>>,
    pods: BTreeMap<PodKey, Arc<Pod>>,
    frontier: BTreeMap<Kind, Version>,
    aside: BTreeSet<VolumeName>,
    unseen: BTreeSet<ObjectKey>,
}

impl From<Kept> for Store {
    fn from(kept: Kept) -> Self {
        let Kept { claims, volumes, classes, nodes, pods, frontier, aside, unseen } = kept;
        let index = Derived(Index::of(&claims, &volumes, &pods, &aside));
        Self { claims, volumes, classes, nodes, pods, frontier, aside, unseen, index }
    }
}

impl Store {
    /// Takes in a state of an object, unless a newer one is known.
    pub fn observe(&mut self, object: &Object, source: Source) -> Change {
        let passed = self.frontier(object.kind());
        let may_appear = match source {
            Source::Watch => {
                self.advance(object.kind(), object.version());
                self.unseen.remove(&object.key());
                true
            }
            // A watch that has come past this state and knows of no such object has shown it deleted.
            Source::Answer => object.version() > passed || is_planted(Mutant::LateAnswerRevives),
        };
        let Some(before) = self.put(object, may_appear) else { return Change::Nothing };
        if source == Source::Answer && before.is_none() {
            self.unseen.insert(object.key());
        }
        self.index.0.replace(before.as_ref(), object);
        if let Object::Volume(volume) = object
            && self.aside.contains(&volume.name)
        {
            self.index.0.take_off(volume);
        }
        Change::Changed { before, after: Some(object.clone()) }
    }

    /// Takes in that the watch has shown an object deleted, at that version.
    pub fn forget(&mut self, key: &ObjectKey, version: Version) -> Change {
        self.advance(key.kind(), version);
        let is_older = |known: Version| known <= version || is_planted(Mutant::OlderDeletionDropsNewer);
        match self.object(key) {
            Some(known) if is_older(known.version()) => self.drop_object(key),
            // An answer has already shown the object that was created again under this name.
            Some(_) | None => Change::Nothing,
        }
    }

    /// Takes in that the API server answered "no such object" to a request that named this one.
    pub fn disprove(&mut self, key: &ObjectKey) -> Change {
        self.drop_object(key)
    }

    /// Takes in that the watch of `kind` has shown everything up to this version. Answers the objects that an
    /// answer has shown and the watch has not: they are gone, in a gap that a list anew left out.
    pub fn reach(&mut self, kind: Kind, version: Version) -> Vec<ObjectKey> {
        self.advance(kind, version);
        let is_past = |key: &&ObjectKey| {
            key.kind() == kind && self.object(key).is_some_and(|known| known.version() <= version)
        };
        self.unseen.iter().filter(is_past).cloned().collect()
    }

    /// Notes that the watch of `kind` has come this far.
    pub fn advance(&mut self, kind: Kind, version: Version) {
        let known = self.frontier.entry(kind).or_default();
        *known = version.max(*known);
    }

    /// Packs the maps of objects. Maps that are filled in the order of their keys, as first lists fill
    /// them, have nodes that are half empty; built anew they are full.
    pub fn pack(&mut self) {
        let Self { claims, volumes, classes: _, nodes: _, pods, frontier: _, aside: _, unseen: _, index } =
            self;
        *claims = core::mem::take(claims).into_iter().collect();
        *volumes = core::mem::take(volumes).into_iter().collect();
        *pods = core::mem::take(pods).into_iter().collect();
        index.0.pack();
    }

    /// Takes a volume that is being written out of the searches' way.
    pub fn set_aside(&mut self, name: &VolumeName) {
        if let Some(volume) = self.volumes.get(name) {
            self.index.0.take_off(volume);
        }
        self.aside.insert(name.clone());
    }

    /// Lets searches find a volume again that was set aside.
    pub fn put_back(&mut self, name: &VolumeName) {
        self.aside.remove(name);
        if let Some(volume) = self.volumes.get(name) {
            self.index.0.put_on(volume);
        }
    }

    /// The volumes that are set aside.
    pub fn aside(&self) -> impl Iterator<Item = &VolumeName> {
        self.aside.iter()
    }

    /// How far the watch of `kind` has come.
    #[must_use]
    pub fn frontier(&self, kind: Kind) -> Version {
        self.frontier.get(&kind).copied().unwrap_or_default()
    }

    /// The claim of that key.
    #[must_use]
    pub fn claim(&self, key: &ClaimKey) -> Option<&Arc<Claim>> {
        self.claims.get(key)
    }

    /// The volume of that name.
    #[must_use]
    pub fn volume(&self, name: &VolumeName) -> Option<&Arc<Volume>> {
        self.volumes.get(name)
    }

    /// The class of that name.
    #[must_use]
    pub fn class(&self, name: &ClassName) -> Option<&Arc<Class>> {
        self.classes.get(name)
    }

    /// The node of that name.
    #[must_use]
    pub fn node(&self, name: &NodeName) -> Option<&Arc<Node>> {
        self.nodes.get(name)
    }

    /// The pod of that key.
    #[must_use]
    pub fn pod(&self, key: &PodKey) -> Option<&Arc<Pod>> {
        self.pods.get(key)
    }

    /// All classes, by name.
    pub fn classes(&self) -> impl Iterator<Item = &Arc<Class>> {
        self.classes.values()
    }

    /// All claims, by key.
    pub fn claims(&self) -> impl Iterator<Item = &Arc<Claim>> {
        self.claims.values()
    }

    /// All volumes, by name.
    pub fn volumes(&self) -> impl Iterator<Item = &Arc<Volume>> {
        self.volumes.values()
    }

    /// The indexes.
    #[must_use]
    pub const fn index(&self) -> &Index {
        &self.index.0
    }

    /// The object of that key, of any kind.
    #[must_use]
    pub fn object(&self, key: &ObjectKey) -> Option<Object> {
        match key {
            ObjectKey::Claim(key) => self.claims.get(key).cloned().map(Object::Claim),
            ObjectKey::Volume(name) => self.volumes.get(name).cloned().map(Object::Volume),
            ObjectKey::Class(name) => self.classes.get(name).cloned().map(Object::Class),
            ObjectKey::Node(name) => self.nodes.get(name).cloned().map(Object::Node),
            ObjectKey::Pod(key) => self.pods.get(key).cloned().map(Object::Pod),
        }
    }

    /// Whether the indexes are those of the objects.
    #[must_use]
    pub fn check(&self) -> bool {
        let Self { claims, volumes, classes: _, nodes: _, pods, frontier: _, aside, unseen: _, index } = self;
        index.0 == Index::of(claims, volumes, pods, aside)
    }

    /// Keeps `object` unless a newer state is known, or none is and it may not appear. Answers what was
    /// known before, if it was kept.
    fn put(&mut self, object: &Object, may_appear: bool) -> Option<Option<Object>> {
        match object {
            Object::Claim(it) => put(&mut self.claims, &it.key, it, |it| it.version, may_appear)
                .map(|before| before.map(Object::Claim)),
            Object::Volume(it) => put(&mut self.volumes, &it.name, it, |it| it.version, may_appear)
                .map(|before| before.map(Object::Volume)),
            Object::Class(it) => put(&mut self.classes, &it.name, it, |it| it.version, may_appear)
                .map(|before| before.map(Object::Class)),
            Object::Node(it) => put(&mut self.nodes, &it.name, it, |it| it.version, may_appear)
                .map(|before| before.map(Object::Node)),
            Object::Pod(it) => put(&mut self.pods, &it.key, it, |it| it.version, may_appear)
                .map(|before| before.map(Object::Pod)),
        }
    }

    fn drop_object(&mut self, key: &ObjectKey) -> Change {
        self.unseen.remove(key);
        let removed = match key {
            ObjectKey::Claim(key) => self.claims.remove(key).map(Object::Claim),
            ObjectKey::Volume(name) => self.volumes.remove(name).map(Object::Volume),
            ObjectKey::Class(name) => self.classes.remove(name).map(Object::Class),
            ObjectKey::Node(name) => self.nodes.remove(name).map(Object::Node),
            ObjectKey::Pod(key) => self.pods.remove(key).map(Object::Pod),
        };
        match removed {
            Some(before) => {
                self.index.0.remove(&before);
                Change::Changed { before: Some(before), after: None }
            }
            None => Change::Nothing,
        }
    }
}

impl Versioned for Store {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { claims, volumes, classes, nodes, pods, frontier, aside: _, unseen: _, index: _ } = self;
        claims
            .values_mut()
            .for_each(|it| map_shared(Kind::Claim, it, |it| it.version, |it| &mut it.version, map));
        volumes
            .values_mut()
            .for_each(|it| map_shared(Kind::Volume, it, |it| it.version, |it| &mut it.version, map));
        classes
            .values_mut()
            .for_each(|it| map_shared(Kind::Class, it, |it| it.version, |it| &mut it.version, map));
        nodes
            .values_mut()
            .for_each(|it| map_shared(Kind::Node, it, |it| it.version, |it| &mut it.version, map));
        pods.values_mut()
            .for_each(|it| map_shared(Kind::Pod, it, |it| it.version, |it| &mut it.version, map));
        frontier.iter_mut().for_each(|(kind, it)| *it = map(*kind, *it));
    }
}

/// Keeps `object` in one map; see [`Store::put`]. One look at the map serves for both.
fn put<K: Ord + Clone, T>(
    map: &mut BTreeMap<K, Arc<T>>,
    key: &K,
    object: &Arc<T>,
    version: impl Fn(&T) -> Version,
    may_appear: bool,
) -> Option<Option<Arc<T>>> {
    match map.get_mut(key) {
        Some(known) if version(known) == version(object) => None,
        Some(known) if version(known) > version(object) && !is_planted(Mutant::OlderReplacesNewer) => None,
        Some(known) => Some(Some(core::mem::replace(known, object.clone()))),
        None if may_appear => {
            map.insert(key.clone(), object.clone());
            Some(None)
        }
        None => None,
    }
}
