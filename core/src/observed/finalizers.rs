//! Finalizers that somebody acts on, as a set.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::Kind;

/// A finalizer that somebody acts on. An object that is being deleted stays as long as it has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Finalizer {
    /// Keeps a claim that a pod uses.
    ClaimProtection,
    /// Keeps a volume that a claim has.
    VolumeProtection,
}

impl Finalizer {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ClaimProtection, Self::VolumeProtection];

    /// The name that the API has.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClaimProtection => "kubernetes.io/pvc-protection",
            Self::VolumeProtection => "kubernetes.io/pv-protection",
        }
    }

    /// The finalizer of that name, if it is one of these.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The one that protects objects of this kind, if one does.
    #[must_use]
    pub const fn protecting(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Claim => Some(Self::ClaimProtection),
            Kind::Volume => Some(Self::VolumeProtection),
            Kind::Class | Kind::Node | Kind::Pod => None,
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::ClaimProtection => 1,
            Self::VolumeProtection => 2,
        }
    }
}

/// A set of [`Finalizer`]s. What else an object has of finalizers is not observed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finalizers(u8);

impl Finalizers {
    /// Whether it is in the set.
    #[must_use]
    pub const fn contains(self, finalizer: Finalizer) -> bool {
        self.0 & finalizer.bit() != 0
    }

    /// The set with it.
    #[must_use]
    pub const fn with(self, finalizer: Finalizer) -> Self {
        Self(self.0 | finalizer.bit())
    }

    /// All that are in the set.
    pub fn iter(self) -> impl Iterator<Item = Finalizer> {
        Finalizer::ALL.into_iter().filter(move |it| self.contains(*it))
    }
}

impl<'a> FromIterator<&'a str> for Finalizers {
    /// The set of those names that are known.
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        names.into_iter().filter_map(Finalizer::of_name).fold(Self::default(), Self::with)
    }
}

impl fmt::Debug for Finalizers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_is_known_of_names() {
        let all: Finalizers =
            Finalizer::ALL.into_iter().map(Finalizer::name).chain(["example.com/other"]).collect();
        assert!(Finalizer::ALL.into_iter().all(|it| all.contains(it)));
        let one = Finalizers::default().with(Finalizer::VolumeProtection);
        assert!(!one.contains(Finalizer::ClaimProtection) && one != all);
        for kind in Kind::ALL {
            assert_eq!(Finalizer::protecting(kind).is_some(), matches!(kind, Kind::Claim | Kind::Volume));
        }
    }
}
