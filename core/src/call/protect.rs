//! What protection asks for.

use alloc::string::ToString;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::Reads;
use crate::ids::{ClaimKey, Kind, ObjectKey, Version};
use crate::operation::OperationKey;
use crate::text::Text;
use crate::versions::Versioned;

/// One request of protection, about the object of its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProtectCall {
    /// Adds the finalizer that protects objects of this kind.
    AddFinalizer,
    /// Takes that finalizer away. The others stay.
    RemoveFinalizer,
    /// Lists the pods of a namespace.
    ListPods {
        /// The namespace.
        namespace: Text,
        /// Every claim up to this version was known when the list was decided: about those it proves something.
        known: Version,
    },
    /// Reads the claim that a volume names.
    ReadClaim {
        /// The claim.
        claim: ClaimKey,
        /// The version of the volume for which it is read: about no other state it proves anything.
        known: Version,
    },
}

impl ProtectCall {
    pub(super) fn reads(&self) -> Option<Reads> {
        match self {
            Self::ListPods { namespace, known: _ } => Some(Reads::List(Kind::Pod, namespace.to_string())),
            Self::ReadClaim { claim, known: _ } => Some(Reads::Object(ObjectKey::Claim(claim.clone()))),
            Self::AddFinalizer | Self::RemoveFinalizer => None,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::AddFinalizer => "AddFinalizer",
            Self::RemoveFinalizer => "RemoveFinalizer",
            Self::ListPods { .. } => "ListPods",
            Self::ReadClaim { .. } => "ReadClaim",
        }
    }

    pub(super) fn describe(&self, key: &OperationKey, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddFinalizer => write!(f, "protect {key}"),
            Self::RemoveFinalizer => write!(f, "stop protecting {key}"),
            Self::ListPods { namespace, .. } => write!(f, "list the pods of namespace {namespace} for {key}"),
            Self::ReadClaim { claim, .. } => write!(f, "read pvc/{claim} for {key}"),
        }
    }
}

impl Versioned for ProtectCall {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::ListPods { namespace: _, known } => *known = map(Kind::Claim, *known),
            Self::ReadClaim { claim: _, known } => *known = map(Kind::Volume, *known),
            Self::AddFinalizer | Self::RemoveFinalizer => {}
        }
    }
}
