//! StorageClasses.

use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Wire;
use super::fault::Fault;
use super::keeping::{Finalizers, NoOwner};
use super::metadata::{DELETED_AT, Identity, Metadata};
use super::text::{NoLabels, Str, or_empty};
use super::values;
use crate::ids::{ClassName, Kind};
use crate::observed::{self, BindingMode, Object};
use crate::text::Text;

/// A class as it is written.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct Class<'a> {
    metadata: Metadata<'a>,
    provisioner: Option<Str<'a>>,
    volume_binding_mode: Option<Str<'a>>,
}

impl<'a> Wire<'a> for Class<'a> {
    const KIND: Kind = Kind::Class;
    // Whether it is the default is said by two annotations, and not only by `true`: they are kept as they are.
    const ANNOTATIONS: &'static [&'static str] = &[];
    const HAS_LABELS: bool = false;
    type Labels = NoLabels;
    type Owner = NoOwner;

    fn metadata(&self) -> &Metadata<'a> {
        &self.metadata
    }

    fn into_object(self, identity: Identity, faults: &mut Vec<Fault>) -> Object {
        let Self { mut metadata, provisioner, volume_binding_mode } = self;
        let Identity { namespace: _, name, uid, version } = identity;
        let annotations = metadata.annotations.take().unwrap_or_default();
        let marks = [annotations.default_class, annotations.beta_default_class];
        let modes = [BindingMode::Immediate, BindingMode::WaitForFirstConsumer];
        let mode = volume_binding_mode.as_ref();
        Object::Class(Arc::new(observed::Class {
            name: ClassName::from(name),
            uid,
            version,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            provisioner: Text::new(or_empty(provisioner.as_ref())),
            binding_mode: values::word(mode, &modes, BindingMode::as_str, "volumeBindingMode", faults),
            is_default: marks.into_iter().flatten().any(|it| it.as_str() == "true"),
        }))
    }
}

/// Not written: whether it is the default.
impl<'a> From<&'a observed::Class> for Class<'a> {
    fn from(class: &'a observed::Class) -> Self {
        let observed::Class {
            name,
            uid,
            version,
            deleting,
            finalizers,
            provisioner,
            binding_mode,
            is_default: _,
        } = class;
        Self {
            metadata: Metadata {
                deletion_timestamp: deleting.then_some(DELETED_AT),
                finalizers: Some(Finalizers(*finalizers)),
                ..Metadata::of(&Text::EMPTY, name.as_text(), uid, *version)
            },
            provisioner: Some(Str::new(provisioner.as_str())),
            volume_binding_mode: binding_mode.map(|it| Str::new(it.as_str())),
        }
    }
}
