//! PersistentVolumeClaims.

use std::sync::Arc;

use serde::Deserialize;
use windlass_core::ids::{ClaimKey, ClassName, Kind, NodeName, ObjectKey, VolumeName};
use windlass_core::observed::{Claim, ClaimPhase, ClaimStatus, Object};
use windlass_core::selector::Selector;
use windlass_core::text::Text;

use super::Slim;
use super::metadata::Metadata;
use super::problem::Fault;
use super::text::{Scalar, Str, or_empty};
use super::values;

/// A claim as it is on the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ClaimIn<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    spec: Option<Spec<'a>>,
    #[serde(borrow)]
    status: Option<Status<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec<'a> {
    #[serde(borrow)]
    access_modes: Option<Vec<Str<'a>>>,
    #[serde(borrow)]
    resources: Option<Resources<'a>>,
    selector: Option<Selector>,
    #[serde(borrow)]
    storage_class_name: Option<Str<'a>>,
    #[serde(borrow)]
    volume_attributes_class_name: Option<Str<'a>>,
    #[serde(borrow)]
    volume_mode: Option<Str<'a>>,
    #[serde(borrow)]
    volume_name: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resources<'a> {
    #[serde(borrow)]
    requests: Option<Storage<'a>>,
}

/// Quantities of which one is a size.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Storage<'a> {
    #[serde(borrow)]
    pub(super) storage: Option<Scalar<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status<'a> {
    #[serde(borrow)]
    access_modes: Option<Vec<Str<'a>>>,
    #[serde(borrow)]
    capacity: Option<Storage<'a>>,
    #[serde(borrow)]
    current_volume_attributes_class_name: Option<Str<'a>>,
    #[serde(borrow)]
    phase: Option<Str<'a>>,
}

impl<'a> Slim<'a> for ClaimIn<'a> {
    const KIND: Kind = Kind::Claim;

    fn key(&self) -> Result<ObjectKey, Fault> {
        self.metadata.key(Self::KIND)
    }

    fn into_object(self) -> Result<Object, Fault> {
        let Self { mut metadata, spec, status } = self;
        let (spec, annotations) = (spec.unwrap_or_default(), metadata.take_annotations());
        let requests = spec.resources.unwrap_or_default().requests.unwrap_or_default();
        let class = annotations.beta_class.as_ref().or(spec.storage_class_name.as_ref());
        Ok(Object::Claim(Arc::new(Claim {
            key: ClaimKey::new(metadata.namespace()?, metadata.name()?),
            uid: metadata.uid()?,
            version: metadata.version()?,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            owner_pod: metadata.owner_pod().map(Arc::new),
            completed: annotations.bind_completed.is_some(),
            bound_by_controller: annotations.bound_by_controller.is_some(),
            volume_mode: values::volume_mode(spec.volume_mode.as_ref())?,
            access_modes: values::required_access_modes(spec.access_modes.as_ref())?,
            request: values::size(requests.storage.as_ref(), "spec.resources.requests.storage")?,
            class: class.map(|it| ClassName::from(it.to_text())),
            attributes_class: Text::new(or_empty(spec.volume_attributes_class_name.as_ref())),
            volume_name: VolumeName::new(or_empty(spec.volume_name.as_ref())),
            selector: spec.selector.map(Arc::new),
            selected_node: annotations.selected_node.map(|it| NodeName::from(it.to_text())),
            status: status.unwrap_or_default().read()?,
        })))
    }
}

impl Status<'_> {
    fn read(self) -> Result<ClaimStatus, Fault> {
        let capacity = self.capacity.unwrap_or_default().storage;
        Ok(ClaimStatus {
            phase: values::word(self.phase.as_ref(), ClaimPhase::parse, "status.phase")?.unwrap_or_default(),
            access_modes: values::access_modes(self.access_modes.as_ref(), "status.accessModes")?,
            capacity: values::quantity(capacity.as_ref(), "status.capacity.storage")?,
            attributes_class: Text::new(or_empty(self.current_volume_attributes_class_name.as_ref())),
        })
    }
}
