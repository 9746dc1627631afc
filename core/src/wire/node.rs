//! Nodes.

use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::Wire;
use super::fault::Fault;
use super::metadata::{Identity, Metadata};
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
    type Owner = IgnoredAny;

    fn metadata(&self) -> &Metadata<'a, SomeLabels> {
        &self.metadata
    }

    fn into_object(self, identity: Identity, _: &mut Vec<Fault>) -> Object {
        let Identity { namespace: _, name, uid, version } = identity;
        let SomeLabels(labels) = self.metadata.labels.unwrap_or_default();
        Object::Node(Arc::new(observed::Node { name: NodeName::from(name), uid, version, labels }))
    }
}

impl<'a> From<&'a observed::Node> for Node<'a> {
    fn from(observed::Node { name, uid, version, labels }: &'a observed::Node) -> Self {
        let labels = Some(SomeLabels(labels.clone()));
        Self { metadata: Metadata { labels, ..Metadata::of(&Text::EMPTY, name.as_text(), uid, *version) } }
    }
}
