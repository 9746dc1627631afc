//! Objects as last observed, and the one store of them.
//!
//! Pipeline: `Input` → **`observed`** → `bind`.
//!
//! Guarantees: an observation never goes back in time, and an index is never out of step with the
//! objects that it is made of ([`Store::check`]).
//!
//! Deliberately absent: every field that decides nothing. What an adapter does not show here, no
//! machine can act on.

mod modes;

mod claim;
mod volume;
mod workload;

mod index;
mod store;

pub use claim::{Claim, ClaimPhase, ClaimStatus};
pub use index::{Index, Shelf, Shelves};
pub(crate) use index::{covered, covering, preference, shelf_class};
pub use modes::{AccessMode, AccessModes, VolumeMode};
pub use store::{Change, Derived, Source, Store};
pub use volume::{ClaimRef, Holder, ReclaimPolicy, Volume, VolumePhase};
pub use workload::{BindingMode, Class, Node, Pod, PodClaim};

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{Kind, ObjectKey, Uid, Version};
use crate::versions::Versioned;

/// One observed object of any kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Object {
    /// A claim.
    Claim(Arc<Claim>),
    /// A volume.
    Volume(Arc<Volume>),
    /// A storage class.
    Class(Arc<Class>),
    /// A node.
    Node(Arc<Node>),
    /// A pod.
    Pod(Arc<Pod>),
}

impl Object {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Claim(_) => Kind::Claim,
            Self::Volume(_) => Kind::Volume,
            Self::Class(_) => Kind::Class,
            Self::Node(_) => Kind::Node,
            Self::Pod(_) => Kind::Pod,
        }
    }

    /// Kind and name.
    #[must_use]
    pub fn key(&self) -> ObjectKey {
        match self {
            Self::Claim(claim) => ObjectKey::Claim(claim.key.clone()),
            Self::Volume(volume) => ObjectKey::Volume(volume.name.clone()),
            Self::Class(class) => ObjectKey::Class(class.name.clone()),
            Self::Node(node) => ObjectKey::Node(node.name.clone()),
            Self::Pod(pod) => ObjectKey::Pod(pod.key.clone()),
        }
    }

    /// Identity for all time.
    #[must_use]
    pub fn uid(&self) -> &Uid {
        match self {
            Self::Claim(claim) => &claim.uid,
            Self::Volume(volume) => &volume.uid,
            Self::Class(class) => &class.uid,
            Self::Node(node) => &node.uid,
            Self::Pod(pod) => &pod.uid,
        }
    }

    /// The server's version of this state of the object.
    #[must_use]
    pub fn version(&self) -> Version {
        match self {
            Self::Claim(claim) => claim.version,
            Self::Volume(volume) => volume.version,
            Self::Class(class) => class.version,
            Self::Node(node) => node.version,
            Self::Pod(pod) => pod.version,
        }
    }
}

impl Versioned for Object {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::Claim(it) => map_shared(Kind::Claim, it, |it| it.version, |it| &mut it.version, map),
            Self::Volume(it) => map_shared(Kind::Volume, it, |it| it.version, |it| &mut it.version, map),
            Self::Class(it) => map_shared(Kind::Class, it, |it| it.version, |it| &mut it.version, map),
            Self::Node(it) => map_shared(Kind::Node, it, |it| it.version, |it| &mut it.version, map),
            Self::Pod(it) => map_shared(Kind::Pod, it, |it| it.version, |it| &mut it.version, map),
        }
    }
}

/// Renames the one version of a shared object; a name that stays copies nothing.
fn map_shared<T: Clone>(
    kind: Kind,
    object: &mut Arc<T>,
    version: impl Fn(&T) -> Version,
    version_mut: impl Fn(&mut T) -> &mut Version,
    map: &mut dyn FnMut(Kind, Version) -> Version,
) {
    let (known, mapped) = (version(object), map(kind, version(object)));
    if mapped != known {
        *version_mut(Arc::make_mut(object)) = mapped;
    }
}
