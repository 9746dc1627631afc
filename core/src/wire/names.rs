//! The names that objects carry their meaning under: annotations, finalizers, labels, provisioners.
//!
//! Source: Kubernetes v1.36. Tools depend on them, so that they are what upstream has.

use serde::{Deserialize, Serialize};

use super::text::{Str, present};
use crate::observed::Finalizer;

/// The finalizer that keeps a claim while a pod uses it.
pub const CLAIM_PROTECTION: &str = Finalizer::ClaimProtection.name();

/// The finalizer that keeps a volume while it is bound.
pub const VOLUME_PROTECTION: &str = Finalizer::VolumeProtection.name();

/// The label that has the name of a node.
pub const HOSTNAME: &str = "kubernetes.io/hostname";

/// The provisioner of classes of which an admin makes the volumes.
pub const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// What annotations contain of which only the presence counts.
pub const PRESENT: &str = "yes";

/// Makes a constant and a field of each annotation.
macro_rules! annotations {
    ($($(#[$about:meta])* $constant:ident, $field:ident = $name:literal;)*) => {
        $($(#[$about])* pub const $constant: &str = $name;)*

        /// The annotations of an object that have a meaning.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(default, bound(deserialize = "'de: 'a"))]
        pub(super) struct Annotations<'a> {
            $(#[serde(rename = $name, deserialize_with = "present")]
            pub(super) $field: Option<Str<'a>>,)*
        }
    };
}

annotations! {
    /// The claim has been bound once.
    BIND_COMPLETED, bind_completed = "pv.kubernetes.io/bind-completed";
    /// No user chose the other side.
    BOUND_BY_CONTROLLER, bound_by_controller = "pv.kubernetes.io/bound-by-controller";
    /// Who provisioned the volume.
    PROVISIONED_BY, provisioned_by = "pv.kubernetes.io/provisioned-by";
    /// The node that the scheduler has chosen for the claim.
    SELECTED_NODE, selected_node = "volume.kubernetes.io/selected-node";
    /// The size of a file system whose expansion is still due.
    CAPACITY_BEFORE_RESIZE, capacity_before_resize = "volume.alpha.kubernetes.io/pre-resize-capacity";
    /// The class, before there was a field for it; it goes before the field.
    BETA_CLASS, beta_class = "volume.beta.kubernetes.io/storage-class";
    /// The class is the default one, if it says `true`.
    DEFAULT_CLASS, default_class = "storageclass.kubernetes.io/is-default-class";
    /// The same, as it was called before.
    BETA_DEFAULT_CLASS, beta_default_class = "storageclass.beta.kubernetes.io/is-default-class";
    /// On a bookmark: what was stored when the watch began has all been shown.
    INITIAL_EVENTS_END, initial_events_end = "k8s.io/initial-events-end";
}
