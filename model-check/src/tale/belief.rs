//! What controllers believe about objects, beside what is stored.

use std::collections::BTreeSet;

use windlass_core::ids::{ObjectKey, Version};
use windlass_core::observed::Object;
use windlass_world::actors::{Process, World};
use windlass_world::record::Record;

/// How a belief stands to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is what is stored.
    Fresh,
    /// A newer state is stored.
    Stale,
    /// The object is stored, and the controller does not know of it.
    Unknown,
    /// The controller knows an object that is not stored any more.
    Gone,
    /// There is no such object, and the controller knows of none.
    Absent,
}

impl Standing {
    /// The standing in a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Unknown => "not seen",
            Self::Gone => "gone since",
            Self::Absent => "absent",
        }
    }
}

/// What is known of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belief {
    /// The object.
    pub object: ObjectKey,
    /// The version that is stored; none if the object is not.
    pub stored: Option<Version>,
    /// The version that each controller knows, and how it stands to what is stored.
    pub known: Vec<(Option<Version>, Standing)>,
}

impl Belief {
    /// How the controller of this number has the object otherwise than it is stored, in words: `has pv/a at
    /// version 1 (stored: 4)`. None if it knows what is stored.
    #[must_use]
    pub fn mistaken(&self, controller: u8) -> Option<String> {
        let Self { object, stored, known } = self;
        let (known, standing) = known.get(usize::from(controller))?;
        let number = |version: &Option<Version>| version.map(|it| it.to_string()).unwrap_or_default();
        let (known, stored) = (number(known), number(stored));
        match standing {
            Standing::Fresh | Standing::Absent => None,
            Standing::Stale => Some(format!("has {object} at version {known} (stored: {stored})")),
            Standing::Gone => Some(format!("has {object} at version {known} (gone since)")),
            Standing::Unknown => Some(format!("has not seen {object} (stored: {stored})")),
        }
    }
}

/// What is known of every object that is stored or that a controller knows, by key.
pub(super) fn beliefs(world: &World) -> Vec<Belief> {
    let mut keys: BTreeSet<ObjectKey> = world.api.iter().map(Record::key).collect();
    for process in &world.processes {
        let store = process.core.store();
        keys.extend(store.claims().map(|it| ObjectKey::Claim(it.key.clone())));
        keys.extend(store.volumes().map(|it| ObjectKey::Volume(it.name.clone())));
        keys.extend(store.classes().map(|it| ObjectKey::Class(it.name.clone())));
    }
    keys.into_iter().map(|key| belief(world, key)).collect()
}

fn belief(world: &World, key: ObjectKey) -> Belief {
    let stored = world.api.get(&key).map(|record| &record.object);
    let known = |process: &Process| {
        let known = process.core.store().object(&key);
        (known.as_ref().map(Object::version), standing(stored, known.as_ref()))
    };
    let known = world.processes.iter().map(known).collect();
    Belief { stored: stored.map(Object::version), known, object: key }
}

fn standing(stored: Option<&Object>, known: Option<&Object>) -> Standing {
    match (stored, known) {
        (None, None) => Standing::Absent,
        (None, Some(_)) => Standing::Gone,
        (Some(_), None) => Standing::Unknown,
        (Some(stored), Some(known)) if stored.uid() != known.uid() => Standing::Gone,
        (Some(stored), Some(known)) if stored.version() == known.version() => Standing::Fresh,
        (Some(_), Some(_)) => Standing::Stale,
    }
}
