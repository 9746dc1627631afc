//! Objects as last observed, and the one store of them.
//!
//! Pipeline: `Input` → **`observed`** → `bind`.
//!
//! Guarantees: an observation never goes back in time, and an index is never out of step with the
//! objects that it is made of ([`Store::check`]).
//!
//! Deliberately absent: every field that decides nothing. What an adapter does not show here, no
//! machine can act on.

mod finalizers;
mod modes;

mod claim;
mod volume;
mod workload;

mod index;
mod store;

pub use claim::{Claim, ClaimPhase, ClaimStatus};
pub use finalizers::{Finalizer, Finalizers};
pub use index::Index;
pub use modes::{AccessMode, AccessModes, VolumeMode};
pub use store::{Change, Source, Store};
pub use volume::{ClaimRef, Holder, ReclaimPolicy, Volume, VolumePhase};
pub use workload::{BindingMode, Class, Node, Pod, PodClaim};

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{Kind, ObjectKey, Uid, Version};
use crate::kinds::with_kinds;
use crate::versions::Versioned;

/// Makes [`Object`] of the table of kinds.
macro_rules! objects {
    ($($kind:ident($key:ident, $id:ident, $map:ident, $short:literal, $api:literal, $name:literal, $plural:literal,
        $namespaced:literal);)*) => {
        /// One observed object of any kind.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Object {
            $(#[doc = $name] $kind(Arc<$kind>),)*
        }

        impl Object {
            /// What it is.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),* }
            }

            /// Kind and name.
            #[must_use]
            pub fn key(&self) -> ObjectKey {
                match self { $(Self::$kind(it) => ObjectKey::$kind(it.$id.clone())),* }
            }

            /// Identity for all time.
            #[must_use]
            pub fn uid(&self) -> &Uid {
                match self { $(Self::$kind(it) => &it.uid),* }
            }

            /// The server's version of this state of the object.
            #[must_use]
            pub fn version(&self) -> Version {
                match self { $(Self::$kind(it) => it.version),* }
            }

            /// Whether `metadata.deletionTimestamp` is set.
            #[must_use]
            pub fn is_deleting(&self) -> bool {
                match self { $(Self::$kind(it) => it.deleting),* }
            }

            /// Those of its finalizers that somebody acts on.
            #[must_use]
            pub fn finalizers(&self) -> Finalizers {
                match self { $(Self::$kind(it) => it.finalizers),* }
            }

            /// Whether both are the same state but for their versions.
            #[must_use]
            pub fn is_alike(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$kind(one), Self::$kind(other)) => {
                        **one == $kind { version: one.version, ..$kind::clone(other) }
                    })*
                    ($(Self::$kind(_))|*, _) => false,
                }
            }

            /// Gives it another identity and version: for whoever stores objects.
            pub fn stamp(&mut self, uid: Option<Uid>, version: Version) {
                match self {
                    $(Self::$kind(it) => {
                        let it = Arc::make_mut(it);
                        it.version = version;
                        if let Some(uid) = uid {
                            it.uid = uid;
                        }
                    })*
                }
            }

            /// Sets whether it is being deleted: for whoever stores objects.
            pub fn set_deleting(&mut self, deleting: bool) {
                if self.is_deleting() != deleting {
                    match self { $(Self::$kind(it) => Arc::make_mut(it).deleting = deleting),* }
                }
            }

            /// Sets its finalizers: for whoever stores objects.
            pub fn set_finalizers(&mut self, finalizers: Finalizers) {
                if self.finalizers() != finalizers {
                    match self { $(Self::$kind(it) => Arc::make_mut(it).finalizers = finalizers),* }
                }
            }

            /// Gives it another name in its namespace: for whoever stores objects.
            pub fn rename(&mut self, name: &str) {
                match (self.kind().key(self.key().namespace(), name), self) {
                    $((ObjectKey::$kind(key), Self::$kind(it)) => Arc::make_mut(it).$id = key,)*
                    ($(ObjectKey::$kind(_))|*, _) => {}
                }
            }
        }

        $(impl From<$kind> for Object {
            fn from(object: $kind) -> Self {
                Self::$kind(Arc::new(object))
            }
        })*

        impl Versioned for Object {
            fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
                let (known, mapped) = (self.version(), map(self.kind(), self.version()));
                // A name that stays copies nothing.
                if mapped != known {
                    self.stamp(None, mapped);
                }
            }
        }
    };
}

with_kinds!(objects);

/// Makes accessors of one kind each.
macro_rules! accessors {
    ($($method:ident: $kind:ident;)*) => {
        impl Object {
            $(#[doc = concat!("It as a ", stringify!($kind), ", if it is one.")]
            #[must_use]
            pub const fn $method(&self) -> Option<&Arc<$kind>> {
                if let Self::$kind(it) = self { Some(it) } else { None }
            })*
        }
    };
}

accessors! {
    as_claim: Claim;
    as_volume: Volume;
    as_class: Class;
    as_node: Node;
    as_pod: Pod;
}
