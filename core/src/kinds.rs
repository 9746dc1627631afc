//! The kinds of objects that machines observe: one row for each.
//!
//! Guarantees: `Kind`, `ObjectKey`, `Object` and the maps of the store are made of this table, so that a kind which is
//! missing somewhere does not compile.
//!
//! To add a kind: a row here, its struct in `observed`, its form in `wire`.

/// Hands the table to another macro, which makes of it what it needs.
///
/// Of each kind: its name here, the type of its key and the field of the object that has it, the map of the store, the
/// short name that people type, the group and version of the API, the name of the kind and of the resource there, and
/// whether it lives in a namespace.
macro_rules! with_kinds {
    ($callback:ident) => {
        $callback! {
            Claim(ClaimKey, key, claims, "pvc", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true);
            Volume(VolumeName, name, volumes, "pv", "v1", "PersistentVolume", "persistentvolumes", false);
            Class(ClassName, name, classes, "sc", "storage.k8s.io/v1", "StorageClass", "storageclasses", false);
            Node(NodeName, name, nodes, "node", "v1", "Node", "nodes", false);
            Pod(PodKey, key, pods, "pod", "v1", "Pod", "pods", true);
        }
    };
}

pub(crate) use with_kinds;
