//! Unique volume names, under which nodes report what they use and what is attached.
//!
//! A name is the plugin's name and the plugin's own name of the volume, `plugin/volume`. Plugin names
//! contain exactly one slash, the plugin's name of the volume may contain any number. For CSI that
//! is `kubernetes.io/csi/driver^handle`.
//!
//! Deliberately absent: any check of the two parts, since nodes report names that are not ours.
//! Upstream: `GetUniqueVolumeName` and `SplitUniqueName` of `pkg/volume/util`.

use alloc::format;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The name of the plugin that stands for all CSI drivers.
pub const CSI_PLUGIN: &str = "kubernetes.io/csi";

/// What separates driver and handle in the name of a CSI volume.
const CSI_SEPARATOR: char = '^';

/// The name of a volume that no other volume of a cluster has, as given or as observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UniqueVolumeName(Text);

/// A unique volume name that has fewer than two slashes and so no plugin and volume.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NotAUniqueName(pub Text);

impl UniqueVolumeName {
    /// The name of the plugin's volume `volume`.
    #[must_use]
    pub fn new(plugin: &str, volume: &str) -> Self {
        Self(Text::from(format!("{plugin}/{volume}")))
    }

    /// The name of the volume that the CSI driver `driver` knows as `handle`.
    #[must_use]
    pub fn csi(driver: &str, handle: &str) -> Self {
        Self(Text::from(format!("{CSI_PLUGIN}/{driver}{CSI_SEPARATOR}{handle}")))
    }

    /// A name that was observed, whatever it is.
    #[must_use]
    pub const fn observed(name: Text) -> Self {
        Self(name)
    }

    /// The plugin's name, and the plugin's name of the volume: what is before and after the second
    /// slash.
    ///
    /// # Errors
    ///
    /// When there are fewer than two slashes.
    pub fn split(&self) -> Result<(&str, &str), NotAUniqueName> {
        let name = self.0.as_str();
        let second = name.match_indices('/').nth(1).and_then(|(place, _)| name.split_at_checked(place));
        let parts = second.and_then(|(plugin, rest)| Some((plugin, rest.strip_prefix('/')?)));
        parts.ok_or_else(|| NotAUniqueName(self.0.clone()))
    }

    /// Driver and handle of a CSI volume; nothing for other volumes.
    ///
    /// A handle with a `^` cannot be told from two, and gives nothing either, as upstream has it.
    #[must_use]
    pub fn csi_parts(&self) -> Option<(&str, &str)> {
        let volume = self.0.as_str().strip_prefix(CSI_PLUGIN)?.strip_prefix('/')?;
        volume.split_once(CSI_SEPARATOR).filter(|(_, handle)| !handle.contains(CSI_SEPARATOR))
    }

    /// The whole name.
    #[must_use]
    pub const fn as_text(&self) -> &Text {
        &self.0
    }
}

impl fmt::Display for UniqueVolumeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for NotAUniqueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no unique volume name: it has fewer than two slashes", self.0)
    }
}

impl core::error::Error for NotAUniqueName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_cut_at_the_second_slash() {
        let check = |name: &str, expected: Option<(&str, &str)>| {
            let name = UniqueVolumeName::observed(Text::new(name));
            assert_eq!(name.split().ok(), expected, "{name}");
        };
        check("kubernetes.io/nfs/a/b", Some(("kubernetes.io/nfs", "a/b")));
        check("a/b/", Some(("a/b", "")));
        check("//", Some(("/", "")));
        check("a/b", None);
        check("", None);
    }

    #[test]
    fn csi_name_gives_driver_and_handle_back() {
        let name = UniqueVolumeName::csi("ebs.csi.aws.com", "vol/1");
        assert_eq!(name.as_text().as_str(), "kubernetes.io/csi/ebs.csi.aws.com^vol/1");
        assert_eq!(name.csi_parts(), Some(("ebs.csi.aws.com", "vol/1")));
        assert_eq!(UniqueVolumeName::csi("d", "a^b").csi_parts(), None);
        assert_eq!(UniqueVolumeName::new("kubernetes.io/nfs", "d^h").csi_parts(), None);
        assert_eq!(UniqueVolumeName::new("kubernetes.io/csi", "plain").csi_parts(), None);
    }
}
