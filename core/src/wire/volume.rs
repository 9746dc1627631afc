//! PersistentVolumes.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Wire;
use super::fault::{Fault, Path};
use super::keeping::{Finalizers, NoOwner};
use super::metadata::{DELETED_AT, Identity, Metadata};
use super::names::{self, Annotations};
use super::text::{Scalar, SomeLabels, Str, or_empty};
use super::values::{self, Storage};
use crate::affinity::{VolumeAffinity, WrittenAffinity};
use crate::ids::{ClaimKey, ClassName, Kind, Uid, VolumeName};
use crate::observed::{self, Object, ReclaimPolicy, VolumePhase};
use crate::quantity::Quantity;
use crate::text::Text;

/// Operators of node affinities.
const OPERATORS: [&str; 6] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/// A volume as it is written.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Volume<'a> {
    metadata: Metadata<'a, SomeLabels>,
    spec: Option<Spec<'a>>,
    status: Option<Status<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Spec<'a> {
    access_modes: Option<Vec<Str<'a>>>,
    capacity: Option<Storage<'a>>,
    claim_ref: Option<ClaimRef<'a>>,
    node_affinity: Option<WrittenAffinity>,
    persistent_volume_reclaim_policy: Option<Str<'a>>,
    storage_class_name: Option<Str<'a>>,
    volume_attributes_class_name: Option<Str<'a>>,
    volume_mode: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct ClaimRef<'a> {
    #[serde(skip_deserializing)]
    api_version: Option<Str<'a>>,
    #[serde(skip_deserializing)]
    kind: Option<Str<'a>>,
    name: Option<Str<'a>>,
    namespace: Option<Str<'a>>,
    uid: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Status<'a> {
    phase: Option<Str<'a>>,
}

impl<'a> Wire<'a> for Volume<'a> {
    const KIND: Kind = Kind::Volume;
    const ANNOTATIONS: &'static [&'static str] = &[
        names::BETA_CLASS,
        names::BOUND_BY_CONTROLLER,
        names::CAPACITY_BEFORE_RESIZE,
        names::PROVISIONED_BY,
    ];
    const HAS_LABELS: bool = true;
    type Labels = SomeLabels;
    type Owner = NoOwner;

    fn metadata(&self) -> &Metadata<'a, SomeLabels> {
        &self.metadata
    }

    fn into_object(self, identity: Identity, faults: &mut Vec<Fault>) -> Object {
        let Self { mut metadata, spec, status } = self;
        let Identity { namespace: _, name, uid, version } = identity;
        let (spec, annotations) = (spec.unwrap_or_default(), metadata.annotations.take().unwrap_or_default());
        let phase = status.unwrap_or_default().phase;
        let class = annotations.beta_class.as_ref().or(spec.storage_class_name.as_ref());
        let SomeLabels(labels) = metadata.labels.take().unwrap_or_default();
        Object::Volume(Arc::new(observed::Volume {
            name: VolumeName::from(name),
            uid,
            version,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            phase: read_phase(phase.as_ref(), faults),
            bound_by_controller: annotations.bound_by_controller.is_some(),
            volume_mode: values::volume_mode(spec.volume_mode.as_ref(), faults),
            reclaim_policy: read_policy(spec.persistent_volume_reclaim_policy.as_ref(), faults),
            access_modes: values::required_access_modes(spec.access_modes.as_ref(), faults),
            capacity: values::size(spec.capacity, "spec.capacity.storage", faults),
            class: ClassName::new(or_empty(class)),
            attributes_class: Text::new(or_empty(spec.volume_attributes_class_name.as_ref())),
            claim_ref: spec.claim_ref.map(ClaimRef::read),
            provisioned_by: annotations.provisioned_by.map(|it| it.to_text()),
            // What is no quantity is an annotation like any other.
            capacity_before_resize: annotations
                .capacity_before_resize
                .and_then(|it| Quantity::parse(it.as_str()).ok()),
            affinity: spec.node_affinity.and_then(|it| read_affinity(it, faults)),
            labels,
        }))
    }
}

fn read_phase(text: Option<&Str<'_>>, faults: &mut Vec<Fault>) -> VolumePhase {
    values::word(text, &VolumePhase::ALL, VolumePhase::as_str, "status.phase", faults).unwrap_or_default()
}

fn read_policy(text: Option<&Str<'_>>, faults: &mut Vec<Fault>) -> ReclaimPolicy {
    let words = [ReclaimPolicy::Retain, ReclaimPolicy::Delete, ReclaimPolicy::Recycle];
    let keys = "spec.persistentVolumeReclaimPolicy";
    values::word(text, &words, ReclaimPolicy::as_str, keys, faults).unwrap_or_default()
}

/// The affinity; none where nothing is required.
///
/// A term of which the operator is known and the rest is not valid is one that no node can meet, as
/// upstream has it. An operator that is unknown may mean anything.
fn read_affinity(written: WrittenAffinity, faults: &mut Vec<Fault>) -> Option<Arc<VolumeAffinity>> {
    for (term, place, operator) in written.operators() {
        if !OPERATORS.contains(&operator) {
            let terms = Path::new("spec.nodeAffinity.required.nodeSelectorTerms");
            let path = terms.index(term).key("matchExpressions").index(place).key("operator");
            faults.push(values::unknown(path, operator, &OPERATORS));
        }
    }
    let affinity = VolumeAffinity::from(written);
    (!affinity.is_absent()).then(|| Arc::new(affinity))
}

impl ClaimRef<'_> {
    fn read(self) -> observed::ClaimRef {
        let uid = or_empty(self.uid.as_ref());
        observed::ClaimRef {
            key: ClaimKey::new(or_empty(self.namespace.as_ref()), or_empty(self.name.as_ref())),
            uid: (!uid.is_empty()).then(|| Uid::new(uid)),
        }
    }
}

impl<'a> From<&'a observed::Volume> for Volume<'a> {
    fn from(volume: &'a observed::Volume) -> Self {
        // Named one by one, so that whoever observes more has to say how it is written.
        let observed::Volume {
            name,
            uid,
            version,
            deleting,
            finalizers,
            phase,
            bound_by_controller,
            volume_mode,
            reclaim_policy,
            access_modes,
            capacity,
            class,
            attributes_class,
            claim_ref,
            provisioned_by,
            capacity_before_resize,
            labels,
            affinity,
        } = volume;
        let size = capacity_before_resize.as_ref().map(Scalar::from);
        let annotations = Annotations {
            bound_by_controller: bound_by_controller.then_some(Str::new(names::PRESENT)),
            provisioned_by: provisioned_by.as_ref().map(|it| Str::new(it.as_str())),
            capacity_before_resize: size.map(Str::from),
            ..Annotations::default()
        };
        Self {
            metadata: Metadata {
                deletion_timestamp: deleting.then_some(DELETED_AT),
                finalizers: Some(Finalizers(*finalizers)),
                labels: Some(SomeLabels(labels.clone())),
                annotations: Some(annotations),
                ..Metadata::of(&Text::EMPTY, name.as_text(), uid, *version)
            },
            spec: Some(Spec {
                access_modes: values::written_modes(*access_modes),
                capacity: Some(Storage::from(capacity)),
                claim_ref: claim_ref.as_ref().map(ClaimRef::from),
                node_affinity: affinity.as_deref().map(WrittenAffinity::from),
                persistent_volume_reclaim_policy: Some(Str::new(reclaim_policy.as_str())),
                storage_class_name: Str::filled(class.as_str()),
                volume_attributes_class_name: Str::filled(attributes_class.as_str()),
                volume_mode: Some(Str::new(volume_mode.as_str())),
            }),
            status: Some(Status { phase: Some(Str::new(phase.as_str())) }),
        }
    }
}

impl<'a> From<&'a observed::ClaimRef> for ClaimRef<'a> {
    fn from(observed::ClaimRef { key, uid }: &'a observed::ClaimRef) -> Self {
        Self {
            api_version: Some(Str::new(Kind::Claim.api_version())),
            kind: Some(Str::new(Kind::Claim.name())),
            name: Some(Str::new(key.name.as_str())),
            namespace: Some(Str::new(key.namespace.as_str())),
            uid: uid.as_ref().map(|it| Str::made(it.to_string())),
        }
    }
}
