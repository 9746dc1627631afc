//! Renaming of resource versions.
//!
//! Nothing but the order and the equality of versions ever decides anything. So a state whose versions
//! are renamed, keeping their order, is the same state to everything that can follow: a model checker
//! names them by rank, and a loop in what happens is a loop in its states.

use crate::ids::Version;

/// Something that mentions versions.
pub trait Versioned {
    /// Replaces each version that is mentioned by what `map` answers for it.
    ///
    /// `map` has to keep the order of versions; it is asked once for each mention, in no set order.
    fn map_versions(&mut self, map: &mut dyn FnMut(Version) -> Version);
}

impl Versioned for Version {
    fn map_versions(&mut self, map: &mut dyn FnMut(Version) -> Version) {
        *self = map(*self);
    }
}

impl<T: Versioned> Versioned for Option<T> {
    fn map_versions(&mut self, map: &mut dyn FnMut(Version) -> Version) {
        if let Some(it) = self {
            it.map_versions(map);
        }
    }
}
