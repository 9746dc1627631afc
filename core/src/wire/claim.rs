//! PersistentVolumeClaims.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Wire;
use super::fault::Fault;
use super::keeping::{Finalizers, OwnerPod};
use super::metadata::{DELETED_AT, Identity, Metadata};
use super::names::{self, Annotations};
use super::text::{NoLabels, SomeLabels, Str, or_empty};
use super::values::{self, Storage};
use crate::ids::{ClaimKey, ClassName, Kind, NodeName, Uid, VolumeName};
use crate::observed::{self, ClaimPhase, ClaimStatus, Object};
use crate::selector::{Expression, Selector};
use crate::text::Text;

/// A claim as it is written.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Claim<'a> {
    metadata: Metadata<'a, NoLabels, OwnerPod<'a>>,
    spec: Option<Spec<'a>>,
    status: Option<Status<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Spec<'a> {
    access_modes: Option<Vec<Str<'a>>>,
    resources: Option<Resources<'a>>,
    selector: Option<Requirements>,
    storage_class_name: Option<Str<'a>>,
    volume_attributes_class_name: Option<Str<'a>>,
    volume_mode: Option<Str<'a>>,
    volume_name: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Resources<'a> {
    requests: Option<Storage<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Requirements {
    match_labels: Option<SomeLabels>,
    match_expressions: Option<Vec<Expression>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Status<'a> {
    access_modes: Option<Vec<Str<'a>>>,
    capacity: Option<Storage<'a>>,
    current_volume_attributes_class_name: Option<Str<'a>>,
    phase: Option<Str<'a>>,
}

impl<'a> Wire<'a> for Claim<'a> {
    const KIND: Kind = Kind::Claim;
    const ANNOTATIONS: &'static [&'static str] =
        &[names::BETA_CLASS, names::BIND_COMPLETED, names::BOUND_BY_CONTROLLER, names::SELECTED_NODE];
    const HAS_LABELS: bool = false;
    type Labels = NoLabels;
    type Owner = OwnerPod<'a>;

    fn metadata(&self) -> &Metadata<'a, NoLabels, OwnerPod<'a>> {
        &self.metadata
    }

    fn into_object(self, identity: Identity, faults: &mut Vec<Fault>) -> Object {
        let Self { mut metadata, spec, status } = self;
        let Identity { namespace, name, uid, version } = identity;
        let (spec, annotations) = (spec.unwrap_or_default(), metadata.annotations.take().unwrap_or_default());
        let requests = spec.resources.and_then(|it| it.requests);
        let class = annotations.beta_class.as_ref().or(spec.storage_class_name.as_ref());
        Object::Claim(Arc::new(observed::Claim {
            key: ClaimKey { name, namespace },
            uid,
            version,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            owner_pod: metadata.owner_pod().cloned().map(Arc::new),
            completed: annotations.bind_completed.is_some(),
            bound_by_controller: annotations.bound_by_controller.is_some(),
            volume_mode: values::volume_mode(spec.volume_mode.as_ref(), faults),
            access_modes: values::required_access_modes(spec.access_modes.as_ref(), faults),
            request: values::size(requests, "spec.resources.requests.storage", faults),
            class: class.map(|it| ClassName::from(it.to_text())),
            attributes_class: Text::new(or_empty(spec.volume_attributes_class_name.as_ref())),
            volume_name: VolumeName::new(or_empty(spec.volume_name.as_ref())),
            selector: spec.selector.and_then(|it| it.read(faults)),
            selected_node: annotations.selected_node.map(|it| NodeName::from(it.to_text())),
            status: status.unwrap_or_default().read(faults),
        }))
    }
}

impl Requirements {
    fn read(self, faults: &mut Vec<Fault>) -> Option<Arc<Selector>> {
        let SomeLabels(labels) = self.match_labels.unwrap_or_default();
        let labels = labels.iter().map(|(key, value)| (key.clone(), value.clone()));
        let selector = Selector::new(labels, self.match_expressions.unwrap_or_default());
        selector
            .map_err(|error| faults.push(Fault::new("spec.selector", error.to_string(), "")))
            .ok()
            .map(Arc::new)
    }
}

impl Status<'_> {
    fn read(self, faults: &mut Vec<Fault>) -> ClaimStatus {
        let phases = [ClaimPhase::Pending, ClaimPhase::Bound, ClaimPhase::Lost];
        let phase = values::word(self.phase.as_ref(), &phases, ClaimPhase::as_str, "status.phase", faults);
        ClaimStatus {
            phase: phase.unwrap_or_default(),
            access_modes: values::access_modes(self.access_modes.as_ref(), "status.accessModes", faults),
            capacity: values::quantity(self.capacity, "status.capacity.storage", faults),
            attributes_class: Text::new(or_empty(self.current_volume_attributes_class_name.as_ref())),
        }
    }
}

impl<'a> From<&'a observed::Claim> for Claim<'a> {
    fn from(claim: &'a observed::Claim) -> Self {
        // Named one by one, so that whoever observes more has to say how it is written.
        let observed::Claim {
            key,
            uid,
            version,
            deleting,
            finalizers,
            owner_pod,
            completed,
            bound_by_controller,
            volume_mode,
            access_modes,
            request,
            class,
            attributes_class,
            volume_name,
            selector,
            selected_node,
            status,
        } = claim;
        let mark = |is_there: &bool| is_there.then_some(Str::new(names::PRESENT));
        let annotations = Annotations {
            bind_completed: mark(completed),
            bound_by_controller: mark(bound_by_controller),
            selected_node: selected_node.as_ref().map(|it| Str::new(it.as_str())),
            ..Annotations::default()
        };
        let requests = Some(Storage::from(request));
        Self {
            metadata: Metadata {
                deletion_timestamp: deleting.then_some(DELETED_AT),
                finalizers: Some(Finalizers(*finalizers)),
                // The name decides nothing and is not kept: it is that of the claim.
                owner_references: owner_pod
                    .as_ref()
                    .map(|it| OwnerPod::new(Uid::clone(it), key.name.as_str())),
                annotations: Some(annotations),
                ..Metadata::of(&key.namespace, &key.name, uid, *version)
            },
            spec: Some(Spec {
                access_modes: values::written_modes(*access_modes),
                resources: Some(Resources { requests }),
                selector: selector.as_deref().map(Requirements::from),
                storage_class_name: class.as_ref().map(|it| Str::new(it.as_str())),
                volume_attributes_class_name: Str::filled(attributes_class.as_str()),
                volume_mode: Some(Str::new(volume_mode.as_str())),
                volume_name: Str::filled(volume_name.as_str()),
            }),
            status: Some(Status::from(status)),
        }
    }
}

impl From<&Selector> for Requirements {
    fn from(selector: &Selector) -> Self {
        Self { match_labels: None, match_expressions: Some(selector.expressions()) }
    }
}

impl<'a> From<&'a ClaimStatus> for Status<'a> {
    fn from(ClaimStatus { phase, access_modes, capacity, attributes_class }: &'a ClaimStatus) -> Self {
        Self {
            access_modes: values::written_modes(*access_modes),
            capacity: capacity.as_ref().map(Storage::from),
            current_volume_attributes_class_name: Str::filled(attributes_class.as_str()),
            phase: Some(Str::new(phase.as_str())),
        }
    }
}
