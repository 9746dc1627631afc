//! PersistentVolumes.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use windlass_core::affinity::{AffinityTerm, MatchFields, VolumeAffinity};
use windlass_core::ids::{ClaimKey, ClassName, Kind, ObjectKey, Uid, VolumeName};
use windlass_core::observed::{ClaimRef, Object, ReclaimPolicy, Volume, VolumePhase};
use windlass_core::quantity::Quantity;
use windlass_core::selector::Expression;
use windlass_core::text::Text;

use super::Slim;
use super::claim::Storage;
use super::metadata::{Metadata, SomeLabels};
use super::problem::{Fault, quoted};
use super::text::{Str, or_empty};
use super::values;

/// Operators of node affinities.
const OPERATORS: [&str; 6] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/// A volume as it is on the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct VolumeIn<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a, SomeLabels>,
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
    capacity: Option<Storage<'a>>,
    #[serde(borrow)]
    claim_ref: Option<ClaimRefIn<'a>>,
    node_affinity: Option<Affinity>,
    #[serde(borrow)]
    persistent_volume_reclaim_policy: Option<Str<'a>>,
    #[serde(borrow)]
    storage_class_name: Option<Str<'a>>,
    #[serde(borrow)]
    volume_attributes_class_name: Option<Str<'a>>,
    #[serde(borrow)]
    volume_mode: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ClaimRefIn<'a> {
    #[serde(borrow)]
    name: Option<Str<'a>>,
    #[serde(borrow)]
    namespace: Option<Str<'a>>,
    #[serde(borrow)]
    uid: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Affinity {
    required: Option<Required>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Required {
    node_selector_terms: Option<Vec<Term>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Term {
    match_expressions: Option<Vec<Expression>>,
    match_fields: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Status<'a> {
    #[serde(borrow)]
    phase: Option<Str<'a>>,
}

impl<'a> Slim<'a> for VolumeIn<'a> {
    const KIND: Kind = Kind::Volume;

    fn key(&self) -> Result<ObjectKey, Fault> {
        self.metadata.key(Self::KIND)
    }

    fn into_object(self) -> Result<Object, Fault> {
        let Self { mut metadata, spec, status } = self;
        let (spec, annotations) = (spec.unwrap_or_default(), metadata.take_annotations());
        let capacity = spec.capacity.unwrap_or_default().storage;
        let policy = spec.persistent_volume_reclaim_policy;
        let policy =
            values::word(policy.as_ref(), ReclaimPolicy::parse, "spec.persistentVolumeReclaimPolicy")?;
        let phase = status.unwrap_or_default().phase;
        let class = annotations.beta_class.as_ref().or(spec.storage_class_name.as_ref());
        Ok(Object::Volume(Arc::new(Volume {
            name: VolumeName::new(metadata.name()?),
            uid: metadata.uid()?,
            version: metadata.version()?,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            phase: values::word(phase.as_ref(), VolumePhase::parse, "status.phase")?.unwrap_or_default(),
            bound_by_controller: annotations.bound_by_controller.is_some(),
            volume_mode: values::volume_mode(spec.volume_mode.as_ref())?,
            reclaim_policy: policy.unwrap_or_default(),
            access_modes: values::required_access_modes(spec.access_modes.as_ref())?,
            capacity: values::size(capacity.as_ref(), "spec.capacity.storage")?,
            class: ClassName::new(or_empty(class)),
            attributes_class: Text::new(or_empty(spec.volume_attributes_class_name.as_ref())),
            claim_ref: spec.claim_ref.map(ClaimRefIn::read),
            provisioned_by: annotations.provisioned_by.map(|it| it.to_text()),
            // What is no quantity is an annotation like any other.
            capacity_before_resize: annotations
                .capacity_before_resize
                .and_then(|it| Quantity::parse(it.as_str()).ok()),
            affinity: spec.node_affinity.map_or(Ok(None), Affinity::read)?,
            labels: metadata.labels.0,
        })))
    }
}

impl ClaimRefIn<'_> {
    fn read(self) -> ClaimRef {
        let Self { name, namespace, uid } = self;
        let uid = or_empty(uid.as_ref());
        ClaimRef {
            key: ClaimKey::new(or_empty(namespace.as_ref()), or_empty(name.as_ref())),
            uid: (!uid.is_empty()).then(|| Uid::new(uid)),
        }
    }
}

impl Affinity {
    /// The affinity; none where nothing is required.
    ///
    /// A term of which the operator is known and the rest is not valid is one that no node can meet, as
    /// upstream has it. An operator that is unknown may mean anything.
    fn read(self) -> Result<Option<Arc<VolumeAffinity>>, Fault> {
        let Some(required) = self.required else { return Ok(None) };
        let mut terms = Vec::new();
        for (at, term) in required.node_selector_terms.unwrap_or_default().into_iter().enumerate() {
            let Term { match_expressions, match_fields } = term;
            let match_expressions = match_expressions.unwrap_or_default();
            for (place, Expression { operator, .. }) in match_expressions.iter().enumerate() {
                if !OPERATORS.contains(&operator.as_str()) {
                    let path = format!(
                        "spec.nodeAffinity.required.nodeSelectorTerms[{at}].matchExpressions[{place}].operator"
                    );
                    return Err(Fault::new(path, format!("{} is unknown", quoted(operator.as_str()))));
                }
            }
            let match_fields = match match_fields.unwrap_or_default().is_empty() {
                true => MatchFields::Absent,
                false => MatchFields::Present,
            };
            terms.push(AffinityTerm { match_expressions, match_fields });
        }
        Ok(Some(Arc::new(VolumeAffinity::new(terms))))
    }
}
