//! Objects as the Kubernetes API writes them, and what each means: one form of each kind, for reading and writing.
//!
//! Guarantees:
//! - reading borrows from the bytes, and what decides nothing is skipped and never kept;
//! - an object that is written is read back as the same, but for what its kind says is not written;
//! - an object without a [`Fault`] means what it says, whoever reads it.
//!
//! Whoever reads chooses how strict it is: by the deserializer, and by what it looks at besides. A value that is
//! absent is written as `null`, which the API takes for the same.
//!
//! Deliberately absent: any format of bytes, and checks of what decides nothing.

mod fault;
mod text;

pub mod names;

mod keeping;
mod metadata;
mod values;

mod claim;
mod class;
mod node;
mod pod;
mod volume;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use claim::Claim;
pub use class::Class;
pub use fault::{Fault, Path, SHOWN_CHARS_MAX, Segment, one_of, quoted, shortened};
pub use keeping::{NoOwner, OwnerPod};
pub use metadata::{Identity, Metadata};
pub use node::Node;
pub use pod::{Pod, ephemeral_claim_name};
pub use text::{NoLabels, SomeLabels, Str};
pub use volume::Volume;

use crate::ids::Kind;
use crate::observed::Object;

/// The form of one kind.
pub trait Wire<'a>: Deserialize<'a> + Serialize {
    /// The kind.
    const KIND: Kind;

    /// Annotations that the object observed says all of; of others, the object that is written has none.
    const ANNOTATIONS: &'static [&'static str];

    /// Whether the object observed has all labels.
    const HAS_LABELS: bool;

    /// Labels as far as they decide something.
    type Labels;

    /// Owners as far as they decide something.
    type Owner;

    /// The metadata.
    fn metadata(&self) -> &Metadata<'a, Self::Labels, Self::Owner>;

    /// What it means. Where a fault is found, what is returned has no meaning.
    fn into_object(self, identity: Identity, faults: &mut Vec<Fault>) -> Object;
}
