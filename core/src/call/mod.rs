//! What orders ask for: one enum for each machine.
//!
//! Deliberately absent: how an order is guarded and whom it keeps waiting, which is the same for all machines.

pub mod bind;
pub mod protect;

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{Kind, ObjectKey, Version};
use crate::operation::OperationKey;
use crate::versions::Versioned;
pub use bind::BindCall;
pub use protect::ProtectCall;

/// What an order asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Call {
    /// Reads the object that the order is about, since nobody knows what has become of it.
    Look,
    /// For the binder.
    Bind(BindCall),
    /// For protection.
    Protect(ProtectCall),
}

/// What a call reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reads {
    /// One object.
    Object(ObjectKey),
    /// All objects of a kind, of one namespace where the kind has namespaces and one is named.
    List(Kind, String),
}

impl Call {
    /// What it reads; none if it writes.
    #[must_use]
    pub fn reads(&self, key: &OperationKey) -> Option<Reads> {
        match self {
            Self::Look => key.object().cloned().map(Reads::Object),
            Self::Bind(call) => call.reads(),
            Self::Protect(call) => call.reads(),
        }
    }

    /// A second object that nothing else is done about while the order is out.
    #[must_use]
    pub fn also_locks(&self) -> Option<ObjectKey> {
        match self {
            Self::Look | Self::Protect(_) => None,
            Self::Bind(call) => call.also_locks(),
        }
    }

    /// What logs and metrics call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Look => "Read",
            Self::Bind(call) => call.name(),
            Self::Protect(call) => call.name(),
        }
    }

    /// Words for people, of an order that is about `key`.
    pub(crate) fn describe(&self, key: &OperationKey, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Look => write!(f, "read {key}"),
            Self::Bind(call) => call.describe(key, f),
            Self::Protect(call) => call.describe(key, f),
        }
    }
}

impl Versioned for Call {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        match self {
            Self::Look => {}
            Self::Bind(call) => call.map_versions(map),
            Self::Protect(call) => call.map_versions(map),
        }
    }
}
