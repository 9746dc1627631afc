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
use core::ops::Bound;

use serde::{Deserialize, Serialize};

use super::index::Index;
use super::{Claim, Class, Node, Object, Pod, Volume};
use crate::derived::Derived;
use crate::ids::{ClaimKey, ClassName, Kind, NodeName, ObjectKey, PodKey, Version, VolumeName};
use crate::kinds::with_kinds;
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
    /// The object has a newer version, and nothing that is observed of it has changed.
    Refreshed,
    /// An object appeared, changed or disappeared; at least one of the two is there.
    Changed {
        /// What was known before.
        before: Option<Object>,
        /// What is known from here on.
        after: Option<Object>,
    },
}

/// Makes the store of the table of kinds: a map for each.
macro_rules! store {
    ($($kind:ident($key:ident, $id:ident, $map:ident, $short:literal, $api:literal, $name:literal, $plural:literal,
        $namespaced:literal);)*) => {
        /// Objects as last observed, by key, with their indexes.
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "Kept")]
        pub struct Store {
            $($map: BTreeMap<$key, Arc<$kind>>,)*
            /// How far the watch of each kind has come.
            frontier: BTreeMap<Kind, Version>,
            /// Objects that appeared in an answer and that the watch has not shown yet.
            unseen: BTreeSet<ObjectKey>,
            #[serde(skip)]
            index: Derived<Index>,
        }

        /// What is kept of a store: the indexes are made anew.
        #[derive(Deserialize)]
        struct Kept {
            $($map: BTreeMap<$key, Arc<$kind>>,)*
            frontier: BTreeMap<Kind, Version>,
            unseen: BTreeSet<ObjectKey>,
        }

        impl From<Kept> for Store {
            fn from(kept: Kept) -> Self {
                let Kept { $($map,)* frontier, unseen } = kept;
                let mut store = Self { $($map,)* frontier, unseen, index: Derived::default() };
                store.index = Derived(store.index_of_objects());
                store
            }
        }

        impl Store {
            /// The object of that key, of any kind.
            #[must_use]
            pub fn object(&self, key: &ObjectKey) -> Option<Object> {
                match key { $(ObjectKey::$kind(key) => self.$map.get(key).cloned().map(Object::$kind)),* }
            }

            /// The version of the object of that key.
            #[must_use]
            pub fn version(&self, key: &ObjectKey) -> Option<Version> {
                match key { $(ObjectKey::$kind(key) => self.$map.get(key).map(|it| it.version)),* }
            }

            /// Of `kind`, up to `count` keys in their order, from behind `after` on.
            #[must_use]
            pub fn keys_after(&self, kind: Kind, after: Option<&ObjectKey>, count: usize) -> Vec<ObjectKey> {
                match kind {
                    $(Kind::$kind => {
                        let after = match after {
                            Some(ObjectKey::$kind(key)) => Bound::Excluded(key),
                            Some(_) | None => Bound::Unbounded,
                        };
                        let keys = self.$map.range((after, Bound::Unbounded)).take(count);
                        keys.map(|(key, _)| ObjectKey::$kind(key.clone())).collect()
                    })*
                }
            }

            /// Packs the maps of objects. Maps that are filled in the order of their keys, as first lists fill
            /// them, have nodes that are half empty; built anew they are full.
            pub fn pack(&mut self) {
                $(self.$map = core::mem::take(&mut self.$map).into_iter().collect();)*
                self.index.0.pack();
            }

            /// Keeps `object` unless a newer state is known, or none is and it may not appear. Answers what was
            /// known before, if it was kept.
            fn put(&mut self, object: &Object, may_appear: bool) -> Option<Option<Object>> {
                match object {
                    $(Object::$kind(it) => put(&mut self.$map, &it.$id, it, |it| it.version, may_appear)
                        .map(|before| before.map(Object::$kind)),)*
                }
            }

            fn take_out(&mut self, key: &ObjectKey) -> Option<Object> {
                match key { $(ObjectKey::$kind(key) => self.$map.remove(key).map(Object::$kind)),* }
            }

            fn map_objects(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
                $(for it in self.$map.values_mut() {
                    let mut object = Object::$kind(Arc::clone(it));
                    object.map_versions(map);
                    if let Object::$kind(mapped) = object {
                        *it = mapped;
                    }
                })*
            }
        }
    };
}

with_kinds!(store);

impl Store {
    /// Takes in a state of an object, unless a newer one is known.
    pub fn observe(&mut self, object: &Object, source: Source) -> Change {
        let passed = self.frontier(object.kind());
        let may_appear = match source {
            Source::Watch => {
                self.advance(object.kind(), object.version());
                if !self.unseen.is_empty() {
                    self.unseen.remove(&object.key());
                }
                true
            }
            // A watch that has come past this state and knows of no such object has shown it deleted.
            Source::Answer => object.version() > passed || is_planted(Mutant::LateAnswerRevives),
        };
        let Some(before) = self.put(object, may_appear) else { return Change::Nothing };
        if source == Source::Answer && before.is_none() {
            self.unseen.insert(object.key());
        }
        if before.as_ref().is_some_and(|before| before.is_alike(object)) {
            return Change::Refreshed;
        }
        self.index.0.replace(before.as_ref(), object);
        Change::Changed { before, after: Some(object.clone()) }
    }

    /// Takes in that the watch has shown an object deleted, at that version.
    pub fn forget(&mut self, key: &ObjectKey, version: Version) -> Change {
        self.advance(key.kind(), version);
        let is_older = |known: Version| known <= version || is_planted(Mutant::OlderDeletionDropsNewer);
        match self.version(key) {
            Some(known) if is_older(known) => self.drop_object(key),
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
        let is_past =
            |key: &&ObjectKey| key.kind() == kind && self.version(key).is_some_and(|known| known <= version);
        self.unseen.iter().filter(is_past).cloned().collect()
    }

    /// Notes that the watch of `kind` has come this far.
    pub fn advance(&mut self, kind: Kind, version: Version) {
        let known = self.frontier.entry(kind).or_default();
        *known = version.max(*known);
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

    /// Whether the indexes are those of the objects.
    #[must_use]
    pub fn check(&self) -> bool {
        self.index.0 == self.index_of_objects()
    }

    fn index_of_objects(&self) -> Index {
        Index::of(&self.claims, &self.volumes, &self.pods)
    }

    fn drop_object(&mut self, key: &ObjectKey) -> Change {
        self.unseen.remove(key);
        match self.take_out(key) {
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
        self.map_objects(map);
        self.frontier.iter_mut().for_each(|(kind, it)| *it = map(*kind, *it));
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
