//! The machines that a controller may run: one line for each.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::bind::Bind;
use crate::ids::{Kind, Version};
use crate::machine::Machine;
use crate::protect::{ProtectClaims, ProtectVolumes};
use crate::versions::Versioned;

/// Declares the machines of a controller: the field, the type, and the name that upstream has for it.
macro_rules! machines {
    ($($(#[$doc:meta])* $field:ident: $machine:ident, $name:literal;)*) => {
        /// The machines that run.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub(super) struct Machines {
            $(pub(super) $field: Option<$machine>,)*
        }

        /// Which machines run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Enabled {
            $($(#[$doc])* pub $field: bool,)*
        }

        impl Enabled {
            /// All of them.
            pub const ALL: Self = Self { $($field: true),* };
            /// None of them.
            pub const NONE: Self = Self { $($field: false),* };
            /// Their names, as the flag `--controllers` takes them.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Switches the machine of that name on or off; answers whether there is one.
            pub fn set(&mut self, name: &str, enabled: bool) -> bool {
                let switches = [$(($name, &mut self.$field)),*];
                let found = switches.into_iter().find(|(it, _)| *it == name);
                found.map(|(_, switch)| *switch = enabled).is_some()
            }

            /// Those that run in both.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self { $($field: self.$field && other.$field),* }
            }

            /// The names of those that run.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                [$((self.$field, $name)),*].into_iter().filter(|(runs, _)| *runs).map(|(_, name)| name)
            }

            /// The kinds that they observe.
            #[must_use]
            pub fn kinds(self) -> Vec<Kind> {
                let is_observed = |kind: &Kind| [$(self.$field && $machine::KINDS.contains(kind)),*].contains(&true);
                Kind::ALL.into_iter().filter(is_observed).collect()
            }
        }

        impl Machines {
            /// How many machines there may be.
            pub(super) const COUNT: usize = [$($name),*].len();

            pub(super) fn new(enabled: Enabled) -> Self {
                Self { $($field: enabled.$field.then($machine::default)),* }
            }

            pub(super) fn enabled(&self) -> Enabled {
                Enabled { $($field: self.$field.is_some()),* }
            }

            /// Those that run.
            pub(super) fn all(&self) -> impl Iterator<Item = &dyn Machine> {
                [$(self.$field.as_ref().map(|it| -> &dyn Machine { it })),*].into_iter().flatten()
            }

            /// Those that run.
            pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut dyn Machine> {
                [$(self.$field.as_mut().map(|it| -> &mut dyn Machine { it })),*].into_iter().flatten()
            }
        }

        impl Versioned for Machines {
            fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
                $(self.$field.map_versions(map);)*
            }
        }
    };
}

machines! {
    /// Binds claims to volumes.
    bind: Bind, "persistentvolume-binder-controller";
    /// Keeps claims that pods use.
    protect_claims: ProtectClaims, "persistentvolumeclaim-protection-controller";
    /// Keeps volumes that claims have.
    protect_volumes: ProtectVolumes, "persistentvolume-protection-controller";
}

impl Default for Enabled {
    fn default() -> Self {
        Self::ALL
    }
}
