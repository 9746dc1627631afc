//! The metadata of an object, as far as they decide something.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use windlass_core::ids::{Kind, ObjectKey, Uid, Version};
use windlass_core::observed::Finalizers;
use windlass_core::selector::Labels;

use super::problem::{Fault, quoted};
use super::text::{self, Str, or_empty};

/// `metadata`; the labels only of kinds whose labels decide something.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "L: Deserialize<'de> + Default"))]
pub(crate) struct Metadata<'a, L = NoLabels> {
    #[serde(borrow)]
    name: Option<Str<'a>>,
    #[serde(borrow)]
    namespace: Option<Str<'a>>,
    #[serde(borrow)]
    uid: Option<Str<'a>>,
    #[serde(borrow)]
    resource_version: Option<Str<'a>>,
    deletion_timestamp: Option<IgnoredAny>,
    deletion_grace_period_seconds: Option<i64>,
    #[serde(borrow)]
    finalizers: Option<Vec<Str<'a>>>,
    #[serde(borrow)]
    owner_references: Option<Vec<Owner<'a>>>,
    pub(super) labels: L,
    #[serde(borrow)]
    annotations: Option<Annotations<'a>>,
}

/// An owner of an object.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Owner<'a> {
    #[serde(borrow)]
    kind: Option<Str<'a>>,
    #[serde(borrow)]
    uid: Option<Str<'a>>,
    controller: Option<bool>,
}

/// The annotations that have a meaning here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Annotations<'a> {
    #[serde(rename = "pv.kubernetes.io/bind-completed", borrow, deserialize_with = "text::present")]
    pub(super) bind_completed: Option<Str<'a>>,
    #[serde(rename = "pv.kubernetes.io/bound-by-controller", borrow, deserialize_with = "text::present")]
    pub(super) bound_by_controller: Option<Str<'a>>,
    #[serde(rename = "pv.kubernetes.io/provisioned-by", borrow, deserialize_with = "text::present")]
    pub(super) provisioned_by: Option<Str<'a>>,
    #[serde(rename = "volume.kubernetes.io/selected-node", borrow, deserialize_with = "text::present")]
    pub(super) selected_node: Option<Str<'a>>,
    #[serde(rename = "volume.alpha.kubernetes.io/pre-resize-capacity", borrow)]
    pub(super) capacity_before_resize: Option<Str<'a>>,
    #[serde(rename = "volume.beta.kubernetes.io/storage-class", borrow, deserialize_with = "text::present")]
    pub(super) beta_class: Option<Str<'a>>,
    #[serde(rename = "storageclass.kubernetes.io/is-default-class", borrow)]
    pub(super) default_class: Option<Str<'a>>,
    #[serde(rename = "storageclass.beta.kubernetes.io/is-default-class", borrow)]
    pub(super) beta_default_class: Option<Str<'a>>,
    /// On a bookmark: what was stored when the watch began has all been shown.
    #[serde(rename = "k8s.io/initial-events-end", borrow)]
    pub(crate) initial_events_end: Option<Str<'a>>,
}

/// Labels of a kind whose labels decide nothing.
#[derive(Debug, Default)]
pub(crate) struct NoLabels;

impl<'de> Deserialize<'de> for NoLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

/// Labels of a kind whose labels decide something.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SomeLabels(#[serde(deserialize_with = "text::labels")] pub(super) Labels);

impl<'a, L> Metadata<'a, L> {
    /// Kind and name of the object.
    pub(super) fn key(&self, kind: Kind) -> Result<ObjectKey, Fault> {
        let namespace = if kind.is_namespaced() { self.namespace()? } else { "" };
        Ok(kind.key(namespace, self.name()?))
    }

    /// The name; a text that is not empty.
    pub(super) fn name(&self) -> Result<&str, Fault> {
        filled(self.name.as_ref(), "metadata.name")
    }

    /// The namespace; a text that is not empty.
    pub(super) fn namespace(&self) -> Result<&str, Fault> {
        filled(self.namespace.as_ref(), "metadata.namespace")
    }

    pub(super) fn uid(&self) -> Result<Uid, Fault> {
        filled(self.uid.as_ref(), "metadata.uid").map(Uid::new)
    }

    pub(crate) fn version(&self) -> Result<Version, Fault> {
        let path = "metadata.resourceVersion";
        let text = filled(self.resource_version.as_ref(), path)?;
        let version = text.parse().map(Version);
        version
            .map_err(|_| Fault::new(path, format!("{} is no integer, so that it has no order", quoted(text))))
    }

    pub(super) const fn is_deleting(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    /// Whether it is being deleted and has no time left to end in.
    pub(super) fn is_shut_down(&self) -> bool {
        self.is_deleting() && self.deletion_grace_period_seconds == Some(0)
    }

    /// Those of its finalizers that somebody acts on.
    pub(super) fn finalizers(&self) -> Finalizers {
        self.finalizers.iter().flatten().map(Str::as_str).collect()
    }

    /// The UID of the pod that is its controlling owner, if one is.
    pub(super) fn owner_pod(&self) -> Option<Uid> {
        let is_pod = |it: &&Owner<'_>| it.controller == Some(true) && or_empty(it.kind.as_ref()) == "Pod";
        let owner = self.owner_references.iter().flatten().find(is_pod)?;
        owner.uid.as_ref().map(|it| Uid::new(it.as_str()))
    }

    /// Takes out the annotations.
    pub(super) fn take_annotations(&mut self) -> Annotations<'a> {
        self.annotations.take().unwrap_or_default()
    }

    /// Whether this is the bookmark after all that was stored when the watch began.
    pub(crate) fn ends_initial_events(&self) -> bool {
        let mark = self.annotations.as_ref().and_then(|it| it.initial_events_end.as_ref());
        mark.is_some_and(|it| it.as_str() == "true")
    }
}

fn filled<'s>(text: Option<&'s Str<'_>>, path: &'static str) -> Result<&'s str, Fault> {
    match or_empty(text) {
        "" => Err(Fault::new(path, "is missing")),
        filled => Ok(filled),
    }
}
