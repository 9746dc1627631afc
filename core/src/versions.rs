//! Renaming of resource versions.
//!
//! Nothing but the order and the equality of versions of one kind ever decides anything (and of classes and
//! claims, see `bind`: a class that is older than a claim counts for it). So a state whose versions are
//! renamed, keeping their order, is the same state to everything that can follow: a model checker names them
//! by rank, and a loop in what happens is a loop in its states.

use crate::ids::{Kind, Version};

/// Something that mentions versions.
pub trait Versioned {
    /// Replaces each version that is mentioned by what `map` answers for it and the kind that it is of.
    ///
    /// `map` has to keep the order of versions that are compared; it is asked once for each mention, in no
    /// set order.
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version);
}

impl<T: Versioned> Versioned for Option<T> {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        if let Some(it) = self {
            it.map_versions(map);
        }
    }
}

/// Renames one version of that kind, if there is one.
pub fn map_version(version: &mut Option<Version>, kind: Kind, map: &mut dyn FnMut(Kind, Version) -> Version) {
    if let Some(it) = version {
        *it = map(kind, *it);
    }
}
