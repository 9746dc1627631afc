//! What an operation is about, what kind of operation it is, and whom it keeps waiting.
//!
//! Guarantees: whether two operations may run side by side is one pure relation of their keys.
//!
//! Source: the keyed list of pending operations that kubelet and the attach/detach controller of Kubernetes share.

use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{NodeName, ObjectKey, Uid};
use crate::text::Text;

/// What an operation is about.
///
/// Keys of one volume stand side by side in the order of keys, so that all that may be in each other's way are found
/// by one search.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OperationKey {
    /// One object of the API.
    Object(ObjectKey),
    /// A volume as its driver knows it: all of it, or its part on a node or in a pod.
    Volume(Arc<VolumeScope>),
}

/// A volume as its driver knows it, and how much of it an operation is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VolumeScope {
    /// The name that is unique among all volumes of all drivers. Empty: an operation that is in nobody's way.
    pub volume: Text,
    /// Only what is done on this node; none stands for all nodes.
    pub node: Option<NodeName>,
    /// Only what is done for the pod of this UID; none stands for all pods.
    pub pod: Option<Uid>,
}

impl OperationKey {
    /// Whether operations on the two have to take turns.
    #[must_use]
    pub fn conflicts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object(one), Self::Object(other)) => one == other,
            (Self::Volume(one), Self::Volume(other)) => one.conflicts(other),
            (Self::Object(_), Self::Volume(_)) | (Self::Volume(_), Self::Object(_)) => false,
        }
    }

    /// The object of the API that it is about, if it is about one.
    #[must_use]
    pub const fn object(&self) -> Option<&ObjectKey> {
        match self {
            Self::Object(key) => Some(key),
            Self::Volume(_) => None,
        }
    }
}

impl VolumeScope {
    fn conflicts(&self, other: &Self) -> bool {
        fn overlap<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        !self.volume.is_empty()
            && self.volume == other.volume
            && overlap(self.node.as_ref(), other.node.as_ref())
            && overlap(self.pod.as_ref(), other.pod.as_ref())
    }
}

impl From<VolumeScope> for OperationKey {
    fn from(scope: VolumeScope) -> Self {
        Self::Volume(Arc::new(scope))
    }
}

impl From<ObjectKey> for OperationKey {
    fn from(key: ObjectKey) -> Self {
        Self::Object(key)
    }
}

impl PartialEq<ObjectKey> for OperationKey {
    fn eq(&self, other: &ObjectKey) -> bool {
        self.object() == Some(other)
    }
}

impl fmt::Display for OperationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(key) => key.fmt(f),
            Self::Volume(scope) => {
                let VolumeScope { volume, node, pod } = &**scope;
                write!(f, "volume {volume}")?;
                if let Some(node) = node {
                    write!(f, " on node {node}")?;
                }
                if let Some(pod) = pod {
                    write!(f, " for pod {pod}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for OperationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What kind of operation something is: failures are counted for each kind by itself, so that a failing detach never
/// delays an attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// Something is read.
    Read,
    /// An object of the API is created, changed or deleted.
    Write,
    /// A volume is attached to a node.
    Attach,
    /// A volume is detached from a node.
    Detach,
    /// A volume is staged, published or mapped.
    Mount,
    /// A volume is unpublished, unmapped or unstaged.
    Unmount,
    /// A volume is made larger.
    Expand,
}

/// Who carries operations out. Each has a limit and a deadline of its own, so that one that hangs stops no other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// The API server.
    ApiServer,
    /// A CSI driver, by its name.
    Driver(Text),
    /// The mounts of this node.
    Mounts,
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiServer => f.write_str("the API server"),
            Self::Driver(name) => write!(f, "driver {name}"),
            Self::Mounts => f.write_str("the mounts"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::ids::VolumeName;

    fn keys() -> Vec<OperationKey> {
        let mut keys: Vec<OperationKey> =
            ["a", "b"].map(|it| ObjectKey::Volume(VolumeName::new(it)).into()).into();
        for volume in ["", "a", "b"] {
            for node in [None, Some("x"), Some("y")] {
                for pod in [None, Some("p"), Some("q")] {
                    let (volume, node, pod) = (Text::new(volume), node.map(NodeName::new), pod.map(Uid::new));
                    keys.push(VolumeScope { volume, node, pod }.into());
                }
            }
        }
        keys
    }

    /// Every pair of keys against the rule in the words of its source: the volume is the same and not empty, and of
    /// node and pod each is the same or left open on one side.
    #[test]
    fn operations_take_turns_where_their_keys_overlap() {
        let keys = keys();
        let mut conflicts = 0;
        for one in &keys {
            for other in &keys {
                let expected = match (one, other) {
                    (OperationKey::Volume(one), OperationKey::Volume(other)) => {
                        let same_node = one.node == other.node || one.node.is_none() || other.node.is_none();
                        let same_pod = one.pod == other.pod || one.pod.is_none() || other.pod.is_none();
                        one.volume == other.volume && !one.volume.is_empty() && same_node && same_pod
                    }
                    (OperationKey::Object(one), OperationKey::Object(other)) => one == other,
                    (OperationKey::Object(_), OperationKey::Volume(_))
                    | (OperationKey::Volume(_), OperationKey::Object(_)) => false,
                };
                assert_eq!(one.conflicts(other), expected, "{one} and {other}");
                assert_eq!(one.conflicts(other), other.conflicts(one), "{one} and {other}");
                conflicts += u32::from(expected);
            }
            let is_in_nobodys_way = matches!(one, OperationKey::Volume(it) if it.volume.is_empty());
            assert_eq!(one.conflicts(one), !is_in_nobodys_way, "{one}");
        }
        // Of the 9 keys of a volume: 7 of 9 pairs of nodes overlap, and 7 of 9 pairs of pods.
        assert_eq!(conflicts, 2 + 2 * 7 * 7);
    }

    #[test]
    fn keys_of_one_volume_stand_side_by_side() {
        let mut keys = keys();
        keys.sort();
        for (at, one) in keys.iter().enumerate() {
            let others = || keys.iter().enumerate().filter(|(_, it)| it.conflicts(one));
            let (first, last) = (others().next(), others().next_back());
            let between = first.zip(last).map_or(at..=at, |((first, _), (last, _))| first..=last);
            let strangers = keys.get(between).unwrap_or_default().iter().filter(|it| match (it, one) {
                (OperationKey::Volume(it), OperationKey::Volume(one)) => it.volume != one.volume,
                (it, one) => it != &one,
            });
            assert_eq!(strangers.count(), 0, "{one}");
        }
    }
}
