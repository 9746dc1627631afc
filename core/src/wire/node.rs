//! Nodes.

use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Wire;
use super::fault::Fault;
use super::keeping::{Finalizers, NoOwner};
use super::metadata::{DELETED_AT, Identity, Metadata};
use super::text::SomeLabels;
use crate::ids::{Kind, NodeName};
use crate::observed::{self, Object};
use crate::text::Text;

/// A node as it is written.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Node<'a> {
    metadata: Metadata<'a, SomeLabels>,
}

impl<'a> Wire<'a> for Node<'a> {
    const KIND: Kind = Kind::Node;
    const ANNOTATIONS: &'static [&'static str] = &[];
    const HAS_LABELS: bool = true;
    type Labels = SomeLabels;
    type Owner = NoOwner;

    fn metadata(&self) -> &Metadata<'a, SomeLabels> {
        &self.metadata
    }

    fn into_object(self, identity: Identity, _: &mut Vec<Fault>) -> Object {
        let Identity { namespace: _, name, uid, version } = identity;
        let Self { mut metadata } = self;
        let SomeLabels(labels) = metadata.labels.take().unwrap_or_default();
        Object::Node(Arc::new(observed::Node {
            name: NodeName::from(name),
            uid,
            version,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            labels,
        }))
    }
}

impl<'a> From<&'a observed::Node> for Node<'a> {
    fn from(node: &'a observed::Node) -> Self {
        let observed::Node { name, uid, version, deleting, finalizers, labels } = node;
        Self {
            metadata: Metadata {
                deletion_timestamp: deleting.then_some(DELETED_AT),
                finalizers: Some(Finalizers(*finalizers)),
                labels: Some(SomeLabels(labels.clone())),
                ..Metadata::of(&Text::EMPTY, name.as_text(), uid, *version)
            },
        }
    }
}
