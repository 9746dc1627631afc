//! Classes, nodes and pods, as far as they decide something about volumes.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use super::finalizers::Finalizers;
use crate::ids::{ClaimKey, ClassName, NodeName, PodKey, Uid, Version};
use crate::selector::Labels;
use crate::text::Text;

/// A StorageClass as observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Class {
    /// Name.
    pub name: ClassName,
    /// Identity.
    pub uid: Uid,
    /// The server's version of this state.
    pub version: Version,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// Those of `metadata.finalizers` that somebody acts on.
    pub finalizers: Finalizers,
    /// `provisioner`.
    pub provisioner: Text,
    /// `volumeBindingMode`; the API server fills it in, so that `None` means a broken object.
    pub binding_mode: Option<BindingMode>,
    /// Whether an annotation says that claims which say nothing of a class are to get this one.
    pub is_default: bool,
}

/// When claims of a class are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BindingMode {
    /// As soon as the claim is seen.
    Immediate,
    /// When the scheduler has chosen a node for the first pod that uses the claim.
    WaitForFirstConsumer,
}

impl BindingMode {
    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "Immediate",
            Self::WaitForFirstConsumer => "WaitForFirstConsumer",
        }
    }

    /// The mode of that API name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Immediate, Self::WaitForFirstConsumer].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// A Node as observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Node {
    /// Name.
    pub name: NodeName,
    /// Identity.
    pub uid: Uid,
    /// The server's version of this state.
    pub version: Version,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// Those of `metadata.finalizers` that somebody acts on.
    pub finalizers: Finalizers,
    /// `metadata.labels`.
    pub labels: Labels,
}

/// A Pod as observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pod {
    /// Namespace and name.
    pub key: PodKey,
    /// Identity.
    pub uid: Uid,
    /// The server's version of this state.
    pub version: Version,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// Those of `metadata.finalizers` that somebody acts on.
    pub finalizers: Finalizers,
    /// Whether it is being deleted and has no time left to end in: `metadata.deletionGracePeriodSeconds` is 0.
    pub shut_down: bool,
    /// Whether no container of it runs or will run any more: phase `Succeeded` or `Failed`, or
    /// deleting without a running container.
    pub terminated: bool,
    /// `spec.nodeName`; empty until the scheduler has bound the pod.
    pub node_name: NodeName,
    /// The claims that its volumes name, in order.
    pub claims: Arc<[PodClaim]>,
}

/// One use of a claim by a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PodClaim {
    /// The claim, in the pod's namespace.
    pub key: ClaimKey,
    /// Whether the claim is made for the pod from a template in it.
    pub ephemeral: bool,
}
