//! Access modes and volume modes.

use core::fmt;

use serde::{Deserialize, Serialize};

/// How pods may share a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AccessMode {
    /// Mounted for reading and writing by one node.
    ReadWriteOnce,
    /// Mounted for reading by many nodes.
    ReadOnlyMany,
    /// Mounted for reading and writing by many nodes.
    ReadWriteMany,
    /// Mounted for reading and writing by one pod.
    ReadWriteOncePod,
}

impl AccessMode {
    /// All modes, in the order in which sets of them are written.
    pub const ALL: [Self; 4] =
        [Self::ReadWriteOnce, Self::ReadOnlyMany, Self::ReadWriteMany, Self::ReadWriteOncePod];

    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadWriteOnce => "ReadWriteOnce",
            Self::ReadOnlyMany => "ReadOnlyMany",
            Self::ReadWriteMany => "ReadWriteMany",
            Self::ReadWriteOncePod => "ReadWriteOncePod",
        }
    }

    /// The name that `kubectl get` uses.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::ReadWriteOnce => "RWO",
            Self::ReadOnlyMany => "ROX",
            Self::ReadWriteMany => "RWX",
            Self::ReadWriteOncePod => "RWOP",
        }
    }

    /// The mode of that API name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }

    /// This mode's bit in a set, and its code (1 to 8) in a list.
    const fn bit(self) -> u8 {
        match self {
            Self::ReadWriteOnce => 1,
            Self::ReadOnlyMany => 2,
            Self::ReadWriteMany => 4,
            Self::ReadWriteOncePod => 8,
        }
    }
}

/// Access modes in the order in which their owner listed them, each once.
///
/// The order decides nothing, but a claim's status repeats the list of its volume, and a list in
/// another order would look like a difference that has to be written.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccessModes([u8; 4]);

impl AccessModes {
    /// No mode at all.
    pub const NONE: Self = Self([0; 4]);

    /// The modes of `listed`, without what is listed twice.
    #[must_use]
    pub fn new(listed: impl IntoIterator<Item = AccessMode>) -> Self {
        let mut modes = Self::NONE;
        for mode in listed {
            if let Some(place) = modes.0.iter_mut().find(|place| **place == 0 || **place == mode.bit()) {
                *place = mode.bit();
            }
        }
        modes
    }

    /// The modes in their order.
    pub fn iter(self) -> impl Iterator<Item = AccessMode> {
        self.0.into_iter().filter_map(|code| AccessMode::ALL.into_iter().find(|mode| mode.bit() == code))
    }

    /// The modes as a set of bits from 0 to 15, whatever their order.
    #[must_use]
    pub fn set(self) -> u8 {
        self.0.into_iter().fold(0, |set, code| set | code)
    }

    /// Whether every mode of `wanted` is here.
    #[must_use]
    pub fn covers(self, wanted: Self) -> bool {
        self.set() & wanted.set() == wanted.set()
    }

    /// Whether there is no mode.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.set() == 0
    }
}

impl fmt::Display for AccessModes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mode) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            f.write_str(mode.short())?;
        }
        Ok(())
    }
}

impl fmt::Debug for AccessModes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}

/// Whether a volume shows as a folder or as a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VolumeMode {
    /// Mounted as a folder; what the API means where it says nothing.
    #[default]
    Filesystem,
    /// Handed over as a raw device.
    Block,
}

impl VolumeMode {
    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filesystem => "Filesystem",
            Self::Block => "Block",
        }
    }

    /// The mode of that API name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Filesystem, Self::Block].into_iter().find(|mode| mode.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn modes_keep_their_order_and_count_once() {
        use AccessMode::{ReadOnlyMany, ReadWriteMany, ReadWriteOnce, ReadWriteOncePod};
        let listed = [ReadOnlyMany, ReadWriteOnce, ReadOnlyMany];
        assert_eq!(AccessModes::new(listed).to_string(), "ROX,RWO");
        assert_ne!(
            AccessModes::new([ReadOnlyMany, ReadWriteOnce]),
            AccessModes::new([ReadWriteOnce, ReadOnlyMany])
        );
        let all = AccessModes::new([ReadWriteOncePod, ReadWriteMany, ReadOnlyMany, ReadWriteOnce]);
        assert_eq!(all.to_string(), "RWOP,RWX,ROX,RWO");
        assert!(all.covers(AccessModes::new(listed)));
        assert!(!AccessModes::new(listed).covers(all));
        assert!(AccessModes::NONE.covers(AccessModes::NONE));
    }
}
